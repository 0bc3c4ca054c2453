package order

import (
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/gid"
)

// Line is one line of an order, as it was sold.
type Line struct {
	ID                   gid.ID
	CurrentQuantity      int64
	CustomAttributes     []*cart.Attribute
	DiscountAllocations  []*DiscountAllocation
	DiscountedTotalPrice money.Money
	OriginalTotalPrice   money.Money
	Quantity             int64
	RefundableQuantity   int64
	SKU                  *string
	Title                string
	UnfulfilledQuantity  int64
	VariantTitle         *string

	OrderID uuid.UUID
	// VariantID and ProductID are what was sold, which may be gone.
	VariantID uuid.UUID
	ProductID uuid.UUID
	Vendor    string
	// Image is the source of the picture that the line had in its cart; may be empty.
	Image            string
	UnitPrice        money.Money
	TotalTax         money.Money
	TaxLines         []tax.Line
	RequiresShipping bool
	Taxable          bool

	position int64
}

// item is a line as it is kept, and as refunds, shipments and cancellations reckon with it. Amounts are minor units.
type item struct {
	id, order, variant, product uuid.UUID
	position                    int64
	title, variantTitle, sku    string
	vendor, image               string
	currency                    money.Currency
	quantity                    int64
	fulfilled                   int64
	refunded                    int64 // units that money was given back for, or is being
	unit, original, off         int64
	goods, tax                  int64 // what all units cost after discounts, and the tax in it or on it
	goodsBack                   int64 // what was given back of goods
	taxes                       []tax.Line
	shares                      []share
	attributes                  []*cart.Attribute
	parcels                     parcels
	shipped, taxable            bool
	canceled                    bool // the order is
}

// parcels is what a line keeps about its goods; its JSON names are forever.
type parcels struct {
	// Taken is where the units come from that are still sold; what went back into stock is not in it any more.
	Taken []inventory.Allocation `json:"taken,omitempty"`
	// Removed counts units given back before they were shipped.
	Removed int64 `json:"removed,omitempty"`
	// TaxBack is the tax given back, in minor units.
	TaxBack int64 `json:"tax_back,omitempty"`
}

// waiting is how many units wait to be shipped.
func (i *item) waiting() int64 {
	if i.canceled {
		return 0
	}
	return i.quantity - i.fulfilled - i.parcels.Removed
}

// left is how many units can still be given back.
func (i *item) left() int64 { return i.quantity - i.refunded }

func (i *item) show() *Line {
	amount := func(n int64) money.Money { return money.New(n, i.currency) }
	l := &Line{
		ID: gid.New(LineType, i.id), CurrentQuantity: i.left(), CustomAttributes: i.attributes, DiscountAllocations: allocations(i.shares),
		DiscountedTotalPrice: amount(i.goods), OriginalTotalPrice: amount(i.original), Quantity: i.quantity, RefundableQuantity: i.left(), SKU: known(i.sku),
		Title: i.title, UnfulfilledQuantity: i.waiting(), VariantTitle: known(i.variantTitle), OrderID: i.order, VariantID: i.variant, ProductID: i.product,
		Vendor: i.vendor, Image: i.image, UnitPrice: amount(i.unit), TotalTax: amount(i.tax), TaxLines: i.taxes, RequiresShipping: i.shipped, Taxable: i.taxable, position: i.position,
	}
	if l.CustomAttributes == nil {
		l.CustomAttributes = []*cart.Attribute{}
	}
	return l
}

// known is nil for a text that is empty.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
