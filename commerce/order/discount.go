package order

import (
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/keyset"
)

// AutomaticDiscountApplication is a discount that came by itself. Value is a money.Money or a *[cart.PercentageValue].
type AutomaticDiscountApplication struct {
	AllocationMethod string
	TargetSelection  string
	TargetType       string
	Title            string
	Value            any

	// DiscountID is the offer, which may be gone.
	DiscountID uuid.UUID
}

// DiscountCodeApplication is a discount that came with a code. Value is as in [AutomaticDiscountApplication].
type DiscountCodeApplication struct {
	AllocationMethod string
	Applicable       bool
	Code             string
	TargetSelection  string
	TargetType       string
	Value            any

	DiscountID uuid.UUID
}

// DiscountAllocation is the part of a discount that fell on a line or on shipping. DiscountApplication is an
// *[AutomaticDiscountApplication] or a *[DiscountCodeApplication].
type DiscountAllocation struct {
	AllocatedAmount     money.Money
	DiscountApplication any
}

// DiscountPage gives a page of the order's discounts: values as in [DiscountAllocation]. It reads nothing.
func (o *Order) DiscountPage(args keyset.Args) (keyset.Page[any], error) {
	return keyset.Slice(args, o.discounts, func(a any) uuid.UUID {
		switch a := a.(type) {
		case *DiscountCodeApplication:
			return a.DiscountID
		case *AutomaticDiscountApplication:
			return a.DiscountID
		}
		return uuid.Nil
	})
}

// applied is a discount as an order keeps it; its JSON names are forever.
type applied struct {
	promotion.Application
	Each promotion.Each `json:"each,omitempty"`
}

// appliedOf are a quote's discounts, with how often fixed amounts were taken.
func appliedOf(q *pricing.Quote, each map[uuid.UUID]promotion.Each) []applied {
	out := make([]applied, len(q.Discounts))
	for i, a := range q.Discounts {
		out[i] = applied{a, each[a.DiscountID]}
	}
	return out
}

// share is the part of a discount that one line keeps. It holds the discount too, so that a line is read by itself.
type share struct {
	Discount applied     `json:"discount"`
	Amount   money.Money `json:"amount"`
}

func sharesOf(all []applied, parts []promotion.Allocation) []share {
	out := make([]share, 0, len(parts))
	for _, p := range parts {
		if p.Application >= 0 && p.Application < len(all) {
			out = append(out, share{all[p.Application], p.Amount})
		}
	}
	return out
}

func allocations(shares []share) []*DiscountAllocation {
	out := make([]*DiscountAllocation, len(shares))
	for i, s := range shares {
		out[i] = &DiscountAllocation{AllocatedAmount: s.Amount, DiscountApplication: s.Discount.show()}
	}
	return out
}

// show puts a discount in the words of the storefront API.
func (a applied) show() any {
	method, selection, target := "ACROSS", "ENTITLED", "LINE_ITEM"
	if a.Class == promotion.OrderClass {
		selection = "ALL"
	}
	var value any = &cart.PercentageValue{Percentage: float64(a.PPM) / (money.PPM / 100)}
	switch a.Kind {
	case promotion.Fixed:
		value = a.Amount
		if a.Each == promotion.EachItem || a.Each == promotion.EachLine {
			method = "EACH"
		}
	case promotion.BuyXGetY:
		method = "EACH"
	case promotion.FreeShipping:
		target, selection, value = "SHIPPING_LINE", "ALL", &cart.PercentageValue{Percentage: 100}
	}
	if a.Method == promotion.Code {
		return &DiscountCodeApplication{AllocationMethod: method, Applicable: true, Code: a.Code, TargetSelection: selection, TargetType: target, Value: value, DiscountID: a.DiscountID}
	}
	return &AutomaticDiscountApplication{AllocationMethod: method, TargetSelection: selection, TargetType: target, Title: a.Title, Value: value, DiscountID: a.DiscountID}
}
