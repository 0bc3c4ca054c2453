package pricing_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
)

func drawInput(t *rapid.T) pricing.Input {
	c := rapid.SampledFrom(money.Currencies()).Draw(t, "currency")
	price := func(name string, most int64) money.Money {
		return money.New(rapid.Int64Range(0, most).Draw(t, name), c)
	}
	in := pricing.Input{Now: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Currency: c, TaxesIncluded: rapid.Bool().Draw(t, "included"),
		Codes: rapid.SliceOfN(rapid.SampledFrom([]string{"A", "B", "C", "Z"}), 0, 3).Draw(t, "codes")}
	for range rapid.IntRange(0, 5).Draw(t, "lines") {
		id := rapid.SampledFrom([]uuid.UUID{chair, table}).Draw(t, "product")
		in.Lines = append(in.Lines, pricing.Line{ID: id, ProductID: id, VariantID: id, Quantity: rapid.Int64Range(0, 9).Draw(t, "quantity"),
			UnitPrice: price("price", 100_000), Taxable: rapid.Bool().Draw(t, "taxable"), RequiresShipping: rapid.Bool().Draw(t, "shipped"), Grams: 10})
	}
	for n := range byte(rapid.IntRange(0, 4).Draw(t, "discounts")) {
		in.Discounts = append(in.Discounts, drawDiscount(t, n, c))
	}
	if rapid.Bool().Draw(t, "addressed") {
		in.Address = &pricing.Address{Country: "CA", Province: rapid.SampledFrom([]string{"", "QC"}).Draw(t, "province")}
	}
	if rapid.Bool().Draw(t, "delivery") {
		in.Shipping = &shipping.Option{Handle: "standard", Title: "Standard", Price: price("freight", 5000)}
	}
	for range rapid.IntRange(0, 3).Draw(t, "rates") {
		in.TaxRates = append(in.TaxRates, tax.Rate{Country: "CA", Province: rapid.SampledFrom([]string{"", "QC"}).Draw(t, "at"),
			Name: rapid.StringMatching("[A-C]").Draw(t, "name"), PPM: rapid.Int64Range(0, 300_000).Draw(t, "ppm"), ShippingTaxable: rapid.Bool().Draw(t, "freight taxed")})
	}
	for range rapid.IntRange(0, 3).Draw(t, "cards") {
		in.GiftCards = append(in.GiftCards, pricing.GiftCard{ID: uuid.UUID{byte(rapid.IntRange(1, 5).Draw(t, "card"))},
			Balance: money.New(rapid.Int64Range(0, 300_000).Draw(t, "balance"), rapid.SampledFrom([]money.Currency{c, "XCG"}).Draw(t, "its currency"))})
	}
	return in
}

func drawDiscount(t *rapid.T, n byte, c money.Currency) promotion.Discount {
	d := automatic(n+1, rapid.SampledFrom([]promotion.Kind{promotion.Percentage, promotion.Fixed, promotion.FreeShipping, promotion.BuyXGetY}).Draw(t, "kind"),
		promotion.Config{PPM: rapid.Int64Range(0, money.PPM).Draw(t, "off"), Amounts: map[money.Currency]int64{c: rapid.Int64Range(0, 50_000).Draw(t, "amount")},
			Each: rapid.SampledFrom([]promotion.Each{promotion.EachOrder, promotion.EachLine, promotion.EachItem}).Draw(t, "each"),
			Get:  promotion.Get{Buy: 1, Quantity: 1, PPM: rapid.Int64Range(0, money.PPM).Draw(t, "given")}})
	if rapid.Bool().Draw(t, "some") {
		d.Config.Target.Products = []uuid.UUID{chair}
	}
	d.Config.Combines = promotion.Combines{Order: rapid.Bool().Draw(t, "order"), Product: rapid.Bool().Draw(t, "products"), Shipping: rapid.Bool().Draw(t, "shipping")}
	if rapid.Bool().Draw(t, "by code") {
		d.Method, d.Code = promotion.Code, string(rune('A'+n))
	}
	return d
}

