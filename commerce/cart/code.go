package cart

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// SetDiscountCodes replaces the codes that the shopper entered. Those that do not apply stay, with a warning that says
// why; they may apply later.
func (s *Service) SetDiscountCodes(ctx context.Context, id gid.ID, codes []string) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) { c.setCodes(codes, "discountCodes") })
}

func (c *change) setCodes(codes []string, field ...string) {
	if len(codes) > MaxCodes {
		c.problems.Add("CART_TOO_LARGE", "At most 25 codes.", field...)
		return
	}
	c.cart.DiscountCodes, c.codes = nil, true
	for i, code := range codes {
		code = strings.TrimSpace(code)
		switch {
		case code == "":
			c.problems.Add("MISSING_DISCOUNT_CODE", "The code is empty.", path(field, strconv.Itoa(i))...)
		case !plain(code) || utf8.RuneCountInString(code) > maxKey:
			c.problems.Add("INVALID", "A code has at most 255 characters.", path(field, strconv.Itoa(i))...)
		case !slices.ContainsFunc(c.cart.DiscountCodes, func(other string) bool { return equalFold(other, code) }):
			c.cart.DiscountCodes = append(c.cart.DiscountCodes, code)
		}
	}
}

// reasons put into words why a code does not apply.
var reasons = map[promotion.Reason]string{
	promotion.NotFound:            "There is no such code.",
	promotion.Inactive:            "This code cannot be used now.",
	promotion.UsageLimitReached:   "This code has been used as often as it can be.",
	promotion.CustomerMissing:     "This code is for certain customers. Sign in to use it.",
	promotion.CustomerNotEligible: "This code is for other customers.",
	promotion.CustomerLimit:       "You have used this code already.",
	promotion.NoEntitledLines:     "This code covers nothing in your cart.",
	promotion.NoEntitledShipping:  "This code is for shipping, and nothing in your cart is shipped.",
	promotion.PurchaseNotInRange:  "Your cart is not worth enough for this code.",
	promotion.QuantityNotInRange:  "Your cart does not hold enough for this code.",
	promotion.NotHonoured:         "This code gives nothing beside the other discounts.",
}

// warnCodes warns of the codes that do not apply.
func (c *change) warnCodes(p *Priced) {
	for _, r := range p.Quote.Codes {
		if !r.Applicable {
			c.warn(string(r.Reason), p.spelling(r.Code)+": "+reasons[r.Reason], c.id)
		}
	}
}

// SetGiftCardCodes replaces the gift cards of a cart. A card that cannot pay here is left out, with a warning.
func (s *Service) SetGiftCardCodes(ctx context.Context, id gid.ID, codes []string) (*Cart, fault.Problems, []Warning, error) {
	return s.giftCards(ctx, id, codes, func(c *change) { c.cart.GiftCards = nil })
}

// AddGiftCardCodes adds gift cards to those that a cart has. A card that cannot pay here is left out, with a warning.
func (s *Service) AddGiftCardCodes(ctx context.Context, id gid.ID, codes []string) (*Cart, fault.Problems, []Warning, error) {
	return s.giftCards(ctx, id, codes, func(*change) {})
}

func (s *Service) giftCards(ctx context.Context, id gid.ID, codes []string, first func(c *change)) (*Cart, fault.Problems, []Warning, error) {
	if len(codes) > MaxCodes {
		return s.refuse(ctx, id, "CART_TOO_LARGE", "At most 25 gift cards.", "giftCardCodes")
	}
	// Nobody without a cart tries codes here.
	if _, err := s.Load(ctx, id); err != nil {
		return s.refuseAll(ctx, id, nil)
	}
	cards, err := s.offers.CardsByCode(ctx, codes)
	if err != nil {
		return nil, nil, nil, err
	}
	return s.edit(ctx, id, needs{}, func(c *change) {
		first(c)
		c.addCards(cards, "giftCardCodes")
	})
}

// addCards adds the cards that were found; nil stands for a code without a card.
func (c *change) addCards(cards []*discount.GiftCard, field ...string) {
	for _, card := range cards {
		switch {
		case card == nil || !card.Usable(c.now) || card.Balance.Currency != c.shelf.buyer.Currency:
			c.warn("PAYMENTS_GIFT_CARDS_UNAVAILABLE", "This gift card cannot be used here.", c.id)
		case !slices.Contains(c.cart.GiftCards, card.ID):
			c.cart.GiftCards = append(c.cart.GiftCards, card.ID)
		}
	}
	if len(c.cart.GiftCards) > MaxCodes {
		c.problems.Add("CART_TOO_LARGE", "At most 25 gift cards.", field...)
	}
}

// RemoveGiftCardCodes takes gift cards off a cart, by the ids that the cart shows.
func (s *Service) RemoveGiftCardCodes(ctx context.Context, id gid.ID, cards []gid.ID) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) {
		for i, card := range cards {
			if card.Type != "AppliedGiftCard" || !slices.Contains(c.cart.GiftCards, card.UUID) {
				c.problems.Add("INVALID", "The cart has no such gift card.", "appliedGiftCardIds", strconv.Itoa(i))
				continue
			}
			c.cart.GiftCards = slices.DeleteFunc(c.cart.GiftCards, func(id uuid.UUID) bool { return id == card.UUID })
		}
	})
}
