package order_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func TestPlaceFreezesWhatWasSold(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		d := b.draft(b.basket(t))
		o := b.deliver(t, d)
		if o.Name != "#1001" || o.ID.Key != key || !strings.HasPrefix(o.StatusURL, "https://shop.example/orders/"+d.ID.String()+"?key=") || strings.Contains(o.StatusURL, key) || o.CustomerURL != nil {
			t.Fatalf("%+v", o)
		}
		totals := d.Quote.Totals
		o = b.again(t, o)
		if o.TotalPrice != totals.Total || o.CurrentTotalPrice != totals.Total || o.TotalTax != totals.Tax || o.TotalReceived != totals.Total || o.SubtotalPrice != totals.Merchandise() ||
			o.FinancialStatus != order.Paid || o.FulfillmentStatus != order.Unfulfilled || !o.Fulfillable || !o.Refundable || !o.Test || o.TotalShippingPrice.Amount != 999 {
			t.Fatalf("%+v", o)
		}
		if sum := o.SubtotalPrice.Amount + o.TotalShippingPrice.Amount + o.TotalTax.Amount; sum != o.TotalPrice.Amount {
			t.Fatalf("parts sum to %d, the order is %d", sum, o.TotalPrice.Amount)
		}
		if *o.Email != "mia@example.com" || *o.ShippingAddress.City != "Albany" || *o.BillingAddress.City != "Albany" || o.ShippingAddress.ID == o.BillingAddress.ID ||
			!o.ProcessedAt.Equal(start) || *o.CustomAttributes[0].Value != "blue" || cmp.Diff([]string{"bogus"}, o.PaymentGatewayNames) != "" {
			t.Fatalf("%+v", o)
		}
		lines := b.lines(t, o)
		if len(lines) != 2 || lines[0].Quantity != 3 || lines[0].DiscountedTotalPrice != d.Quote.Lines[0].Total || *lines[0].SKU != "CH-1" || lines[0].UnfulfilledQuantity != 3 {
			t.Fatalf("%+v", lines[0])
		}
		var off int64
		for _, l := range lines {
			for _, a := range l.DiscountAllocations {
				off += a.AllocatedAmount.Amount
				if code := a.DiscountApplication.(*order.DiscountCodeApplication); code.Code != "TEN" || code.TargetSelection != "ALL" {
					t.Fatalf("%+v", code)
				}
			}
		}
		if off != 1000 {
			t.Fatalf("discounts on lines sum to %d, want 1000", off)
		}
		if page, err := o.DiscountPage(keyset.Args{}); err != nil || len(page.Items) != 1 {
			t.Fatal(page, err)
		}
		b.onHand(t, b.variants[0], 97)
		if diff := cmp.Diff([]string{order.SubjectPlaced}, b.seen.take()); diff != "" {
			t.Fatal(diff)
		}
		payments, err := b.payments.TransactionsOf(b.ctx, []uuid.UUID{d.ID})
		if err != nil || len(payments[d.ID]) != 1 {
			t.Fatal(payments, err)
		}
	})
}

func TestPlaceTwiceIsOneOrder(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		d := b.draft(b.basket(t))
		d.Payment = b.charge(t, "once", d.Quote.Totals.Charge)
		d.ID = uuid.Nil
		const callers = 8
		got := make([]*order.Order, callers)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				var err error
				if got[i], err = b.place(d); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, o := range got {
			if o == nil || o.ID != got[0].ID || o.Name != "#1001" {
				t.Fatalf("%+v is not %+v", o, got[0])
			}
		}
		b.onHand(t, b.variants[0], 97)
		if n, err := b.orders.Count(b.ctx, ""); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if diff := cmp.Diff([]string{order.SubjectPlaced}, b.seen.take()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestTheStatusLinkOpensItsOrderAndNoCart(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, other := b.deliver(t, b.draft(b.basket(t))), b.deliver(t, b.draft(b.basket(t)))
		_, key, _ := strings.Cut(o.StatusURL, "?key=")
		shopper := access.With(b.ctx, access.Actor{Kind: access.Storefront})
		id := gid.ID{Type: order.Type, UUID: o.ID.UUID, Key: key}
		found, err := b.orders.ByID(shopper, id)
		if err != nil || found.Name != o.Name || found.StatusURL != o.StatusURL {
			t.Fatalf("%v %v", found, err)
		}
		want, err := database.Shop(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if shop, err := b.orders.ShopOf(t.Context(), id); err != nil || shop != want {
			t.Errorf("%v %v", shop, err)
		}
		for _, wrong := range []gid.ID{{Type: order.Type, UUID: other.ID.UUID, Key: key}, {Type: order.Type, UUID: o.ID.UUID}, {Type: order.Type, UUID: o.ID.UUID, Key: key + "x"},
			{Type: "Cart", UUID: o.ID.UUID, Key: key}, {Type: order.Type, UUID: uuid.New(), Key: key}} {
			if _, err := b.orders.ByID(shopper, wrong); !fault.Is(err, fault.NotFound) {
				t.Errorf("%v: %v", wrong, err)
			}
			if _, err := b.orders.ShopOf(t.Context(), wrong); !fault.Is(err, fault.NotFound) {
				t.Errorf("%v: %v", wrong, err)
			}
		}
	})
}

func TestNumbersHaveNoGaps(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		const buyers = 12
		var mu sync.Mutex
		names := map[string]bool{}
		var wg sync.WaitGroup
		for i := range buyers {
			d := b.draft(b.basket(t))
			wg.Go(func() {
				o, err := b.place(d)
				if i%3 == 0 && err == nil { // half-way crashes take no number
					_ = db.InTx(b.ctx, func(tx database.Tx) error {
						again := b.draft(d.Quote)
						if _, err := b.orders.PlaceTx(b.ctx, tx, again); err != nil {
							return err
						}
						return fault.New(fault.Internal, "crash")
					})
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				names[o.Name] = true
			})
		}
		wg.Wait()
		for i := range buyers {
			if name := fmt.Sprintf("#%d", 1001+i); !names[name] {
				t.Errorf("no order is called %s: %v", name, names)
			}
		}
	})
}

