package shop

import (
	"context"
	"slices"

	"github.com/rialtohq/rialto/commerce/money"
)

// Buyer is for whom a request is answered: prices, tax and texts follow from it.
type Buyer struct {
	Country  string
	Language string
	Currency money.Currency
	// TaxIncluded says that prices shown to this buyer include tax.
	TaxIncluded bool
	Market      *Market
}

type buyerKey struct{}

// WithBuyer gives a context that is answered for a buyer.
func WithBuyer(ctx context.Context, b Buyer) context.Context {
	return context.WithValue(ctx, buyerKey{}, b)
}

// BuyerFrom is the buyer of a context; the zero value where none was set.
func BuyerFrom(ctx context.Context) Buyer {
	b, _ := ctx.Value(buyerKey{}).(Buyer)
	return b
}

// Buyer finds the market for a country and language. Either may be empty. A country that the shop does not sell to
// falls back to the shop's own, a language that the market does not speak to the shop's.
func (s *Service) Buyer(ctx context.Context, country, language string) (Buyer, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return Buyer{}, err
	}
	return choose(snap.shop, snap.open, country, language), nil
}

func choose(shop *Shop, markets []*Market, country, language string) Buyer {
	b := Buyer{Country: shop.Country, Language: shop.Language, Currency: shop.Currency}
	market := marketOf(markets, country)
	if market != nil {
		b.Country = country
	} else if market = marketOf(markets, shop.Country); market == nil && len(markets) > 0 {
		market = markets[0]
		if len(market.Countries) > 0 {
			b.Country = market.Countries[0]
		}
	}
	if market != nil {
		b.Market, b.Currency, b.TaxIncluded = market, market.Currency, market.TaxIncluded
		if slices.Contains(market.Languages, language) {
			b.Language = language
		}
	}
	return b
}

func marketOf(markets []*Market, country string) *Market {
	for _, m := range markets {
		if slices.Contains(m.Countries, country) {
			return m
		}
	}
	return nil
}
