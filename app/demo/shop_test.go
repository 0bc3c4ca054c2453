package demo

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// amounts knows how each currency of the shop is written.
var amounts = map[string]*regexp.Regexp{
	"USD": regexp.MustCompile(`^\d+\.\d\d$`), "CAD": regexp.MustCompile(`^\d+\.\d\d$`), "GBP": regexp.MustCompile(`^\d+\.\d\d$`),
	"EUR": regexp.MustCompile(`^\d+\.\d\d$`), "JPY": regexp.MustCompile(`^\d+$`),
}

func checkAmount(t *testing.T, where string, m Money) {
	t.Helper()
	if pattern := amounts[m.Currency]; pattern == nil || !pattern.MatchString(m.Amount) {
		t.Errorf("%s: %+v", where, m)
	}
}

func TestMarketsCoverTheirCountriesOnce(t *testing.T) {
	t.Parallel()
	s := setup(t).Shop
	currency, included := map[string]string{}, map[string]bool{}
	for _, m := range s.Markets {
		for _, c := range m.Countries {
			if currency[c] != "" || len(c) != 2 {
				t.Errorf("country %s", c)
			}
			currency[c], included[c] = m.Currency, m.TaxIncluded
		}
		if number(t, m.ConversionRate) <= 0 || len(m.Languages) == 0 || amounts[m.Currency] == nil {
			t.Errorf("market %+v", m)
		}
	}
	for country, want := range map[string]string{"US": "USD", "CA": "CAD", "GB": "GBP", "DE": "EUR", "FR": "EUR", "JP": "JPY"} {
		if currency[country] != want || included[country] != (want != "USD" && want != "CAD") {
			t.Errorf("%s: %s, tax included %v", country, currency[country], included[country])
		}
	}
	if s.Currency != "USD" || s.Markets[0].Currency != s.Currency || s.Markets[0].ConversionRate != "1" {
		t.Errorf("the first market is %+v", s.Markets[0])
	}
}

func TestEveryAddressHasDeliveryInEveryCurrency(t *testing.T) {
	t.Parallel()
	s := setup(t).Shop
	zones := map[string][]ShippingZone{}
	for _, z := range s.ShippingZones {
		for _, c := range z.Countries {
			zones[c] = append(zones[c], z)
		}
	}
	for _, m := range s.Markets {
		for _, country := range m.Countries {
			if len(zones[country]) != 1 {
				t.Fatalf("%s lies in %d zones", country, len(zones[country]))
			}
			for currency := range amounts {
				if got := offered(t, zones[country][0], currency); !cmp.Equal(got, []string{"standard", "express"}) {
					t.Errorf("%s in %s: %v without a condition", country, currency, got)
				}
			}
		}
	}
}

// offered are the rates that a cart of any value gets.
func offered(t *testing.T, z ShippingZone, currency string) (handles []string) {
	t.Helper()
	free := false
	for _, r := range z.Rates {
		if r.MinDays < 1 || r.MaxDays < r.MinDays || r.Title == "" {
			t.Errorf("%s: %+v", z.Name, r)
		}
		for _, p := range r.Prices {
			checkAmount(t, z.Name, p.Money)
			if p.Currency != currency {
				continue
			}
			if p.MinSubtotal == "" {
				handles = append(handles, r.Handle)
				continue
			}
			checkAmount(t, z.Name, Money{currency, p.MinSubtotal})
			free = free || number(t, p.Amount) == 0
		}
	}
	if !free {
		t.Errorf("%s: never free in %s", z.Name, currency)
	}
	return handles
}

