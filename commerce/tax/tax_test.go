package tax_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/tax"
)

var (
	vat = tax.Rate{Country: "DE", Name: "VAT", PPM: 190_000, ShippingTaxable: true}
	gst = tax.Rate{Country: "CA", Name: "GST", PPM: 50_000, ShippingTaxable: true}
	qst = tax.Rate{Country: "CA", Province: "QC", Name: "QST", PPM: 99_750}
	nyc = tax.Rate{Country: "US", Province: "US-NY", Name: "Sales tax", PPM: 88_750}
	all = []tax.Rate{vat, gst, qst, nyc}
)

func TestCompute(t *testing.T) {
	t.Parallel()
	type lines = [][]int64 // by line, by tax
	for name, c := range map[string]struct {
		address  tax.Address
		included bool
		amounts  []int64
		shipping int64
		lines    lines
		freight  []int64
		total    int64
	}{
		// 19/119 of 119.00 and of 9.99 (1.5950) and of 4.90 (0.7824).
		"IncludedIsExtracted": {tax.Address{Country: "DE"}, true, []int64{11900, 999}, 490, lines{{1900}, {160}}, []int64{78}, 2138},
		// 8.875 % of 19.99 is 1.774; New York's rate here leaves shipping alone.
		"ExcludedIsAdded": {tax.Address{Country: "US", Province: "NY"}, false, []int64{1999, 0}, 500, lines{{177}, nil}, nil, 177},
		// 5 % and 9.975 % of 100.00 are 5.00 and 9.98 (9.975 goes up); shipping pays only the first.
		"CountryAndProvinceAddUp": {tax.Address{Country: "ca", Province: "CA-QC"}, false, []int64{10000}, 1000, lines{{500, 998}}, []int64{50}, 1548},
		// 14.975/114.975 of 114.98 is 14.98, of which 5/14.975 are 5.0017.
		"IncludedIsDivided": {tax.Address{Country: "CA", Province: "QC"}, true, []int64{11498}, 0, lines{{500, 998}}, nil, 1498},
		"OtherProvince":     {tax.Address{Country: "CA", Province: "ON"}, false, []int64{10000}, 0, lines{{500}}, nil, 500},
		"NoProvinceKnown":   {tax.Address{Country: "US"}, false, []int64{1999}, 500, lines{nil}, nil, 0},
		"NoRate":            {tax.Address{Country: "JP"}, true, []int64{1999}, 500, lines{nil}, nil, 0},
		"NoAddress":         {tax.Address{}, true, []int64{1999}, 500, lines{nil}, nil, 0},
		"NegativeIsZero":    {tax.Address{Country: "DE"}, true, []int64{-1}, -1, lines{nil}, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := tax.Compute(tax.Input{Rates: all, Address: c.address, Included: c.included, Currency: "EUR", Lines: c.amounts, Shipping: c.shipping})
			got := make(lines, len(r.Lines))
			for i := range r.Lines {
				got[i] = amounts(r.Lines[i].Taxes)
			}
			if diff := cmp.Diff(c.lines, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.freight, amounts(r.Shipping.Taxes)); diff != "" {
				t.Error(diff)
			}
			if r.Total != money.New(c.total, "EUR") {
				t.Errorf("total is %v, want %d", r.Total, c.total)
			}
		})
	}
}

func amounts(lines []tax.Line) (list []int64) {
	for _, l := range lines {
		list = append(list, l.Amount.Amount)
	}
	return list
}

func TestARateListedTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	again := gst
	again.Province = "QC"
	r := tax.Compute(tax.Input{Rates: []tax.Rate{gst, again}, Address: tax.Address{Country: "CA", Province: "QC"}, Currency: "CAD", Lines: []int64{1000}})
	if r.Total.Amount != 50 || len(r.ByRate) != 1 {
		t.Errorf("got %v", r)
	}
}

