package order_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func codes(problems fault.Problems) (out []string) {
	for _, p := range problems {
		out = append(out, p.Code+" "+strings.Join(p.Field, "."))
	}
	return out
}

func TestRefundGivesMoneyAndGoodsBack(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, lines := b.sold(t)
		b.seen.take()
		var given int64
		for _, in := range []order.RefundInput{
			{Lines: []order.RefundLineInput{of(lines[0], 1, order.RestockCancel), of(lines[1], 1, order.RestockNone)}, Note: "Scratched", Notify: true},
			{Lines: []order.RefundLineInput{of(lines[0], 2, order.RestockReturn)}, Shipping: &order.ShippingRefund{Amount: money.New(500, "USD")}},
			{Lines: []order.RefundLineInput{of(lines[1], 1, order.RestockCancel)}, Shipping: &order.ShippingRefund{Full: true}},
		} {
			in.OrderID = o.ID
			refund, now, problems, err := b.orders.Refund(b.ctx, in)
			if err != nil || len(problems) > 0 {
				t.Fatal(codes(problems), err)
			}
			given += refund.TotalRefunded.Amount
			if now.TotalRefunded.Amount != given || refund.Pending || now.CurrentTotalPrice.Amount != now.TotalPrice.Amount-given {
				t.Fatalf("%+v", now)
			}
		}
		o = b.again(t, o)
		if o.TotalRefunded != o.TotalPrice || o.FinancialStatus != order.FullyRefunded || o.Refundable || o.Fulfillable || !o.CurrentTotalTax.IsZero() || !o.CurrentTotalShippingPrice.IsZero() {
			t.Fatalf("%+v", o)
		}
		b.onHand(t, b.variants[0], 100)
		b.onHand(t, b.variants[1], 99)
		refunds, err := b.orders.RefundsOf(b.ctx, []uuid.UUID{o.ID.UUID})
		if err != nil || len(refunds[o.ID.UUID]) != 3 {
			t.Fatal(refunds, err)
		}
		first := refunds[o.ID.UUID][0]
		if *first.Note != "Scratched" || first.StaffMemberID != access.From(b.ctx).ID || len(first.Lines) != 2 || !first.Lines[0].Restocked || first.Lines[0].LocationID != b.location || first.Lines[1].Restocked {
			t.Fatalf("%+v %+v", first, first.Lines[0])
		}
		transactions, err := b.payments.TransactionsOf(b.ctx, []uuid.UUID{o.ID.UUID})
		if err != nil {
			t.Fatal(err)
		}
		var back int64
		for _, tr := range transactions[o.ID.UUID] {
			if tr.Kind == payment.Refund && tr.Status == payment.Success && tr.ParentID == transactions[o.ID.UUID][0].ID.UUID {
				back += tr.Amount.Amount
			}
		}
		if back != o.TotalPrice.Amount {
			t.Fatalf("the gateway gave %d back of %d", back, o.TotalPrice.Amount)
		}
		if diff := cmp.Diff([]string{order.SubjectRefunded, order.SubjectRefunded, order.SubjectRefunded}, b.seen.take()); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff([]string{"order.refunded", "order.refunded", "order.refunded"}, b.records.list); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestRefundRefuses(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, lines := b.sold(t)
		if _, problems, err := b.orders.Fulfill(b.ctx, order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{{LineID: lines[0].ID, Quantity: 2}}}); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		tooMuch, negative, euros := money.New(o.TotalPrice.Amount+1, "USD"), money.New(-1, "USD"), money.New(1, "EUR")
		line := func(l order.RefundLineInput) order.RefundInput {
			return order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{l}}
		}
		for name, c := range map[string]struct {
			in   order.RefundInput
			want string
		}{
			"Nothing":       {order.RefundInput{OrderID: o.ID}, "BLANK input"},
			"ForeignOrder":  {order.RefundInput{OrderID: orderID(uuid.New()), Amount: &negative}, "NOT_FOUND input.orderId"},
			"ForeignLine":   {line(order.RefundLineInput{LineID: gid.New(order.LineType, uuid.New()), Quantity: 1}), "NOT_FOUND input.refundLineItems.0.lineItemId"},
			"ForeignPlace":  {line(order.RefundLineInput{LineID: lines[0].ID, Quantity: 1, LocationID: gid.New("Location", uuid.New())}), "NOT_FOUND input.refundLineItems.0.locationId"},
			"TooMany":       {line(of(lines[0], 4, order.RestockReturn)), "EXCEEDS_REMAINING input.refundLineItems.0.quantity"},
			"None":          {line(of(lines[0], 0, order.RestockReturn)), "INVALID input.refundLineItems.0.quantity"},
			"Negative":      {line(of(lines[0], -1, order.RestockReturn)), "INVALID input.refundLineItems.0.quantity"},
			"CancelShipped": {line(of(lines[0], 2, order.RestockCancel)), "EXCEEDS_REMAINING input.refundLineItems.0.quantity"},
			"OldType":       {line(of(lines[0], 1, "LEGACY_RESTOCK")), "INVALID input.refundLineItems.0.restockType"},
			"Amount":        {order.RefundInput{OrderID: o.ID, Amount: &tooMuch}, "EXCEEDS_REMAINING input.transactions"},
			"NegativeMoney": {order.RefundInput{OrderID: o.ID, Amount: &negative}, "INVALID input.transactions"},
			"Currency":      {order.RefundInput{OrderID: o.ID, Amount: &euros}, "CURRENCY_MISMATCH input.currency"},
			"Shipping":      {order.RefundInput{OrderID: o.ID, Shipping: &order.ShippingRefund{Amount: money.New(1000, "USD")}}, "EXCEEDS_REMAINING input.shipping.amount"},
			"ShippingOther": {order.RefundInput{OrderID: o.ID, Shipping: &order.ShippingRefund{Amount: euros}}, "CURRENCY_MISMATCH input.shipping.amount"},
			"LongNote":      {order.RefundInput{OrderID: o.ID, Amount: &negative, Note: strings.Repeat("x", 5001)}, "TOO_LONG input.note"},
		} {
			t.Run(name, func(t *testing.T) {
				refund, _, problems, err := b.orders.Refund(b.ctx, c.in)
				if got := codes(problems); err != nil || refund != nil || len(got) == 0 || got[0] != c.want {
					t.Fatal(got, err)
				}
			})
		}
		if now := b.again(t, o); !now.TotalRefunded.IsZero() || now.FulfillmentStatus != order.PartiallyFulfilled {
			t.Fatalf("%+v", now)
		}
		other, _ := databasetest.Shop(t, db)
		if _, _, problems, err := b.orders.Refund(access.With(other, access.From(b.ctx)), line(of(lines[0], 1, ""))); err != nil || codes(problems)[0] != "NOT_FOUND input.orderId" {
			t.Fatal(problems, err)
		}
	})
}

