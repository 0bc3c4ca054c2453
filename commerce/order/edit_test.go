package order_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// store is the shop's catalog, markets and taxes: each variant that it knows costs 100.00, with 8.875 % tax on top.
type store map[uuid.UUID]bool

func (s store) Variants(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]*catalog.Variant, error) {
	out := map[uuid.UUID]*catalog.Variant{}
	for _, id := range ids {
		if s[id] {
			out[id] = &catalog.Variant{ID: gid.New("ProductVariant", id), ProductID: id, Title: "Oak", Price: money.New(10000, "USD"), HasPrice: true, Taxable: true, RequiresShipping: true}
		}
	}
	return out, nil
}

func (store) Products(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]*catalog.Product, error) {
	out := map[uuid.UUID]*catalog.Product{}
	for _, id := range ids {
		out[id] = &catalog.Product{ID: gid.New("Product", id), Title: "Stool"}
	}
	return out, nil
}

func (store) Buyer(context.Context, string, string) (shop.Buyer, error) {
	return shop.Buyer{Country: "US", Currency: "USD"}, nil
}

func (store) Rates(context.Context) (delivery.Rates, error) {
	return delivery.Rates{Taxes: []tax.Rate{{Country: "US", Province: "NY", Name: "Sales tax", PPM: 88750}}}, nil
}

// editable is a bundle whose orders can be edited, and a variant to add of which 5 lie in stock.
func editable(t *testing.T, db *database.DB) (*bundle, uuid.UUID) {
	t.Helper()
	b := setup(t, db)
	stool := b.variant(t, 5)
	s := store{stool: true, b.variants[0]: true}
	b.orders.Catalog, b.orders.Shops, b.orders.Rates = s, s, s
	return b, stool
}

func (b *bundle) begin(t *testing.T, o *order.Order) *order.Edit {
	t.Helper()
	e, problems, err := b.orders.BeginEdit(b.ctx, o.ID)
	if err != nil || len(problems) > 0 {
		t.Fatal(codes(problems), err)
	}
	return e
}

// staged fails the test where a change was refused.
func staged(t *testing.T) func(*order.Edit, *order.EditLine, fault.Problems, error) *order.Edit {
	return func(e *order.Edit, _ *order.EditLine, problems fault.Problems, err error) *order.Edit {
		t.Helper()
		if err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		return e
	}
}

func variant(id uuid.UUID, quantity int64) order.EditVariant {
	return order.EditVariant{VariantID: gid.New("ProductVariant", id), Quantity: quantity}
}

func TestEditChangesLinesTotalsAndStockAtOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b, stool := editable(t, db)
		o, lines := b.sold(t)
		e := b.begin(t, o)
		staged(t)(b.orders.AddVariant(b.ctx, e.ID, variant(stool, 2)))
		staged(t)(b.orders.AddCustom(b.ctx, e.ID, order.EditCustom{Title: "Assembly", Price: money.New(5000, "USD"), Quantity: 1}))
		staged(t)(b.orders.SetQuantity(b.ctx, e.ID, order.EditQuantity{LineID: lines[0].ID, Quantity: 4}))
		e = staged(t)(b.orders.SetQuantity(b.ctx, e.ID, order.EditQuantity{LineID: lines[1].ID, Quantity: 1, Restock: true}))
		if now := b.again(t, o); now.Revision() != o.Revision() || len(b.lines(t, o)) != 2 || now.Edited {
			t.Fatalf("%+v", now)
		}
		b.onHand(t, stool, 5)
		b.seen.take()
		// Two stools at 100.00, a chair at 33.33, both with 8.875 % tax; assembly at 50.00 without.
		more := int64(20000+1775) + int64(3333+296) + 5000
		now, problems, err := b.orders.CommitEdit(b.ctx, order.CommitInput{EditID: e.ID, Note: "Rang"})
		if err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		if now.TotalPrice.Amount != o.TotalPrice.Amount+more || now.OriginalTotalPrice != o.TotalPrice || !now.Edited {
			t.Fatalf("%v, want %d more than %v", now.TotalPrice, more, o.TotalPrice)
		}
		if now.CurrentTotalPrice != e.TotalPrice || now.TotalOutstanding != e.TotalOutstanding || now.CurrentTotalPrice.Amount-o.TotalPrice.Amount != now.TotalOutstanding.Amount {
			t.Fatalf("%+v %+v", now, e)
		}
		b.onHand(t, stool, 3)
		b.onHand(t, b.variants[0], 96)
		b.onHand(t, b.variants[1], 99)
		after := b.lines(t, o)
		if len(after) != 4 || after[0].Quantity != 4 || after[1].CurrentQuantity != 1 || after[2].Title != "Stool" || after[2].TotalTax.Amount != 1775 || after[3].VariantID != uuid.Nil {
			t.Fatalf("%+v", after)
		}
		if diff := cmp.Diff([]string{order.SubjectEdited}, b.seen.take()); diff != "" {
			t.Fatal(diff)
		}
		f := b.ship(t, order.FulfillInput{OrderID: o.ID})
		if len(f.Lines) != 4 || b.again(t, o).FulfillmentStatus != order.FullyFulfilled {
			t.Fatalf("%+v", f)
		}
		if _, problems, err := b.orders.CommitEdit(b.ctx, order.CommitInput{EditID: e.ID}); err != nil || codes(problems)[0] != "CONFLICT id" {
			t.Fatal(problems, err)
		}
	})
}

