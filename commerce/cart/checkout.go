package cart

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// LockTx locks a cart for the rest of the transaction and reads it, whatever its state; the caller has opened it before.
// Fails with [fault.NotFound].
func (s *Service) LockTx(ctx context.Context, tx database.Tx, id uuid.UUID) (*Stored, error) {
	c, err := s.store.lock(ctx, tx, id)
	if database.NoRows(err) {
		return nil, absent()
	}
	return c, err
}

// Standing tells how often a cart has changed, and its state. Fails with [fault.NotFound].
func (s *Service) Standing(ctx context.Context, id uuid.UUID) (version int64, state State, err error) {
	version, state, err = s.store.standing(ctx, s.db, id)
	if database.NoRows(err) {
		err = absent()
	}
	return version, state, err
}

// ErrMoved is in what [Service.TakeTx] and [Service.MoveTx] fail with where a cart is not what it was thought to be.
var ErrMoved = errors.New("cart: it has another state, or another version")

// TakeTx moves an open cart of a version to being completed, which locks it. Where it is not open any more, or has changed,
// the transaction fails with [ErrMoved]: with its next statement, or at the commit.
func (s *Service) TakeTx(ctx context.Context, tx database.Tx, id uuid.UUID, version int64) error {
	return s.store.take(ctx, tx, database.SomeChanged(ErrMoved), id, version, s.clock.Now())
}

// MoveTx takes a cart from one state to another, and names the order that it became. Where it is not in the first, the
// transaction fails with [fault.Conflict] and [ErrMoved]: with its next statement, or at the commit.
func (s *Service) MoveTx(ctx context.Context, tx database.Tx, id uuid.UUID, from, to State, order *uuid.UUID) error {
	moved := database.SomeChanged(fault.Wrap(ErrMoved, fault.Conflict, "The cart is not %s.", from))
	return s.store.setState(ctx, tx, moved, id, from, to, order, s.clock.Now())
}

// Expire removes carts of the context's shop that ran out, at most limit, and counts them. One that is being paid for
// stays.
func (s *Service) Expire(ctx context.Context, limit int) (n int64, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		n, err = s.ExpireTx(ctx, tx, limit)
		return err
	})
	return n, err
}

// ExpireTx is [Service.Expire] in the caller's transaction.
func (s *Service) ExpireTx(ctx context.Context, tx database.Tx, limit int) (int64, error) {
	return s.store.expire(ctx, tx, s.clock.Now(), limit)
}

// Snapshot is a priced cart with all that an order freezes, to be kept as JSON: what is bought, by whom, where it goes and
// what it costs, so that the order can be made from it whatever has changed meanwhile.
type Snapshot struct {
	CartID     uuid.UUID        `json:"cart_id"`
	Version    int64            `json:"version"`
	KeyHash    []byte           `json:"key_hash"`
	At         time.Time        `json:"at"`
	Country    string           `json:"country"`
	Language   string           `json:"language"`
	Currency   money.Currency   `json:"currency"`
	CustomerID *uuid.UUID       `json:"customer_id,omitempty"`
	Email      string           `json:"email,omitempty"`
	Phone      string           `json:"phone,omitempty"`
	Note       string           `json:"note,omitempty"`
	Attributes []*Attribute     `json:"attributes,omitempty"`
	Shipping   *customer.Postal `json:"shipping_address,omitempty"` // Shipping is the selected delivery address.
	OneTimeUse bool             `json:"one_time_use,omitempty"`
	Billing    *customer.Postal `json:"billing_address,omitempty"` // Billing is the delivery address where none was set.
	Lines      []SnapshotLine   `json:"lines"`                     // Lines are those of Quote, in the same order.
	Quote      pricing.Quote    `json:"quote"`
}

