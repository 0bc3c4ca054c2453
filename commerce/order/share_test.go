package order

import (
	"math"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/gid"
)

// drawOrder makes a paid order of a few lines by chance.
func drawOrder(t *rapid.T) (*record, []*item) {
	r := &record{id: uuid.New(), currency: "USD", taxesIncluded: rapid.Bool().Draw(t, "included")}
	var items []*item
	for range rapid.IntRange(1, 4).Draw(t, "lines") {
		i := &item{id: uuid.New(), variant: uuid.New(), currency: "USD", quantity: rapid.Int64Range(1, 9).Draw(t, "quantity")}
		i.goods = rapid.Int64Range(0, 10000).Draw(t, "goods")
		i.tax = rapid.Int64Range(0, i.goods).Draw(t, "tax")
		i.fulfilled = rapid.Int64Range(0, i.quantity).Draw(t, "fulfilled")
		i.parcels.Taken = []inventory.Allocation{{VariantID: i.variant, LocationID: uuid.New(), Quantity: i.quantity}}
		r.subtotal, r.tax = r.subtotal+i.goods, r.tax+i.tax
		items = append(items, i)
	}
	r.shipping = rapid.Int64Range(0, 3000).Draw(t, "shipping")
	r.delivery.Tax = money.New(rapid.Int64Range(0, r.shipping).Draw(t, "shipping tax"), "USD")
	r.tax += r.delivery.Tax.Amount
	r.total = r.subtotal + r.shipping + r.onTop(r.tax)
	card := rapid.Int64Range(0, r.total).Draw(t, "card")
	if card > 0 {
		r.books.Cards = []CardUse{{ID: uuid.New(), Amount: money.New(card, "USD")}}
	}
	if card < r.total {
		r.books.Sales = []sale{{Transaction: uuid.New(), Gateway: "g", Amount: r.total - card}}
	}
	r.books.Received = r.total
	r.reckon(items)
	return r, items
}

// Whatever is given back in whatever parts, nothing ever exceeds what was paid, the books agree with their parts, and when
// everything has been given back it is exactly the total.
func TestRefundsEndExactlyAtTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, items := drawOrder(t)
		var open []*refundRow
		give := func(in RefundInput) {
			row, amount, problems := plan(r, items, in)
			if len(problems) > 0 {
				t.Fatalf("refused: %+v", *problems[0])
			}
			row.amount = money.New(amount, "USD")
			row.doc.Sales, row.doc.Cards = r.books.draw(amount)
			r.refunded += amount
			r.reckon(items)
			var drawn int64
			for _, m := range row.doc.Sales {
				drawn += m.Amount
			}
			for _, c := range row.doc.Cards {
				drawn += c.Amount
			}
			if drawn != amount {
				t.Fatalf("%d drawn of %d", drawn, amount)
			}
			open = append(open, row)
		}
		for range rapid.IntRange(0, 6).Draw(t, "refunds") {
			in := RefundInput{}
			i := items[rapid.IntRange(0, len(items)-1).Draw(t, "line")]
			if i.left() > 0 {
				in.Lines = append(in.Lines, RefundLineInput{LineID: gid.New(LineType, i.id), Quantity: rapid.Int64Range(1, i.left()).Draw(t, "units"),
					Restock: rapid.SampledFrom([]string{RestockNone, RestockReturn, ""}).Draw(t, "restock")})
			}
			if part := rapid.Int64Range(0, r.shipping-r.refundedFreight).Draw(t, "freight"); part > 0 || len(in.Lines) == 0 {
				in.Shipping = &ShippingRefund{Amount: money.New(part, "USD")}
			}
			give(in)
			if n := rapid.IntRange(0, 2*len(open)).Draw(t, "undo"); n < len(open) { // the gateway refuses one of them
				undo(r, items, open[n])
				open = append(open[:n], open[n+1:]...)
			}
			r.reckon(items)
			checkBooks(t, r, items)
		}
		all := RefundInput{Shipping: &ShippingRefund{Full: true}}
		for _, i := range items {
			if i.left() > 0 {
				all.Lines = append(all.Lines, RefundLineInput{LineID: gid.New(LineType, i.id), Quantity: i.left()})
			}
		}
		give(all)
		checkBooks(t, r, items)
		if r.refunded != r.total || r.books.Current != 0 || r.unreturned() != 0 || r.total > 0 && r.financial != FullyRefunded {
			t.Fatalf("refunded %d of %d, %d left of the total, %s", r.refunded, r.total, r.books.Current, r.financial)
		}
	})
}

func checkBooks(t *rapid.T, r *record, items []*item) {
	t.Helper()
	var goods, tax, returned int64
	for _, i := range items {
		if i.goodsBack < 0 || i.goodsBack > i.goods || i.parcels.TaxBack > i.tax || i.left() < 0 || i.waiting() < 0 || i.refunded-i.parcels.Removed > i.fulfilled {
			t.Fatalf("a line is overdrawn: %+v", i)
		}
		goods, tax = goods+i.goodsBack, tax+i.parcels.TaxBack
	}
	for _, s := range r.books.Sales {
		if s.Returned < 0 || s.Returned > s.Amount {
			t.Fatalf("a payment is overdrawn: %+v", s)
		}
		returned += s.Returned
	}
	for _, c := range r.books.Cards {
		if c.Returned < 0 || c.Returned > c.Amount.Amount {
			t.Fatalf("a card is overdrawn: %+v", c)
		}
		returned += c.Returned
	}
	if goods != r.books.GoodsBack || tax != r.books.TaxBack || returned != r.refunded || r.refunded > r.total || r.books.Current < 0 {
		t.Fatalf("parts disagree with the order: goods %d/%d, tax %d/%d, money %d/%d", goods, r.books.GoodsBack, tax, r.books.TaxBack, returned, r.refunded)
	}
	if r.books.Current != r.total-r.refunded {
		t.Fatalf("the order comes to %d, and %d of %d was given back", r.books.Current, r.refunded, r.total)
	}
}

func TestPortionsSumToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		left := rapid.Int64Range(0, math.MaxInt64).Draw(t, "amount")
		units := rapid.Int64Range(1, 1_000_000_000).Draw(t, "units")
		for whole := left; units > 0; {
			n := rapid.Int64Range(1, units).Draw(t, "take")
			p := portion(left, n, units)
			if p < 0 || p > left || p > whole {
				t.Fatalf("%d of %d", p, left)
			}
			left, units = left-p, units-n
		}
		if left != 0 {
			t.Fatalf("%d is left over", left)
		}
	})
}

func TestStockIsDividedAmongLinesOfAVariant(t *testing.T) {
	v, a, b := uuid.New(), uuid.New(), uuid.New()
	items := []*item{{variant: v, quantity: 2}, {variant: uuid.New(), quantity: 1}, {variant: v, quantity: 3}}
	divide(items, []inventory.Allocation{{VariantID: v, LocationID: a, Quantity: 3}, {VariantID: v, LocationID: b, Quantity: 2}})
	first, none, last := items[0].parcels.Taken, items[1].parcels.Taken, items[2].parcels.Taken
	if len(first) != 1 || first[0].Quantity != 2 || len(none) != 0 || len(last) != 2 || last[0].Quantity != 1 || last[1].Quantity != 2 || last[1].LocationID != b {
		t.Fatal(first, none, last)
	}
}
