package transfer

// Limits of one product; a file that goes beyond them gets a [RowError].
const (
	MaxVariants = 2048
	MaxImages   = 250
	MaxOptions  = 3
	MaxTags     = 250

	maxNameRunes       = 255
	maxAltRunes        = 512
	maxSEODescription  = 1024
	maxURLBytes        = 2048
	maxMetafieldBytes  = 64 << 10
	maxBodyBytes       = 512 << 10
	maxRowBytes        = 4 << 20
	maxProblemsPerItem = 100
)

// Status says whether a product is on sale.
type Status string

// The states of a product.
const (
	StatusActive   Status = "active"
	StatusDraft    Status = "draft"
	StatusArchived Status = "archived"
)

// Product is all that the rows of one handle say.
type Product struct {
	Handle         string // lower case
	Title          string
	BodyHTML       string // as written: not yet sanitized
	Vendor         string
	Category       string
	Type           string
	Tags           []string // in order, none twice (case does not count)
	Published      bool
	Status         Status
	SEOTitle       string
	SEODescription string

	// Options has one to three entries; a product without choices has the one option "Title".
	Options []Option
	// Variants has at least one entry, each with as many option values as there are options.
	Variants []Variant
	// Images in order of position; every image of a variant is among them.
	Images     []Image
	Metafields []Metafield
	// ExcludedMarkets are the names of markets whose "Included" column says no.
	ExcludedMarkets []string

	// FirstRow and LastRow of the product in the file, as a spreadsheet numbers them.
	FirstRow, LastRow int
}

// Option is one dimension of choice, such as "Color".
type Option struct {
	Name   string
	Values []string // in the order of their first appearance
}

// Image is one picture of a product.
type Image struct {
	Src      string
	Position int // 1, 2, 3 … without gaps
	Alt      string
}

// InventoryPolicy says what happens when stock runs out.
type InventoryPolicy string

// The inventory policies.
const (
	PolicyDeny     InventoryPolicy = "deny"
	PolicyContinue InventoryPolicy = "continue"
)

// Variant is one combination of option values.
type Variant struct {
	OptionValues []string
	SKU          string
	Barcode      string
	Grams        int64
	WeightUnit   string // g, kg, lb, oz, or empty when the file does not say
	// Tracked is true when stock is counted; then Quantity is what the file says, else zero.
	Tracked  bool
	Quantity int64
	// QuantityGiven tells a stock of nought from a cell left blank.
	QuantityGiven bool
	Policy        InventoryPolicy

	// Price, CompareAt and Cost are plain decimals such as "19.90" in the shop's currency, with no more
	// decimals than it has. CompareAt and Cost are empty when the file gives none.
	Price     string
	CompareAt string
	Cost      string

	RequiresShipping bool
	Taxable          bool
	Image            string // the Src of one of the product's images, or empty
	UnitPrice        *UnitPrice
	MarketPrices     []MarketPrice // in the order of the columns, markets without a price left out

	// Row of the file that describes the variant.
	Row int
}

// UnitPrice describes the measure by which a price per unit is shown; measures are plain decimals.
type UnitPrice struct {
	TotalMeasure, TotalUnit string
	BaseMeasure, BaseUnit   string
}

// MarketPrice is a price that overrides the shop's in one market, in that market's currency.
type MarketPrice struct {
	Market    string // as the column says, for example "Canada"
	Price     string // plain decimal, empty when only CompareAt is given
	CompareAt string
}

// Metafield is a named value of the merchant's own.
type Metafield struct {
	Namespace, Key string
	Type           string // empty when the header does not say
	Value          string
}
