package order

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// FirstNumber is the number of a shop's first order.
const FirstNumber = 1001

// Draft is everything that an order freezes.
type Draft struct {
	// ID becomes the order's; zero makes one. A checkout that names the order elsewhere first gives it.
	ID     uuid.UUID
	CartID uuid.UUID
	// KeyHash is the SHA-256 of the cart's key: it opens the order, too.
	KeyHash []byte
	// Key, where it is known, stands in the id of the order that PlaceTx gives.
	Key        string
	CustomerID uuid.UUID // CustomerID is the buyer's account; zero for a guest.
	Email      string
	Phone      string
	Locale     string // such as de-DE
	Country    string // two letters
	// Quote is the price, with the chosen delivery and what gift cards pay.
	Quote pricing.Quote
	// Each tells how often fixed amounts were taken, by discount; one that is missing was shared among its lines.
	Each map[uuid.UUID]promotion.Each
	// Lines describe the quote's lines, by place.
	Lines []DraftLine
	// Allocations are what [inventory.Service.CommitTx] gave for all lines together.
	Allocations     []inventory.Allocation
	ShippingAddress *customer.Postal // nil where nothing is shipped
	BillingAddress  *customer.Postal // nil is the shipping address
	Note            string
	Attributes      []*cart.Attribute
	// Payment is the payment of the quote's charge; nil where nothing is to be charged, or nothing was paid yet. One that
	// succeeded makes the order paid. PlaceTx ties it to the order.
	Payment *payment.Transaction
}

// DraftLine is what a line says about its goods beyond their price.
type DraftLine struct {
	Title, VariantTitle, SKU, Vendor string
	Image                            string // source of the picture
	RequiresShipping, Taxable        bool
	Attributes                       []*cart.Attribute
}

// PlaceTx makes the order of a cart, once: for a cart that has one already it gives that, unchanged. The number is taken
// last, and what needs it goes with the commit, so that shoppers who buy at once wait for each other as short as can be. How
// many statements it takes does not depend on the lines.
func (s *Service) PlaceTx(ctx context.Context, tx database.Tx, d Draft) (*Order, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	if err := s.store.lockCart(ctx, tx, d.CartID); err != nil {
		return nil, err
	}
	found, err := s.store.byCarts(ctx, tx, []uuid.UUID{d.CartID})
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return found[0].show(s.PublicURL, d.Key), nil
	}
	r, items := s.freeze(&d)
	if err := s.besides(ctx, tx, &d, r); err != nil {
		return nil, err
	}
	number, err := s.store.nextNumber(ctx, tx, s.NewID())
	if err != nil {
		return nil, err
	}
	r.number, r.name = number, "#"+strconv.FormatInt(number, 10)
	if err := s.store.insertOrder(ctx, tx, r); err != nil {
		return nil, err
	}
	if err := s.store.insertItems(ctx, tx, r.id, items); err != nil {
		return nil, err
	}
	err = s.store.insertEvents(ctx, tx, event{id: s.NewID(), order: r.id, action: "placed", message: placedMessage(r), actor: access.From(ctx).Label(), at: r.createdAt})
	return r.show(s.PublicURL, d.Key), err
}

// besides does what goes with an order and does not need its number.
func (s *Service) besides(ctx context.Context, tx database.Tx, d *Draft, r *record) error {
	if d.Payment != nil {
		if err := s.Payments.AttachNewTx(ctx, tx, d.Payment.Key, r.id); err != nil {
			return err
		}
	}
	if d.CustomerID != uuid.Nil && s.Customers != nil {
		if err := s.Customers.OrderPlacedTx(ctx, tx, d.CustomerID); err != nil {
			return err
		}
	}
	return s.announce(ctx, tx, SubjectPlaced, Placed{OrderID: r.id, CartID: r.cart})
}

func placedMessage(r *record) string {
	if r.customer == uuid.Nil {
		return "A guest placed this order."
	}
	return "The customer placed this order."
}

// check refuses what no order may be made of: a defect of the caller.
func (d *Draft) check() error {
	q := &d.Quote
	switch {
	case d.CartID == uuid.Nil || len(d.KeyHash) == 0:
		return fault.New(fault.Internal, "order: a draft needs its cart and the hash of its key")
	case len(q.Lines) == 0 || len(q.Lines) != len(d.Lines):
		return fault.New(fault.Internal, "order: a draft describes each line of its quote, and has at least one")
	case d.paid() && d.Payment.Amount != q.Totals.Charge:
		return fault.New(fault.Internal, "order: what was paid is not what the quote charges")
	}
	return nil
}

func (d *Draft) paid() bool { return d.Payment != nil && d.Payment.Status == payment.Success }

