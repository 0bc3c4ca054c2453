package raw

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

type filter struct {
	ID     string        `json:"id"`
	Label  string        `json:"label"`
	Type   string        `json:"type"`
	Values []filterValue `json:"values"`
}

type filterValue struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Count int64  `json:"count"`
	Input string `json:"input"`
}

var filterOrder = []string{"available", "price", "type", "vendor", "option", "tag", "metafield"}

// mostValues is how many values a metafield may have to be something to choose from.
const mostValues = 50

// filtersOf makes filters of counted values, which stand in alphabetical order. What is written by hand here knows that the
// shop's words are of plain letters.
func filtersOf(found []facetRow) []filter {
	slices.SortFunc(found, func(a, b facetRow) int {
		return cmp.Or(cmp.Compare(slices.Index(filterOrder, a.what), slices.Index(filterOrder, b.what)), cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)),
			cmp.Compare(a.key, b.key), cmp.Compare(strings.ToLower(a.label), strings.ToLower(b.label)))
	})
	out := []filter{}
	for from := 0; from < len(found); {
		to := from + 1
		for to < len(found) && found[to].what == found[from].what && strings.EqualFold(found[to].name, found[from].name) && found[to].key == found[from].key {
			to++
		}
		if f := filterOf(found[from:to]); len(f.Values) > 0 {
			out = append(out, f)
		}
		from = to
	}
	return out
}

func filterOf(values []facetRow) filter {
	first := values[0]
	f := filter{Type: "LIST"}
	input := func(facetRow) string { return "" }
	switch first.what {
	case "available":
		return stockFilter(values)
	case "price":
		if first.n == 0 {
			return f
		}
		text := fmt.Sprintf(`{"price":{"min":%s,"max":%s}}`, dollars(first.low).Amount, dollars(first.high).Amount)
		return filter{"filter.v.price", "Price", "PRICE_RANGE", []filterValue{{"filter.v.price", "Price", first.n, text}}}
	case "type":
		f.ID, f.Label = "filter.p.product_type", "Product type"
		input = func(r facetRow) string { return `{"productType":` + quoted(r.label) + `}` }
	case "vendor":
		f.ID, f.Label = "filter.p.vendor", "Vendor"
		input = func(r facetRow) string { return `{"productVendor":` + quoted(r.label) + `}` }
	case "tag":
		f.ID, f.Label = "filter.p.tag", "Tag"
		input = func(r facetRow) string { return `{"tag":` + quoted(r.label) + `}` }
	case "option":
		f.ID, f.Label = "filter.v.option."+slug(first.name), first.name
		input = func(r facetRow) string {
			return `{"variantOption":{"name":` + quoted(first.name) + `,"value":` + quoted(r.label) + `}}`
		}
	case "metafield":
		if len(values) > mostValues {
			return f
		}
		f.ID = "filter.p.m." + first.name + "." + first.key
		f.Label = strings.ToUpper(first.key[:1]) + strings.ReplaceAll(first.key[1:], "_", " ")
		input = func(r facetRow) string {
			return `{"productMetafield":{"namespace":` + quoted(r.name) + `,"key":` + quoted(r.key) + `,"value":` + quoted(r.label) + `}}`
		}
	}
	f.Values = make([]filterValue, len(values))
	for i, r := range values {
		f.Values[i] = filterValue{f.ID + "." + slug(r.label), r.label, r.n, input(r)}
	}
	return f
}

func stockFilter(values []facetRow) filter {
	f := filter{ID: "filter.v.availability", Label: "Availability", Type: "LIST", Values: []filterValue{
		{"filter.v.availability.1", "In stock", 0, `{"available":true}`}, {"filter.v.availability.0", "Out of stock", 0, `{"available":false}`},
	}}
	for _, r := range values {
		at := 1
		if r.label == "1" {
			at = 0
		}
		f.Values[at].Count = r.n
	}
	return f
}

func slug(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }), "-")
}

func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string
	}
	return string(b)
}