func TestTaxRatesCoverEveryMarket(t *testing.T) {
	t.Parallel()
	s := setup(t).Shop
	sums, names := map[string]int64{}, map[string]bool{}
	for _, r := range s.TaxRates {
		key := strings.Trim(r.Country+"-"+r.Province, "-")
		if names[key+r.Name] || r.RatePPM < 10_000 || r.RatePPM > 300_000 {
			t.Errorf("%+v", r)
		}
		names[key+r.Name] = true
		sums[key] += r.RatePPM
	}
	want := map[string]int64{
		"GB": 200_000, "DE": 190_000, "FR": 200_000, "JP": 100_000, "US-CA": 72_500, "US-NY": 40_000, "CA-BC": 120_000,
		"CA-ON": 130_000, "CA-QC": 149_750, "CA-AB": 50_000,
	}
	for place, rate := range want {
		if sums[place] != rate {
			t.Errorf("%s: %d ppm, want %d", place, sums[place], rate)
		}
	}
	for _, m := range s.Markets {
		for _, c := range m.Countries {
			if c != "US" && c != "CA" && sums[c] == 0 {
				t.Errorf("no tax in %s", c)
			}
		}
	}
	for _, province := range strings.Fields("AB BC MB NB NL NS NT NU ON PE QC SK YT") {
		if sums["CA-"+province] == 0 {
			t.Errorf("no tax in %s", province)
		}
	}
}

func TestPoliciesAreAllThere(t *testing.T) {
	t.Parallel()
	var kinds []string
	for _, p := range setup(t).Shop.Policies {
		kinds = append(kinds, p.Kind)
		if p.Title == "" || len(p.BodyHTML) < 80 {
			t.Errorf("%s is thin", p.Kind)
		}
	}
	if diff := cmp.Diff([]string{"privacy", "refund", "shipping", "terms"}, kinds); diff != "" {
		t.Error(diff)
	}
}

func TestDiscountsAndGiftCards(t *testing.T) {
	t.Parallel()
	a := setup(t)
	found := map[string]Discount{}
	for _, d := range a.Shop.Discounts {
		found[d.Method+" "+d.Kind+" "+d.Code] = d
		for _, m := range d.AmountOff {
			checkAmount(t, d.Title, m)
		}
	}
	if d := found["code percentage WELCOME10"]; d.PercentOff != 10 {
		t.Errorf("WELCOME10 is %+v", d)
	}
	if _, ok := found["code free_shipping FREESHIP"]; !ok {
		t.Error("no FREESHIP")
	}
	if d := found["code fixed TAKE5"]; len(d.AmountOff) != len(amounts) || d.AmountOff[0] != (Money{"USD", "5.00"}) {
		t.Errorf("TAKE5 is %+v", d)
	}
	d := found["automatic bxgy "]
	if d.BuyQuantity != 2 || d.GetQuantity != 1 || d.PercentOff != 100 ||
		!slices.ContainsFunc(a.Collections, func(c Collection) bool { return c.Handle == d.Collection }) {
		t.Errorf("buy two, get one is %+v", d)
	}
	if diff := cmp.Diff([]GiftCard{{Money{"USD", "50.00"}, "RIALTO-DEMO-GIFT"}}, a.Shop.GiftCards); diff != "" {
		t.Error(diff)
	}
}

func TestProductFileNamesRealMarkets(t *testing.T) {
	t.Parallel()
	a := setup(t)
	names := map[string]string{}
	for _, m := range a.Shop.Markets {
		names[m.Name] = m.Currency
	}
	fixed := 0
	for _, p := range a.Products {
		for _, market := range p.ExcludedMarkets {
			if names[market] == "" {
				t.Errorf("%s: no market %q", p.Handle, market)
			}
		}
		for _, v := range p.Variants {
			for _, m := range v.MarketPrices {
				fixed++
				checkAmount(t, v.SKU, Money{names[m.Market], m.Price})
			}
		}
	}
	if fixed == 0 {
		t.Error("no product has a price of its own in a market")
	}
}

func TestStockAtSumsToQuantity(t *testing.T) {
	t.Parallel()
	s := setup(t).Shop
	share := 0
	for _, l := range s.Locations {
		share += l.StockPercent
	}
	if len(s.Locations) != 2 || share != 100 {
		t.Fatalf("%d locations share %d %%", len(s.Locations), share)
	}
	rapid.Check(t, func(t *rapid.T) {
		quantity := rapid.Int64Range(0, 1_000_000).Draw(t, "quantity")
		sum := int64(0)
		for _, part := range s.StockAt(quantity) {
			if part < 0 {
				t.Fatalf("%d", part)
			}
			sum += part
		}
		if sum != quantity {
			t.Fatalf("%d parts of %d", sum, quantity)
		}
	})
}