func TestPlaceTakesAsManyStatementsForManyLines(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		count := func(lines int) int {
			in := pricing.Input{Now: start, Currency: "USD"}
			for range lines {
				in.Lines = append(in.Lines, pricing.Line{ID: uuid.New(), VariantID: b.variants[0], Quantity: 1, UnitPrice: b.basket(t).Lines[0].UnitPrice})
			}
			q, err := pricing.Calculate(in)
			if err != nil {
				t.Fatal(err)
			}
			d := b.draft(q)
			ctx, record := database.Recording(b.ctx, false)
			err = db.InTx(ctx, func(tx database.Tx) error { _, err := b.orders.PlaceTx(ctx, tx, d); return err })
			if err != nil {
				t.Fatal(err)
			}
			return record.Count()
		}
		if one, many := count(1), count(60); one != many || one > 6 {
			t.Fatalf("%d statements for a line, %d for sixty", one, many)
		}
	})
}

func TestOrderIsSeenByWhoMay(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		mia, shop := uuid.New(), uuid.New()
		guest := b.deliver(t, b.draft(b.basket(t)))
		d := b.draft(b.basket(t))
		d.CustomerID = mia
		own := b.deliver(t, d)
		plain, opened := orderID(guest.ID.UUID), guest.ID
		wrong := gid.ID{Type: order.Type, UUID: guest.ID.UUID, Key: "another-key"}
		buyer := access.Actor{Kind: access.Customer, Shop: shop, ID: mia}
		anyone := access.Actor{Kind: access.Storefront, Shop: shop, ID: uuid.New()}
		other, _ := databasetest.Shop(t, db)
		for name, c := range map[string]struct {
			actor access.Actor
			id    gid.ID
			want  bool
		}{
			"GuestWithKey":          {anyone, opened, true},
			"GuestWithoutKey":       {anyone, plain, false},
			"GuestWithWrongKey":     {anyone, wrong, false},
			"NobodyWithoutKey":      {access.Actor{}, plain, false},
			"CustomerOfGuests":      {buyer, plain, false},
			"CustomerOwn":           {buyer, orderID(own.ID.UUID), true},
			"CustomerForeign":       {access.Actor{Kind: access.Customer, Shop: shop, ID: uuid.New()}, orderID(own.ID.UUID), false},
			"CustomerNil":           {access.Actor{Kind: access.Customer, Shop: shop}, plain, false},
			"StaffWithoutScope":     {access.Actor{Kind: access.Staff, Scopes: access.ScopesOf(access.Catalog)}, plain, false},
			"Staff":                 {access.Actor{Kind: access.Staff, Scopes: access.ScopesOf(access.Support)}, plain, true},
			"StaffWithWrongKey":     {access.Actor{Kind: access.Staff, Scopes: access.ScopesOf(access.Support)}, wrong, true},
			"System":                {access.Actor{Kind: access.System}, plain, true},
			"OtherTypeWithSameUUID": {access.Actor{Kind: access.System}, gid.New("Cart", guest.ID.UUID), false},
		} {
			t.Run(name, func(t *testing.T) {
				o, err := b.orders.ByID(b.as(c.actor), c.id)
				if c.want != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
					t.Fatalf("err = %v", err)
				}
				if o != nil && o.ID.Key != "" && o.ID.Key != key {
					t.Fatalf("the id carries the key %q", o.ID.Key)
				}
				if _, err := b.orders.ByID(access.With(other, c.actor), c.id); !fault.Is(err, fault.NotFound) {
					t.Fatalf("another shop: err = %v", err)
				}
			})
		}
		byCart, err := b.orders.ByCart(b.as(anyone), guest.CartID, key)
		if err != nil || byCart.ID != guest.ID {
			t.Fatal(byCart, err)
		}
		if _, err := b.orders.ByCart(b.as(anyone), guest.CartID, "no"); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
	})
}

