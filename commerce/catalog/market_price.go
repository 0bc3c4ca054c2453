package catalog

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// The codes of problems with prices in markets, beside those of markets: values of MarketUserErrorCode.
const (
	CodeDuplicate    = "DUPLICATE"
	CodeWrongMoney   = "CURRENCY_MISMATCH"
	CodeOwnCurrency  = "OWN_CURRENCY"
	CodeOutOfRange   = "VALUE_OUTSIDE_RANGE"
	CodeTooManyGiven = "TOO_MANY"
	codeVariantGone  = "VARIANT_NOT_FOUND"
)

// VariantPrice is what a variant costs in one currency, and whether somebody set it or it follows from the price in the
// shop's own currency.
type VariantPrice struct {
	Variant        uuid.UUID
	Price          money.Money
	CompareAtPrice *money.Money
	Derived        bool
}

// OriginType is FIXED or RELATIVE.
func (p *VariantPrice) OriginType() string {
	if p.Derived {
		return "RELATIVE"
	}
	return "FIXED"
}

// Prices reads the prices of variants in all currencies, in the order of their codes.
func (s *Service) Prices(ctx context.Context, variants []uuid.UUID) (map[uuid.UUID][]*VariantPrice, error) {
	list, err := s.store.allPrices(ctx, s.db, variants)
	out := make(map[uuid.UUID][]*VariantPrice, len(variants))
	for _, p := range list {
		out[p.Variant] = append(out[p.Variant], p)
	}
	return out, err
}

// SetPrices fixes prices of variants in a market's currency, all or none: they hold in every market of that currency, and no
// longer follow the price in the shop's own. Paths of problems begin with "prices" or "marketId".
func (s *Service) SetPrices(ctx context.Context, market uuid.UUID, in []VariantPrice) ([]*Variant, fault.Problems, error) {
	ids := make([]uuid.UUID, len(in))
	for i, p := range in {
		ids[i] = p.Variant
	}
	w := pricing{market: market, ids: ids, at: func(i int) []string { return []string{"prices", index(i), "variantId"} }}
	w.change = func(c *checker, v *variantRecord, i int, list priceList, currency money.Currency) {
		p := price{amount: in[i].Price.Amount}
		c.fixed(in[i].Price, currency, "prices", index(i), "price")
		if compare := in[i].CompareAtPrice; compare != nil {
			c.fixed(*compare, currency, "prices", index(i), "compareAtPrice")
			p.compare = amount{compare.Amount, true}
		}
		v.prices[currency] = p
	}
	return s.writePrices(ctx, "product.prices_fixed", w)
}

// DropPrices lets prices of variants in a market's currency follow the price in the shop's own again, all or none. Paths of
// problems begin with "variantIds" or "marketId".
func (s *Service) DropPrices(ctx context.Context, market uuid.UUID, ids []uuid.UUID) ([]*Variant, fault.Problems, error) {
	w := pricing{market: market, ids: ids, at: func(i int) []string { return []string{"variantIds", index(i)} }}
	w.change = func(_ *checker, v *variantRecord, _ int, _ priceList, currency money.Currency) {
		delete(v.prices, currency)
	}
	return s.writePrices(ctx, "product.prices_released", w)
}

func (c *checker) fixed(m money.Money, want money.Currency, field ...string) {
	switch {
	case m.Currency != want:
		c.add(CodeWrongMoney, "Prices in this market are in "+string(want)+".", field...)
	case m.Amount < 0:
		c.add(CodeOutOfRange, "An amount cannot be below zero.", field...)
	}
}

// pricing is a change of prices of variants in one market.
type pricing struct {
	market uuid.UUID
	ids    []uuid.UUID
	at     func(i int) []string // the path to the i-th variant
	change func(c *checker, v *variantRecord, i int, list priceList, currency money.Currency)
}

