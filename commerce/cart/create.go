package cart

import (
	"context"
	"encoding/hex"
	"io"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Input is what a new cart starts with. The zero value is an empty cart.
type Input struct {
	Lines         []LineInput
	Note          string
	Attributes    []*Attribute
	Buyer         BuyerInput
	DiscountCodes []string
	GiftCardCodes []string
	Addresses     []AddressInput
	Metafields    []MetafieldInput
}

// Create opens a cart. Its id carries the key, which is told here and in answers to whoever has it, and kept nowhere.
// With any problem there is no cart. A cart whose buyer named no country is priced for the buyer of the context.
func (s *Service) Create(ctx context.Context, in Input) (*Cart, fault.Problems, []Warning, error) {
	if len(in.Lines) > MaxEntries {
		return nil, problem("CART_TOO_LARGE", "Add at most 250 entries at once.", "input", "lines"), nil, nil
	}
	if len(in.GiftCardCodes) > MaxCodes {
		return nil, problem("CART_TOO_LARGE", "At most 25 gift cards.", "input", "giftCardCodes"), nil, nil
	}
	cards, err := s.offers.CardsByCode(ctx, in.GiftCardCodes)
	if err != nil {
		return nil, nil, nil, err
	}
	var variants []uuid.UUID
	for _, l := range in.Lines {
		variants = append(variants, l.MerchandiseID.UUID)
	}
	return s.open(ctx, needs{variants: variants, stock: len(variants) > 0}, func(c *change, home string) { c.fill(in, cards, home) })
}

func problem(code, message string, field ...string) (p fault.Problems) {
	p.Add(code, message, field...)
	return p
}

// fill does to an empty cart what its input asks for. The country comes first, since everything is priced by it.
func (c *change) fill(in Input, cards []*discount.GiftCard, home string) {
	c.setBuyer(in.Buyer, home, "input", "buyerIdentity")
	c.addAddresses(in.Addresses, "input", "delivery", "addresses")
	c.addLines(in.Lines, "input", "lines")
	c.setNote(in.Note, "input", "note")
	c.setAttributes(in.Attributes, "input", "attributes")
	c.addCards(cards, "input", "giftCardCodes")
	c.setMetafields(in.Metafields, "input", "metafields")
	if len(in.DiscountCodes) > 0 {
		c.setCodes(in.DiscountCodes, "input", "discountCodes")
	}
}

// Clone copies merchandise, attributes, note and discount codes of a cart into a new one with its own key, priced for the
// same country. The old one may be completed.
func (s *Service) Clone(ctx context.Context, id gid.ID) (*Cart, fault.Problems, []Warning, error) {
	old, err := s.Load(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, noCart(), nil, nil
	}
	if err != nil {
		return nil, nil, nil, err
	}
	return s.open(ctx, needs{variants: old.variants()}, func(c *change, _ string) {
		c.cart.Country, c.cart.Language = old.Country, old.Language
		c.cart.Note, c.cart.Attributes, c.cart.DiscountCodes = old.Note, old.Attributes, old.DiscountCodes
		for _, l := range old.Lines {
			l.ID, l.CreatedAt = c.newID(), c.now
			c.cart.Lines = append(c.cart.Lines, l)
		}
	})
}

// open makes a new cart and lets f fill it. As in edit, f runs again where the cart turned out to be another country's.
func (s *Service) open(ctx context.Context, n needs, f func(c *change, home string)) (*Cart, fault.Problems, []Warning, error) {
	secret := make([]byte, 16)
	if _, err := io.ReadFull(s.random, secret); err != nil {
		return nil, nil, nil, err
	}
	home, err := s.shops.Buyer(ctx, "", "")
	if err != nil {
		return nil, nil, nil, err
	}
	asking := shop.BuyerFrom(ctx)
	if asking.Country == "" {
		asking = home
	}
	key := hex.EncodeToString(secret)
	id := gid.ID{Type: "Cart", UUID: s.newID(), Key: key}
	c := &change{newID: s.newID, id: id}
	for country := asking.Country; c.shelf == nil || !c.shelf.covers(c.cart); country = c.cart.Country {
		if c.shelf, err = s.shelf(ctx, country, asking.Language, n.variants, n.stock); err != nil {
			return nil, nil, nil, err
		}
		c.now, c.problems, c.warnings = s.clock.Now(), nil, nil
		c.cart = &Stored{ID: id.UUID, KeyHash: hashKey(key), State: Open, Country: asking.Country, Language: asking.Language, CreatedAt: c.now}
		f(c, home.Country)
	}
	if c.bound(); len(c.problems) > 0 {
		return nil, c.problems, nil, nil
	}
	c.touch()
	if err := s.db.InTx(ctx, func(tx database.Tx) error { return s.store.insert(ctx, tx, c.cart) }); err != nil {
		return nil, nil, nil, err
	}
	return s.finish(ctx, c)
}

// RemovePersonalData erases what identifies the buyer: contact, addresses, note, gift cards and payment. Merchandise and
// country stay.
func (s *Service) RemovePersonalData(ctx context.Context, id gid.ID) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) {
		b := c.cart
		b.CustomerID, b.Email, b.Phone, b.Note, b.Preferences = nil, "", "", "", nil
		b.Addresses, b.Billing, b.GiftCards, b.Payment, b.Delivery = nil, nil, nil, nil, ""
	})
}