// SnapshotLine is a line as an order keeps it. Its price is in the quote's line of the same place.
type SnapshotLine struct {
	ID               uuid.UUID    `json:"id"`
	VariantID        uuid.UUID    `json:"variant_id"`
	ProductID        uuid.UUID    `json:"product_id"`
	Title            string       `json:"title"` // Title is the product's.
	VariantTitle     string       `json:"variant_title,omitempty"`
	SKU              string       `json:"sku,omitempty"`
	Vendor           string       `json:"vendor,omitempty"`
	Image            string       `json:"image,omitempty"` // Image is where the variant's picture is, or the product's first.
	Quantity         int64        `json:"quantity"`
	Attributes       []*Attribute `json:"attributes,omitempty"`
	RequiresShipping bool         `json:"requires_shipping"`
	Taxable          bool         `json:"taxable"`
}

// Snapshot prices a cart at a moment as [Service.Quote] does, and reads what an order freezes beside it: a statement
// for pictures of variants and one for those of products, where the lines have need of them. The lines of [Priced.Unavailable] are not in it.
func (s *Service) Snapshot(ctx context.Context, c *Stored, at time.Time) (*Priced, *Snapshot, error) {
	p, err := s.Quote(ctx, c, at)
	if err != nil {
		return nil, nil, err
	}
	snap := &Snapshot{CartID: c.ID, Version: c.Version, KeyHash: c.KeyHash, At: at, Country: c.Country, Language: c.Language, Currency: p.Buyer.Currency,
		CustomerID: c.CustomerID, Email: c.Email, Phone: c.Phone, Note: c.Note, Attributes: c.Attributes, Billing: c.Billing, Quote: p.Quote}
	if a := c.Selected(); a != nil {
		postal := a.Address
		snap.Shipping, snap.OneTimeUse = &postal, a.OneTimeUse
		if snap.Billing == nil {
			snap.Billing = &postal
		}
	}
	snap.Lines, err = s.freeze(ctx, p)
	return p, snap, err
}

// freeze reads the names and pictures of what is bought.
func (s *Service) freeze(ctx context.Context, p *Priced) ([]SnapshotLine, error) {
	if len(p.Lines) == 0 {
		return []SnapshotLine{}, nil
	}
	var media []uuid.UUID
	for _, l := range p.Lines {
		if l.Variant.MediaID != nil {
			media = append(media, *l.Variant.MediaID)
		}
	}
	ctx = asShopper(ctx, p.Buyer)
	own, err := s.pictures(ctx, media)
	if err != nil {
		return nil, err
	}
	var products []uuid.UUID // whose first picture stands for a variant without one
	for _, l := range p.Lines {
		if id := l.Variant.MediaID; (id == nil || own[*id] == nil) && !slices.Contains(products, l.Variant.ProductID) {
			products = append(products, l.Variant.ProductID)
		}
	}
	first, err := s.firstPictures(ctx, products)
	if err != nil {
		return nil, err
	}
	out := make([]SnapshotLine, len(p.Lines))
	for i, l := range p.Lines {
		v, product := l.Variant, l.Variant.Of
		out[i] = SnapshotLine{ID: l.ID, VariantID: l.VariantID, ProductID: v.ProductID, VariantTitle: v.Title, Quantity: l.Quantity, Attributes: l.Attributes,
			RequiresShipping: v.RequiresShipping, Taxable: v.Taxable, Title: product.Title, Vendor: product.Vendor}
		if v.SKU != nil {
			out[i].SKU = *v.SKU
		}
		if page := first[v.ProductID]; len(page.Items) > 0 {
			out[i].Image = page.Items[0].Src()
		}
		if v.MediaID != nil && own[*v.MediaID] != nil {
			out[i].Image = own[*v.MediaID].Src()
		}
	}
	return out, nil
}

func (s *Service) pictures(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*catalog.Image, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return s.catalog.Images(ctx, ids)
}

func (s *Service) firstPictures(ctx context.Context, products []uuid.UUID) (map[uuid.UUID]keyset.Page[*catalog.Image], error) {
	if len(products) == 0 {
		return nil, nil
	}
	one := 1
	return s.catalog.ImagesOfProducts(ctx, products, keyset.Args{First: &one})
}