func TestRefundGoesToTheCardLast(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		card, _, err := b.cards.IssueCard(b.ctx, discount.Issue{Amount: money.New(10000, "USD")})
		if err != nil {
			t.Fatal(err)
		}
		d := b.draft(b.basket(t, pricing.GiftCard{ID: card.ID, Balance: card.Balance}))
		err = db.InTx(b.ctx, func(tx database.Tx) error {
			return b.cards.DebitTx(b.ctx, tx, card.ID, d.Quote.Totals.GiftCards, "cart", &d.ID)
		})
		if err != nil {
			t.Fatal(err)
		}
		o := b.deliver(t, d)
		if o.TotalReceived != o.TotalPrice || cmp.Diff([]string{"bogus", "gift_card"}, o.PaymentGatewayNames) != "" {
			t.Fatalf("%+v", o)
		}
		balance := func(want int64) {
			t.Helper()
			cards, err := b.cards.Cards(b.ctx, []uuid.UUID{card.ID})
			if err != nil || cards[card.ID].Balance.Amount != want {
				t.Fatalf("balance %+v, want %d: %v", cards[card.ID], want, err)
			}
		}
		part := d.Quote.Totals.Charge
		part.Amount += 1000
		if _, _, problems, err := b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Amount: &part}); err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		balance(1000)
		now, problems, err := b.orders.Cancel(b.ctx, order.CancelInput{OrderID: o.ID, Reason: "CUSTOMER", Refund: true, Restock: true})
		if err != nil || len(problems) > 0 || now.TotalRefunded != now.TotalPrice || now.FinancialStatus != order.FullyRefunded {
			t.Fatal(now, codes(problems), err)
		}
		balance(10000)
	})
}

