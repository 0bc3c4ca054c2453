package promotion_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
)

var products = []uuid.UUID{chair, table, lamp}

func drawTarget(t *rapid.T, name string) promotion.Target {
	return promotion.Target{Products: rapid.SliceOfN(rapid.SampledFrom(products), 0, 2).Draw(t, name)}
}

func drawDiscount(n byte) *rapid.Generator[promotion.Discount] {
	return rapid.Custom(func(t *rapid.T) promotion.Discount {
		kind := rapid.SampledFrom([]promotion.Kind{promotion.Percentage, promotion.Fixed, promotion.FreeShipping, promotion.BuyXGetY}).Draw(t, "kind")
		ppm := rapid.Int64Range(-1, 1_100_000)
		d := offer(n, rapid.SampledFrom([]string{"", string(rune('A' + n - 1))}).Draw(t, "code"), kind, promotion.Config{
			PPM: ppm.Draw(t, "ppm"), Amounts: usd(rapid.Int64Range(-10, 5000).Draw(t, "amount")),
			Each:     rapid.SampledFrom([]promotion.Each{"", promotion.EachOrder, promotion.EachLine, promotion.EachItem}).Draw(t, "each"),
			Target:   drawTarget(t, "target"),
			Get:      promotion.Get{Buy: rapid.Int64Range(-1, 3).Draw(t, "buy"), Quantity: rapid.Int64Range(-1, 3).Draw(t, "get"), PPM: ppm.Draw(t, "given"), Target: drawTarget(t, "gets"), MaxUses: rapid.Int64Range(0, 2).Draw(t, "uses")},
			Combines: promotion.Combines{Order: rapid.Bool().Draw(t, "order"), Product: rapid.Bool().Draw(t, "product"), Shipping: rapid.Bool().Draw(t, "shipping")},
		})
		d.Priority = rapid.IntRange(0, 2).Draw(t, "priority")
		return d
	})
}

func drawInput(t *rapid.T) promotion.Input {
	in := promotion.Input{Now: now, Currency: "USD", Shipping: rapid.Int64Range(0, 1000).Draw(t, "freight"),
		Codes: rapid.SliceOfN(rapid.SampledFrom([]string{"A", "b", "C", "D", "Z"}), 0, 4).Draw(t, "codes")}
	for range rapid.IntRange(0, 6).Draw(t, "lines") {
		in.Lines = append(in.Lines, line(rapid.SampledFrom(products).Draw(t, "product"),
			rapid.Int64Range(0, 6).Draw(t, "quantity"), rapid.Int64Range(0, 4000).Draw(t, "price")))
	}
	for n := range byte(rapid.IntRange(0, 7).Draw(t, "discounts")) {
		in.Discounts = append(in.Discounts, drawDiscount(n+1).Draw(t, "discount"))
	}
	return in
}

func TestPartsSumAndNothingGoesBelowZero(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		r := promotion.Apply(in)
		lines, shipping := off(in, r)
		for i, taken := range lines {
			if gross := in.Lines[i].UnitPrice * in.Lines[i].Quantity; taken > gross {
				t.Fatalf("line %d costs %d and loses %d", i, gross, taken)
			}
		}
		if shipping > in.Shipping {
			t.Fatalf("delivery costs %d and loses %d", in.Shipping, shipping)
		}
		parts := make([]int64, len(r.Applications))
		for _, a := range slices.Concat(r.Allocations, r.Shipping) {
			if a.Amount.Amount <= 0 || a.Amount.Currency != "USD" {
				t.Fatalf("allocation %+v", a)
			}
			parts[a.Application] += a.Amount.Amount
		}
		for i, a := range r.Applications {
			if a.Total != money.New(parts[i], "USD") {
				t.Fatalf("application %+v has parts of %d", a, parts[i])
			}
		}
		var ordered []promotion.Allocation
		for i := range in.Lines {
			ordered = append(ordered, r.Line(i)...)
		}
		if diff := cmp.Diff(r.Allocations, ordered); diff != "" {
			t.Fatal("lines do not make up the allocations", diff)
		}
		if len(r.Codes) != len(in.Codes) {
			t.Fatalf("%d answers to %d codes", len(r.Codes), len(in.Codes))
		}
		for _, c := range r.Codes {
			if c.Applicable != (c.Reason == "") {
				t.Fatalf("code %+v", c)
			}
		}
	})
}

func TestTheOrderOfDiscountsDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		want := promotion.Apply(in)
		in.Discounts = rapid.Permutation(in.Discounts).Draw(t, "shuffled")
		if diff := cmp.Diff(want, promotion.Apply(in)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestAppliedDiscountsAgreeOnEachOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		byID := map[uuid.UUID]promotion.Discount{}
		for _, d := range in.Discounts {
			byID[d.ID] = d
		}
		allows := func(c promotion.Combines, class promotion.Class) bool {
			return map[promotion.Class]bool{promotion.OrderClass: c.Order, promotion.ProductClass: c.Product, promotion.ShippingClass: c.Shipping}[class]
		}
		r := promotion.Apply(in)
		for i, a := range r.Applications {
			for j, b := range r.Applications {
				if d := byID[a.DiscountID]; i != j && !allows(d.Config.Combines, b.Class) {
					t.Fatalf("%+v stands beside %+v", a, b)
				}
			}
		}
	})
}

func TestNoSingleDiscountBeatsTheChosenSet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		chosen := saved(promotion.Apply(in))
		for _, d := range in.Discounts {
			alone := in
			alone.Discounts = []promotion.Discount{d}
			// Rounding line after line may cost a unit a line and discount.
			if one := saved(promotion.Apply(alone)); one > chosen+int64(len(in.Lines)*len(in.Discounts)) {
				t.Fatalf("%+v alone saves %d, the chosen set %d", d, one, chosen)
			}
		}
	})
}

func TestUnitsAreGivenOrBoughtNeverBoth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		get := promotion.Get{Buy: rapid.Int64Range(1, 4).Draw(t, "buy"), Quantity: rapid.Int64Range(1, 4).Draw(t, "get"), PPM: money.PPM}
		units := rapid.Int64Range(0, 40).Draw(t, "units")
		in := promotion.Input{Now: now, Currency: "USD", Lines: []promotion.Line{line(chair, units, 1)},
			Discounts: []promotion.Discount{offer(1, "", promotion.BuyXGetY, promotion.Config{Get: get})}}
		// Whole uses, and what a last, partial one gives once its units are bought.
		want := units/(get.Buy+get.Quantity)*get.Quantity + max(units%(get.Buy+get.Quantity)-get.Buy, 0)
		if got := saved(promotion.Apply(in)); got != want {
			t.Fatalf("%d units of %+v give %d, want %d", units, get, got, want)
		}
	})
}

func saved(r promotion.Result) (total int64) {
	for _, a := range r.Applications {
		total += a.Total.Amount
	}
	return total
}
