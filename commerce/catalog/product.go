package catalog

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// The states of a product.
const (
	Active   = "ACTIVE"
	Draft    = "DRAFT"
	Archived = "ARCHIVED"
)

// Product is something a shop sells.
type Product struct {
	ID                  gid.ID
	Handle              string
	Title               string
	Text                string // the description without markup
	DescriptionHTML     string
	Vendor              string
	ProductType         string
	Status              string
	Tags                []string
	CreatedAt           time.Time
	UpdatedAt           time.Time
	PublishedAt         time.Time // the time of creation where it is not published
	IsGiftCard          bool
	PriceRange          PriceRange
	CompareAtPriceRange PriceRange
	OnlineStoreURL      *string
	TrackingParameters  *string
	SalesCount          int64
	variants            int
	place               int64 // in the collection it was read from
	seoTitle            string
	seoDescription      string
}

// PriceRange is the lowest and highest price of a product's variants, in one currency.
type PriceRange struct {
	MinVariantPrice money.Money
	MaxVariantPrice money.Money
}

// SEO is what search engines are told; nil parts follow from the title and description.
type SEO struct {
	Title       *string
	Description *string
}

// Count is a number of things; Precision is EXACT or AT_LEAST.
type Count struct {
	Count     int
	Precision string
}

// Description is the text without markup, cut to a number of characters where one is given.
func (p *Product) Description(truncateAt *int) string { return truncate(p.Text, truncateAt) }

// Revision changes with every change of the product, its variants, options and pictures.
func (p *Product) Revision() string { return revision.Of(p.UpdatedAt) }

// Seo is what search engines are told.
func (p *Product) Seo() *SEO { return seo(p.seoTitle, p.seoDescription) }

// VariantsCount is how many variants the product has.
func (p *Product) VariantsCount() *Count { return &Count{Count: p.variants, Precision: "EXACT"} }

// Option is a way in which a product's variants differ.
type Option struct {
	ID           gid.ID
	Name         string
	OptionValues []*OptionValue
}

// Values are the names of the option's values.
func (o *Option) Values() []string {
	names := make([]string, len(o.OptionValues))
	for i, v := range o.OptionValues {
		names[i] = v.Name
	}
	return names
}

// OptionValue is one value of an option.
type OptionValue struct {
	ID        gid.ID
	ProductID uuid.UUID
	Name      string
	Color     string
	option    string
}

// OptionName is the name of the option that the value belongs to.
func (v *OptionValue) OptionName() string { return v.option }

// SelectedOption is the value that a variant has for one option.
type SelectedOption struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Variant is what is bought.
type Variant struct {
	ID                gid.ID
	ProductID         uuid.UUID
	Title             string
	SKU               *string
	Barcode           *string
	Price             money.Money
	CompareAtPrice    *money.Money
	SelectedOptions   []*SelectedOption
	RequiresShipping  bool
	Taxable           bool
	WeightGrams       int
	WeightUnit        string
	Position          int
	Tracked           bool
	Oversell          bool
	MediaID           *uuid.UUID
	HasPrice          bool
	UnitPrice         *money.Money
	UnitPriceMeasured *UnitPriceMeasurement
	// Of is the product that the variant was read with, without its texts and prices; nil where it was read by itself.
	Of *Product
	// In are the collections, of those that were asked about when it was read, that its product stands in.
	In []uuid.UUID
}

// UnitPriceMeasurement says of how much of what a variant consists, and for how much of it the unit price is told.
type UnitPriceMeasurement struct {
	MeasuredType   *string `json:"measured_type,omitempty"`
	QuantityUnit   *string `json:"quantity_unit,omitempty"`
	QuantityValue  float64 `json:"quantity_value"`
	ReferenceUnit  *string `json:"reference_unit,omitempty"`
	ReferenceValue int     `json:"reference_value"`
}

var gramsIn = map[string]float64{"GRAMS": 1, "KILOGRAMS": 1000, "OUNCES": 28.349523125, "POUNDS": 453.59237}

// Weight is how heavy the variant is, in its own unit; nil where it is not known.
func (v *Variant) Weight() *float64 {
	per, ok := gramsIn[v.WeightUnit]
	if !ok || v.WeightGrams == 0 {
		return nil
	}
	w := float64(int64(float64(v.WeightGrams)/per*10000+0.5)) / 10000
	return &w
}

// QuantityRule is in which numbers a variant is sold.
type QuantityRule struct {
	Minimum   int
	Maximum   *int
	Increment int
}

// QuantityRule is one at a time, without a limit.
func (v *Variant) QuantityRule() *QuantityRule { return &QuantityRule{Minimum: 1, Increment: 1} }

func seo(title, description string) *SEO {
	s := &SEO{}
	if title != "" {
		s.Title = &title
	}
	if description != "" {
		s.Description = &description
	}
	return s
}

// truncate cuts a text to at most n characters, at a word where there is one, and marks the cut.
func truncate(text string, n *int) string {
	if n == nil || *n < 0 {
		return text
	}
	runes := []rune(text)
	if len(runes) <= *n {
		return text
	}
	if *n == 0 {
		return ""
	}
	cut := string(runes[:*n-1])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,.;:") + "…"
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
