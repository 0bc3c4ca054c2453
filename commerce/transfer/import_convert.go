package transfer

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
)

// convert turns a product of the file into what the catalog saves.
func (r *importing) convert(ctx context.Context, p *Product) (catalog.ProductInput, error) {
	in := catalog.ProductInput{
		Handle: p.Handle, Title: p.Title, DescriptionHTML: p.BodyHTML, Vendor: p.Vendor, ProductType: p.Type, Tags: p.Tags,
		Status: strings.ToUpper(string(p.Status)), Published: p.Published, SEOTitle: p.SEOTitle, SEODescription: p.SEODescription,
	}
	for _, o := range p.Options {
		in.Options = append(in.Options, catalog.OptionInput{Name: o.Name, Values: o.Values})
	}
	for _, m := range p.Metafields {
		in.Metafields = append(in.Metafields, catalog.MetafieldInput{Namespace: m.Namespace, Key: m.Key, Type: m.Type, Value: m.Value})
	}
	sources := make(map[string]string, len(p.Images))
	for _, image := range p.Images {
		i, err := r.image(ctx, image)
		if err != nil {
			return in, err
		}
		sources[image.Src] = i.Source
		in.Images = append(in.Images, i)
	}
	for _, v := range p.Variants {
		converted, err := r.variant(p, v)
		if err != nil {
			return in, fmt.Errorf("row %d: %w", v.Row, err)
		}
		converted.Image = sources[v.Image]
		in.Variants = append(in.Variants, converted)
	}
	for _, name := range p.ExcludedMarkets {
		r.warnOnce("included "+name, RowError{Row: p.FirstRow, Handle: p.Handle, Column: "Included / " + name, Code: CodeMarketPrice,
			Message: "products are sold in all markets; leaving them out of one is not known here"})
	}
	return in, nil
}

func (r *importing) image(ctx context.Context, image Image) (catalog.ImageInput, error) {
	scheme, _, _ := strings.Cut(image.Src, ":")
	if r.ImageSource == nil || !slices.ContainsFunc(r.ImageSchemes, func(s string) bool { return strings.EqualFold(s, scheme) }) {
		return catalog.ImageInput{Source: image.Src, Alt: image.Alt}, nil
	}
	in, err := r.ImageSource(ctx, image.Src)
	in.Alt = image.Alt
	return in, err
}

var weightUnits = map[string]string{"g": "GRAMS", "kg": "KILOGRAMS", "lb": "POUNDS", "oz": "OUNCES", "": "KILOGRAMS"}

func (r *importing) variant(p *Product, v Variant) (catalog.VariantInput, error) {
	in := catalog.VariantInput{
		OptionValues: v.OptionValues, SKU: v.SKU, Barcode: v.Barcode, WeightGrams: int(v.Grams), WeightUnit: weightUnits[v.WeightUnit],
		RequiresShipping: v.RequiresShipping, Taxable: v.Taxable, Tracked: v.Tracked, Oversell: v.Policy == PolicyContinue, UnitPrice: unitPrice(v.UnitPrice),
	}
	var err error
	if in.Price, err = money.Parse(v.Price, r.shop.Currency); err != nil {
		return in, err
	}
	if in.CompareAt, err = optionalMoney(v.CompareAt, r.shop.Currency); err != nil {
		return in, err
	}
	if in.Cost, err = optionalMoney(v.Cost, r.shop.Currency); err != nil {
		return in, err
	}
	if v.Tracked && v.QuantityGiven && r.location == uuid.Nil {
		r.warnOnce("location", RowError{Row: v.Row, Handle: p.Handle, Code: CodeNoLocation, Message: "the shop has no location; quantities are left out"})
	}
	return in, r.marketPrices(p, v, &in)
}