func TestConcurrentRefundsNeverExceed(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, lines := b.sold(t)
		var mu sync.Mutex
		done := 0
		var wg sync.WaitGroup
		for n := range 10 {
			wg.Go(func() {
				in := order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{of(lines[n%2], 1, order.RestockReturn)}}
				if n == 9 {
					in = order.RefundInput{OrderID: o.ID, Shipping: &order.ShippingRefund{Full: true}}
				}
				refund, _, problems, err := b.orders.Refund(b.ctx, in)
				if err != nil {
					t.Error(err)
				}
				if refund == nil && len(problems) != 1 {
					t.Error("neither refunded nor refused")
				}
				if refund != nil {
					mu.Lock()
					defer mu.Unlock()
					done++
				}
			})
		}
		wg.Wait()
		now := b.again(t, o)
		if done != 6 || now.TotalRefunded != now.TotalPrice {
			t.Fatalf("%d refunds gave %v of %v back", done, now.TotalRefunded, now.TotalPrice)
		}
		b.onHand(t, b.variants[0], 100)
		b.onHand(t, b.variants[1], 100)
	})
}

func TestRefusedRefundChangesNothing(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, lines := b.sold(t)
		b.gateway.mood(payment.Declined{Code: payment.ProcessingError, Message: "no"}, nil)
		in := order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{of(lines[0], 2, order.RestockCancel)}, Shipping: &order.ShippingRefund{Full: true}}
		refund, now, problems, err := b.orders.Refund(b.ctx, in)
		if err != nil || refund != nil || len(problems) != 1 || problems[0].Code != order.CodePaymentFailed {
			t.Fatal(refund, codes(problems), err)
		}
		was := *o
		was.UpdatedAt = now.UpdatedAt
		if now.TotalRefunded != was.TotalRefunded || now.CurrentTotalPrice != was.CurrentTotalPrice || now.CurrentTotalTax != was.CurrentTotalTax || now.FinancialStatus != order.Paid {
			t.Fatalf("%+v", now)
		}
		if diff := cmp.Diff(lines[0].RefundableQuantity, b.lines(t, o)[0].RefundableQuantity); diff != "" {
			t.Fatal(diff)
		}
		b.onHand(t, b.variants[0], 97)
		if list, err := b.orders.RefundsOf(b.ctx, []uuid.UUID{o.ID.UUID}); err != nil || len(list[o.ID.UUID]) != 0 {
			t.Fatal(list, err)
		}
		b.gateway.mood(nil, nil)
		if refund, _, problems, err = b.orders.Refund(b.ctx, in); err != nil || len(problems) > 0 || refund.Pending {
			t.Fatal(refund, codes(problems), err)
		}
	})
}

func TestLostAnswerIsResumed(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, mood := range map[string][2]error{"BeforeTheGateway": {errLost, nil}, "AfterTheGateway": {nil, errLost}} {
			t.Run(name, func(t *testing.T) {
				b := setup(t, db)
				o, lines := b.sold(t)
				b.gateway.mood(mood[0], mood[1])
				refund, now, problems, err := b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{of(lines[0], 3, order.RestockReturn)}})
				if err != nil || len(problems) > 0 || !refund.Pending || now.TotalRefunded != refund.TotalRefunded {
					t.Fatal(refund, codes(problems), err)
				}
				b.onHand(t, b.variants[0], 97)
				all := database.AllShops(b.ctx)
				if n, err := b.orders.ResumeRefunds(all, 10); err != nil || n != 0 {
					t.Fatal(n, err) // its caller may still be at it
				}
				b.clock.Advance(2 * time.Minute)
				if n, err := b.orders.ResumeRefunds(all, 10); err != nil || n != 1 {
					t.Fatal(n, err)
				}
				b.onHand(t, b.variants[0], 97)
				b.gateway.mood(nil, nil)
				b.clock.Advance(2 * time.Minute)
				var wg sync.WaitGroup
				for range 4 {
					wg.Go(func() {
						if _, err := b.orders.ResumeRefunds(all, 10); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				got, err := b.orders.RefundsByID(b.ctx, []uuid.UUID{refund.ID.UUID})
				if err != nil || got[refund.ID.UUID].Pending || !got[refund.ID.UUID].Lines[0].Restocked {
					t.Fatal(got, err)
				}
				b.onHand(t, b.variants[0], 100)
				transactions, err := b.payments.TransactionsOf(b.ctx, []uuid.UUID{o.ID.UUID})
				if err != nil || len(transactions[o.ID.UUID]) != 2 || transactions[o.ID.UUID][1].Status != payment.Success {
					t.Fatal(transactions, err)
				}
			})
		}
	})
}

