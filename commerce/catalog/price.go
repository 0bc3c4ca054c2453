package catalog

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
)

// priceList is the currencies that a shop has prices in: its own, and those of its markets with their rates, whether a
// market is switched on or not.
type priceList struct {
	own   money.Currency
	rates map[money.Currency]string // of every currency but the shop's own
}

// priceList of the context's shop. Where two markets share a currency, the first one's rate counts.
func (s *Service) priceList(ctx context.Context) (priceList, error) {
	current, err := s.shops.Current(ctx)
	if err != nil {
		return priceList{}, err
	}
	markets, err := s.shops.KnownMarkets(ctx)
	if err != nil {
		return priceList{}, err
	}
	return listOfPrices(current, markets), nil
}

// priceListTx is the price list as a transaction sees it, where one of a moment ago will not do.
func (s *Service) priceListTx(ctx context.Context, tx database.Tx) (priceList, []*shop.Market, error) {
	current, err := s.shops.Current(ctx)
	if err != nil {
		return priceList{}, nil, err
	}
	markets, err := s.shops.MarketsTx(ctx, tx)
	return listOfPrices(current, markets), markets, err
}

func listOfPrices(current *shop.Shop, markets []*shop.Market) priceList {
	list := priceList{own: current.Currency, rates: map[money.Currency]string{}}
	for _, m := range markets {
		if _, seen := list.rates[m.Currency]; !seen && m.Currency != list.own {
			list.rates[m.Currency] = m.Rate
		}
	}
	return list
}

func (l priceList) has(c money.Currency) bool {
	_, ok := l.rates[c]
	return ok || c == l.own
}

// complete derives the prices that nobody named from the one in the shop's currency, and drops those of currencies that
// the shop has left. Fails with [money.ErrOverflow] or [money.ErrRate].
func (l priceList) complete(prices map[money.Currency]price) error {
	for _, c := range slices.Collect(maps.Keys(prices)) {
		if !l.has(c) {
			delete(prices, c)
		}
	}
	base := prices[l.own]
	for c, rate := range l.rates {
		if p, ok := prices[c]; ok && !p.derived {
			continue
		}
		p, err := l.derive(base, c, rate)
		if err != nil {
			return err
		}
		prices[c] = p
	}
	return nil
}

func (l priceList) derive(base price, c money.Currency, rate string) (price, error) {
	m, err := money.Convert(money.New(base.amount, l.own), c, rate)
	if err != nil {
		return price{}, err
	}
	p := price{amount: m.Amount, derived: true}
	if base.compare.given {
		m, err := money.Convert(money.New(base.compare.n, l.own), c, rate)
		if err != nil {
			return price{}, err
		}
		p.compare = amount{m.Amount, true}
	}
	return p, nil
}

// tooHigh reports whether prices failed because one is out of range, which is the caller's doing and not ours.
func tooHigh(err error) bool { return errors.Is(err, money.ErrOverflow) }