func TestPartsAlwaysSumToTotals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		q, err := pricing.Calculate(in)
		if err != nil {
			t.Fatal(err)
		}
		same := func(what string, part int64, whole money.Money) {
			if whole != money.New(part, in.Currency) || part < 0 {
				t.Fatalf("%s: parts are %d, the whole is %v", what, part, whole)
			}
		}
		var subtotal, discount, taxes, byRate, applied, paid int64
		for _, l := range q.Lines {
			subtotal += l.Subtotal.Amount
			discount += l.Discount.Amount
			taxes += l.Tax.Amount
			same("allocations of a line", allocated(l.Allocations), l.Discount)
			same("taxes of a line", taxed(l.Taxes), l.Tax)
			same("line", l.Subtotal.Amount-l.Discount.Amount, l.Total)
			same("subtotal", l.UnitPrice.Amount*l.Quantity, l.Subtotal)
		}
		s := q.Shipping
		same("allocations of the delivery", allocated(s.Allocations), s.Discount)
		same("taxes of the delivery", taxed(s.Taxes), s.Tax)
		same("delivery", s.Price.Amount-s.Discount.Amount, s.Total)
		byRate = taxed(q.Taxes)
		for _, a := range q.Discounts {
			applied += a.Total.Amount
		}
		for _, g := range q.GiftCards {
			paid += g.Used.Amount
			same("gift card", g.Used.Amount, g.Used)
		}
		same("subtotals", subtotal, q.Totals.Subtotal)
		same("discounts", discount, q.Totals.Discount)
		same("applications", applied, money.New(discount+s.Discount.Amount, in.Currency))
		same("shipping", s.Price.Amount, q.Totals.Shipping)
		same("shipping discount", s.Discount.Amount, q.Totals.ShippingDiscount)
		same("taxes", taxes+s.Tax.Amount, q.Totals.Tax)
		same("taxes by rate", byRate, q.Totals.Tax)
		total := subtotal - discount + s.Total.Amount
		if !in.TaxesIncluded {
			total += taxes + s.Tax.Amount
		}
		same("total", total, q.Totals.Total)
		same("gift cards", paid, q.Totals.GiftCards)
		same("charge", total-paid, q.Totals.Charge)
	})
}

func allocated(list []promotion.Allocation) (sum int64) {
	for _, a := range list {
		sum += a.Amount.Amount
	}
	return sum
}

func taxed(list []tax.Line) (sum int64) {
	for _, l := range list {
		sum += l.Amount.Amount
	}
	return sum
}

func TestGiftCardsPayWithinTheirBalanceAndNothingElseChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		q, err := pricing.Calculate(in)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[uuid.UUID]bool{}
		for i, g := range q.GiftCards {
			card := in.GiftCards[i]
			if g.Used.Amount > 0 && (card.Balance.Currency != in.Currency || g.Used.Amount > card.Balance.Amount || seen[g.ID]) {
				t.Fatalf("%+v pays %v", card, g.Used)
			}
			seen[g.ID] = true
		}
		in.GiftCards = nil
		bare, err := pricing.Calculate(in)
		if err != nil || bare.Totals.Total != q.Totals.Total || bare.Totals.Charge.Amount < q.Totals.Charge.Amount {
			t.Fatalf("%v: %v with, %v without gift cards", err, q.Totals, bare.Totals)
		}
	})
}

func TestTheSameCartHasTheSamePrice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		a, err := pricing.Calculate(in)
		if err != nil {
			t.Fatal(err)
		}
		in.Discounts = rapid.Permutation(in.Discounts).Draw(t, "shuffled")
		b, err := pricing.Calculate(in)
		if diff := cmp.Diff(a, b); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
}

func TestMoreOfALineNeverCostsLessWithoutDiscounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		in.Discounts = nil
		less, err := pricing.Calculate(in)
		if err != nil || len(in.Lines) == 0 {
			return
		}
		in.Lines[rapid.IntRange(0, len(in.Lines)-1).Draw(t, "line")].Quantity++
		more, err := pricing.Calculate(in)
		if err != nil || more.Totals.Total.Amount < less.Totals.Total.Amount || more.Totals.Charge.Amount < less.Totals.Charge.Amount {
			t.Fatalf("%v: from %v to %v", err, less.Totals, more.Totals)
		}
	})
}

func TestAStoredQuoteReadsBackAsItWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q, err := pricing.Calculate(drawInput(t))
		if err != nil {
			t.Fatal(err)
		}
		stored, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		var back pricing.Quote
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(q, back, cmpopts.IgnoreFields(promotion.Allocation{}, "Line")); diff != "" {
			t.Fatal(diff)
		}
	})
}