func TestCancelReturnsStockAndMoney(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, lines := b.sold(t)
		if _, _, problems, err := b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{of(lines[0], 1, order.RestockNone)}}); err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		b.seen.take()
		now, problems, err := b.orders.Cancel(b.ctx, order.CancelInput{OrderID: o.ID, Reason: "CUSTOMER", Restock: true, Refund: true, Note: "Changed her mind"})
		if err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		if now.CanceledAt == nil || *now.CancelReason != "CUSTOMER" || now.TotalRefunded != now.TotalPrice || now.FinancialStatus != order.FullyRefunded || now.Fulfillable || !now.CurrentTotalPrice.IsZero() {
			t.Fatalf("%+v", now)
		}
		b.onHand(t, b.variants[0], 99) // the one that was not to go back stays away
		b.onHand(t, b.variants[1], 100)
		if diff := cmp.Diff([]string{order.SubjectCanceled, order.SubjectRefunded}, b.seen.take()); diff != "" {
			t.Fatal(diff)
		}
		events, err := b.orders.EventsOf(b.ctx, []uuid.UUID{o.ID.UUID}, keyset.Args{})
		if err != nil {
			t.Fatal(err)
		}
		var actions []string
		for _, e := range events[o.ID.UUID].Items {
			actions = append(actions, e.Action)
		}
		if diff := cmp.Diff([]string{"placed", "refunded", "canceled", "refunded"}, actions); diff != "" {
			t.Fatal(diff)
		}
		if _, problems, err = b.orders.Cancel(b.ctx, order.CancelInput{OrderID: o.ID, Reason: "CUSTOMER"}); err != nil || codes(problems)[0] != "INVALID orderId" {
			t.Fatal(codes(problems), err)
		}
		if _, problems, err = b.orders.Fulfill(b.ctx, order.FulfillInput{OrderID: o.ID}); err != nil || problems[0].Code != order.CodeConflict {
			t.Fatal(codes(problems), err)
		}
	})
}

