package graph

import (
	"context"
	"strconv"

	"github.com/google/uuid"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func newMarket(in model.MarketCreateInput) shop.MarketInput {
	out := shop.MarketInput{
		Name: &in.Name, Handle: in.Handle, Enabled: in.Enabled, Countries: regionCodes(in.Regions), Languages: in.Languages, TaxIncluded: in.TaxesIncluded,
	}
	out.Currency, out.Rate = marketCurrency(in.CurrencySettings)
	return out
}

func changedMarket(in model.MarketUpdateInput) shop.MarketInput {
	out := shop.MarketInput{
		Name: in.Name, Handle: in.Handle, Enabled: in.Enabled, Countries: regionCodes(in.Regions), Languages: in.Languages, TaxIncluded: in.TaxesIncluded,
		IfRevision: in.IfRevision,
	}
	out.Currency, out.Rate = marketCurrency(in.CurrencySettings)
	return out
}

// regionCodes are the countries of a list; nil where it was left out.
func regionCodes(in []*model.MarketRegionCreateInput) []string {
	if in == nil {
		return nil
	}
	out := make([]string, len(in))
	for i, r := range in {
		out[i] = r.CountryCode
	}
	return out
}

func marketCurrency(in *model.MarketCurrencySettingsUpdateInput) (*money.Currency, *string) {
	if in == nil {
		return nil, nil
	}
	return in.BaseCurrency, in.BaseCurrencyManualRate
}

func marketErrors(list fault.Problems) []*model.MarketUserError {
	return problems[model.MarketUserError](coded("MarketUserErrorCode", list))
}

func (r *Resolver) currencySettings(ctx context.Context, m *shop.Market) (*model.MarketCurrencySettings, error) {
	own, err := r.Shops.Current(ctx)
	if err != nil {
		return nil, err
	}
	out := &model.MarketCurrencySettings{BaseCurrency: &model.CurrencySetting{CurrencyCode: m.Currency, CurrencyName: m.Currency.Name()}}
	if m.Currency != own.Currency {
		out.BaseCurrencyManualRate = &m.Rate
	}
	return out, nil
}

// countryName is a country's name in English; its code where it has none.
func countryName(code string) string {
	if region, err := language.ParseRegion(code); err == nil {
		return display.English.Regions().Name(region)
	}
	return code
}

func regionConnection(ctx context.Context, args keyset.Args, m *shop.Market) (*model.MarketRegionConnection, error) {
	p, err := keyset.Slice(args, m.Regions(), func(r *shop.Region) uuid.UUID { return r.ID.UUID })
	if err != nil {
		return nil, err
	}
	return &model.MarketRegionConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *shop.Region) model.MarketRegionEdge {
		return model.MarketRegionEdge{Cursor: c, Node: n}
	})}, nil
}

func marketConnection(ctx context.Context, p keyset.Page[*shop.Market]) *model.MarketConnection {
	return &model.MarketConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *shop.Market) model.MarketEdge {
		return model.MarketEdge{Cursor: c, Node: n}
	})}
}

// setPrices fixes prices in a market, unless the form of the input is wrong.
func (r *Resolver) setPrices(ctx context.Context, market gid.ID, in []*model.VariantPriceInput) ([]*catalog.Variant, fault.Problems, error) {
	if len(in) > catalog.MaxBulk {
		return nil, fault.Problems{{Field: []string{"prices"}, Code: catalog.CodeTooManyGiven, Message: "At most 250 prices are written in one call."}}, nil
	}
	form := &intake{ctx: ctx}
	list := make([]catalog.VariantPrice, len(in))
	for i, p := range in {
		at := func(field string) []string { return []string{"prices", strconv.Itoa(i), field} }
		list[i] = catalog.VariantPrice{Variant: uuidOf(p.VariantID, "ProductVariant"), CompareAtPrice: form.money(p.CompareAtPrice, at("compareAtPrice")...)}
		if price := form.money(p.Price, at("price")...); price != nil {
			list[i].Price = *price
		}
	}
	if len(form.problems) > 0 {
		return nil, form.problems, nil
	}
	found, ps, err := r.Catalog.SetPrices(ctx, uuidOf(market, shop.MarketType), list)
	return loader.Together(ctx, found, variantID), ps, err
}

// dropPrices lets prices in a market follow the shop's own again.
func (r *Resolver) dropPrices(ctx context.Context, market gid.ID, variants []*gid.ID) ([]*catalog.Variant, fault.Problems, error) {
	found, ps, err := r.Catalog.DropPrices(ctx, uuidOf(market, shop.MarketType), uuidsOf(variants, "ProductVariant"))
	return loader.Together(ctx, found, variantID), ps, err
}
