package catalog

import (
	"math"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/fault"
)

// changeAll changes variants one after the other, on copies: an entry that is refused leaves its variant as it was. With
// partial, problems go to refused and the rest is good.
func (c *checker) changeAll(r *record, in []VariantChanges, list priceList, partial bool, refused *fault.Problems) []*variantRecord {
	entries := make([]*variantRecord, len(in))
	old := make([]*variantRecord, len(in))
	refuse := func(i int, problems fault.Problems) {
		if old[i] != nil {
			r.replace(old[i])
		}
		entries[i] = nil
		if partial {
			*refused = append(*refused, problems...)
		} else {
			c.problems = append(c.problems, problems...)
		}
	}
	for i, v := range in {
		one := &checker{}
		switch old[i] = r.variant(v.ID); {
		case v.ID == uuid.Nil:
			one.add(CodeNoVariantID, "Say which variant is meant.", "variants", index(i), "id")
		case old[i] == nil:
			one.add(CodeNoVariant, "The product has no such variant.", "variants", index(i), "id")
		case len(v.Stock) > 0:
			one.add(CodeStockOnUpdate, "Stock of a variant that is there is set by inventorySetQuantities.", "variants", index(i), "inventoryQuantities")
		default:
			entries[i] = old[i].clone()
			one.change(r, entries[i], v, list, i)
		}
		if !one.ok() {
			refuse(i, one.problems)
		} else {
			r.replace(entries[i])
		}
	}
	for {
		collisions := twins(r, entries)
		for _, i := range collisions {
			refuse(i, fault.Problems{{Code: CodeTwice, Message: "Another variant has the same value for each option.", Field: []string{"variants", index(i), "optionValues"}}})
		}
		// Giving one variant its old values back may collide with another's new ones.
		if len(collisions) == 0 {
			return entries
		}
	}
}

func (r *record) replace(v *variantRecord) {
	for i := range r.variants {
		if r.variants[i].row.id == v.row.id {
			r.variants[i] = v
		}
	}
}

// twins are the places of entries whose option values another variant of the product has, the first of a pair aside where
// both are entries.
func twins(r *record, entries []*variantRecord) (places []int) {
	isEntry := map[*variantRecord]bool{}
	for _, e := range entries {
		isEntry[e] = true
	}
	seen := map[string]bool{}
	for _, v := range r.variants {
		if !isEntry[v] {
			seen[OptionKey(v.values)] = true
		}
	}
	done := map[*variantRecord]bool{}
	for i, e := range entries {
		if e == nil || done[e] {
			continue
		}
		done[e] = true
		key := OptionKey(e.values)
		if seen[key] {
			places = append(places, i)
		}
		seen[key] = true
	}
	return places
}

// change takes over what is given for a variant.
func (c *checker) change(r *record, v *variantRecord, in VariantChanges, list priceList, i int) {
	at := func(field ...string) []string { return append([]string{"variants", index(i)}, field...) }
	if in.SKU != nil {
		v.row.sku = c.text(*in.SKU, maxName, at("inventoryItem", "sku")...)
	}
	if in.Barcode != nil {
		v.row.barcode = c.text(*in.Barcode, maxName, at("barcode")...)
	}
	for _, flag := range []struct{ to, from *bool }{
		{&v.row.ships, in.RequiresShipping}, {&v.row.taxable, in.Taxable}, {&v.row.tracked, in.Tracked}, {&v.row.oversells, in.Oversell},
	} {
		if flag.from != nil {
			*flag.to = *flag.from
		}
	}
	if w := in.Weight; w != nil {
		v.row.unit = c.unit(w.Unit, at("inventoryItem", "measurement", "weight", "unit")...)
		if grams := w.Value * gramsIn[v.row.unit]; grams >= 0 && grams <= maxGrams { // not a number is neither
			v.row.grams = int(math.Round(grams))
		} else {
			c.add(CodeInvalid, "The weight is out of range.", at("inventoryItem", "measurement", "weight", "value")...)
		}
	}
	c.reprice(v, in, list, at)
	c.show(r, v, in, at)
	c.pick(r, v, in, at)
}

