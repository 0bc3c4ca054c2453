package transfer

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

var (
	optionNames  = [MaxOptions]column{colOption1Name, colOption2Name, colOption3Name}
	optionValues = [MaxOptions]column{colOption1Value, colOption2Value, colOption3Value}
)

// What a product without choices is given, so that every variant has an option value.
const (
	defaultOption = "Title"
	defaultValue  = "Default Title"
)

// addOptions reads the names of the options from the first row.
func (b *builder) addOptions(w *row) {
	var gap bool
	for i, c := range optionNames {
		name := b.text(w, c, maxNameRunes)
		switch {
		case name == "" && w.value(b.header, optionValues[i]) != "":
			b.refuse(w, c, CodeMissingOptionName, "the option has a value but no name")
			gap = true
		case name == "":
			gap = true
		case gap:
			b.refuse(w, c, CodeMissingOptionName, "the option before this one has no name")
			return
		case b.hasOption(name):
			b.refuse(w, c, CodeDuplicateOption, fmt.Sprintf("two options are named %s", quoted(name)))
			return
		default:
			b.product.Options = append(b.product.Options, Option{Name: name})
		}
	}
	if len(b.product.Options) == 0 {
		b.product.Options = []Option{{Name: defaultOption}}
	}
}

func (b *builder) hasOption(name string) bool {
	for _, o := range b.product.Options {
		if strings.EqualFold(o.Name, name) {
			return true
		}
	}
	return false
}

// addVariant reads one variant.
func (b *builder) addVariant(w *row) {
	if len(b.product.Variants) == MaxVariants {
		b.refuseRow(w, CodeTooMany, fmt.Sprintf("a product has at most %d variants", MaxVariants))
		b.deaf = true
		return
	}
	v := Variant{Row: w.number}
	v.SKU = b.text(w, colSKU, maxNameRunes)
	v.Barcode = b.text(w, colBarcode, maxNameRunes)
	v.Grams = b.grams(w)
	v.WeightUnit = b.oneOf(w, colWeightUnit, "", "g", "kg", "lb", "oz")
	tracker := b.oneOf(w, colTracker, "", "shopify", "rialto")
	v.Tracked = tracker != ""
	v.Quantity, v.QuantityGiven = b.whole(w, colQuantity)
	if !v.Tracked {
		v.Quantity, v.QuantityGiven = 0, false
	}
	v.Policy = b.policy(w)
	b.addPrices(w, &v)
	v.RequiresShipping = b.truth(w, colRequiresShipping, true)
	v.Taxable = b.truth(w, colTaxable, true)
	v.UnitPrice = b.unitPrice(w)
	if v.Image = w.value(b.header, colVariantImage); v.Image != "" {
		b.image(w, colVariantImage, v.Image, 0, "")
	}
	if !b.choose(w, &v) {
		return
	}
	b.noteSKU(w, v.SKU)
	b.product.Variants = append(b.product.Variants, v)
}

// choose reads the option values and refuses a combination that is there already.
func (b *builder) choose(w *row, v *Variant) bool {
	if b.unread {
		return false // the names of the options may have stood in the row that was lost
	}
	v.OptionValues = make([]string, len(b.product.Options))
	ok := true
	for i, c := range optionValues {
		value := b.text(w, c, maxNameRunes)
		switch {
		case i >= len(b.product.Options):
			if value != "" && b.rows > 1 {
				b.refuse(w, c, CodeMissingOptionName, "the option has a value but no name on the product's first row")
				ok = false
			}
		case value == "" && b.product.Options[i].Name == defaultOption && len(b.product.Options) == 1:
			v.OptionValues[i] = defaultValue
		case value == "":
			b.refuse(w, c, CodeMissingOptionValue, fmt.Sprintf("the variant needs a value of the option %s", quoted(b.product.Options[i].Name)))
			ok = false
		default:
			v.OptionValues[i] = value
		}
	}
	return ok && b.noteCombination(w, v)
}