func TestEditedOrderIsPaidOrGivenBack(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b, stool := editable(t, db)
		o, lines := b.sold(t)
		commit := func(e *order.Edit) *order.Order {
			t.Helper()
			now, problems, err := b.orders.CommitEdit(b.ctx, order.CommitInput{EditID: e.ID})
			if err != nil || len(problems) > 0 {
				t.Fatal(codes(problems), err)
			}
			return now
		}
		now := commit(staged(t)(b.orders.AddVariant(b.ctx, b.begin(t, o).ID, variant(stool, 1))))
		if now.FinancialStatus != order.PartiallyPaid || now.TotalOutstanding.Amount != 10888 {
			t.Fatalf("%+v", now)
		}
		if now, _, err := b.orders.MarkPaid(b.ctx, o.ID); err != nil || now.FinancialStatus != order.Paid || !now.TotalOutstanding.IsZero() {
			t.Fatalf("%+v %v", now, err)
		}
		now = commit(staged(t)(b.orders.SetQuantity(b.ctx, b.begin(t, o).ID, order.EditQuantity{LineID: lines[0].ID, Restock: true})))
		owed := money.New(-now.TotalOutstanding.Amount, "USD")
		if owed.Amount <= 0 || now.FinancialStatus != order.Paid {
			t.Fatalf("%+v", now)
		}
		_, now, problems, err := b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Amount: &owed})
		if err != nil || len(problems) > 0 || !now.TotalOutstanding.IsZero() || now.TotalRefunded != owed {
			t.Fatalf("%+v %v %v", now, codes(problems), err)
		}
		// All that is left is given back: to the last minor unit.
		var rest []order.RefundLineInput
		for _, l := range b.lines(t, o) {
			if l.RefundableQuantity > 0 {
				rest = append(rest, of(l, l.RefundableQuantity, order.RestockCancel))
			}
		}
		_, now, problems, err = b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Lines: rest, Shipping: &order.ShippingRefund{Full: true}})
		if err != nil || len(problems) > 0 || now.FinancialStatus != order.FullyRefunded || !now.CurrentTotalPrice.IsZero() || !now.TotalOutstanding.IsZero() {
			t.Fatalf("%+v %v %v", now, codes(problems), err)
		}
		b.onHand(t, stool, 5)
		b.onHand(t, b.variants[0], 100)
	})
}

func TestOfTwoEditsAtOnceTheSecondIsStale(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b, stool := editable(t, db)
		o, _ := b.sold(t)
		told := map[string]int{}
		first := staged(t)(b.orders.AddVariant(b.ctx, b.begin(t, o).ID, variant(stool, 1)))
		second := staged(t)(b.orders.AddVariant(b.ctx, b.begin(t, o).ID, variant(stool, 1)))
		for _, e := range []*order.Edit{first, second} {
			_, problems, err := b.orders.CommitEdit(b.ctx, order.CommitInput{EditID: e.ID})
			if err != nil {
				t.Fatal(err)
			}
			if len(problems) > 0 {
				told[codes(problems)[0]]++
			}
		}
		if told["STALE id"] != 1 || len(b.lines(t, o)) != 3 {
			t.Fatal(told)
		}
	})
}