// reprice sets the price of a variant in one currency.
func (c *checker) reprice(v *variantRecord, in VariantChanges, list priceList, at func(...string) []string) {
	currency := list.own
	if in.Price != nil {
		currency = in.Price.Currency
		c.money(*in.Price, "", list, at("price")...)
	} else if in.CompareAt != nil {
		currency = in.CompareAt.Currency
	}
	if in.CompareAt != nil {
		c.money(*in.CompareAt, currency, list, at("compareAtPrice")...)
	}
	if in.Cost != nil {
		c.money(*in.Cost, list.own, list, at("inventoryItem", "cost")...)
		v.row.cost = amount{in.Cost.Amount, true}
	}
	if in.Price == nil && in.CompareAt == nil && !in.ClearCompareAt || !list.has(currency) {
		return
	}
	p := v.prices[currency]
	if currency != list.own && p == (price{}) {
		p, _ = list.derive(v.prices[list.own], currency, list.rates[currency]) // out of range shows when all are settled
	}
	p.derived = false
	if in.Price != nil {
		p.amount = in.Price.Amount
	}
	switch {
	case in.CompareAt != nil:
		p.compare = amount{in.CompareAt.Amount, true}
	case in.ClearCompareAt:
		p.compare = amount{}
	}
	v.prices[currency] = p
}

// show chooses the picture of a variant.
func (c *checker) show(r *record, v *variantRecord, in VariantChanges, at func(...string) []string) {
	switch {
	case in.MediaID != nil:
		if !slices.ContainsFunc(r.media, func(m mediaRow) bool { return m.id == *in.MediaID }) {
			c.add(CodeInvalid, "The product has no such picture.", at("mediaId")...)
		}
		v.row.media = uuid.NullUUID{UUID: *in.MediaID, Valid: true}
	case in.MediaSource != "":
		m := mediaBySource(r.media, strings.TrimSpace(in.MediaSource))
		if m == nil {
			c.add(CodeInvalid, "The address is none of those given as media.", at("mediaSrc")...)
			return
		}
		v.row.media = uuid.NullUUID{UUID: m.id, Valid: true}
	}
}

// pick gives a variant its option values.
func (c *checker) pick(r *record, v *variantRecord, in VariantChanges, at func(...string) []string) {
	if len(v.values) != len(r.options) {
		v.values = make([]string, len(r.options))
	}
	for j, choice := range in.Options {
		where := slices.IndexFunc(r.options, func(o *optionRow) bool {
			return o.id == choice.OptionID || choice.OptionID == uuid.Nil && choice.Option != "" && strings.EqualFold(o.name, strings.TrimSpace(choice.Option)) ||
				choice.OptionID == uuid.Nil && choice.Option == "" && choice.ValueID != uuid.Nil && o.hasValue(choice.ValueID)
		})
		if where < 0 {
			c.add(CodeUnknownOption, "The product has no such option.", at("optionValues", index(j))...)
			continue
		}
		value := choice.Value
		if choice.ValueID != uuid.Nil {
			value = r.options[where].nameOf(choice.ValueID)
		}
		v.values[where] = c.required(value, maxName, at("optionValues", index(j), "name")...)
	}
	if len(r.options) == 1 && r.options[0].name == defaultOption && v.values[0] == "" {
		v.values[0] = defaultValue
	}
	for i, o := range r.options {
		if v.values[i] == "" && c.ok() {
			c.add(CodeNoOptionValue, "The variant needs a value of the option "+quote(o.name)+".", at("optionValues")...)
		}
	}
}

func (o *optionRow) hasValue(id uuid.UUID) bool { return o.nameOf(id) != "" }

func (o *optionRow) nameOf(id uuid.UUID) string {
	for _, w := range o.values {
		if w.id == id {
			return w.name
		}
	}
	return ""
}
