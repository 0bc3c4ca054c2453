package discount_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
)

func TestSummary(t *testing.T) {
	one := promotion.Target{Products: []uuid.UUID{{1}}}
	for want, d := range map[string]promotion.Discount{
		"12.5% off the whole order":                                                         {Kind: promotion.Percentage, Config: promotion.Config{PPM: 125_000}},
		"5.00 USD off each piece of 1 products":                                             {Kind: promotion.Fixed, Config: promotion.Config{Amounts: map[money.Currency]int64{"USD": 500}, Each: promotion.EachItem, Target: one}},
		"Free shipping • from 50.00 EUR":                                                    {Kind: promotion.FreeShipping, Config: promotion.Config{MinSubtotal: map[money.Currency]int64{"EUR": 5000}}},
		"Buy 2 of anything, get 1 of 1 products at 100% off":                                {Kind: promotion.BuyXGetY, Config: promotion.Config{Get: promotion.Get{Buy: 2, Quantity: 1, PPM: money.PPM, Target: one}}},
		"1% off the whole order • from 3 pieces • for 1 customers • once for each customer": {Kind: promotion.Percentage, OncePerCustomer: true, Config: promotion.Config{PPM: 10_000, MinQuantity: 3, Customers: []uuid.UUID{{2}}}},
	} {
		if got := (&discount.Discount{Discount: d}).Summary(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
