package order

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/gid"
)

// Values of OrderFinancialStatus that an order can have.
const (
	Pending           = "PENDING"
	Paid              = "PAID"
	PartiallyPaid     = "PARTIALLY_PAID"
	PartiallyRefunded = "PARTIALLY_REFUNDED"
	FullyRefunded     = "REFUNDED"
	Voided            = "VOIDED"
)

// Values of OrderFulfillmentStatus that an order can have.
const (
	Unfulfilled        = "UNFULFILLED"
	PartiallyFulfilled = "PARTIALLY_FULFILLED"
	FullyFulfilled     = "FULFILLED"
)

// record is an order as it is kept. Amounts are minor units.
type record struct {
	parts                                   Parts // what of it was read
	id, cart, customer                      uuid.UUID
	keyHash                                 []byte
	number                                  int64
	name, email, phone                      string
	currency                                money.Currency
	subtotal, discount, shipping, tax       int64 // shipping is after discounts, subtotal before
	total, cards, refunded, refundedFreight int64
	taxesIncluded                           bool
	financial, fulfillment, cancelReason    string
	canceledAt, closedAt                    *time.Time
	createdAt, updatedAt, processedAt       time.Time
	shipTo, billTo                          *customer.Postal
	delivery                                pricing.ShippingQuote
	taxes                                   []tax.Line
	discounts                               []applied
	books                                   books
	attributes                              []*cart.Attribute
	note                                    string
	tags                                    []string
	locale, country                         string
	sort                                    string
	sortCount                               int64
}

// books is what an order keeps about money and goods beyond its columns, in the column gift_cards; its JSON names are
// forever. Amounts are minor units.
type books struct {
	Cards    []CardUse `json:"cards,omitempty"`
	Sales    []sale    `json:"sales,omitempty"`
	Received int64     `json:"received"`
	// GoodsBack, TaxBack and FreightTaxBack are what returns took off merchandise, its tax and the tax on delivery.
	GoodsBack      int64 `json:"goods_back,omitempty"`
	TaxBack        int64 `json:"tax_back,omitempty"`
	FreightTaxBack int64 `json:"freight_tax_back,omitempty"`
	// Pieces counts what was bought, Waiting what is still to be shipped; Current is the total after returns.
	Pieces  int64 `json:"pieces"`
	Waiting int64 `json:"waiting"`
	Current int64 `json:"current"`
	// Dropped is what the buyer no longer has to pay although it did not go back with what it was for; Settled is what went
	// back of it later.
	Dropped int64 `json:"dropped,omitempty"`
	Settled int64 `json:"settled,omitempty"`
	// Edits counts how often the lines were edited; Original is the total before the first time.
	Edits    int64 `json:"edits,omitempty"`
	Original int64 `json:"original,omitempty"`
	// ReturnsOpen and ReturnsClosed count returns; canceled ones are not among them.
	ReturnsOpen   int64 `json:"returns_open,omitempty"`
	ReturnsClosed int64 `json:"returns_closed,omitempty"`
}

// original is the total as the order was made.
func (r *record) original() int64 {
	if r.books.Edits > 0 {
		return r.books.Original
	}
	return r.total
}

// owed is what the buyer has to pay, or had to before it was given back.
func (r *record) owed() int64 { return r.total - r.books.Dropped }

// outstanding is what is still to be paid; below zero it is what the shop has too much.
func (r *record) outstanding() int64 {
	if r.canceledAt != nil {
		return 0
	}
	return r.owed() - r.books.Received + r.books.Settled
}

// sale is a payment through a gateway.
type sale struct {
	Transaction uuid.UUID `json:"transaction"`
	Gateway     string    `json:"gateway"`
	Ref         string    `json:"ref"`
	Amount      int64     `json:"amount"`
	Returned    int64     `json:"returned,omitempty"` // given back, or being given back
	Test        bool      `json:"test,omitempty"`
}

// unreturned is what was received and not given back.
func (r *record) unreturned() int64 { return max(r.books.Received-r.refunded, 0) }

// onTop is a tax where it is paid on top of prices, and nothing where prices contain it.
func (r *record) onTop(tax int64) int64 {
	if r.taxesIncluded {
		return 0
	}
	return tax
}

// reckon brings what follows from quantities and amounts up to date.
func (r *record) reckon(items []*item) {
	var fulfilled int64
	r.books.Waiting, r.books.Pieces = 0, 0
	for _, i := range items {
		r.books.Pieces += i.quantity
		r.books.Waiting += i.waiting()
		fulfilled += i.fulfilled
	}
	r.books.Current = r.subtotal - r.discount - r.books.GoodsBack + r.shipping - r.refundedFreight + r.onTop(r.tax-r.books.TaxBack-r.books.FreightTaxBack)
	r.financial = financial(r.total, r.owed(), r.books.Received, r.refunded, r.canceledAt != nil)
	r.fulfillment = fulfillment(fulfilled, r.books.Waiting)
}