func (b *builder) noteCombination(w *row, v *Variant) bool {
	key := strings.ToLower(strings.Join(v.OptionValues, "\x00"))
	if first, again := b.combinations[key]; again {
		b.refuse(w, colOption1Value, CodeDuplicateVariant, fmt.Sprintf("%s is described on row %d already",
			quoted(strings.Join(v.OptionValues, " / ")), first))
		return false
	}
	if b.combinations == nil {
		b.combinations = map[string]int{}
	}
	b.combinations[key] = w.number
	for i, value := range v.OptionValues {
		if b.optionValues[i] == nil {
			b.optionValues[i] = map[string]bool{}
		}
		if !b.optionValues[i][value] {
			b.optionValues[i][value] = true
			b.product.Options[i].Values = append(b.product.Options[i].Values, value)
		}
	}
	return true
}

// noteSKU warns of a stock keeping unit that stands for two things: allowed, but rarely meant.
func (b *builder) noteSKU(w *row, sku string) {
	if sku == "" {
		return
	}
	key := digestOf(sku)
	if first, again := b.reader.skus[key]; again {
		b.warn(w, b.header.column(colSKU), CodeDuplicateSKU, fmt.Sprintf("the SKU %s is used on row %d already", quoted(sku), first))
		return
	}
	b.reader.skus[key] = w.number
}

func (b *builder) addPrices(w *row, v *Variant) {
	own := b.reader.options.Decimals("")
	v.Price = b.amount(w, b.header.at[colPrice], own)
	if w.value(b.header, colPrice) == "" {
		b.refuse(w, colPrice, CodeMissingPrice, "a variant needs a price; write 0 to give it away")
	}
	v.CompareAt = noneIfZero(b.amount(w, b.header.at[colCompareAt], own))
	v.Cost = b.amount(w, b.header.at[colCost], own)
	for _, m := range b.header.markets {
		decimals := b.reader.options.Decimals(m.name)
		price := b.amount(w, m.price, decimals)
		compareAt := noneIfZero(b.amount(w, m.compareAt, decimals))
		if price != "" || compareAt != "" {
			v.MarketPrices = append(v.MarketPrices, MarketPrice{Market: m.name, Price: price, CompareAt: compareAt})
		}
	}
}

// noneIfZero: exports write a compare-at price of nought where there is none.
func noneIfZero(amount string) string {
	if strings.Trim(amount, "0.") == "" {
		return ""
	}
	return amount
}

func (b *builder) unitPrice(w *row) *UnitPrice {
	u := UnitPrice{
		TotalMeasure: b.measure(w, colTotalMeasure), TotalUnit: b.text(w, colTotalUnit, 16),
		BaseMeasure: b.measure(w, colBaseMeasure), BaseUnit: b.text(w, colBaseUnit, 16),
	}
	if u == (UnitPrice{}) || noneIfZero(u.TotalMeasure) == "" {
		return nil
	}
	return &u
}

// refuse notes a problem of a column, for which the product will be skipped.
func (b *builder) refuse(w *row, c column, code Code, message string) {
	b.refuseAt(w, b.header.column(c), code, message)
}

func (b *builder) refuseRow(w *row, code Code, message string) { b.refuseAt(w, "", code, message) }

func (b *builder) refuseAt(w *row, column string, code Code, message string) {
	if len(b.problems) < maxProblemsPerItem {
		b.problems = append(b.problems, b.problem(w, column, code, message))
	}
}

func (b *builder) warn(w *row, column string, code Code, message string) {
	if b.warned++; b.warned <= maxProblemsPerItem {
		b.reader.warnings = append(b.reader.warnings, b.problem(w, column, code, message))
	}
}

func (b *builder) problem(w *row, column string, code Code, message string) RowError {
	handle := strings.ToValidUTF8(b.handle, "\uFFFD")
	if utf8.RuneCountInString(handle) > maxNameRunes {
		handle = string([]rune(handle)[:maxNameRunes])
	}
	return RowError{Row: w.number, Line: w.line, Column: column, Handle: handle, Code: code, Message: message}
}
