package pricing

import (
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/tax"
)

// The steps below add amounts as bare numbers: Input.check has bounded them, and put them in one currency.

func newQuote(in *Input) Quote {
	zero := money.Zero(in.Currency)
	q := Quote{Currency: in.Currency, TaxesIncluded: in.TaxesIncluded, Lines: make([]LineQuote, len(in.Lines)),
		Shipping: ShippingQuote{Price: zero, Discount: zero, Total: zero, Tax: zero},
		Totals: Totals{Subtotal: zero, Discount: zero, Shipping: zero, ShippingDiscount: zero,
			Tax: zero, Total: zero, GiftCards: zero, Charge: zero}}
	for i := range in.Lines {
		l, out := &in.Lines[i], &q.Lines[i]
		*out = LineQuote{ID: l.ID, VariantID: l.VariantID, ProductID: l.ProductID, Quantity: l.Quantity,
			UnitPrice: l.UnitPrice, CompareAt: l.CompareAt, Discount: zero, Tax: zero,
			Subtotal: money.New(l.UnitPrice.Amount*l.Quantity, in.Currency)}
		out.Total = out.Subtotal
		q.Totals.Subtotal.Amount += out.Subtotal.Amount
		q.Shipping.Required = q.Shipping.Required || l.RequiresShipping && l.Quantity > 0
	}
	return q
}

// discount takes the offers off the lines.
func (q *Quote) discount(in *Input, offers promotion.Result) {
	q.Discounts, q.Codes = offers.Applications, offers.Codes
	for i := range q.Lines {
		l := &q.Lines[i]
		l.Allocations = offers.Line(i)
		l.Discount.Amount = sum(l.Allocations)
		l.Total.Amount -= l.Discount.Amount
		q.Totals.Discount.Amount += l.Discount.Amount
	}
}

// ship adds the chosen delivery. A choice that outlived the last line to be shipped is passed over.
func (q *Quote) ship(in *Input, offers promotion.Result) {
	s := &q.Shipping
	q.ShippingEstimated = s.Required && in.Shipping == nil
	if !s.Required || in.Shipping == nil {
		return
	}
	option := *in.Shipping
	s.Option, s.Price, s.Total = &option, option.Price, option.Price
	s.Allocations = offers.Shipping
	s.Discount.Amount = sum(s.Allocations)
	s.Total.Amount -= s.Discount.Amount
	q.Totals.Shipping, q.Totals.ShippingDiscount = s.Price, s.Discount
}

// tax computes taxes at the destination on what is left after discounts.
func (q *Quote) tax(in *Input) {
	q.TaxEstimated = in.Address == nil || q.ShippingEstimated
	if in.Address == nil || len(in.TaxRates) == 0 {
		return
	}
	var room [32]int64
	amounts := room[:0]
	for i := range q.Lines {
		var taxable int64
		if in.Lines[i].Taxable {
			taxable = q.Lines[i].Total.Amount
		}
		amounts = append(amounts, taxable)
	}
	owed := tax.Compute(tax.Input{Rates: in.TaxRates, Address: tax.Address(*in.Address), Included: in.TaxesIncluded,
		Currency: in.Currency, Lines: amounts, Shipping: q.Shipping.Total.Amount})
	for i := range q.Lines {
		q.Lines[i].Taxes, q.Lines[i].Tax = owed.Lines[i].Taxes, owed.Lines[i].Total
	}
	q.Shipping.Taxes, q.Shipping.Tax = owed.Shipping.Taxes, owed.Shipping.Total
	q.Taxes, q.Totals.Tax = owed.ByRate, owed.Total
}

// total sums up. Taxes that the prices contain are in the total already.
func (q *Quote) total() {
	t := &q.Totals
	t.Total.Amount = t.Subtotal.Amount - t.Discount.Amount + t.Shipping.Amount - t.ShippingDiscount.Amount
	if !q.TaxesIncluded {
		t.Total.Amount += t.Tax.Amount
	}
	t.Charge = t.Total
}

// pay lets gift cards pay in order. A card that is listed twice pays once.
func (q *Quote) pay(cards []GiftCard) {
	if len(cards) == 0 {
		return
	}
	q.GiftCards = make([]GiftCardQuote, 0, len(cards))
	for _, card := range cards {
		used := money.Zero(q.Currency)
		if card.Balance.Currency == q.Currency && !q.listed(card) {
			used.Amount = min(max(card.Balance.Amount, 0), q.Totals.Charge.Amount)
		}
		q.Totals.Charge.Amount -= used.Amount
		q.Totals.GiftCards.Amount += used.Amount
		q.GiftCards = append(q.GiftCards, GiftCardQuote{ID: card.ID, LastCharacters: card.LastCharacters,
			Balance: card.Balance, Used: used})
	}
}

func (q *Quote) listed(card GiftCard) bool {
	for i := range q.GiftCards {
		if q.GiftCards[i].ID == card.ID {
			return true
		}
	}
	return false
}

func sum(allocations []promotion.Allocation) (sum int64) {
	for i := range allocations {
		sum += allocations[i].Amount.Amount
	}
	return sum
}
