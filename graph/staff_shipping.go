package graph

import (
	"context"
	"errors"
	"strconv"

	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// createZone adds a zone, unless the form of the input is wrong.
func (r *Resolver) createZone(ctx context.Context, in model.ShippingZoneCreateInput) (*delivery.Zone, fault.Problems, error) {
	form := &intake{ctx: ctx}
	zone := delivery.ZoneInput{Name: &in.Name, Countries: in.Countries, Provinces: in.Provinces, RestOfWorld: in.RestOfWorld, Rates: form.rates(in.Rates)}
	if len(form.problems) > 0 {
		return nil, form.problems, nil
	}
	return r.Delivery.CreateZone(ctx, zone)
}

// updateZone changes a zone, unless the form of the input is wrong.
func (r *Resolver) updateZone(ctx context.Context, id gid.ID, in model.ShippingZoneUpdateInput) (*delivery.Zone, fault.Problems, error) {
	form := &intake{ctx: ctx}
	zone := delivery.ZoneInput{
		Name: in.Name, Countries: in.Countries, Provinces: in.Provinces, RestOfWorld: in.RestOfWorld, Rates: form.rates(in.Rates), IfRevision: in.IfRevision,
	}
	if len(form.problems) > 0 {
		return nil, form.problems, nil
	}
	return r.Delivery.UpdateZone(ctx, uuidOf(id, delivery.ZoneType), zone)
}

// rates reads the rates of a zone; nil where they were left out.
func (in *intake) rates(list []*model.ShippingRateInput) []shipping.Rate {
	if list == nil {
		return nil
	}
	out := make([]shipping.Rate, len(list))
	for i, r := range list {
		at := func(field string) []string { return []string{"input", "rates", strconv.Itoa(i), field} }
		out[i] = shipping.Rate{
			Handle: text(r.Handle), Title: r.Title, Description: text(r.Description), MinGrams: widened(r.MinimumGrams), MaxGrams: widened(r.MaximumGrams),
		}
		if price := in.money(r.Price, at("price")...); price != nil {
			out[i].Price = *price
		}
		out[i].MinSubtotal = in.minor(r.MinimumSubtotal, r.Price.CurrencyCode, at("minimumSubtotal")...)
		out[i].MaxSubtotal = in.minor(r.MaximumSubtotal, r.Price.CurrencyCode, at("maximumSubtotal")...)
		if r.MinimumDays != nil {
			out[i].MinDays = *r.MinimumDays
		}
		if r.MaximumDays != nil {
			out[i].MaxDays = *r.MaximumDays
		}
	}
	return out
}

// minor reads an amount in a currency as minor units; nil where none is given, or where it is not one.
func (in *intake) minor(amount *string, currency money.Currency, field ...string) *int64 {
	if amount == nil {
		return nil
	}
	m := in.money(&model.MoneyInput{Amount: *amount, CurrencyCode: currency}, field...)
	if m == nil {
		return nil
	}
	return &m.Amount
}

func widened(n *int) *int64 {
	if n == nil {
		return nil
	}
	wide := int64(*n)
	return &wide
}

// narrow is a number as the wire has it; nil for none.
func narrow(n *int64) *int {
	if n == nil {
		return nil
	}
	small := int(*n)
	return &small
}

// days are a promise in days; nil where nothing is promised.
func days(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// bound is a bound of what goods cost; nil for none.
func bound(r *shipping.Rate, amount *int64) *money.Money {
	if amount == nil {
		return nil
	}
	m := money.New(*amount, r.Price.Currency)
	return &m
}

// setTax sets a tax, unless its rate is none.
func (r *Resolver) setTax(ctx context.Context, in model.TaxRateInput) (*delivery.TaxRate, fault.Problems, error) {
	ppm, err := money.ParsePercent(in.RatePercentage)
	switch {
	case errors.Is(err, money.ErrPrecision):
		return nil, fault.Problems{{Code: delivery.CodeInvalid, Message: "A rate has four fraction digits at most.", Field: []string{"input", "ratePercentage"}}}, nil
	case err != nil: // of the person who typed it
		return nil, fault.Problems{{Code: delivery.CodeRange, Message: "A rate is a percentage such as \"19\", between 0 and 100.", Field: []string{"input", "ratePercentage"}}}, nil //nolint:nilerr // what is wrong with the text is said
	}
	rate := tax.Rate{Country: in.CountryCode, Province: text(in.ProvinceCode), Name: in.Name, PPM: ppm, ShippingTaxable: in.ShippingTaxable == nil || *in.ShippingTaxable}
	return r.Delivery.SetTax(ctx, rate, in.IfRevision)
}

func zoneErrors(list fault.Problems) []*model.ShippingZoneUserError {
	return problems[model.ShippingZoneUserError](coded("ShippingZoneUserErrorCode", list))
}

func taxErrors(list fault.Problems) []*model.TaxRateUserError {
	return problems[model.TaxRateUserError](coded("TaxRateUserErrorCode", list))
}

func zoneConnection(ctx context.Context, p keyset.Page[*delivery.Zone]) *model.ShippingZoneConnection {
	return &model.ShippingZoneConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *delivery.Zone) model.ShippingZoneEdge {
		return model.ShippingZoneEdge{Cursor: c, Node: n}
	})}
}

func taxConnection(ctx context.Context, p keyset.Page[*delivery.TaxRate]) *model.TaxRateConnection {
	return &model.TaxRateConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *delivery.TaxRate) model.TaxRateEdge {
		return model.TaxRateEdge{Cursor: c, Node: n}
	})}
}
