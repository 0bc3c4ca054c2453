package cart

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Load reads a cart as it is kept. Fails with [fault.NotFound] where there is none, the key is wrong or missing, or it
// has run out: which of these is not told.
func (s *Service) Load(ctx context.Context, id gid.ID) (*Stored, error) {
	if id.Type != "Cart" || id.Key == "" {
		return nil, absent()
	}
	c, err := s.store.load(ctx, s.db, id.UUID)
	if database.NoRows(err) {
		return nil, absent()
	}
	if err != nil {
		return nil, err
	}
	if !c.opens(id.Key) || !c.ExpiresAt.After(s.clock.Now()) {
		return nil, absent()
	}
	return c, nil
}

func absent() error { return fault.New(fault.NotFound, "There is no such cart.") }

// opens reports whether a key is the cart's.
func (c *Stored) opens(key string) bool {
	return subtle.ConstantTimeCompare(hashKey(key), c.KeyHash) == 1
}

func hashKey(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return h[:]
}

// shelf is what the shop sells to a cart's buyer now: everything that a change or a price looks up, read beforehand,
// because a transaction that waits for another connection may wait for itself.
type shelf struct {
	buyer    shop.Buyer
	country  string
	variants map[uuid.UUID]*catalog.Variant
	asked    map[uuid.UUID]bool
	stock    map[uuid.UUID]inventory.Availability
	// sorted are the collections of which the variants tell whether their products stand in them.
	sorted []uuid.UUID
}

// shelf reads variants in the currency of a country, and their stock where it is needed. A shopper's eyes are used
// whoever asks: what is not published cannot be bought, not even by staff.
func (s *Service) shelf(ctx context.Context, country, language string, variants []uuid.UUID, stock bool) (*shelf, error) {
	buyer, err := s.shops.Buyer(ctx, country, language)
	if err != nil {
		return nil, err
	}
	sh := &shelf{buyer: buyer, country: country, asked: make(map[uuid.UUID]bool, len(variants))}
	for _, id := range variants {
		sh.asked[id] = true
	}
	if len(variants) == 0 {
		return sh, nil
	}
	if sh.sorted, err = s.offers.StandingCollections(ctx); err != nil {
		return nil, err
	}
	if sh.variants, err = s.catalog.VariantsSold(asShopper(ctx, buyer), variants, sh.sorted); err != nil {
		return nil, err
	}
	if stock {
		sh.stock, err = s.stock.Available(ctx, variants)
	}
	return sh, err
}

func asShopper(ctx context.Context, buyer shop.Buyer) context.Context {
	return shop.WithBuyer(access.With(ctx, access.Actor{Kind: access.Storefront, Shop: access.From(ctx).Shop}), buyer)
}

// sells gives a variant that can be bought in the shelf's currency; nil otherwise.
func (sh *shelf) sells(id uuid.UUID) *catalog.Variant {
	if v := sh.variants[id]; v != nil && v.HasPrice {
		return v
	}
	return nil
}

// holds reports whether the shelf was read for all lines of a cart.
func (sh *shelf) holds(c *Stored) bool {
	return !slices.ContainsFunc(c.Lines, func(l StoredLine) bool { return !sh.asked[l.VariantID] })
}

// covers reports whether the shelf was read for this cart: all of its lines, and its country.
func (sh *shelf) covers(c *Stored) bool { return sh.country == c.Country && sh.holds(c) }

// change is one change of a cart under way. Its functions edit the cart and note what is wrong; with any problem nothing
// is written.
type change struct {
	now      time.Time
	newID    func() uuid.UUID
	id       gid.ID  // with the key
	cart     *Stored // as it becomes
	was      *Stored // as it was
	shelf    *shelf
	problems fault.Problems
	warnings []Warning
	codes    bool // discount codes that do not apply are to be warned of
}

func (c *change) warn(code, message string, target gid.ID) {
	c.warnings = append(c.warnings, Warning{Code: code, Message: message, Target: target})
}

// needs says what a change looks up beside what its cart holds.
type needs struct {
	variants []uuid.UUID
	stock    bool
}

var (
	errRefused = errors.New("cart: a change was refused")
	errStale   = errors.New("cart: a change looked at the wrong shelf")
)