func TestEditRefuses(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b, stool := editable(t, db)
		o, lines := b.sold(t)
		b.ship(t, order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{units(lines[0], 2)}})
		e := b.begin(t, o)
		refused := func(want string) func(*order.Edit, *order.EditLine, fault.Problems, error) {
			return func(_ *order.Edit, _ *order.EditLine, problems fault.Problems, err error) {
				t.Helper()
				if err != nil || len(problems) == 0 || codes(problems)[0] != want {
					t.Fatal(want, codes(problems), err)
				}
			}
		}
		set := func(l gid.ID, n int64) (*order.Edit, *order.EditLine, fault.Problems, error) {
			return b.orders.SetQuantity(b.ctx, e.ID, order.EditQuantity{LineID: l, Quantity: n})
		}
		refused("EXCEEDS_REMAINING quantity")(set(lines[0].ID, 1))
		refused("INVALID quantity")(set(lines[0].ID, -1))
		refused("NOT_FOUND lineItemId")(set(gid.New(order.LineType, uuid.New()), 1))
		refused("NOT_FOUND variantId")(b.orders.AddVariant(b.ctx, e.ID, variant(uuid.New(), 1)))
		refused("CONFLICT variantId")(b.orders.AddVariant(b.ctx, e.ID, variant(b.variants[0], 1)))
		refused("INVALID quantity")(b.orders.AddVariant(b.ctx, e.ID, variant(stool, 0)))
		refused("CURRENCY_MISMATCH price")(b.orders.AddCustom(b.ctx, e.ID, order.EditCustom{Title: "x", Price: money.New(1, "EUR"), Quantity: 1}))
		refused("INVALID price")(b.orders.AddCustom(b.ctx, e.ID, order.EditCustom{Title: "x", Price: money.New(-1, "USD"), Quantity: 1}))
		refused("BLANK title")(b.orders.AddCustom(b.ctx, e.ID, order.EditCustom{Title: " ", Price: money.New(1, "USD"), Quantity: 1}))
		refused("INVALID quantity")(b.orders.AddCustom(b.ctx, e.ID, order.EditCustom{Title: "x", Price: money.New(1<<53-1, "USD"), Quantity: 1_000_000}))
		commit := func(want string) {
			t.Helper()
			if _, problems, err := b.orders.CommitEdit(b.ctx, order.CommitInput{EditID: e.ID}); err != nil || len(problems) == 0 || codes(problems)[0] != want {
				t.Fatal(want, codes(problems), err)
			}
		}
		commit("INVALID id")
		staged(t)(b.orders.AddVariant(b.ctx, e.ID, variant(stool, 6)))
		commit("EXCEEDS_REMAINING id")
		b.onHand(t, stool, 5)
		if now := b.again(t, o); now.Edited || len(b.lines(t, o)) != 2 {
			t.Fatalf("%+v", now)
		}
		other, _ := databasetest.Shop(t, db)
		refused("NOT_FOUND id")(b.orders.AddVariant(access.With(other, access.From(b.ctx)), e.ID, variant(stool, 1)))
		b.clock.Advance(25 * time.Hour)
		commit("NOT_FOUND id")
		refused("NOT_FOUND id")(set(lines[0].ID, 3))
	})
}

func TestEditStandsBesideWhatHappensMeanwhile(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b, _ := editable(t, db)
		o, lines := b.sold(t)
		e := staged(t)(b.orders.SetQuantity(b.ctx, b.begin(t, o).ID, order.EditQuantity{LineID: lines[0].ID, Quantity: 2}))
		if _, _, _, err := b.orders.Comment(b.ctx, o.ID, "Rang"); err != nil { // does not hinder the edit
			t.Fatal(err)
		}
		if _, _, problems, err := b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{of(lines[0], 1, order.RestockCancel)}}); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		if _, problems, err := b.orders.CommitEdit(b.ctx, order.CommitInput{EditID: e.ID}); err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		if now := b.lines(t, o); now[0].CurrentQuantity != 1 { // one was given back, one taken off
			t.Fatalf("%+v", now[0])
		}
		other := staged(t)(b.orders.SetQuantity(b.ctx, b.begin(t, o).ID, order.EditQuantity{LineID: lines[0].ID, Quantity: 0}))
		b.ship(t, order.FulfillInput{OrderID: o.ID})
		if _, problems, err := b.orders.CommitEdit(b.ctx, order.CommitInput{EditID: other.ID}); err != nil || codes(problems)[0] != "EXCEEDS_REMAINING id" {
			t.Fatal(problems, err)
		}
	})
}