func TestCancelEndsInEveryState(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("UnpaidIsVoided", func(t *testing.T) {
			b := setup(t, db)
			d := b.draft(b.basket(t))
			o, err := b.place(d)
			if err != nil || o.FinancialStatus != order.Pending {
				t.Fatal(o, err)
			}
			now, problems, err := b.orders.Cancel(b.ctx, order.CancelInput{OrderID: o.ID, Reason: "DECLINED", Restock: true, Refund: true})
			if err != nil || len(problems) > 0 || now.FinancialStatus != order.Voided {
				t.Fatal(now, codes(problems), err)
			}
			b.onHand(t, b.variants[0], 100)
		})
		t.Run("PaidLater", func(t *testing.T) {
			b := setup(t, db)
			d := b.draft(b.basket(t))
			o, err := b.place(d)
			if err != nil {
				t.Fatal(err)
			}
			paid := b.charge(t, "later", d.Quote.Totals.Charge)
			for range 2 {
				if err := db.InTx(b.ctx, func(tx database.Tx) error { return b.orders.PaidTx(b.ctx, tx, o.ID.UUID, *paid) }); err != nil {
					t.Fatal(err)
				}
			}
			if now := b.again(t, o); now.FinancialStatus != order.Paid || now.TotalReceived != now.TotalPrice {
				t.Fatalf("%+v", now)
			}
		})
		t.Run("RefusedByTheGateway", func(t *testing.T) {
			b := setup(t, db)
			o, _ := b.sold(t)
			b.gateway.mood(payment.Failed{Cause: errors.New("down")}, nil)
			now, problems, err := b.orders.Cancel(b.ctx, order.CancelInput{OrderID: o.ID, Reason: "OTHER", Restock: true, Refund: true})
			if err != nil || len(problems) > 0 || now.CanceledAt == nil || now.FinancialStatus != order.Paid || !now.Refundable {
				t.Fatal(now, codes(problems), err)
			}
			b.gateway.mood(nil, nil)
			left := now.TotalPrice
			var in order.RefundInput
			in.OrderID, in.Amount = o.ID, &left
			for _, l := range b.lines(t, o) {
				in.Lines = append(in.Lines, of(l, l.RefundableQuantity, order.RestockCancel))
			}
			if _, now, problems, err = b.orders.Refund(b.ctx, in); err != nil || len(problems) > 0 || now.FinancialStatus != order.FullyRefunded {
				t.Fatal(now, codes(problems), err)
			}
			b.onHand(t, b.variants[0], 100) // once, by the cancellation
		})
		t.Run("Refuses", func(t *testing.T) {
			b := setup(t, db)
			o, lines := b.sold(t)
			warehouse := b.as(access.Actor{Kind: access.Staff, ID: uuid.New(), Scopes: access.ScopesOf(access.Warehouse)})
			if _, problems, err := b.orders.Cancel(warehouse, order.CancelInput{OrderID: o.ID, Reason: "OTHER", Refund: true}); err != nil || problems[0].Code != order.CodeNoRefund {
				t.Fatal(codes(problems), err)
			}
			if _, problems, err := b.orders.Cancel(b.ctx, order.CancelInput{OrderID: o.ID, Reason: "OTHER", Note: strings.Repeat("ü", 256)}); err != nil || problems[0].Code != order.CodeStaffNote {
				t.Fatal(codes(problems), err)
			}
			if _, problems, err := b.orders.Cancel(b.ctx, order.CancelInput{OrderID: orderID(uuid.New()), Reason: "OTHER"}); err != nil || problems[0].Code != order.CodeNotFound {
				t.Fatal(codes(problems), err)
			}
			if _, problems, err := b.orders.Fulfill(b.ctx, order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{{LineID: lines[0].ID, Quantity: 1}}}); err != nil || len(problems) > 0 {
				t.Fatal(codes(problems), err)
			}
			if _, problems, err := b.orders.Cancel(b.ctx, order.CancelInput{OrderID: o.ID, Reason: "OTHER"}); err != nil || problems[0].Code != order.CodeInvalid {
				t.Fatal(codes(problems), err)
			}
		})
	})
}

