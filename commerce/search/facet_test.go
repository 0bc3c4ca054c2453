package search_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

// kindOf names the facet that a filter belongs to.
func kindOf(f search.Filter) string {
	switch {
	case f.Available != nil:
		return "available"
	case f.Price != nil:
		return "price"
	case f.ProductMetafield != nil:
		return "metafield " + f.ProductMetafield.Namespace + "." + f.ProductMetafield.Key
	case f.ProductType != nil:
		return "type"
	case f.ProductVendor != nil:
		return "vendor"
	case f.Tag != nil:
		return "tag"
	}
	return "option " + strings.ToLower(f.VariantOption.Name)
}

func inputOf(t interface{ Fatal(...any) }, v search.FacetValue) search.Filter {
	var f search.Filter
	if err := json.Unmarshal([]byte(v.Input), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// Every count is the number of products that its input leaves, in every scope and under any filters in force.
func TestFacetCountsAgreeWithTheirFilters(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 150)
		summer := b.collections["Summer house"]
		scopes := []search.Scope{{}, {Query: "oak"}, {Query: "oak OR chair -walnut"}, {CollectionID: &summer}, {CollectionID: &summer, Query: "title:round"}, {Query: "vendor:fjell", Unavailable: search.Hide}}
		var choices []search.Filter
		first, err := b.search.Facets(b.ctx, search.Scope{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range first {
			for _, v := range f.Values {
				choices = append(choices, inputOf(t, v))
			}
		}
		low, high := 20.0, 50.0
		choices = append(choices, search.Filter{Price: &search.PriceRange{Min: &low}}, search.Filter{Price: &search.PriceRange{Max: &high}})
		counted := 0
		rapid.Check(t, func(r *rapid.T) {
			if counted > 400 {
				return
			}
			scope := rapid.SampledFrom(scopes).Draw(r, "scope")
			scope.Filters = rapid.SliceOfN(rapid.SampledFrom(choices), 0, 4).Draw(r, "filters")
			facets, err := b.search.Facets(b.ctx, scope)
			if err != nil {
				r.Fatal(err)
			}
			for _, f := range facets {
				v := f.Values[rapid.IntRange(0, len(f.Values)-1).Draw(r, "value")]
				input := inputOf(r, v)
				chosen := scope
				chosen.Filters = slices.DeleteFunc(slices.Clone(scope.Filters), func(o search.Filter) bool { return kindOf(o) == kindOf(input) })
				chosen.Filters = append(chosen.Filters, input)
				if got := len(b.all(t, b.ctx, search.ProductQuery{Scope: chosen})); got != v.Count {
					r.Fatalf("%s: counted %d and %s leaves %d", v.ID, v.Count, v.Input, got)
				}
				counted++
			}
		})
		if counted < 50 {
			t.Errorf("only %d counts were compared", counted)
		}
	})
}

func TestFacetsAreWhatStorefrontsExpect(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 100)
		facets, err := b.search.Facets(b.ctx, search.Scope{Query: "oak"})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		inputs := map[string]string{}
		for _, f := range facets {
			ids = append(ids, f.ID+" "+f.Label+" "+f.Type)
			for _, v := range f.Values {
				inputs[v.ID] = v.Input
			}
		}
		want := []string{
			"filter.v.availability Availability LIST", "filter.v.price Price PRICE_RANGE", "filter.p.product_type Product type LIST", "filter.p.vendor Vendor LIST",
			"filter.v.option.color Color LIST", "filter.v.option.size Size LIST", "filter.p.tag Tag LIST", "filter.p.m.custom.material Material LIST",
		}
		for _, f := range want {
			if !slices.Contains(ids, f) {
				t.Errorf("there is no facet %q among %q", f, ids)
			}
		}
		for id, input := range map[string]string{
			"filter.v.availability.1":              `{"available":true}`,
			"filter.p.vendor.fjell":                `{"productVendor":"Fjell"}`,
			"filter.p.product_type.seating":        `{"productType":"Seating"}`,
			"filter.p.tag.gift-idea":               `{"tag":"Gift idea"}`,
			"filter.v.option.color.red":            `{"variantOption":{"name":"Color","value":"Red"}}`,
			"filter.p.m.custom.material.oak":       `{"productMetafield":{"namespace":"custom","key":"material","value":"Oak"}}`,
			"filter.p.m.custom.serial_number.oak0": "",
		} {
			if inputs[id] != input {
				t.Errorf("%s takes %s, want %s", id, inputs[id], input)
			}
		}
		if !strings.HasPrefix(inputs["filter.v.price"], `{"price":{"min":`) {
			t.Errorf("price takes %s", inputs["filter.v.price"])
		}
		if none, err := b.search.Facets(b.ctx, search.Scope{Query: "nothingofthekind"}); err != nil || len(none) > 2 {
			t.Errorf("%v, %v", none, err)
		}
	})
}

func TestFiltersCombine(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 150)
		yes, acme, fjell := true, "ACME", "fjell"
		color := func(v string) search.Filter {
			return search.Filter{VariantOption: &search.OptionChoice{Name: "color", Value: v}}
		}
		got := b.all(t, b.ctx, search.ProductQuery{Scope: search.Scope{Filters: []search.Filter{{ProductVendor: &acme}, {ProductVendor: &fjell}, color("red"), {Available: &yes}}}})
		want := b.want(func(i *item) bool {
			red := slices.ContainsFunc(i.variants, func(v choice) bool { return v.color == "Red" })
			return (i.vendor == "Acme" || i.vendor == "Fjell") && red && i.forSale()
		})
		if !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("found %v, want %v", got, want)
		}
		bad := "a\x00b"
		if _, err := b.search.Products(b.ctx, search.ProductQuery{Scope: search.Scope{Filters: []search.Filter{{Tag: &bad}}}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a filter with a null gave %v", err)
		}
		huge := 1e300
		if got := b.all(t, b.ctx, search.ProductQuery{Scope: search.Scope{Filters: []search.Filter{{Price: &search.PriceRange{Min: &huge}}}}}); len(got) != 0 {
			t.Errorf("%d products cost %v", len(got), huge)
		}
		if _, err := b.search.Products(b.ctx, search.ProductQuery{Scope: search.Scope{Filters: slices.Repeat([]search.Filter{color("red")}, 300)}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("300 filters gave %v", err)
		}
	})
}

func ExampleFilter() {
	vendor := "Acme"
	b, _ := json.Marshal(search.Filter{ProductVendor: &vendor})
	fmt.Println(string(b))
	// Output: {"productVendor":"Acme"}
}
