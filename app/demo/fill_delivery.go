package demo

import (
	"context"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
)

// putDelivery writes where the shop delivers, at what price, and what tax is due there.
func (f *filling) putDelivery(ctx context.Context) error {
	zones := make([]shipping.Zone, 0, len(f.Shop.ShippingZones))
	for _, z := range f.Shop.ShippingZones {
		zone := shipping.Zone{Name: z.Name, Countries: z.Countries}
		for _, r := range z.Rates {
			for _, p := range r.Prices {
				rate, err := r.in(p)
				if err != nil {
					return err
				}
				zone.Rates = append(zone.Rates, rate)
			}
		}
		zones = append(zones, zone)
	}
	if err := f.Delivery.PutZones(ctx, zones); err != nil {
		return err
	}
	taxes := make([]tax.Rate, 0, len(f.Shop.TaxRates))
	for _, r := range f.Shop.TaxRates {
		taxes = append(taxes, tax.Rate{Country: r.Country, Province: r.Province, Name: r.Name, PPM: r.RatePPM, ShippingTaxable: r.ShippingTaxable})
	}
	return f.Delivery.PutTaxes(ctx, taxes)
}

// in is the rate in the currency of one of its prices.
func (r *ShippingRate) in(p ShippingPrice) (shipping.Rate, error) {
	price, err := p.parse()
	if err != nil {
		return shipping.Rate{}, err
	}
	rate := shipping.Rate{Handle: r.Handle, Title: r.Title, Description: r.Description, Price: price, MinDays: r.MinDays, MaxDays: r.MaxDays}
	if p.MinSubtotal != "" {
		least, err := Money{Currency: p.Currency, Amount: p.MinSubtotal}.parse()
		if err != nil {
			return shipping.Rate{}, err
		}
		rate.MinSubtotal = &least.Amount
	}
	return rate, nil
}

func (m Money) parse() (money.Money, error) { return money.Parse(m.Amount, money.Currency(m.Currency)) }