// edit makes one change of a cart: everything it looks up first, then one short transaction, then the price. Where the
// cart turned out to be another than expected (other lines, other country), what is missing is read and the change made
// anew; f must be safe to repeat on a fresh cart.
func (s *Service) edit(ctx context.Context, id gid.ID, n needs, f func(c *change)) (*Cart, fault.Problems, []Warning, error) {
	stored, err := s.Load(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, noCart(), nil, nil
	}
	if err != nil {
		return nil, nil, nil, err
	}
	if p := closed(stored); p != nil {
		view, err := s.view(ctx, id, stored)
		return view, p, nil, err
	}
	c := &change{newID: s.newID, id: id, cart: stored, was: stored}
	for try := 0; ; try++ {
		if c.shelf == nil || !c.shelf.covers(c.cart) {
			if c.shelf, err = s.shelf(ctx, c.cart.Country, c.cart.Language, append(c.cart.variants(), n.variants...), n.stock); err != nil {
				return nil, nil, nil, err
			}
		}
		err = s.db.InTx(ctx, func(tx database.Tx) error { return s.attempt(ctx, tx, c, f) })
		if !errors.Is(err, errStale) || try == 100 {
			break
		}
	}
	switch {
	case errors.Is(err, errRefused):
		view, err := s.view(ctx, id, c.was)
		return view, c.problems, nil, err
	case fault.Is(err, fault.NotFound):
		return nil, noCart(), nil, nil
	case errors.Is(err, errStale):
		return nil, nil, nil, fault.Wrap(err, fault.Unavailable, "The cart changes too fast. Try again in a moment.")
	case err != nil:
		return nil, nil, nil, err
	}
	return s.finish(ctx, c)
}

// attempt makes the change on the locked cart, and writes it unless something is wrong with it.
func (s *Service) attempt(ctx context.Context, tx database.Tx, c *change, f func(c *change)) error {
	was, err := s.store.lock(ctx, tx, c.id.UUID)
	if database.NoRows(err) {
		return absent()
	}
	if err != nil {
		return err
	}
	c.now, c.problems, c.warnings, c.cart, c.was = s.clock.Now(), nil, nil, was.copy(), was
	if p := closed(was); p != nil {
		c.problems = p
		return errRefused
	}
	if !c.shelf.holds(c.cart) {
		return errStale
	}
	// What f found wrong on the shelf of another country is not worth telling: hence in this order.
	if f(c); !c.shelf.covers(c.cart) {
		return errStale
	}
	if c.bound(); len(c.problems) > 0 {
		return errRefused
	}
	c.touch()
	return s.store.update(ctx, tx, was, c.cart)
}

// touch marks the cart as changed now.
func (c *change) touch() {
	c.cart.Version++
	c.cart.Currency, c.cart.UpdatedAt, c.cart.ExpiresAt = c.shelf.buyer.Currency, c.now, c.now.Add(Lifetime)
}

// bound refuses a cart that is larger than a cart may be, or worth more than can be reckoned.
func (c *change) bound() {
	if len(c.problems) > 0 {
		return
	}
	if len(c.cart.Lines) > MaxLines {
		c.problems.Add("CART_TOO_LARGE", "A cart holds at most 500 lines.", "lines")
		return
	}
	lines := make([]pricing.Line, 0, len(c.cart.Lines))
	for i := range c.cart.Lines {
		if v := c.shelf.sells(c.cart.Lines[i].VariantID); v != nil {
			// Twice the pieces leave room for delivery and for prices that rise until the next look.
			lines = append(lines, pricing.Line{Quantity: 2 * c.cart.Lines[i].Quantity, UnitPrice: v.Price, Grams: int64(v.WeightGrams)})
		}
	}
	if _, err := pricing.Calculate(pricing.Input{Currency: c.shelf.buyer.Currency, Lines: lines}); err != nil {
		c.problems.Add("MAXIMUM_EXCEEDED", "That is more than can be sold in one cart.", "lines")
	}
}

// finish prices the changed cart and shows it.
func (s *Service) finish(ctx context.Context, c *change) (*Cart, fault.Problems, []Warning, error) {
	priced, err := s.price(ctx, c.cart, c.shelf, c.now)
	if err != nil {
		return nil, nil, nil, err
	}
	if c.codes {
		c.warnCodes(priced)
	}
	return s.show(c.id, priced), nil, c.warnings, nil
}

// view prices and shows a cart.
func (s *Service) view(ctx context.Context, id gid.ID, stored *Stored) (*Cart, error) {
	priced, err := s.Quote(ctx, stored, s.clock.Now())
	if err != nil {
		return nil, err
	}
	return s.show(id, priced), nil
}

// closed is the problem of changing a cart that does not change any more; nil for an open one.
func closed(c *Stored) (p fault.Problems) {
	switch c.State {
	case Completed:
		p.Add("INVALID", "This cart has been ordered. Start a new one.", "cartId")
	case Completing:
		p.Add("INVALID", "This cart is being paid for right now. Wait for the outcome.", "cartId")
	}
	return p
}

func noCart() (p fault.Problems) {
	p.Add("INVALID", "There is no such cart.", "cartId")
	return p
}

// copy lets a cart be edited while the old one is still known.
func (c *Stored) copy() *Stored {
	is := *c
	is.Lines, is.Addresses, is.Attributes = slices.Clone(c.Lines), slices.Clone(c.Addresses), slices.Clone(c.Attributes)
	is.DiscountCodes, is.GiftCards, is.Metafields = slices.Clone(c.DiscountCodes), slices.Clone(c.GiftCards), slices.Clone(c.Metafields)
	return &is
}