// freeze makes the rows of an order, all but its number.
func (s *Service) freeze(d *Draft) (*record, []*item) {
	q, t, now := &d.Quote, &d.Quote.Totals, s.Clock.Now()
	r := &record{
		parts: Whole, id: d.ID, cart: d.CartID, customer: d.CustomerID, keyHash: d.KeyHash, email: normal(d.Email), phone: d.Phone, currency: q.Currency,
		subtotal: t.Subtotal.Amount, discount: t.Discount.Amount, shipping: q.Shipping.Total.Amount, tax: t.Tax.Amount, total: t.Total.Amount, cards: t.GiftCards.Amount,
		taxesIncluded: q.TaxesIncluded, createdAt: now, updatedAt: now, processedAt: now, shipTo: d.ShippingAddress, billTo: d.BillingAddress, delivery: q.Shipping,
		taxes: q.Taxes, discounts: appliedOf(q, d.Each), attributes: d.Attributes, note: d.Note, locale: d.Locale, country: d.Country,
	}
	if r.id == uuid.Nil {
		r.id = s.NewID()
	}
	if r.billTo == nil {
		r.billTo = r.shipTo
	}
	r.books.Received = t.GiftCards.Amount
	for _, c := range q.GiftCards {
		if c.Used.Amount > 0 {
			r.books.Cards = append(r.books.Cards, CardUse{ID: c.ID, LastCharacters: c.LastCharacters, Amount: c.Used})
		}
	}
	if d.paid() {
		r.books.receive(d.Payment)
	}
	items := make([]*item, len(q.Lines))
	for i := range q.Lines {
		items[i] = s.freezeLine(r, &q.Lines[i], &d.Lines[i], int64(i))
	}
	divide(items, d.Allocations)
	r.reckon(items)
	return r, items
}

func (b *books) receive(t *payment.Transaction) {
	b.Received += t.Amount.Amount
	b.Sales = append(b.Sales, sale{Transaction: t.ID.UUID, Gateway: t.Gateway, Ref: t.PaymentID, Amount: t.Amount.Amount, Test: t.Test})
}

func (s *Service) freezeLine(r *record, q *pricing.LineQuote, d *DraftLine, position int64) *item {
	return &item{
		id: s.NewID(), order: r.id, variant: q.VariantID, product: q.ProductID, position: position, title: d.Title, variantTitle: d.VariantTitle, sku: d.SKU,
		vendor: d.Vendor, image: d.Image, currency: r.currency, quantity: q.Quantity, unit: q.UnitPrice.Amount, original: q.Subtotal.Amount, off: q.Discount.Amount,
		goods: q.Total.Amount, tax: q.Tax.Amount, taxes: q.Taxes, shares: sharesOf(r.discounts, q.Allocations), attributes: d.Attributes, shipped: d.RequiresShipping, taxable: d.Taxable,
	}
}

// divide gives each line its part of what was taken out of stock; lines of the same variant share it, in order.
func divide(items []*item, allocations []inventory.Allocation) {
	pools := make(map[uuid.UUID]*parcels, len(allocations))
	sorted := slices.Clone(allocations)
	slices.SortStableFunc(sorted, func(a, b inventory.Allocation) int { return bytes.Compare(a.VariantID[:], b.VariantID[:]) })
	for _, a := range sorted {
		p := pools[a.VariantID]
		if p == nil {
			p = &parcels{}
			pools[a.VariantID] = p
		}
		p.Taken = append(p.Taken, a)
	}
	for _, i := range items {
		if p := pools[i.variant]; p != nil {
			i.parcels.Taken = p.give(i.quantity)
		}
	}
}

// normal is an email as it is compared; one that is none stays as it came.
func normal(email string) string {
	if e, flaw := identity.NormalizeEmail(email); flaw == identity.EmailOK {
		return e
	}
	return strings.TrimSpace(email)
}

// search is what free text finds an order by: its number, the buyer's email and the names on its addresses.
func (r *record) search() string {
	words := []string{r.name, r.email}
	for _, p := range []*customer.Postal{r.shipTo, r.billTo} {
		if p != nil {
			words = append(words, p.Name())
		}
	}
	return strings.ToLower(strings.Join(slices.Compact(words), " "))
}

// PaidTx books the payment of an order that was placed before it was paid, once. Fails with [fault.NotFound], and with
// [fault.Conflict] where something else was paid already.
func (s *Service) PaidTx(ctx context.Context, tx database.Tx, id uuid.UUID, t payment.Transaction) error {
	r, items, err := s.lock(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, paid := range r.books.Sales {
		if paid.Transaction == t.ID.UUID {
			return nil
		}
	}
	if t.Status != payment.Success || t.Amount.Currency != r.currency || t.Amount.Amount > r.owed()-r.books.Received {
		return fault.New(fault.Conflict, "This payment does not fit what is left to pay of the order.")
	}
	if err := s.Payments.AttachTx(ctx, tx, t.Key, id); err != nil {
		return err
	}
	r.books.receive(&t)
	return s.save(ctx, tx, r, items, nil, "paid", "The order was paid.", nil)
}
