package pricing_test

import (
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	chair    = uuid.UUID{15: 1}
	table    = uuid.UUID{15: 2}
	together = promotion.Combines{Order: true, Product: true, Shipping: true}
)

func usd(amount int64) money.Money { return money.New(amount, "USD") }

func line(id uuid.UUID, quantity, price int64) pricing.Line {
	return pricing.Line{ID: id, VariantID: id, ProductID: id, Quantity: quantity, UnitPrice: usd(price), Taxable: true, RequiresShipping: true, Grams: 500}
}

// cart holds two chairs at 49.99 and a table at 120.00, shipped to New York for 15.00, taxed at 8.875 percent.
func cart() pricing.Input {
	return pricing.Input{
		Now: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Currency: "USD",
		Lines:    []pricing.Line{line(chair, 2, 4999), line(table, 1, 12000)},
		Address:  &pricing.Address{Country: "US", Province: "NY"},
		Shipping: &shipping.Option{Handle: "standard", Title: "Standard", Price: usd(1500)},
		TaxRates: []tax.Rate{{Country: "US", Province: "NY", Name: "Sales tax", PPM: 88_750, ShippingTaxable: true}},
	}
}

func automatic(n byte, kind promotion.Kind, config promotion.Config) promotion.Discount {
	config.Combines = together
	return promotion.Discount{ID: uuid.UUID{n}, Title: string(kind), Method: promotion.Automatic, Kind: kind, Config: config}
}

// totals are the minor units of Totals, in its order.
type totals struct{ subtotal, discount, shipping, shippingDiscount, tax, total, giftCards, charge int64 }

func of(t pricing.Totals) totals {
	return totals{t.Subtotal.Amount, t.Discount.Amount, t.Shipping.Amount, t.ShippingDiscount.Amount, t.Tax.Amount, t.Total.Amount, t.GiftCards.Amount, t.Charge.Amount}
}