func TestListsFindAndSort(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		mia := uuid.New()
		for i := range 5 {
			d := b.draft(b.basket(t))
			d.Email = fmt.Sprintf("buyer%d@example.com", i)
			d.ShippingAddress.LastName = []string{"Ash", "Elm", "Fir", "Oak", "Yew"}[4-i]
			if i < 3 {
				d.CustomerID = mia
			}
			b.deliver(t, d)
			b.clock.Advance(24 * time.Hour)
		}
		tags := []string{"late", "50%"}
		third, err := b.orders.List(b.ctx, order.Whole, keyset.Args{}, "ID", "#1003")
		if err != nil || len(third.Items) != 1 {
			t.Fatal(third.Items, err)
		}
		if _, problems, err := b.orders.Update(b.ctx, order.UpdateInput{OrderID: third.Items[0].ID, Tags: tags}); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		if _, problems, err := b.orders.Cancel(b.ctx, order.CancelInput{OrderID: third.Items[0].ID, Reason: "OTHER", Refund: true}); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		names := func(page keyset.Page[*order.Order]) (out []string) {
			for _, o := range page.Items {
				out = append(out, o.Name)
			}
			return out
		}
		for query, want := range map[string][]string{
			"":                                  {"#1001", "#1002", "#1003", "#1004", "#1005"},
			"name:#1001":                        {"#1001"},
			"name:1002":                         {"#1002"},
			"email:Buyer1@Example.com":          {"#1002"},
			"buyer4@example.com":                {"#1005"},
			"elm":                               {"#1004"},
			"Mia Oak":                           {"#1002"},
			"financial_status:refunded":         {"#1003"},
			"financial_status:paid elm":         {"#1004"},
			"fulfillment_status:unfulfilled":    {"#1001", "#1002", "#1003", "#1004", "#1005"},
			"status:canceled":                   {"#1003"},
			"status:open AND yew":               {"#1001"},
			"tag:50%":                           {"#1003"},
			`tag:"late"`:                        {"#1003"},
			"tag:lat":                           nil,
			"created_at:>2026-11-26":            {"#1004", "#1005"},
			"created_at:2026-11-24":             {"#1002"},
			"processed_at:<=2026-11-24":         {"#1001", "#1002"},
			"created_at:>=2026-11-27T09:00:00Z": {"#1005"},
			"customer_id:" + mia.String():       {"#1001", "#1002", "#1003"},
			"name:nonsense":                     nil,
		} {
			t.Run("query "+query, func(t *testing.T) {
				page, err := b.orders.List(b.ctx, order.Whole, keyset.Args{}, "", query)
				if diff := cmp.Diff(want, names(page)); err != nil || diff != "" {
					t.Fatal(diff, err)
				}
				if n, err := b.orders.Count(b.ctx, query); err != nil || n != int64(len(want)) {
					t.Fatal(n, err)
				}
			})
		}
		for _, query := range []string{"color:red", "financial_status:rich", "created_at:soon", "a OR b", "-elm", "status:new", "a b c d e f g h i j k"} {
			if _, err := b.orders.List(b.ctx, order.Whole, keyset.Args{}, "", query); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: err = %v", query, err)
			}
		}
		one := 2
		for _, sortKey := range []string{"ID", "RELEVANCE", "PROCESSED_AT", "CREATED_AT", "UPDATED_AT", "ORDER_NUMBER", "TOTAL_PRICE", "FINANCIAL_STATUS", "FULFILLMENT_STATUS",
			"CURRENT_TOTAL_PRICE", "TOTAL_ITEMS_QUANTITY", "CUSTOMER_NAME", "DESTINATION"} {
			t.Run("sort "+sortKey, func(t *testing.T) {
				var got []string
				args := keyset.Args{First: &one}
				for {
					page, err := b.orders.List(b.ctx, order.Whole, args, sortKey, "")
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, names(page)...)
					if !page.HasNext {
						break
					}
					args.After = page.End()
				}
				if len(got) != 5 {
					t.Fatalf("walking gave %v", got)
				}
				if sortKey == "CUSTOMER_NAME" && got[0] != "#1005" || sortKey == "ORDER_NUMBER" && got[0] != "#1001" {
					t.Fatalf("walking gave %v", got)
				}
				all := map[string]bool{}
				for _, n := range got {
					all[n] = true
				}
				if len(all) != 5 {
					t.Fatalf("walking gave %v", got)
				}
			})
		}
		if _, err := b.orders.List(b.ctx, order.Whole, keyset.Args{}, "COLOR", ""); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		t.Run("OfCustomers", func(t *testing.T) {
			buyer := b.as(access.Actor{Kind: access.Customer, ID: mia})
			stranger := uuid.New()
			got, err := b.orders.OfCustomers(buyer, []uuid.UUID{mia, stranger}, order.Whole, keyset.Args{Last: &one}, "PROCESSED_AT", "")
			if err != nil || len(got) != 2 || len(got[stranger].Items) != 0 {
				t.Fatal(got, err)
			}
			if diff := cmp.Diff([]string{"#1002", "#1003"}, names(got[mia])); diff != "" || !got[mia].HasPrevious {
				t.Fatal(diff)
			}
			before := keyset.Args{Last: &one, Before: got[mia].Start()}
			if got, err = b.orders.OfCustomers(buyer, []uuid.UUID{mia}, order.Whole, before, "PROCESSED_AT", ""); err != nil || cmp.Diff([]string{"#1001"}, names(got[mia])) != "" {
				t.Fatal(names(got[mia]), err)
			}
			counts, err := b.orders.CountOfCustomers(buyer, []uuid.UUID{mia, stranger}, "processed_at:>2026-11-24")
			if err != nil || counts[mia] != 2 || counts[stranger] != 0 {
				t.Fatal(counts, err)
			}
			if _, err := b.orders.OfCustomers(buyer, []uuid.UUID{mia}, order.Whole, keyset.Args{}, "CUSTOMER_NAME", ""); !fault.Is(err, fault.Forbidden) {
				t.Fatal(err)
			}
			if _, err := b.orders.OfCustomers(buyer, []uuid.UUID{mia}, order.Whole, keyset.Args{}, "ID", "tag:late"); !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		})
	})
}

