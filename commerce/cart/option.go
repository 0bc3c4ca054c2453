package cart

import (
	"context"
	"strconv"

	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// OptionChoice chooses a way to ship a delivery group.
type OptionChoice struct {
	GroupID gid.ID
	Handle  string
}

// SelectDeliveryOptions chooses how delivery groups are shipped. Where another address later has no such option, the first
// one that it has is taken.
func (s *Service) SelectDeliveryOptions(ctx context.Context, id gid.ID, choices []OptionChoice) (*Cart, fault.Problems, []Warning, error) {
	rates, err := s.rates.Rates(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	return s.edit(ctx, id, needs{}, func(c *change) {
		options := c.options(rates.Zones)
		for i, choice := range choices {
			at := []string{"selectedDeliveryOptions", strconv.Itoa(i)}
			if options == nil || choice.GroupID != c.cart.groupID() {
				c.problems.Add("INVALID_DELIVERY_GROUP", "The cart has no such delivery group. Read its groups again.", path(at, "deliveryGroupId")...)
				continue
			}
			if _, ok := shipping.Find(options, choice.Handle); !ok {
				c.problems.Add("INVALID_DELIVERY_OPTION", "The delivery group has no such option.", path(at, "deliveryOptionHandle")...)
				continue
			}
			c.cart.Delivery = choice.Handle
		}
	})
}

// options lists the ways to deliver the cart as it is; nil where nothing is shipped.
func (c *change) options(zones []shipping.Zone) []shipping.Option {
	in := pricing.Input{Currency: c.shelf.buyer.Currency, Address: destination(c.cart)}
	for i := range c.cart.Lines {
		if v := c.shelf.sells(c.cart.Lines[i].VariantID); v != nil {
			in.Lines = append(in.Lines, pricing.Line{Quantity: c.cart.Lines[i].Quantity, UnitPrice: v.Price, RequiresShipping: v.RequiresShipping, Grams: int64(v.WeightGrams)})
		}
	}
	options, err := pricing.Options(in, zones)
	if err != nil {
		// No cart of this size is ever written.
		return nil
	}
	return options
}
