package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/fault"
)

const ppmPerPercent = money.PPM / 100

// putDiscounts makes the discounts that are not there, by code or, where they have none, by title.
func (f *filling) putDiscounts(ctx context.Context) error {
	automatic, err := f.Discounts.Automatic(ctx)
	if err != nil {
		return err
	}
	for _, d := range f.Shop.Discounts {
		if slices.ContainsFunc(automatic, func(k *discount.Discount) bool { return d.Code == "" && k.Title == d.Title }) {
			continue
		}
		in, err := f.discount(d)
		if err != nil {
			return err
		}
		_, problems, err := f.Discounts.Create(ctx, in)
		if len(problems) > 0 && problems[0].Code == "TAKEN" {
			continue
		}
		if err := refused(d.Title, problems, err); err != nil {
			return err
		}
	}
	return nil
}

func (f *filling) discount(d Discount) (promotion.Discount, error) {
	out := promotion.Discount{Title: d.Title, Method: promotion.Method(d.Method), Code: d.Code, Kind: promotion.Kind(d.Kind), OncePerCustomer: d.OncePerCustomer}
	c := &out.Config
	for _, class := range d.CombinesWith {
		c.Combines.Order = c.Combines.Order || class == string(promotion.OrderClass)
		c.Combines.Product = c.Combines.Product || class == string(promotion.ProductClass)
		c.Combines.Shipping = c.Combines.Shipping || class == string(promotion.ShippingClass)
	}
	if d.Collection != "" {
		id, ok := f.collections[d.Collection]
		if !ok {
			return out, fmt.Errorf("%s: there is no collection %q", d.Title, d.Collection)
		}
		c.Target.Collections = []uuid.UUID{id}
	}
	switch out.Kind {
	case promotion.Percentage:
		c.PPM = int64(d.PercentOff) * ppmPerPercent
	case promotion.BuyXGetY:
		c.Get = promotion.Get{Buy: int64(d.BuyQuantity), Quantity: int64(d.GetQuantity), PPM: int64(d.PercentOff) * ppmPerPercent, Target: c.Target}
	case promotion.Fixed:
		c.Amounts = map[money.Currency]int64{}
		for _, a := range d.AmountOff {
			m, err := a.parse()
			if err != nil {
				return out, err
			}
			c.Amounts[m.Currency] = m.Amount
		}
	}
	return out, nil
}

func (f *filling) putGiftCards(ctx context.Context) error {
	for _, g := range f.Shop.GiftCards {
		amount, err := g.parse()
		if err != nil {
			return err
		}
		if _, _, err := f.Discounts.IssueCard(ctx, discount.Issue{Code: g.Code, Amount: amount, Note: "Demo"}); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}