func TestFulfillShipsWhatWaits(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, lines := b.sold(t)
		b.seen.take()
		in := order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{{LineID: lines[0].ID, Quantity: 1}, {LineID: lines[0].ID, Quantity: 1}},
			Tracking: order.Tracking{Company: "Post", Numbers: []string{"1", "2"}, URLs: []string{"https://post.example/1"}}}
		f, problems, err := b.orders.Fulfill(b.ctx, in)
		if err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		info := f.TrackingInfo(nil)
		if f.Name != "#1001-F1" || f.Status != "SUCCESS" || f.LocationID != b.location || len(f.Lines) != 1 || f.Lines[0].Quantity != 2 || len(info) != 2 || *info[0].URL != "https://post.example/1" || info[1].URL != nil {
			t.Fatalf("%+v %+v", f, info)
		}
		if now := b.again(t, o); now.FulfillmentStatus != order.PartiallyFulfilled || !now.Fulfillable {
			t.Fatalf("%+v", now)
		}
		for name, c := range map[string]struct {
			in   order.FulfillInput
			want string
		}{
			"TooMany":   {order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{{LineID: lines[0].ID, Quantity: 2}}}, "EXCEEDS_REMAINING fulfillment.lineItems.0.quantity"},
			"None":      {order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{{LineID: lines[0].ID}}}, "INVALID fulfillment.lineItems.0.quantity"},
			"Foreign":   {order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{{LineID: o.ID, Quantity: 1}}}, "NOT_FOUND fulfillment.lineItems.0.lineItemId"},
			"NoOrder":   {order.FulfillInput{OrderID: lines[0].ID}, "NOT_FOUND fulfillment.orderId"},
			"BadURL":    {order.FulfillInput{OrderID: o.ID, Tracking: order.Tracking{URLs: []string{"javascript:alert(1)"}}}, "INVALID fulfillment.trackingInfo.url"},
			"TwoLines":  {order.FulfillInput{OrderID: o.ID, Tracking: order.Tracking{Numbers: []string{"a\nb"}}}, "INVALID fulfillment.trackingInfo"},
			"EmptyList": {order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{}}, "CONFLICT fulfillment.lineItems"},
		} {
			t.Run(name, func(t *testing.T) {
				f, problems, err := b.orders.Fulfill(b.ctx, c.in)
				if got := codes(problems); err != nil || f != nil || len(got) != 1 || got[0] != c.want {
					t.Fatal(got, err)
				}
			})
		}
		// One that was shipped comes back, one that waits is called off: the rest is two.
		back := order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{of(lines[0], 1, order.RestockReturn), of(lines[0], 1, order.RestockCancel)}}
		if _, _, problems, err := b.orders.Refund(b.ctx, back); err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		if l := b.lines(t, o)[0]; l.UnfulfilledQuantity != 0 || l.CurrentQuantity != 1 || l.RefundableQuantity != 1 {
			t.Fatalf("%+v", l)
		}
		if f, problems, err = b.orders.Fulfill(b.ctx, order.FulfillInput{OrderID: o.ID}); err != nil || len(problems) > 0 || f.Name != "#1001-F2" || len(f.Lines) != 1 || f.Lines[0].Quantity != 2 {
			t.Fatal(f, codes(problems), err)
		}
		if now := b.again(t, o); now.FulfillmentStatus != order.FullyFulfilled || now.Fulfillable {
			t.Fatalf("%+v", now)
		}
		b.onHand(t, b.variants[0], 99)
		if diff := cmp.Diff([]string{order.SubjectFulfilled, order.SubjectRefunded, order.SubjectFulfilled}, b.seen.take()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestUpdateKeepsWhatIsRight(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, _ := b.sold(t)
		note, email, bad, city := "Ring twice", "Ann@Example.com", "nobody", "Buffalo"
		now, problems, err := b.orders.Update(b.ctx, order.UpdateInput{OrderID: o.ID, Note: &note, Email: &email, Tags: []string{" vip ", "vip", ""},
			CustomAttributes: []*cart.Attribute{{Key: "door", Value: &city}}, ShippingAddress: &customer.AddressInput{City: &city}})
		if err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		if *now.Note != note || *now.Email != "ann@example.com" || cmp.Diff([]string{"vip"}, now.Tags) != "" || *now.ShippingAddress.City != city || *now.BillingAddress.City != "Albany" || now.CustomAttributes[0].Key != "door" {
			t.Fatalf("%+v", now)
		}
		if _, problems, err := b.orders.Update(b.ctx, order.UpdateInput{OrderID: o.ID, Email: &bad, Tags: []string{strings.Repeat("x", 41)}}); err != nil || len(problems) != 2 {
			t.Fatal(codes(problems), err)
		}
		if again := b.again(t, o); *again.Email != "ann@example.com" || len(again.Tags) != 1 {
			t.Fatalf("%+v", again)
		}
		if _, problems, err := b.orders.Fulfill(b.ctx, order.FulfillInput{OrderID: o.ID}); err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		if _, problems, err := b.orders.Update(b.ctx, order.UpdateInput{OrderID: o.ID, ShippingAddress: &customer.AddressInput{City: &city}}); err != nil || codes(problems)[0] != "CONFLICT input.shippingAddress" {
			t.Fatal(codes(problems), err)
		}
	})
}
