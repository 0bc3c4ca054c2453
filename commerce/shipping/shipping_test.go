package shipping_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shipping"
)

func usd(amount int64) money.Money { return money.New(amount, "USD") }

func rate(handle string, price money.Money) shipping.Rate {
	return shipping.Rate{Handle: handle, Title: handle, Price: price}
}

func zones() []shipping.Zone {
	heavy := rate("freight", usd(4900))
	heavy.MinGrams = new(int64(20_000))
	light := rate("letter", usd(300))
	light.MaxGrams = new(int64(500))
	free := rate("free", usd(0))
	free.MinSubtotal = new(int64(10_000))
	small := rate("small-order", usd(900))
	small.MaxSubtotal = new(int64(9_999))
	return []shipping.Zone{
		{Name: "US", Countries: []string{"US"}, Rates: []shipping.Rate{
			rate("express", usd(1500)), rate("standard", usd(500)), rate("standard", money.New(700, "CAD")), heavy, light, free, small}},
		{Name: "Islands", Countries: []string{"US", "PR"}, Provinces: []string{"US-HI", "US-AK"}, Rates: []shipping.Rate{rate("air", usd(2500))}},
		{Name: "World", RestOfWorld: true, Rates: []shipping.Rate{rate("parcel", usd(3000))}},
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		address  shipping.Address
		subtotal money.Money
		grams    int64
		want     []string
	}{
		"CheapestFirst":           {shipping.Address{Country: "US", Province: "CA"}, usd(5000), 1000, []string{"standard 5.0", "small-order 9.0", "express 15.0"}},
		"LightParcel":             {shipping.Address{Country: "US"}, usd(5000), 500, []string{"letter 3.0", "standard 5.0", "small-order 9.0", "express 15.0"}},
		"HeavyParcel":             {shipping.Address{Country: "us"}, usd(5000), 20_000, []string{"standard 5.0", "small-order 9.0", "express 15.0", "freight 49.0"}},
		"FreeFromTheBoundOn":      {shipping.Address{Country: "US"}, usd(10_000), 1000, []string{"free 0.0", "standard 5.0", "express 15.0"}},
		"OtherCurrency":           {shipping.Address{Country: "US"}, money.New(5000, "CAD"), 1000, []string{"standard 7.0"}},
		"ProvinceBeatsCountry":    {shipping.Address{Country: "US", Province: "HI"}, usd(5000), 1000, []string{"air 25.0"}},
		"ProvinceWithItsCountry":  {shipping.Address{Country: "US", Province: "us-hi"}, usd(5000), 1000, []string{"air 25.0"}},
		"CountryWithoutProvinces": {shipping.Address{Country: "PR"}, usd(5000), 1000, []string{"air 25.0"}},
		"RestOfTheWorld":          {shipping.Address{Country: "NZ"}, usd(5000), 1000, []string{"parcel 30.0"}},
		"NothingInThisCurrency":   {shipping.Address{Country: "NZ"}, money.New(5000, "JPY"), 1000, nil},
		"UnknownAddress":          {shipping.Address{}, usd(5000), 1000, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := shipping.Options(zones(), c.address, shipping.Parcel{Subtotal: c.subtotal, Grams: c.grams, Pieces: 1})
			if options == nil {
				t.Fatal("nil is for parcels that need no delivery")
			}
			var got []string
			for _, o := range options {
				got = append(got, o.Handle+" "+o.Price.Decimal())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNothingToShipNeedsNoOption(t *testing.T) {
	t.Parallel()
	if got := shipping.Options(zones(), shipping.Address{Country: "US"}, shipping.Parcel{Subtotal: usd(5000)}); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestOverlappingZonesOfferAHandleOnceAtItsBestPrice(t *testing.T) {
	t.Parallel()
	two := []shipping.Zone{
		{Countries: []string{"FR"}, Rates: []shipping.Rate{rate("standard", usd(900))}},
		{Countries: []string{"FR", "DE"}, Rates: []shipping.Rate{rate("standard", usd(700)), rate("a", usd(700)), rate("odd", usd(-5))}},
	}
	got := shipping.Options(two, shipping.Address{Country: "FR"}, shipping.Parcel{Subtotal: usd(1), Pieces: 1})
	want := []shipping.Option{{Handle: "odd", Title: "odd", Price: usd(0)}, {Handle: "a", Title: "a", Price: usd(700)},
		{Handle: "standard", Title: "standard", Price: usd(700)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if o, ok := shipping.Find(got, "standard"); !ok || o.Price != usd(700) {
		t.Errorf("Find = %v, %v", o, ok)
	}
	if _, ok := shipping.Find(got, "none"); ok {
		t.Error("found an option that is not there")
	}
}

func TestSnapshotsKeepTheirShape(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(shipping.Option{Handle: "standard", Title: "Standard", Price: usd(500), MinDays: 2, MaxDays: 5})
	want := `{"handle":"standard","title":"Standard","price":{"amount":500,"currency":"USD"},"min_days":2,"max_days":5}`
	if diff := cmp.Diff(want, string(b)); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestOptionsAreOrderedUniqueAndAllowed(t *testing.T) {
	t.Parallel()
	country := rapid.SampledFrom([]string{"US", "CA", "FR", "JP"})
	bound := rapid.Ptr(rapid.Int64Range(0, 100), true)
	drawRate := rapid.Custom(func(t *rapid.T) shipping.Rate {
		r := rate(rapid.StringMatching("[a-d]").Draw(t, "handle"), money.New(rapid.Int64Range(-5, 50).Draw(t, "price"),
			rapid.SampledFrom([]money.Currency{"USD", "EUR"}).Draw(t, "currency")))
		r.MinSubtotal, r.MaxSubtotal = bound.Draw(t, "min"), bound.Draw(t, "max")
		r.MinGrams, r.MaxGrams = bound.Draw(t, "light"), bound.Draw(t, "heavy")
		return r
	})
	drawZone := rapid.Custom(func(t *rapid.T) shipping.Zone {
		return shipping.Zone{Countries: rapid.SliceOfN(country, 0, 3).Draw(t, "countries"), RestOfWorld: rapid.Bool().Draw(t, "world"),
			Rates: rapid.SliceOfN(drawRate, 0, 5).Draw(t, "rates")}
	})
	rapid.Check(t, func(t *rapid.T) {
		zones := rapid.SliceOfN(drawZone, 0, 4).Draw(t, "zones")
		address := shipping.Address{Country: country.Draw(t, "country")}
		parcel := shipping.Parcel{Subtotal: usd(rapid.Int64Range(0, 100).Draw(t, "subtotal")), Grams: rapid.Int64Range(0, 100).Draw(t, "grams"), Pieces: 1}
		got := shipping.Options(zones, address, parcel)
		seen := map[string]bool{}
		for i, o := range got {
			if o.Price.Currency != "USD" || o.Price.Amount < 0 || seen[o.Handle] {
				t.Fatalf("bad option %v in %v", o, got)
			}
			seen[o.Handle] = true
			if i > 0 && (got[i-1].Price.Amount > o.Price.Amount || got[i-1].Price == o.Price && got[i-1].Handle >= o.Handle) {
				t.Fatalf("out of order: %v", got)
			}
		}
		if diff := cmp.Diff(got, shipping.Options(zones, address, parcel)); diff != "" {
			t.Fatal("twice the same, two answers", diff)
		}
	})
}

func ExampleOptions() {
	zones := []shipping.Zone{{Countries: []string{"US"}, Rates: []shipping.Rate{
		{Handle: "express", Title: "Express", Price: money.New(1500, "USD")},
		{Handle: "standard", Title: "Standard", Price: money.New(500, "USD")},
	}}}
	parcel := shipping.Parcel{Subtotal: money.New(4200, "USD"), Grams: 800, Pieces: 2}
	for _, o := range shipping.Options(zones, shipping.Address{Country: "US", Province: "CA"}, parcel) {
		fmt.Println(o.Title, o.Price)
	}
	// Output:
	// Standard 5.00 USD
	// Express 15.00 USD
}