// marketPrices takes over the prices of single markets. The catalog has one price for each currency.
func (r *importing) marketPrices(p *Product, v Variant, in *catalog.VariantInput) error {
	for _, m := range v.MarketPrices {
		market := r.market(m.Market)
		warning := RowError{Row: v.Row, Handle: p.Handle, Column: "Price / " + m.Market}
		if market == nil {
			warning.Code, warning.Message = CodeUnknownMarket, "the shop has no market "+quoted(m.Market)+"; its prices are left out"
			r.warnOnce("market "+m.Market, warning)
			continue
		}
		c := market.Currency
		if c == r.shop.Currency || slices.ContainsFunc(in.Prices, func(p catalog.PriceInput) bool { return p.Currency == c }) {
			warning.Code, warning.Message = CodeMarketPrice, fmt.Sprintf("there is one price in %s, and another column gives it; this one is left out", c)
			r.warnOnce("price "+m.Market, warning)
			continue
		}
		price, err := optionalMoney(m.Price, c)
		if err != nil {
			return err
		}
		compare, err := optionalMoney(m.CompareAt, c)
		if err != nil {
			return err
		}
		in.Prices = append(in.Prices, catalog.PriceInput{Currency: c, Price: price, CompareAt: compare})
	}
	return nil
}

// market finds a market by what a column calls it: its name or handle, or a country's code.
func (r *importing) market(name string) *shop.Market {
	for _, m := range r.markets {
		if strings.EqualFold(m.Name, name) || strings.EqualFold(m.Handle, name) {
			return m
		}
	}
	for _, m := range r.markets {
		if slices.ContainsFunc(m.Countries, func(c string) bool { return strings.EqualFold(c, name) }) {
			return m
		}
	}
	return nil
}

// decimals tells the reader how many decimals prices of a market have.
func (r *importing) decimals(market string) int {
	if market != "" {
		if m := r.market(market); m != nil {
			return m.Currency.Digits()
		}
		return 3 // nothing is done with them
	}
	return r.shop.Currency.Digits()
}

func optionalMoney(decimal string, c money.Currency) (*money.Money, error) {
	if decimal == "" {
		return nil, nil
	}
	m, err := money.Parse(decimal, c)
	return &m, err
}

// measure is a unit that unit prices are reckoned in: its kind, and how many of the kind's smallest unit it is.
type measure struct {
	name, kind string
	size       float64
}

var measures = map[string]measure{
	"ml": {"ML", "VOLUME", 1}, "cl": {"CL", "VOLUME", 10}, "l": {"L", "VOLUME", 1000}, "m3": {"M3", "VOLUME", 1e6},
	"floz": {"FLOZ", "VOLUME", 29.5735295625}, "pt": {"PT", "VOLUME", 473.176473}, "qt": {"QT", "VOLUME", 946.352946}, "gal": {"GAL", "VOLUME", 3785.411784},
	"mg": {"MG", "WEIGHT", 1}, "g": {"G", "WEIGHT", 1000}, "kg": {"KG", "WEIGHT", 1e6}, "oz": {"OZ", "WEIGHT", 28349.523125}, "lb": {"LB", "WEIGHT", 453592.37},
	"mm": {"MM", "LENGTH", 1}, "cm": {"CM", "LENGTH", 10}, "m": {"M", "LENGTH", 1000}, "in": {"IN", "LENGTH", 25.4}, "ft": {"FT", "LENGTH", 304.8}, "yd": {"YD", "LENGTH", 914.4},
	"m2": {"M2", "AREA", 1}, "ft2": {"FT2", "AREA", 0.09290304}, "item": {"ITEM", "COUNT", 1}, "": {"ITEM", "COUNT", 1},
}

// unitPrice turns the measures of a row into those of a variant, the contents told in the unit of the reference. Units
// that are not known, or of different kinds, give none.
func unitPrice(u *UnitPrice) *catalog.UnitPriceMeasurement {
	if u == nil {
		return nil
	}
	total, known := measures[strings.ToLower(u.TotalUnit)]
	base, ok := measures[strings.ToLower(u.BaseUnit)]
	quantity, err := strconv.ParseFloat(u.TotalMeasure, 64)
	if u.BaseUnit == "" {
		base, ok = total, known
	}
	if !known || !ok || total.kind != base.kind || err != nil || quantity <= 0 {
		return nil
	}
	reference, err := strconv.Atoi(u.BaseMeasure)
	if err != nil || reference <= 0 {
		reference = 1
	}
	return &catalog.UnitPriceMeasurement{MeasuredType: &base.kind, QuantityUnit: &base.name, QuantityValue: quantity * total.size / base.size, ReferenceUnit: &base.name, ReferenceValue: reference}
}
