package catalog

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
)

// build makes the record that an input asks for. Things that are there already, in old, keep their ids; old may be nil.
func (c *checker) build(in ProductInput, old *record, list priceList) *record {
	r := &record{row: productRow{id: newID()}}
	if old == nil {
		old = &record{}
	} else {
		r.row.id = old.row.id
	}
	c.describe(in, &r.row)
	c.choose(in, old, r)
	c.picture(in.Images, old, r)
	c.vary(in, r, list)
	if !c.ok() {
		return nil
	}
	adopt(old, r)
	if c.settle(r, list, "variants"); !c.ok() {
		return nil
	}
	return r
}

func (c *checker) describe(in ProductInput, row *productRow) {
	row.handle = cleanHandle(c.required(in.Handle, maxName, "handle"), "product")
	row.title = c.required(in.Title, maxName, "title")
	row.html, row.text = c.markup(in.DescriptionHTML, "descriptionHtml")
	row.vendor = c.text(in.Vendor, maxName, "vendor")
	row.kind = c.text(in.ProductType, maxName, "productType")
	row.status = c.status(in.Status, "status")
	row.tags = encode(c.tags(in.Tags, "tags"))
	row.seoTitle = c.text(in.SEOTitle, maxName, "seo", "title")
	row.seoDescription = c.text(in.SEODescription, maxSEO, "seo", "description")
	row.published, row.giftCard = in.Published, in.GiftCard
}

// choose takes the options over.
func (c *checker) choose(in ProductInput, old, r *record) {
	options := in.Options
	if len(options) == 0 {
		options = []OptionInput{{Name: defaultOption}}
	}
	if len(options) > MaxOptions {
		c.add(CodeTooMany, fmt.Sprintf("A product has at most %d options.", MaxOptions), "productOptions")
		return
	}
	for i, o := range options {
		at := strconv.Itoa(i)
		row := &optionRow{name: c.required(o.Name, maxName, "productOptions", at, "name")}
		for _, other := range r.options {
			if strings.EqualFold(other.name, row.name) {
				c.add(CodeTaken, "Two options have the same name.", "productOptions", at, "name")
			}
		}
		var before *optionRow
		for _, known := range old.options {
			if strings.EqualFold(known.name, row.name) {
				before, row.id = known, known.id
			}
		}
		if len(o.Values) > MaxVariants {
			c.add(CodeTooMany, fmt.Sprintf("An option has at most %d values.", MaxVariants), "productOptions", at, "values")
			return
		}
		for j, v := range o.Values {
			if v = c.required(v, maxName, "productOptions", at, "values", strconv.Itoa(j), "name"); row.value(v) == nil {
				row.values = append(row.values, keep(before, v))
			}
		}
		r.options = append(r.options, row)
	}
}

// keep is a value of an option, the stored one where there is one of that name.
func keep(before *optionRow, name string) valueRow {
	if before != nil {
		if w := before.value(name); w != nil {
			kept := *w
			kept.name = name
			return kept
		}
	}
	return valueRow{name: name}
}

// picture takes the images over; one with the same source keeps its id.
func (c *checker) picture(images []ImageInput, old, r *record) {
	if len(images) > MaxMedia {
		c.add(CodeTooMany, fmt.Sprintf("A product has at most %d pictures.", MaxMedia), "images")
		return
	}
	for i, in := range images {
		at := strconv.Itoa(i)
		row := mediaRow{source: c.required(in.Source, maxSource, "images", at, "source"), alt: c.text(in.Alt, maxAlt, "images", at, "alt"),
			contentType: in.ContentType, width: max(in.Width, 0), height: max(in.Height, 0), thumbhash: in.Thumbhash}
		if row.contentType == "" {
			row.contentType = "image/jpeg"
		}
		if mediaBySource(r.media, row.source) != nil {
			continue
		}
		if known := mediaBySource(old.media, row.source); known != nil {
			row.id = known.id
		} else {
			row.id = newID()
		}
		r.media = append(r.media, row)
	}
}

func mediaBySource(list []mediaRow, source string) *mediaRow {
	for i := range list {
		if list[i].source == source {
			return &list[i]
		}
	}
	return nil
}

