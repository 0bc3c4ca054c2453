package cart

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Priced is a cart with what it costs at a moment: the one price that cart, checkout and order share.
type Priced struct {
	Cart  *Stored
	Buyer shop.Buyer
	At    time.Time
	// Lines are the lines that can be bought; those of Quote are the same, in the same order.
	Lines []PricedLine
	// Unavailable are lines whose variant is gone, not published, or without a price here. They cost nothing and must not
	// be ordered.
	Unavailable []StoredLine
	Quote       pricing.Quote
	// Options are the ways to deliver; nil where nothing is shipped, empty where the shop does not deliver there.
	Options []shipping.Option
	// Selected is the way that was chosen, or the first one where an address is selected and none was chosen.
	Selected *shipping.Option

	offers map[uuid.UUID]promotion.Discount
}

// PricedLine is a line with its variant, priced for the buyer.
type PricedLine struct {
	StoredLine
	Variant *catalog.Variant
}

// Get opens a cart and prices it now. Fails with [fault.NotFound] as [Service.Load] does.
//
// It takes one statement for the cart with its lines, one for variants with their products, and one each for discounts that are
// not everybody's, for membership in collections, for gift cards, and for whether its customer pays tax, where the cart has need
// of them: six at most. Markets, zones, taxes and automatic discounts that are everybody's are read from memory, where they stay
// for two seconds.
func (s *Service) Get(ctx context.Context, id gid.ID) (*Cart, error) {
	stored, err := s.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.view(ctx, id, stored)
}

// Quote prices a cart at a moment. Fails with [fault.Invalid] where the cart is worth more than can be reckoned.
func (s *Service) Quote(ctx context.Context, c *Stored, at time.Time) (*Priced, error) {
	sh, err := s.shelf(ctx, c.Country, c.Language, c.variants(), false)
	if err != nil {
		return nil, err
	}
	return s.price(ctx, c, sh, at)
}

func (s *Service) price(ctx context.Context, c *Stored, sh *shelf, at time.Time) (*Priced, error) {
	p := &Priced{Cart: c, Buyer: sh.buyer, At: at}
	in := pricing.Input{Now: at, Currency: sh.buyer.Currency, TaxesIncluded: sh.buyer.TaxIncluded, Codes: c.DiscountCodes, Address: destination(c)}
	for _, l := range c.Lines {
		v := sh.sells(l.VariantID)
		if v == nil {
			p.Unavailable = append(p.Unavailable, l)
			continue
		}
		p.Lines = append(p.Lines, PricedLine{StoredLine: l, Variant: v})
		in.Lines = append(in.Lines, pricing.Line{ID: l.ID, VariantID: l.VariantID, ProductID: v.ProductID, Quantity: l.Quantity, UnitPrice: v.Price,
			CompareAt: v.CompareAtPrice, Taxable: v.Taxable, RequiresShipping: v.RequiresShipping, Grams: int64(v.WeightGrams)})
	}
	if err := s.discounts(ctx, p, sh, &in); err != nil {
		return nil, err
	}
	cards, err := s.offers.Cards(ctx, c.GiftCards)
	if err != nil {
		return nil, err
	}
	for _, id := range c.GiftCards {
		if card := cards[id]; card != nil && card.Usable(at) {
			in.GiftCards = append(in.GiftCards, pricing.GiftCard{ID: id, LastCharacters: card.LastCharacters, Balance: card.Balance})
		}
	}
	if err := s.deliver(ctx, p, &in); err != nil {
		return nil, err
	}
	p.Quote, err = pricing.Calculate(in)
	return p, tooMuch(err)
}

// discounts looks up what the cart may get, and what is needed to decide it.
func (s *Service) discounts(ctx context.Context, p *Priced, sh *shelf, in *pricing.Input) error {
	c := p.Cart
	if len(in.Lines) == 0 && len(c.DiscountCodes) == 0 {
		return nil
	}
	offers, used, err := s.offers.Offers(ctx, c.DiscountCodes, discount.Buyer(c.CustomerID, c.Email), p.At)
	if err != nil {
		return err
	}
	in.Discounts, in.Facts.Used = offers, used
	if c.CustomerID != nil {
		in.Facts.CustomerID = *c.CustomerID
	}
	p.offers = make(map[uuid.UUID]promotion.Discount, len(offers))
	var collections, products []uuid.UUID
	for _, d := range offers {
		p.offers[d.ID] = d
		collections = d.Collections(collections)
	}
	for i := range in.Lines {
		in.Lines[i].CollectionIDs = sh.variants[in.Lines[i].VariantID].In
	}
	if len(in.Lines) == 0 || !slices.ContainsFunc(collections, func(id uuid.UUID) bool { return !slices.Contains(sh.sorted, id) }) {
		return nil
	}
	for i := range in.Lines {
		if id := in.Lines[i].ProductID; !slices.Contains(products, id) {
			products = append(products, id)
		}
	}
	members, err := s.store.members(ctx, s.db, products, collections)
	for i := range in.Lines {
		in.Lines[i].CollectionIDs = members[in.Lines[i].ProductID]
	}
	return err
}

// deliver lists the ways to deliver and picks one.
func (s *Service) deliver(ctx context.Context, p *Priced, in *pricing.Input) error {
	rates, err := s.rates.Rates(ctx)
	if err != nil {
		return err
	}
	if in.TaxRates = rates.Taxes; len(in.TaxRates) > 0 && p.Cart.CustomerID != nil {
		exempt, err := s.store.exempt(ctx, s.db, *p.Cart.CustomerID)
		if err != nil {
			return err
		}
		if exempt {
			in.TaxRates = nil
		}
	}
	if p.Options, err = pricing.Options(*in, rates.Zones); err != nil {
		return tooMuch(err)
	}
	chosen, ok := shipping.Find(p.Options, p.Cart.Delivery)
	if !ok && p.Cart.Selected() != nil && len(p.Options) > 0 {
		chosen, ok = p.Options[0], true
	}
	if ok {
		p.Selected, in.Shipping = &chosen, &chosen
	}
	return nil
}

// destination is where the goods go as far as it is known: the selected address, else the buyer's country.
func destination(c *Stored) *pricing.Address {
	if a := c.Selected(); a != nil {
		return &pricing.Address{Country: a.Address.CountryCode, Province: a.Address.ProvinceCode}
	}
	if c.Country != "" {
		return &pricing.Address{Country: c.Country}
	}
	return nil
}

// tooMuch turns sums beyond reckoning, which only a rise of prices can bring about, into something to be told.
func tooMuch(err error) error {
	if errors.Is(err, money.ErrOverflow) {
		return fault.Wrap(err, fault.Invalid, "The cart is worth more than can be sold at once. Take something out.")
	}
	return err
}

// Estimated reports whether the total may still change with address and delivery.
func (p *Priced) Estimated() bool {
	return p.Quote.ShippingEstimated || p.Quote.TaxEstimated || p.Quote.Shipping.Required && p.Cart.Selected() == nil
}

// groupID names the delivery group of a cart; another address makes another group.
func (c *Stored) groupID() gid.ID {
	place := []byte(c.Country)
	if a := c.Selected(); a != nil {
		place = a.ID[:]
	}
	return gid.New("CartDeliveryGroup", uuid.NewSHA1(c.ID, place))
}
