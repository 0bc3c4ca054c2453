package demo

// Shop is the merchant and all that is set up rather than sold.
type Shop struct {
	Handle        string         `json:"handle"`
	Name          string         `json:"name"`
	Description   string         `json:"description"`
	Email         string         `json:"email"`
	Domain        string         `json:"domain"`
	Currency      string         `json:"currency"` // ISO 4217
	Country       string         `json:"country"`  // ISO 3166-1
	Language      string         `json:"language"` // ISO 639-1, upper case
	Brand         Brand          `json:"brand"`
	Policies      []Policy       `json:"policies"`
	Markets       []Market       `json:"markets"` // the first is the shop's own
	ShippingZones []ShippingZone `json:"shippingZones"`
	TaxRates      []TaxRate      `json:"taxRates"`
	Locations     []Location     `json:"locations"`
	Discounts     []Discount     `json:"discounts"`
	GiftCards     []GiftCard     `json:"giftCards"`
}

// Brand is how the shop looks and what it says of itself.
type Brand struct {
	Slogan              string `json:"slogan"`
	ShortDescription    string `json:"shortDescription"`
	PrimaryColor        string `json:"primaryColor"` // #RRGGBB
	PrimaryForeground   string `json:"primaryForeground"`
	SecondaryColor      string `json:"secondaryColor"`
	SecondaryForeground string `json:"secondaryForeground"`
	Logo                string `json:"logo"` // an address of [ImageScheme]
	Cover               string `json:"cover"`
}

// Policy is one of the shop's legal texts.
type Policy struct {
	Kind     string `json:"kind"` // privacy, refund, shipping or terms
	Title    string `json:"title"`
	BodyHTML string `json:"bodyHtml"`
}

// Market is where the shop sells. The market columns of the product file use its Name.
type Market struct {
	Handle         string   `json:"handle"`
	Name           string   `json:"name"`
	Countries      []string `json:"countries"`
	Languages      []string `json:"languages"`
	Currency       string   `json:"currency"`
	TaxIncluded    bool     `json:"taxIncluded"`
	ConversionRate string   `json:"conversionRate"` // decimal; units of Currency for one of the shop's
}

// Money is a plain decimal in one currency, such as 4.90 USD.
type Money struct {
	Currency string `json:"currency"`
	Amount   string `json:"amount"`
}

// ShippingZone is a set of countries and the ways to deliver there.
type ShippingZone struct {
	Name      string         `json:"name"`
	Countries []string       `json:"countries"`
	Rates     []ShippingRate `json:"rates"`
}

// ShippingRate is one way to deliver, with a price in every currency of the shop, since what a buyer pays in does
// not depend on where the parcel goes.
type ShippingRate struct {
	Handle      string          `json:"handle"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	MinDays     int             `json:"minDays"` // working days
	MaxDays     int             `json:"maxDays"`
	Prices      []ShippingPrice `json:"prices"`
}

// ShippingPrice is the price of a delivery in one currency, offered from MinSubtotal on when that is not empty.
type ShippingPrice struct {
	Money
	MinSubtotal string `json:"minSubtotal"`
}

// TaxRate is one tax of a country, or of a province. The rates of a province add up.
type TaxRate struct {
	Country         string `json:"country"`
	Province        string `json:"province"` // code without the country; empty for the whole country
	Name            string `json:"name"`
	RatePPM         int64  `json:"ratePpm"` // parts per million: 190000 is 19 %
	ShippingTaxable bool   `json:"shippingTaxable"`
}

// Location is a warehouse.
type Location struct {
	Handle       string  `json:"handle"`
	Name         string  `json:"name"`
	Priority     int     `json:"priority"`     // the lowest ships first
	StockPercent int     `json:"stockPercent"` // its share of the quantities in the product file
	Address      Address `json:"address"`
}

// Address is where a warehouse stands.
type Address struct {
	Address1 string `json:"address1"`
	City     string `json:"city"`
	Province string `json:"province"`
	Country  string `json:"country"`
	Zip      string `json:"zip"`
	Phone    string `json:"phone"` // E.164
}

// Discount lowers what a cart costs.
type Discount struct {
	Title  string `json:"title"`
	Method string `json:"method"` // code or automatic
	Code   string `json:"code"`
	Kind   string `json:"kind"` // percentage, fixed, free_shipping or bxgy
	// PercentOff of the order (percentage), or of the items given (bxgy).
	PercentOff int     `json:"percentOff"`
	AmountOff  []Money `json:"amountOff"` // fixed: one per currency
	// Collection to which bxgy is limited, by handle.
	Collection      string   `json:"collection"`
	BuyQuantity     int      `json:"buyQuantity"`
	GetQuantity     int      `json:"getQuantity"`
	OncePerCustomer bool     `json:"oncePerCustomer"`
	CombinesWith    []string `json:"combinesWith"` // classes of other discounts: order, product, shipping
}

// GiftCard is money paid in advance.
type GiftCard struct {
	Money
	Code string `json:"code"`
}

// StockAt divides a quantity of the product file over the locations, by their shares and in their order. The parts
// always sum to the quantity: the first location takes what rounding leaves.
func (s Shop) StockAt(quantity int64) []int64 {
	parts := make([]int64, len(s.Locations))
	if len(parts) == 0 {
		return parts
	}
	left := quantity
	for i := 1; i < len(parts); i++ {
		parts[i] = quantity * int64(s.Locations[i].StockPercent) / 100
		left -= parts[i]
	}
	parts[0] = left
	return parts
}