func TestSnapshotsKeepTheirShape(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(tax.Line{Name: "VAT", PPM: 190_000, Amount: money.New(1900, "EUR")})
	if diff := cmp.Diff(`{"name":"VAT","ppm":190000,"amount":{"amount":1900,"currency":"EUR"}}`, string(b)); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestPartsSumAndStayInBounds(t *testing.T) {
	t.Parallel()
	drawRate := rapid.Custom(func(t *rapid.T) tax.Rate {
		return tax.Rate{Country: "CA", Province: rapid.SampledFrom([]string{"", "QC", "ON"}).Draw(t, "province"),
			Name: rapid.StringMatching("[A-D]").Draw(t, "name"), PPM: rapid.Int64Range(-10, 1_200_000).Draw(t, "ppm"),
			ShippingTaxable: rapid.Bool().Draw(t, "shipping")}
	})
	rapid.Check(t, func(t *rapid.T) {
		in := tax.Input{Rates: rapid.SliceOfN(drawRate, 0, 12).Draw(t, "rates"), Address: tax.Address{Country: "CA", Province: "QC"},
			Included: rapid.Bool().Draw(t, "included"), Currency: "CAD",
			Lines:    rapid.SliceOfN(rapid.Int64Range(0, 1<<53), 0, 10).Draw(t, "lines"),
			Shipping: rapid.Int64Range(0, 100_000).Draw(t, "shipping")}
		r := tax.Compute(in)
		var sum, byRate int64
		check := func(amount int64, taxed tax.Taxed) {
			var parts int64
			for _, l := range taxed.Taxes {
				if l.Amount.Amount < 0 {
					t.Fatalf("negative tax %v", l)
				}
				parts += l.Amount.Amount
			}
			if parts != taxed.Total.Amount || in.Included && parts > amount {
				t.Fatalf("parts %d, total %v of %d", parts, taxed.Total, amount)
			}
			sum += parts
		}
		for i, amount := range in.Lines {
			check(amount, r.Lines[i])
		}
		check(in.Shipping, r.Shipping)
		for _, l := range r.ByRate {
			byRate += l.Amount.Amount
		}
		if sum != r.Total.Amount || byRate != sum {
			t.Fatalf("lines sum to %d, rates to %d, total is %v", sum, byRate, r.Total)
		}
		if diff := cmp.Diff(r, tax.Compute(in)); diff != "" {
			t.Fatal("twice the same, two answers", diff)
		}
	})
}

func TestMoreIsTaxedMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Int64Range(0, 1<<40).Draw(t, "low")
		in := tax.Input{Rates: []tax.Rate{gst, qst}, Address: tax.Address{Country: "CA", Province: "QC"}, Currency: "CAD",
			Included: rapid.Bool().Draw(t, "included"), Lines: []int64{low, rapid.Int64Range(low, 1<<41).Draw(t, "high")}}
		if r := tax.Compute(in); r.Lines[0].Total.Amount > r.Lines[1].Total.Amount {
			t.Fatalf("%v", r)
		}
	})
}

func TestComputeAllocatesLittle(t *testing.T) {
	in := tax.Input{Rates: all, Address: tax.Address{Country: "CA", Province: "QC"}, Currency: "CAD", Lines: []int64{1000, 2000, 3000}, Shipping: 500}
	if n := testing.AllocsPerRun(100, func() { tax.Compute(in) }); n > 6 {
		t.Errorf("%v allocations", n)
	}
}

func ExampleCompute() {
	in := tax.Input{
		Rates:    []tax.Rate{{Country: "DE", Name: "VAT", PPM: 190_000, ShippingTaxable: true}},
		Address:  tax.Address{Country: "DE"},
		Included: true, Currency: "EUR",
		Lines: []int64{11900}, Shipping: 490,
	}
	r := tax.Compute(in)
	fmt.Println(r.Lines[0].Total, r.Shipping.Total, r.Total)
	// Output: 19.00 EUR 0.78 EUR 19.78 EUR
}
