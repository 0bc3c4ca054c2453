// Package pricing puts the price of a cart together: lines, discounts, delivery, taxes, gift cards.
//
// It is the only place where these meet, and a function of values: what a cart shows, what checkout charges and what
// an order keeps are the same [Quote]. It loads nothing and stores nothing; whoever calls gives prices, offers and
// facts, and the clock's time.
//
// Invariants, in minor units of the quote's currency:
//   - Every total is the sum of its parts: lines of subtotals, discounts and taxes; allocations of discounts; tax
//     lines of taxes; applied gift cards and the amount to charge of the total.
//   - Nothing is negative.
//   - A gift card pays at most its balance and at most what is left to pay, and only in its own currency.
//   - The same input gives the same quote.
package pricing

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
)

// MaxAmount bounds what the lines of a cart, and its delivery, may cost in minor units. Below it every reader of
// JSON keeps the number exact, and no sum that Calculate makes can leave 64 bits.
const MaxAmount = 1<<53 - 1

// MaxTaxRates bounds the tax rates of an input, for the same reason.
const MaxTaxRates = 500

// ErrNegative means that a price, quantity or weight is below zero.
var ErrNegative = errors.New("pricing: negative amount")

// Input is everything a price depends on. The zero value of anything means that there is none of it.
type Input struct {
	Now           time.Time
	Currency      money.Currency // Currency is the market's; every price is in it.
	TaxesIncluded bool           // TaxesIncluded is whether the market's prices contain taxes.
	Lines         []Line
	Discounts     []promotion.Discount // Discounts are the shop's automatic ones and those of the entered codes.
	Codes         []string             // Codes are what the buyer entered.
	Facts         promotion.Facts
	Address       *Address         // Address is the destination, nil while unknown.
	Shipping      *shipping.Option // Shipping is the chosen delivery, nil while none is chosen. See [Options].
	TaxRates      []tax.Rate
	GiftCards     []GiftCard // GiftCards pay in this order.
}

// Line is one line of a cart.
type Line struct {
	ID               uuid.UUID // ID is the caller's, returned with the result.
	VariantID        uuid.UUID
	ProductID        uuid.UUID
	CollectionIDs    []uuid.UUID
	Quantity         int64
	UnitPrice        money.Money
	CompareAt        *money.Money // CompareAt is shown beside the price; it changes nothing.
	Taxable          bool
	RequiresShipping bool
	Grams            int64 // Grams is the weight of one unit.
}

// Address is what taxes and delivery need to know of a destination.
type Address struct {
	Country  string `json:"country"`            // Country is an ISO 3166-1 alpha-2 code.
	Province string `json:"province,omitempty"` // Province is the part after the dash of an ISO 3166-2 code.
}

// GiftCard is money paid in advance. Expired and disabled cards are the caller's to leave out.
type GiftCard struct {
	ID             uuid.UUID
	LastCharacters string
	Balance        money.Money
}

// Calculate prices a cart. Fails with [money.ErrUnknownCurrency], [money.ErrCurrencyMismatch], [ErrNegative] or
// [money.ErrOverflow] on input that no cart may hold; what a buyer can do wrong, such as a code that does not apply,
// is part of the quote.
func Calculate(in Input) (Quote, error) {
	if err := in.check(); err != nil {
		return Quote{}, err
	}
	q := newQuote(&in)
	offers := promotion.Apply(in.offers())
	q.discount(&in, offers)
	q.ship(&in, offers)
	q.tax(&in)
	q.total()
	q.pay(in.GiftCards)
	return q, nil
}

// Options lists the deliveries that the cart's buyer can choose, cheapest first; nil when nothing is shipped or the
// address is unknown. Conditions on the subtotal look at prices before discounts, so that a choice of delivery can
// not undo itself through the discounts it goes with. Fails as [Calculate] does.
func Options(in Input, zones []shipping.Zone) ([]shipping.Option, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if in.Address == nil {
		return nil, nil
	}
	parcel := shipping.Parcel{Subtotal: money.Zero(in.Currency)}
	for i := range in.Lines {
		l := &in.Lines[i]
		parcel.Subtotal.Amount += l.UnitPrice.Amount * l.Quantity
		if l.RequiresShipping {
			parcel.Pieces += l.Quantity
			parcel.Grams += l.Grams * l.Quantity
		}
	}
	return shipping.Options(zones, shipping.Address(*in.Address), parcel), nil
}

// check refuses what would break an invariant.
func (in *Input) check() error {
	if !in.Currency.Valid() {
		return fmt.Errorf("%w: %q", money.ErrUnknownCurrency, in.Currency)
	}
	sum, grams, pieces := money.Zero(in.Currency), money.Zero(""), money.Zero("")
	for i := range in.Lines {
		l := &in.Lines[i]
		if l.Quantity < 0 || l.UnitPrice.Amount < 0 || l.Grams < 0 {
			return fmt.Errorf("%w: line %d", ErrNegative, i)
		}
		if err := grow(&sum, l.UnitPrice, l.Quantity); err != nil {
			return fmt.Errorf("pricing: line %d: %w", i, err)
		}
		if err := errors.Join(grow(&grams, money.New(l.Grams, ""), l.Quantity), grow(&pieces, money.New(1, ""), l.Quantity)); err != nil {
			return fmt.Errorf("pricing: line %d: %w", i, err)
		}
	}
	if in.Shipping != nil {
		if in.Shipping.Price.Amount < 0 {
			return fmt.Errorf("%w: delivery", ErrNegative)
		}
		if err := grow(&sum, in.Shipping.Price, 1); err != nil {
			return fmt.Errorf("pricing: delivery: %w", err)
		}
	}
	if len(in.TaxRates) > MaxTaxRates {
		return fmt.Errorf("%w: %d tax rates", money.ErrOverflow, len(in.TaxRates))
	}
	return nil
}

// grow adds quantity times m to sum, which stays within MaxAmount.
func grow(sum *money.Money, m money.Money, quantity int64) error {
	product, err := m.Mul(quantity)
	if err != nil {
		return err
	}
	if *sum, err = sum.Add(product); err != nil {
		return err
	}
	if sum.Amount > MaxAmount {
		return money.ErrOverflow
	}
	return nil
}

// offers is the cart as promotions see it.
func (in *Input) offers() promotion.Input {
	p := promotion.Input{Now: in.Now, Currency: in.Currency, Discounts: in.Discounts, Codes: in.Codes, Facts: in.Facts}
	if len(in.Codes) == 0 && len(in.Discounts) == 0 {
		return p // nothing to decide, nothing to copy
	}
	shipped := false
	p.Lines = make([]promotion.Line, len(in.Lines))
	for i := range in.Lines {
		l := &in.Lines[i]
		p.Lines[i] = promotion.Line{VariantID: l.VariantID, ProductID: l.ProductID, CollectionIDs: l.CollectionIDs,
			Quantity: l.Quantity, UnitPrice: l.UnitPrice.Amount, RequiresShipping: l.RequiresShipping}
		shipped = shipped || l.RequiresShipping && l.Quantity > 0
	}
	if in.Shipping != nil && shipped {
		p.Shipping = in.Shipping.Price.Amount
	}
	return p
}