func TestFiftyOrdersTakeAsManyStatementsAsOne(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.variants = []uuid.UUID{b.variant(t, 1000), b.variant(t, 1000)}
		for i := range 50 {
			o, lines := b.sold(t)
			if i%10 == 0 {
				if _, problems, err := b.orders.Fulfill(b.ctx, order.FulfillInput{OrderID: o.ID}); err != nil || len(problems) > 0 {
					t.Fatal(problems, err)
				}
				if _, _, problems, err := b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{of(lines[0], 1, order.RestockReturn)}}); err != nil || len(problems) > 0 {
					t.Fatal(problems, err)
				}
			}
		}
		count := func(first int) int {
			ctx, record := database.Recording(b.ctx, false)
			page, err := b.orders.List(ctx, order.Whole, keyset.Args{First: &first}, "PROCESSED_AT", "")
			if err != nil || len(page.Items) != first {
				t.Fatal(len(page.Items), err)
			}
			var ids []uuid.UUID
			for _, o := range page.Items {
				ids = append(ids, o.ID.UUID)
			}
			five := 5
			lines, err := b.orders.LinesOf(ctx, ids, order.Whole, keyset.Args{First: &five})
			if err != nil || len(lines) != first || len(lines[ids[0]].Items) != 2 {
				t.Fatal(lines, err)
			}
			events, err := b.orders.EventsOf(ctx, ids, keyset.Args{First: &five})
			if err != nil || len(events[ids[0]].Items) != 3 {
				t.Fatal(events, err)
			}
			payments, err := b.payments.TransactionsOf(ctx, ids)
			if err != nil || len(payments[ids[0]]) != 2 {
				t.Fatal(payments, err)
			}
			refunds, err := b.orders.RefundsOf(ctx, ids)
			if err != nil || len(refunds[ids[0]]) != 1 || !refunds[ids[0]][0].Owns(payments[ids[0]][1]) || refunds[ids[0]][0].Owns(payments[ids[0]][0]) {
				t.Fatal(refunds, err)
			}
			shipped, err := b.orders.FulfillmentsOf(ctx, ids)
			if err != nil || len(shipped[ids[0]]) != 1 || len(shipped[ids[0]][0].Lines) != 2 {
				t.Fatal(shipped, err)
			}
			return record.Count()
		}
		if one, fifty := count(1), count(50); one != fifty || fifty != 8 {
			t.Fatalf("%d statements for one order, %d for fifty; want 8", one, fifty)
		}
	})
}