// financial tells how far payment has come.
func financial(total, owed, received, refunded int64, canceled bool) string {
	switch {
	case received == 0 && owed == 0 && total > 0:
		return Voided
	case received > 0 && refunded >= received:
		return FullyRefunded
	case refunded > 0:
		return PartiallyRefunded
	case received >= owed:
		return Paid
	case received > 0:
		return PartiallyPaid
	case canceled:
		return Voided
	}
	return Pending
}

// Values of OrderReturnStatus that an order can have.
const (
	NoReturn         = "NO_RETURN"
	ReturnInProgress = "IN_PROGRESS"
	Returned         = "RETURNED"
)

// returnStatus tells how far returns have come.
func (b *books) returnStatus() string {
	switch {
	case b.ReturnsOpen > 0:
		return ReturnInProgress
	case b.ReturnsClosed > 0:
		return Returned
	}
	return NoReturn
}

// fulfillment tells how far shipping has come.
func fulfillment(fulfilled, waiting int64) string {
	switch {
	case fulfilled == 0:
		return Unfulfilled
	case waiting > 0:
		return PartiallyFulfilled
	}
	return FullyFulfilled
}

// show is the order for the outside; key is what opened it, if a key did.
func (r *record) show(publicURL, key string) *Order {
	amount := func(n int64) money.Money { return money.New(n, r.currency) }
	o := &Order{
		ID: gid.ID{Type: Type, UUID: r.id, Key: key}, BillingAddress: r.address(r.billTo, "billing"), ShippingAddress: r.address(r.shipTo, "shipping"),
		CancelReason: known(r.cancelReason), CanceledAt: r.canceledAt, ClosedAt: r.closedAt, CreatedAt: r.createdAt, CurrencyCode: r.currency,
		CurrentSubtotalPrice: amount(r.subtotal - r.discount - r.books.GoodsBack), CurrentTotalPrice: amount(r.books.Current),
		CurrentTotalShippingPrice: amount(r.shipping - r.refundedFreight), CurrentTotalTax: amount(r.tax - r.books.TaxBack - r.books.FreightTaxBack),
		CustomAttributes: r.attributes, CustomerLocale: known(r.locale), DisplayFinancialStatus: r.financial, DisplayFulfillmentStatus: r.fulfillment,
		Email: known(r.email), FinancialStatus: r.financial, Fulfillable: r.books.Waiting > 0, FulfillmentStatus: r.fulfillment, Name: r.name,
		Note: known(r.note), OrderNumber: r.number, OriginalTotalPrice: amount(r.original()), Edited: r.books.Edits > 0, PaymentGatewayNames: r.gateways(), Phone: known(r.phone),
		ProcessedAt: r.processedAt, Refundable: r.unreturned() > 0, ReturnStatus: r.books.returnStatus(), ShippingDiscountAllocations: allocations(sharesOf(r.discounts, r.delivery.Allocations)),
		SubtotalPrice: amount(r.subtotal - r.discount), Tags: r.tags, TotalPrice: amount(r.total),
		TotalReceived: amount(r.books.Received), TotalRefunded: amount(r.refunded), TotalShippingPrice: amount(r.shipping), TotalTax: amount(r.tax),
		TotalOutstanding: amount(r.outstanding()), UpdatedAt: r.updatedAt, CustomerID: r.customer, CartID: r.cart, Country: r.country, TaxesIncluded: r.taxesIncluded, TaxLines: r.taxes,
		Shipping: r.delivery, GiftCards: r.books.Cards, keyHash: r.keyHash, sort: r.sort, sortCount: r.sortCount,
	}
	if r.parts&Links != 0 {
		id := r.id.String()
		o.StatusURL = publicURL + "/orders/" + id + "?key=" + statusKey(r.id, r.keyHash)
		if r.customer != uuid.Nil {
			url := publicURL + "/account/orders/" + id
			o.CustomerURL = &url
		}
	}
	if o.CustomAttributes == nil {
		o.CustomAttributes = []*cart.Attribute{}
	}
	if o.Tags == nil {
		o.Tags = []string{}
	}
	for _, s := range r.books.Sales {
		o.Test = o.Test || s.Test
	}
	for _, a := range r.discounts {
		o.discounts = append(o.discounts, a.show())
	}
	return o
}

// address shows an address under an id of its own, which is the same at every read.
func (r *record) address(p *customer.Postal, role string) *customer.Address {
	if p == nil || p.IsZero() {
		return nil
	}
	return p.Address(gid.New(customer.AddressType, uuid.NewSHA1(r.id, []byte(role))))
}

// gateways names what was paid with, each once.
func (r *record) gateways() []string {
	out := make([]string, 0, 1)
	for _, s := range r.books.Sales {
		if !slices.Contains(out, s.Gateway) {
			out = append(out, s.Gateway)
		}
	}
	if len(r.books.Cards) > 0 {
		out = append(out, "gift_card")
	}
	return out
}