func (s *Service) writePrices(ctx context.Context, action string, w pricing) (out []*Variant, problems fault.Problems, err error) {
	err = s.retry(ctx, func(tx database.Tx) error {
		out = nil
		if err := s.store.lockRules(ctx, tx, false); err != nil {
			return err
		}
		list, markets, err := s.priceListTx(ctx, tx)
		if err != nil {
			return err
		}
		c := &checker{}
		currency := c.currencyOf(markets, w, list)
		if !c.ok() {
			problems = c.problems
			return errRefused
		}
		edits, err := s.editPrices(ctx, tx, c, w, list, currency)
		if problems = c.problems; err != nil || !c.ok() {
			return cmpErr(err, cmpErr(c.err, errRefused))
		}
		if err := s.saveAll(ctx, tx, edits, list); err != nil {
			return err
		}
		if err := s.notePrices(ctx, tx, action, edits, currency); err != nil {
			return err
		}
		variants, err := s.store.variants(ctx, tx, writersView(ctx, list), s.clock.Now(), w.ids)
		known, err := byID(variants, err, func(v *Variant) uuid.UUID { return v.ID.UUID })
		for _, id := range w.ids {
			out = append(out, known[id])
		}
		return err
	})
	if errors.Is(err, errRefused) {
		return nil, problems, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return out, nil, nil
}

// currencyOf is the currency of the market that is meant, which has prices of its own.
func (c *checker) currencyOf(markets []*shop.Market, w pricing, list priceList) money.Currency {
	i := slices.IndexFunc(markets, func(m *shop.Market) bool { return m.ID == w.market })
	switch {
	case i < 0:
		c.add(shop.CodeNotFound, "There is no such market.", "marketId")
		return ""
	case markets[i].Currency == list.own:
		c.add(CodeOwnCurrency, "This market sells in the shop's own currency: change the price of the variant itself.", "marketId")
	case len(w.ids) > MaxBulk:
		c.add(CodeTooManyGiven, "At most 250 variants are named in one call.", w.at(0)[0])
	}
	return markets[i].Currency
}

// editPrices locks the products of the variants and changes copies of them.
func (s *Service) editPrices(ctx context.Context, tx database.Tx, c *checker, w pricing, list priceList, currency money.Currency) ([]*edited, error) {
	products, err := s.store.productsOfVariants(ctx, tx, w.ids)
	if err != nil {
		return nil, err
	}
	records, err := s.store.recordsByID(ctx, tx, products)
	if err != nil {
		return nil, err
	}
	edits := make([]*edited, len(records))
	known := map[uuid.UUID]*variantRecord{}
	for i, r := range records {
		edits[i] = &edited{before: r, after: r.clone(), saved: &Saved{}}
		for _, v := range edits[i].after.variants {
			known[v.row.id] = v
		}
	}
	seen := map[uuid.UUID]bool{}
	for i, id := range w.ids {
		switch v := known[id]; {
		case v == nil:
			c.add(codeVariantGone, "There is no such variant.", w.at(i)...)
		case seen[id]:
			c.add(CodeDuplicate, "This variant is given twice.", w.at(i)...)
		default:
			w.change(c, v, i, list, currency)
		}
		seen[id] = true
	}
	if !c.ok() {
		return nil, nil
	}
	for _, e := range edits {
		c.settle(e.after, list, w.at(0)[0])
	}
	return edits, nil
}

// notePrices leaves an entry for each product, with what its variants cost before and after.
func (s *Service) notePrices(ctx context.Context, tx database.Tx, action string, edits []*edited, currency money.Currency) error {
	if s.audit == nil {
		return nil
	}
	for _, e := range edits {
		before, after := map[string]any{}, map[string]any{}
		for i, v := range e.after.variants {
			old := e.before.variants[i].prices[currency]
			if now := v.prices[currency]; now != old {
				id := gid.New("ProductVariant", v.row.id).String()
				before[id], after[id] = old.record(currency), now.record(currency)
			}
		}
		if len(after) == 0 {
			continue
		}
		if err := s.audit.Audit(ctx, tx, action, gid.New("Product", e.after.row.id).String(), map[string]any{"before": before, "after": after}); err != nil {
			return err
		}
	}
	return nil
}

// record is a price in the audit trail.
func (p price) record(currency money.Currency) any {
	out := map[string]any{"price": money.New(p.amount, currency).Decimal() + " " + string(currency), "fixed": !p.derived}
	if p.compare.given {
		out["compareAtPrice"] = money.New(p.compare.n, currency).Decimal() + " " + string(currency)
	}
	return out
}