func TestCalculate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(in *pricing.Input)
		want   totals
	}{
		// 8.875 %: 99.98 -> 8.87 (8.873), 120.00 -> 10.65, 15.00 -> 1.33 (1.331).
		"Plain": {func(*pricing.Input) {}, totals{21998, 0, 1500, 0, 2085, 25583, 0, 25583}},
		// 10 % of 219.98 is 22.00: 10.00 and 12.00. Tax: 89.98 -> 7.99, 108.00 -> 9.59 (9.585), 1.33.
		"PercentOfTheOrder": {func(in *pricing.Input) {
			in.Discounts = []promotion.Discount{automatic(1, promotion.Percentage, promotion.Config{PPM: 100_000})}
		}, totals{21998, 2200, 1500, 0, 1891, 23189, 0, 23189}},
		"FreeShippingIsUntaxed": {func(in *pricing.Input) {
			in.Discounts = []promotion.Discount{automatic(1, promotion.FreeShipping, promotion.Config{})}
		}, totals{21998, 0, 1500, 1500, 1952, 23950, 0, 23950}},
		// 19/119: 99.98 -> 15.96, 120.00 -> 19.16, 15.00 -> 2.39 (2.395 is 2.39496).
		"IncludedTax": {func(in *pricing.Input) {
			in.TaxesIncluded, in.Address = true, &pricing.Address{Country: "DE"}
			in.TaxRates = []tax.Rate{{Country: "DE", Name: "VAT", PPM: 190_000, ShippingTaxable: true}}
		}, totals{21998, 0, 1500, 0, 3751, 23498, 0, 23498}},
		"UntaxedLine":      {func(in *pricing.Input) { in.Lines[1].Taxable = false }, totals{21998, 0, 1500, 0, 1020, 24518, 0, 24518}},
		"UnknownAddress":   {func(in *pricing.Input) { in.Address = nil }, totals{21998, 0, 1500, 0, 0, 23498, 0, 23498}},
		"NoDeliveryChosen": {func(in *pricing.Input) { in.Shipping = nil }, totals{21998, 0, 0, 0, 1952, 23950, 0, 23950}},
		"NothingToShip": {func(in *pricing.Input) {
			in.Lines[0].RequiresShipping, in.Lines[1].RequiresShipping = false, false
			in.Discounts = []promotion.Discount{automatic(1, promotion.FreeShipping, promotion.Config{})}
		}, totals{21998, 0, 0, 0, 1952, 23950, 0, 23950}},
		"GiftCardsPayInOrder": {func(in *pricing.Input) {
			in.GiftCards = []pricing.GiftCard{{ID: uuid.UUID{1}, Balance: usd(5000)}, {ID: uuid.UUID{2}, Balance: usd(100_000)}, {ID: uuid.UUID{3}, Balance: usd(1)}}
		}, totals{21998, 0, 1500, 0, 2085, 25583, 25583, 0}},
		"ForeignEmptyAndDoubledGiftCards": {func(in *pricing.Input) {
			in.GiftCards = []pricing.GiftCard{{ID: uuid.UUID{1}, Balance: money.New(5000, "EUR")}, {ID: uuid.UUID{2}, Balance: usd(-5)},
				{ID: uuid.UUID{3}, Balance: usd(100)}, {ID: uuid.UUID{3}, Balance: usd(100)}}
		}, totals{21998, 0, 1500, 0, 2085, 25583, 100, 25483}},
		"EverythingFree": {func(in *pricing.Input) {
			in.Discounts = []promotion.Discount{automatic(1, promotion.Percentage, promotion.Config{PPM: money.PPM}), automatic(2, promotion.FreeShipping, promotion.Config{})}
		}, totals{21998, 21998, 1500, 1500, 0, 0, 0, 0}},
		"EmptyCart": {func(in *pricing.Input) { in.Lines = nil }, totals{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := cart()
			c.change(&in)
			q, err := pricing.Calculate(in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, of(q.Totals), cmp.AllowUnexported(totals{})); diff != "" {
				t.Error(diff)
			}
			if got := q.Totals.Merchandise().Amount; got != c.want.subtotal-c.want.discount || q.Totals.Free() != (c.want.charge == 0) {
				t.Errorf("merchandise %d, free %t", got, q.Totals.Free())
			}
		})
	}
}

func TestEstimatesAreSaidToBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change        func(in *pricing.Input)
		shipping, tax bool
	}{
		"AllKnown":         {func(*pricing.Input) {}, false, false},
		"NoAddress":        {func(in *pricing.Input) { in.Address = nil }, false, true},
		"NoDeliveryChosen": {func(in *pricing.Input) { in.Shipping = nil }, true, true},
		"NothingToShip": {func(in *pricing.Input) {
			in.Shipping, in.Lines[0].RequiresShipping, in.Lines[1].RequiresShipping = nil, false, false
		}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := cart()
			c.change(&in)
			q, err := pricing.Calculate(in)
			if err != nil || q.ShippingEstimated != c.shipping || q.TaxEstimated != c.tax {
				t.Errorf("shipping %t, tax %t, %v", q.ShippingEstimated, q.TaxEstimated, err)
			}
		})
	}
}

func TestInputThatNoCartMayHoldIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(in *pricing.Input)
		want   error
	}{
		"UnknownCurrency":  {func(in *pricing.Input) { in.Currency = "ZZZ" }, money.ErrUnknownCurrency},
		"ForeignLine":      {func(in *pricing.Input) { in.Lines[0].UnitPrice.Currency = "EUR" }, money.ErrCurrencyMismatch},
		"ForeignDelivery":  {func(in *pricing.Input) { in.Shipping.Price.Currency = "EUR" }, money.ErrCurrencyMismatch},
		"NegativePrice":    {func(in *pricing.Input) { in.Lines[0].UnitPrice.Amount = -1 }, pricing.ErrNegative},
		"NegativeQuantity": {func(in *pricing.Input) { in.Lines[0].Quantity = -1 }, pricing.ErrNegative},
		"NegativeWeight":   {func(in *pricing.Input) { in.Lines[0].Grams = -1 }, pricing.ErrNegative},
		"NegativeDelivery": {func(in *pricing.Input) { in.Shipping.Price.Amount = -1 }, pricing.ErrNegative},
		"HugePrice":        {func(in *pricing.Input) { in.Lines[0].UnitPrice.Amount = math.MaxInt64 }, money.ErrOverflow},
		"HugeSum":          {func(in *pricing.Input) { in.Lines[0].UnitPrice.Amount = pricing.MaxAmount / 2 }, money.ErrOverflow},
		"HugeQuantity":     {func(in *pricing.Input) { in.Lines[0].Quantity, in.Lines[0].UnitPrice.Amount = math.MaxInt64, 0 }, money.ErrOverflow},
		"HugeWeight":       {func(in *pricing.Input) { in.Lines[0].Grams = math.MaxInt64 }, money.ErrOverflow},
		"HugeDelivery":     {func(in *pricing.Input) { in.Shipping.Price.Amount = pricing.MaxAmount }, money.ErrOverflow},
		"TooManyTaxRates":  {func(in *pricing.Input) { in.TaxRates = make([]tax.Rate, pricing.MaxTaxRates+1) }, money.ErrOverflow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := cart()
			c.change(&in)
			if _, err := pricing.Calculate(in); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if _, err := pricing.Options(in, nil); !errors.Is(err, c.want) {
				t.Errorf("options: got %v, want %v", err, c.want)
			}
		})
	}
}

func TestOptionsLookAtTheWholeParcel(t *testing.T) {
	t.Parallel()
	in := cart() // 1500 g, 219.98
	heavy := shipping.Rate{Handle: "heavy", Price: usd(900), MinGrams: new(int64(1500)), MaxGrams: new(int64(1500))}
	rich := shipping.Rate{Handle: "rich", Price: usd(0), MinSubtotal: new(int64(21998)), MaxSubtotal: new(int64(21998))}
	zones := []shipping.Zone{{Countries: []string{"US"}, Rates: []shipping.Rate{heavy, rich}}}
	in.Discounts = []promotion.Discount{automatic(1, promotion.Percentage, promotion.Config{PPM: 100_000})}
	got, err := pricing.Options(in, zones)
	want := []shipping.Option{{Handle: "rich", Price: usd(0)}, {Handle: "heavy", Price: usd(900)}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	in.Address = nil
	if got, err := pricing.Options(in, zones); got != nil || err != nil {
		t.Errorf("without an address: %v, %v", got, err)
	}
}

func TestSnapshotsKeepTheirShape(t *testing.T) {
	t.Parallel()
	in := cart()
	in.Lines = in.Lines[:1]
	in.Lines[0].CompareAt = new(usd(5999))
	in.Lines[0].ID = uuid.UUID{15: 7}
	in.Codes = []string{"HALF"}
	in.Discounts = []promotion.Discount{{ID: uuid.UUID{15: 8}, Title: "Half", Method: promotion.Code, Code: "HALF", Kind: promotion.Percentage, Config: promotion.Config{PPM: 500_000}}}
	in.GiftCards = []pricing.GiftCard{{ID: uuid.UUID{15: 9}, LastCharacters: "7K2M", Balance: usd(1000)}}
	q, err := pricing.Calculate(in)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(q, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/quote.json"
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if diff := cmp.Diff(string(want), string(got)+"\n"); err != nil || diff != "" {
		t.Error("stored quotes could not be read any more; add fields, never rename them", err, diff)
	}
	var back pricing.Quote
	if err := json.Unmarshal(want, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(q, back); diff != "" {
		t.Error("read back differently", diff)
	}
}
