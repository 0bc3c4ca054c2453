package pricing

import (
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
)

// Quote is the price of a cart, in parts. It is kept as JSON with checkout attempts and orders, so its field names
// are forever.
type Quote struct {
	Currency      money.Currency          `json:"currency"`
	TaxesIncluded bool                    `json:"taxes_included"`
	Lines         []LineQuote             `json:"lines"`
	Discounts     []promotion.Application `json:"discounts,omitempty"` // Discounts took something off; each counts as one use.
	Codes         []promotion.CodeResult  `json:"codes,omitempty"`     // Codes answer the entered codes one by one.
	Shipping      ShippingQuote           `json:"shipping"`
	Taxes         []tax.Line              `json:"taxes,omitempty"`      // Taxes sum each rate over lines and delivery.
	GiftCards     []GiftCardQuote         `json:"gift_cards,omitempty"` // GiftCards are as in the input.
	Totals        Totals                  `json:"totals"`

	// ShippingEstimated is true while something is to be shipped and no delivery is chosen.
	ShippingEstimated bool `json:"shipping_estimated"`
	// TaxEstimated is true while the destination, or a delivery that may be taxed, is unknown. Without a destination
	// no tax is computed at all.
	TaxEstimated bool `json:"tax_estimated"`
}

// LineQuote is the price of one line.
type LineQuote struct {
	ID          uuid.UUID              `json:"id"`
	VariantID   uuid.UUID              `json:"variant_id"`
	ProductID   uuid.UUID              `json:"product_id"`
	Quantity    int64                  `json:"quantity"`
	UnitPrice   money.Money            `json:"unit_price"`
	CompareAt   *money.Money           `json:"compare_at,omitempty"`
	Subtotal    money.Money            `json:"subtotal"`              // Subtotal is unit price times quantity.
	Allocations []promotion.Allocation `json:"allocations,omitempty"` // Allocations sum to Discount.
	Discount    money.Money            `json:"discount"`
	Total       money.Money            `json:"total"`           // Total is Subtotal less Discount. Taxes that are added are not in it.
	Taxes       []tax.Line             `json:"taxes,omitempty"` // Taxes sum to Tax.
	Tax         money.Money            `json:"tax"`
}

// ShippingQuote is the price of the delivery.
type ShippingQuote struct {
	Required    bool                   `json:"required"`              // Required is whether anything is shipped.
	Option      *shipping.Option       `json:"option,omitempty"`      // Option is the chosen delivery; nil when none is, or none is needed.
	Price       money.Money            `json:"price"`                 // Price is before discounts.
	Allocations []promotion.Allocation `json:"allocations,omitempty"` // Allocations sum to Discount.
	Discount    money.Money            `json:"discount"`
	Total       money.Money            `json:"total"` // Total is Price less Discount.
	Taxes       []tax.Line             `json:"taxes,omitempty"`
	Tax         money.Money            `json:"tax"`
}

// GiftCardQuote is what one gift card pays.
type GiftCardQuote struct {
	ID             uuid.UUID   `json:"id"`
	LastCharacters string      `json:"last_characters,omitempty"`
	Balance        money.Money `json:"balance"` // Balance is before this payment, in the card's currency.
	Used           money.Money `json:"used"`    // Used is in the quote's currency; zero for a card in another one.
}

// Totals are the sums over the parts.
type Totals struct {
	Subtotal         money.Money `json:"subtotal"`          // Subtotal sums the lines before discounts.
	Discount         money.Money `json:"discount"`          // Discount is what came off the lines.
	Shipping         money.Money `json:"shipping"`          // Shipping is before discounts.
	ShippingDiscount money.Money `json:"shipping_discount"` // ShippingDiscount is what came off the delivery.
	Tax              money.Money `json:"tax"`               // Tax is in Total: contained in the prices, or added to them.
	Total            money.Money `json:"total"`
	GiftCards        money.Money `json:"gift_cards"` // GiftCards is what gift cards pay of Total.
	Charge           money.Money `json:"charge"`     // Charge is what is left to pay.
}

// Merchandise is what the lines cost after discounts: Subtotal less Discount.
func (t Totals) Merchandise() money.Money {
	return money.New(t.Subtotal.Amount-t.Discount.Amount, t.Subtotal.Currency)
}

// Free reports whether nothing is left to pay.
func (t Totals) Free() bool { return t.Charge.IsZero() }
