package order

import "strings"

// Parts are what of orders and their lines is read only where it is asked for: what an order has beside what every list shows, and
// documents, which cost more to fetch and to decode than all the rest of a row.
type Parts uint16

// The parts of an order; Figures and Details are the parts of its lines.
const (
	Sums       Parts = 1 << iota // what TotalPrice consists of
	Story                        // CancelReason, CanceledAt, ClosedAt, CustomerLocale, Note, Phone, CartID and Country
	Addresses                    // BillingAddress and ShippingAddress
	Delivery                     // Shipping; with Discounts ShippingDiscountAllocations
	Taxes                        // TaxLines
	Discounts                    // what DiscountPage gives
	Books                        // with Sums and Story what was received, given back, edited and is still to be shipped; GiftCards
	Attributes                   // CustomAttributes
	Tags                         // Tags
	Links                        // StatusURL and CustomerURL
	Figures                      // of lines: all but title, quantity, OriginalTotalPrice and Details
	Details                      // of lines: with Figures TaxLines, DiscountAllocations, CustomAttributes and UnfulfilledQuantity
	Whole      = 1<<iota - 1
)

// selection lists columns that belong to a part; those of part 0 are always read.
type selection []struct {
	part    Parts
	columns string
}

// of gives the columns of some parts.
func (s selection) of(p Parts) string {
	var list []string
	for _, one := range s {
		if one.part == 0 || p&one.part != 0 {
			list = append(list, one.columns)
		}
	}
	return strings.Join(list, ", ")
}

// names are all columns by themselves, without the alias of their table.
func (s selection) names() []string {
	var list []string
	for name := range strings.SplitSeq(s.of(Whole), ",") {
		_, name, _ = strings.Cut(strings.TrimSpace(name), ".")
		list = append(list, name)
	}
	return list
}

// places chooses from the places of all columns, in the same groups, those of some parts.
func (s selection) places(p Parts, groups ...[]any) (list []any) {
	for i, one := range s {
		if one.part == 0 || p&one.part != 0 {
			list = append(list, groups[i]...)
		}
	}
	return list
}

var orderSelection = selection{
	{0, "o.id, o.customer_id, o.key_hash, o.number, o.name, o.email, o.currency, o.total, o.financial_status, o.fulfillment_status, o.created_at, o.updated_at, o.processed_at"},
	{Sums, "o.subtotal, o.discount_total, o.shipping_total, o.tax_total, o.gift_card_total, o.refunded_total, o.refunded_shipping, o.taxes_included"},
	{Story, "o.cart_id, o.phone, o.cancel_reason, o.canceled_at, o.closed_at, o.note, o.locale, o.country"},
	{Addresses, "o.shipping_address, o.billing_address"},
	{Delivery, "o.shipping_lines"},
	{Taxes, "o.tax_lines"},
	{Discounts, "o.discounts"},
	{Books, "o.gift_cards"},
	{Attributes, "o.attributes"},
	{Tags, "o.tags"},
}

var itemSelection = selection{
	{0, "l.id, l.order_id, l.position, l.title, l.variant_title, l.quantity, l.original_total, o.currency"},
	{Figures, `l.variant_id, l.product_id, l.sku, l.vendor, l.image, l.fulfilled_quantity, l.refunded_quantity, l.unit_price, l.discount_total, l.total, l.tax_total,
	l.refunded_total, l.requires_shipping, l.taxable, o.canceled_at`},
	{Details, "l.tax_lines, l.discounts, l.attributes, l.allocations"},
}
