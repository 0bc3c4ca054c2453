package search

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rialtohq/rialto/platform/fault"
)

// Filter keeps products. One field is set; several filters on the same thing are alternatives, different things must all
// hold. An option of a name is a thing, so are a metafield's namespace and key. Values of vendor, type, tag and option are
// compared whatever their case. Each holds of the product as a whole: red and small may be two of its variants.
type Filter struct {
	Available        *bool         `json:"available,omitempty"`
	Price            *PriceRange   `json:"price,omitempty"`
	ProductMetafield *Metafield    `json:"productMetafield,omitempty"`
	ProductType      *string       `json:"productType,omitempty"`
	ProductVendor    *string       `json:"productVendor,omitempty"`
	Tag              *string       `json:"tag,omitempty"`
	VariantMetafield *Metafield    `json:"variantMetafield,omitempty"`
	VariantOption    *OptionChoice `json:"variantOption,omitempty"`
}

// PriceRange is the prices of variants that pass, both ends included, in major units of the buyer's currency.
type PriceRange struct {
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
}

// Metafield names a metafield and the value it must have.
type Metafield struct {
	Namespace string `json:"namespace"`
	Key       string `json:"key"`
	Value     string `json:"value"`
}

// OptionChoice is a value that a variant has for an option.
type OptionChoice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// MaxFilters is how many filters one list of products takes.
const MaxFilters = 250

// choices are the filters on one thing: what passes has one of the values.
type choices struct {
	what      string // available, price, type, vendor, tag, option, metafield or variantMetafield
	name      string // of the option, or the namespace of the metafield
	key       string // of the metafield
	values    []string
	ranges    []PriceRange
	available []bool
}

func (c choices) same(o choices) bool {
	named := c.name == o.name || c.what == "option" && strings.EqualFold(c.name, o.name)
	return c.what == o.what && named && c.key == o.key
}

// group gathers filters by what they are on. Fails with [fault.Invalid] on a filter that says nothing or too much.
func group(filters []Filter) ([]choices, error) {
	if len(filters) > MaxFilters {
		return nil, fault.New(fault.Invalid, "At most %d filters can be set; these are %d.", MaxFilters, len(filters))
	}
	var groups []choices
	for _, f := range filters {
		cs, err := f.choices()
		if err != nil {
			return nil, err
		}
		for _, c := range cs {
			i := slices.IndexFunc(groups, c.same)
			if i < 0 {
				groups = append(groups, c)
				continue
			}
			for _, v := range c.values {
				if !slices.Contains(groups[i].values, v) {
					groups[i].values = append(groups[i].values, v)
				}
			}
			groups[i].ranges = append(groups[i].ranges, c.ranges...)
			groups[i].available = append(groups[i].available, c.available...)
		}
	}
	return groups, nil
}

// choices are what one filter asks for. One with several fields set, which some storefronts send, must hold in all.
func (f Filter) choices() ([]choices, error) {
	var out []choices
	add := func(c choices) { out = append(out, c) }
	if f.Available != nil {
		add(choices{what: "available", available: []bool{*f.Available}})
	}
	if f.Price != nil {
		for _, p := range []*float64{f.Price.Min, f.Price.Max} {
			if p != nil && (math.IsNaN(*p) || math.IsInf(*p, 0)) {
				return nil, fault.New(fault.Invalid, "A price filter takes numbers.")
			}
		}
		add(choices{what: "price", ranges: []PriceRange{*f.Price}})
	}
	if m := f.ProductMetafield; m != nil {
		add(choices{what: "metafield", name: m.Namespace, key: m.Key, values: []string{m.Value}})
	}
	if f.ProductType != nil {
		add(choices{what: "type", values: []string{*f.ProductType}})
	}
	if f.ProductVendor != nil {
		add(choices{what: "vendor", values: []string{*f.ProductVendor}})
	}
	if f.Tag != nil {
		add(choices{what: "tag", values: []string{strings.ToLower(*f.Tag)}})
	}
	if m := f.VariantMetafield; m != nil {
		add(choices{what: "variantMetafield", name: m.Namespace, key: m.Key, values: []string{m.Value}})
	}
	if o := f.VariantOption; o != nil {
		add(choices{what: "option", name: o.Name, values: []string{o.Value}})
	}
	for _, c := range out {
		for _, s := range append([]string{c.name, c.key}, c.values...) {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || len(s) > 4096 {
				return nil, fault.New(fault.Invalid, "A text of productFilters has at most 4096 bytes.")
			}
		}
	}
	return out, nil
}

// decimal writes a price as people do, so that 19.99 stays 19.99.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
