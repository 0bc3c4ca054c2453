package search

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"github.com/rialtohq/rialto/commerce/money"
)

// The types of facets, as FilterType names them.
const (
	List       = "LIST"
	PriceSpan  = "PRICE_RANGE"
	maxValues  = 250 // of one facet, those with the most products
	maxVariety = 50  // a metafield with more values than this is no facet
)

// Facet is something that a list of products can be narrowed down by.
type Facet struct {
	ID           string // filter.v.price
	Label        string
	Type         string // LIST or PRICE_RANGE
	Presentation string // TEXT, and empty for a range
	Values       []FacetValue
}

// FacetValue is one choice.
type FacetValue struct {
	ID    string // filter.v.option.color.blue
	Label string
	// Count is the number of products when this value is the choice in its facet and all other facets stay as they are.
	Count int
	// Input is a [Filter] as JSON text.
	Input string
}

// Facets counts what the products of a scope can be narrowed down by: one statement, or two, whose cost follows from the number of
// products in the scope without its filters. Values are in alphabetical order. Fails with [fault.Invalid].
func (s *Service) Facets(ctx context.Context, q Scope) ([]Facet, error) {
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	sc, err := q.read(v)
	if err != nil {
		return nil, err
	}
	if err := s.narrow(ctx, &sc, false); err != nil {
		return nil, err
	}
	st := newStmt(v)
	rows, err := s.facetRows(ctx, st.facets(sc), st.args)
	if err != nil || len(rows) == 0 {
		return []Facet{}, err
	}
	return facets(rows, v.currency), nil
}

// facetRow is one value of one facet.
type facetRow struct {
	what, k1, k2, name, label string
	n, low, high              int64
}

var facetOrder = []string{"available", "price", "type", "vendor", "option", "tag", "metafield"}

// facets gathers rows into facets.
func facets(rows []facetRow, currency money.Currency) []Facet {
	slices.SortStableFunc(rows, func(a, b facetRow) int {
		return cmp.Or(cmp.Compare(slices.Index(facetOrder, a.what), slices.Index(facetOrder, b.what)), cmp.Compare(a.k1, b.k1), cmp.Compare(a.k2, b.k2),
			cmp.Compare(Fold(a.label), Fold(b.label)), cmp.Compare(a.label, b.label))
	})
	out := []Facet{}
	for i := 0; i < len(rows); {
		end := i + 1
		for end < len(rows) && rows[end].what == rows[i].what && rows[end].k1 == rows[i].k1 && rows[end].k2 == rows[i].k2 {
			end++
		}
		if f := facet(rows[i:end], currency); len(f.Values) > 0 {
			out = append(out, f)
		}
		i = end
	}
	return out
}

// facet makes a facet of its rows.
func facet(rows []facetRow, currency money.Currency) Facet {
	r := rows[0]
	f := Facet{Type: List, Presentation: "TEXT"}
	input := func(facetRow) Filter { return Filter{} }
	switch r.what {
	case "available":
		return availability(rows)
	case "price":
		return priceFacet(r, currency)
	case "type":
		f.ID, f.Label = "filter.p.product_type", "Product type"
		input = func(r facetRow) Filter { return Filter{ProductType: &r.label} }
	case "vendor":
		f.ID, f.Label = "filter.p.vendor", "Vendor"
		input = func(r facetRow) Filter { return Filter{ProductVendor: &r.label} }
	case "tag":
		f.ID, f.Label = "filter.p.tag", "Tag"
		input = func(r facetRow) Filter { return Filter{Tag: &r.label} }
	case "option":
		f.ID, f.Label = "filter.v.option."+slug(r.k1), r.name
		input = func(r facetRow) Filter { return Filter{VariantOption: &OptionChoice{Name: f.Label, Value: r.label}} }
	case "metafield":
		if len(rows) > maxVariety {
			return Facet{}
		}
		f.ID, f.Label = "filter.p.m."+r.k1+"."+r.k2, words1(r.k2)
		input = func(r facetRow) Filter {
			return Filter{ProductMetafield: &Metafield{Namespace: r.k1, Key: r.k2, Value: r.label}}
		}
	}
	for _, r := range rows {
		f.Values = append(f.Values, FacetValue{ID: f.ID + "." + slug(r.label), Label: r.label, Count: int(r.n), Input: encode(input(r))})
	}
	return f
}

func availability(rows []facetRow) Facet {
	f := Facet{ID: "filter.v.availability", Label: "Availability", Type: List, Presentation: "TEXT"}
	for _, v := range []struct {
		id, label string
		yes       bool
	}{{"1", "In stock", true}, {"0", "Out of stock", false}} {
		value := FacetValue{ID: f.ID + "." + v.id, Label: v.label, Input: encode(Filter{Available: &v.yes})}
		for _, r := range rows {
			if r.label == v.id {
				value.Count = int(r.n)
			}
		}
		f.Values = append(f.Values, value)
	}
	return f
}

func priceFacet(r facetRow, currency money.Currency) Facet {
	if r.n == 0 {
		return Facet{}
	}
	number := func(amount int64) json.Number { return json.Number(money.New(amount, currency).Decimal()) }
	input := struct {
		Price struct {
			Min json.Number `json:"min"`
			Max json.Number `json:"max"`
		} `json:"price"`
	}{}
	input.Price.Min, input.Price.Max = number(r.low), number(r.high)
	return Facet{ID: "filter.v.price", Label: "Price", Type: PriceSpan, Values: []FacetValue{{ID: "filter.v.price", Label: "Price", Count: int(r.n), Input: encode(input)}}}
}

// slug makes a part of an id of a text.
func slug(text string) string { return strings.Join(Words(text), "-") }

// words1 makes a label of a key: care_notes is Care notes.
func words1(key string) string {
	text := []rune(strings.NewReplacer("_", " ", "-", " ").Replace(key))
	if len(text) > 0 {
		text[0] = unicode.ToUpper(text[0])
	}
	return string(text)
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("search: " + err.Error()) // only values of our own plain types are encoded
	}
	return string(b)
}
