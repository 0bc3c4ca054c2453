package catalog

import (
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/fault"
)

// Limits of what is written. Lengths count characters.
const (
	MaxOptions   = 3
	MaxVariants  = 2048
	MaxTags      = 250
	MaxMedia     = 250
	MaxBulk      = 250 // variants, products or moves named in one call
	MaxRules     = 60
	maxName      = 255
	maxText      = 512 << 10 // bytes of a description
	maxSEO       = 1024
	maxAlt       = 512
	maxSource    = 2048 // bytes
	maxMetafield = 64 << 10
	maxGrams     = 1 << 40
)

// The codes of problems. Those of variants, pictures and metafields stand beside their verbs.
const (
	CodeBlank    = "BLANK"
	CodeInvalid  = "INVALID"
	CodeTooLong  = "TOO_LONG"
	CodeTooMany  = "TOO_MANY"
	CodeTaken    = "TAKEN"
	CodeNotFound = "NOT_FOUND"
	CodeConflict = "CONFLICT"
	CodeCurrency = "CURRENCY_MISMATCH"
	CodeNegative = "GREATER_THAN_OR_EQUAL_TO"
	CodeTwice    = "VARIANT_ALREADY_EXISTS"
)

// ProductInput is a whole product, as an import brings it.
type ProductInput struct {
	Handle          string
	Title           string
	DescriptionHTML string // what could run in a browser is taken out
	Vendor          string
	ProductType     string
	Status          string // [Active], [Draft] or [Archived]; empty is a draft
	Published       bool
	GiftCard        bool
	Tags            []string
	SEOTitle        string
	SEODescription  string
	// Options may be left out of a product with one variant.
	Options  []OptionInput
	Variants []VariantInput
	// Images in order. The source is an address, or the key of a file that Rialto serves itself.
	Images []ImageInput
	// Metafields to write. Those that are not named stay as they are.
	Metafields []MetafieldInput
}

// OptionInput is a way in which variants differ. Values that variants have and that are not named here are added.
type OptionInput struct {
	Name   string
	Values []string
}

// VariantInput is a whole variant.
type VariantInput struct {
	OptionValues []string // one for each option
	SKU, Barcode string
	Price        money.Money // in the shop's currency
	CompareAt    *money.Money
	Cost         *money.Money // in the shop's currency
	// Prices in other currencies. Those that are not named follow from Price by the market's rate.
	Prices           []PriceInput
	WeightGrams      int
	WeightUnit       string // GRAMS, KILOGRAMS (also where empty), OUNCES or POUNDS
	RequiresShipping bool
	Taxable          bool
	Tracked          bool
	Oversell         bool
	Image            string // the source of one of the product's images
	UnitPrice        *UnitPriceMeasurement
}

// PriceInput is a price in another currency than the shop's. Without Price, that follows from the shop's.
type PriceInput struct {
	Currency  money.Currency
	Price     *money.Money
	CompareAt *money.Money
}

// ImageInput is a picture.
type ImageInput struct {
	Source      string
	Alt         string
	Width       int // pixels; 0 where it is not known
	Height      int
	ContentType string // image/jpeg where empty
	Thumbhash   string
}

// MetafieldInput is a metafield of whatever it is given with. Name it by id, or by namespace and key.
type MetafieldInput struct {
	ID        *uuid.UUID
	Namespace string // "custom" where empty
	Key       string
	Type      string // that of the stored value where empty
	Value     string
}

// Saved is what became of one [ProductInput].
type Saved struct {
	ID      uuid.UUID
	Created bool
	// Changed is false where everything was so already.
	Changed bool
	// Variants are the ids of the variants, in the order of the input.
	Variants []uuid.UUID
	// Problems say why nothing was saved. Their paths begin at the product: ["variants", "0", "price"].
	Problems fault.Problems
}