// vary takes the variants over.
func (c *checker) vary(in ProductInput, r *record, list priceList) {
	switch {
	case len(in.Variants) == 0:
		c.add(CodeBlank, "A product has at least one variant.", "variants")
	case len(in.Variants) > MaxVariants:
		c.add(CodeTooMany, fmt.Sprintf("A product has at most %d variants.", MaxVariants), "variants")
		return
	}
	seen := make(map[string]bool, len(in.Variants))
	for i, v := range in.Variants {
		at := strconv.Itoa(i)
		rec := c.variant(v, r, list, at)
		if len(rec.values) != len(r.options) {
			c.add(CodeBlank, "A variant has a value for each option.", "variants", at, "optionValues")
			continue
		}
		if key := OptionKey(rec.values); seen[key] {
			c.add(CodeTwice, "Another variant has the same value for each option.", "variants", at, "optionValues")
		} else {
			seen[key] = true
		}
		r.variants = append(r.variants, rec)
	}
}

func (c *checker) variant(in VariantInput, r *record, list priceList, at string) *variantRecord {
	v := &variantRecord{prices: map[money.Currency]price{}}
	v.row = variantRow{
		sku: c.text(in.SKU, maxName, "variants", at, "sku"), barcode: c.text(in.Barcode, maxName, "variants", at, "barcode"),
		grams: c.grams(in.WeightGrams, "variants", at, "weight"), unit: c.unit(in.WeightUnit, "variants", at, "weight"),
		ships: in.RequiresShipping, taxable: in.Taxable, tracked: in.Tracked, oversells: in.Oversell,
	}
	values := in.OptionValues
	if len(values) == 0 && len(r.options) == 1 && r.options[0].name == defaultOption {
		values = []string{defaultValue}
	}
	for j, value := range values {
		v.values = append(v.values, c.required(value, maxName, "variants", at, "optionValues", strconv.Itoa(j), "name"))
	}
	if in.UnitPrice != nil {
		v.row.unitPrice = encode(in.UnitPrice)
	}
	if in.Image != "" {
		if m := mediaBySource(r.media, strings.TrimSpace(in.Image)); m != nil {
			v.row.media = uuid.NullUUID{UUID: m.id, Valid: true}
		} else {
			c.add(CodeInvalid, "The picture is none of the product's.", "variants", at, "image")
		}
	}
	c.prices(in, v, list, at)
	return v
}

func (c *checker) prices(in VariantInput, v *variantRecord, list priceList, at string) {
	c.money(in.Price, list.own, list, "variants", at, "price")
	base := price{amount: in.Price.Amount}
	if in.CompareAt != nil {
		c.money(*in.CompareAt, list.own, list, "variants", at, "compareAtPrice")
		base.compare = amount{in.CompareAt.Amount, true}
	}
	if in.Cost != nil {
		c.money(*in.Cost, list.own, list, "variants", at, "cost")
		v.row.cost = amount{in.Cost.Amount, true}
	}
	v.prices[list.own] = base
	for i, p := range in.Prices {
		path := []string{"variants", at, "prices", strconv.Itoa(i)}
		if p.Currency == list.own || !list.has(p.Currency) {
			c.add(CodeCurrency, "The shop has no other prices in "+quote(string(p.Currency))+".", path...)
			continue
		}
		derived, err := list.derive(base, p.Currency, list.rates[p.Currency])
		if err != nil {
			c.add(CodeInvalid, "The price is out of range in another currency.", "variants", at, "price")
			continue
		}
		own := price{amount: derived.amount}
		if p.Price != nil {
			c.money(*p.Price, p.Currency, list, path...)
			own.amount = p.Price.Amount
		}
		if p.CompareAt != nil {
			c.money(*p.CompareAt, p.Currency, list, path...)
			own.compare = amount{p.CompareAt.Amount, true}
		}
		v.prices[p.Currency] = own
	}
}

// adopt gives variants the ids of stored ones: those with the same option values, then those with the same SKU, where
// that names one variant only. Carts and stock refer to them.
func adopt(old, r *record) {
	byKey, bySKU := map[string]*variantRecord{}, map[string]*variantRecord{}
	for _, v := range old.variants {
		byKey[v.row.key] = v
	}
	taken := map[uuid.UUID]bool{}
	for _, v := range r.variants {
		if known := byKey[OptionKey(v.values)]; known != nil {
			v.row.id = known.row.id
			taken[known.row.id] = true
		}
	}
	twice := map[string]int{}
	for _, v := range r.variants {
		twice[v.row.sku]++
	}
	for _, v := range old.variants {
		if _, again := bySKU[v.row.sku]; again {
			bySKU[v.row.sku] = nil
		} else if !taken[v.row.id] {
			bySKU[v.row.sku] = v
		}
	}
	for _, v := range r.variants {
		if v.row.id != uuid.Nil || v.row.sku == "" || twice[v.row.sku] > 1 {
			continue
		}
		if known := bySKU[v.row.sku]; known != nil && !taken[known.row.id] {
			v.row.id = known.row.id
			taken[known.row.id] = true
		}
	}
}
