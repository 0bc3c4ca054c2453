package shop

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
	"github.com/rialtohq/rialto/platform/revision"
)

// MarketType is the type of a market in its global id.
const MarketType = "Market"

// EventMarketsChanged says that the shop sells in other currencies than before, or at other rates.
const EventMarketsChanged = "shop.markets_changed"

// MarketsEvent goes with [EventMarketsChanged]. Whoever hears of it reads the markets anew.
type MarketsEvent struct {
	MarketID uuid.UUID `json:"market_id"`
}

// NodeID is the market's global id.
func (m *Market) NodeID() gid.ID { return gid.New(MarketType, m.ID) }

// Revision changes with every write of the market.
func (m *Market) Revision() *string {
	r := revision.Of(m.UpdatedAt)
	return &r
}

// MarketInput is a new market, or changes to one: what is nil stays as it is, or has its usual value when new.
type MarketInput struct {
	Name    *string
	Handle  *string // made from the name of a new market where nil
	Enabled *bool
	// Countries are all the market's countries, Languages all that it speaks, the first one to begin with.
	Countries, Languages []string
	Currency             *money.Currency
	// Rate is as in [Market]. It is one for all markets of a currency: setting it here sets it there.
	Rate        *string
	TaxIncluded *bool
	IfRevision  *string
}

// change is what a verb does to the shop's markets.
type change struct {
	before, after *Market // before is nil of a new market, after of a deleted one
}

// CreateMarket adds a market, after all others. Paths of problems begin with "input".
func (s *Service) CreateMarket(ctx context.Context, in MarketInput) (*Market, fault.Problems, error) {
	return s.writeMarket(ctx, "market.created", func(own *Shop, all []*Market) (change, fault.Problems) {
		c := &checker{own: own, all: all}
		if len(all) >= maxMarkets {
			c.add(CodeTooMany, "A shop has at most 250 markets.", "input")
		}
		m := &Market{ID: uuid.Must(uuid.NewV7()), Enabled: true, Currency: own.Currency, Languages: []string{own.Language}}
		for _, other := range all {
			m.Position = max(m.Position, other.Position+1)
		}
		c.take(m, nil, in)
		return change{after: m}, c.problems
	})
}

// UpdateMarket changes a market. Problems are as with [Service.CreateMarket]; of a market that is not there, the path is "id".
func (s *Service) UpdateMarket(ctx context.Context, id uuid.UUID, in MarketInput) (*Market, fault.Problems, error) {
	return s.writeMarket(ctx, "market.updated", func(own *Shop, all []*Market) (change, fault.Problems) {
		c := &checker{own: own, all: all}
		before := c.find(id)
		if before == nil {
			return change{}, c.problems
		}
		if stale := revision.Problems(in.IfRevision, before.UpdatedAt, "input", "ifRevision"); stale != nil {
			return change{}, stale
		}
		m := *before
		c.take(&m, before, in)
		return change{before, &m}, c.problems
	})
}

// DeleteMarket deletes a market, and with the last one of a currency the prices in it. Buyers of its countries are answered
// for the primary market then, which itself cannot be deleted.
func (s *Service) DeleteMarket(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	_, problems, err := s.writeMarket(ctx, "market.deleted", func(own *Shop, all []*Market) (change, fault.Problems) {
		c := &checker{own: own, all: all}
		m := c.find(id)
		if m != nil && m.Primary {
			c.add(CodePrimary, "The primary market cannot be deleted.", "id")
		}
		return change{before: m}, c.problems
	})
	return problems, err
}

// writeMarket lets plan choose a change with the shop's markets locked, and makes it.
func (s *Service) writeMarket(ctx context.Context, action string, plan func(own *Shop, all []*Market) (change, fault.Problems)) (*Market, fault.Problems, error) {
	own, err := s.Current(ctx)
	if err != nil {
		return nil, nil, err
	}
	var c change
	var problems fault.Problems
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		all, err := s.lockMarkets(ctx, tx)
		if err != nil {
			return err
		}
		if c, problems = plan(own, all); len(problems) > 0 {
			return nil
		}
		tx.AfterCommit(func() { s.forget(own.ID.UUID) })
		return s.makeChange(ctx, tx, own, all, c, action)
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return c.after, nil, nil
}

// makeChange writes a change with its event and its entry in the audit trail.
func (s *Service) makeChange(ctx context.Context, tx database.Tx, own *Shop, all []*Market, c change, action string) error {
	now := s.clock.Now()
	rates := ratesOf(own, all)
	rest := slices.DeleteFunc(slices.Clone(all), func(m *Market) bool { return c.before != nil && m.ID == c.before.ID })
	on := c.before
	if c.after != nil {
		on = c.after
		c.after.UpdatedAt = now
		if c.before != nil {
			c.after.UpdatedAt = revision.Next(now, c.before.UpdatedAt)
		} else {
			c.after.CreatedAt = now
		}
		rest = append([]*Market{c.after}, rest...)
	}
	if err := s.saveMarket(ctx, tx, c); err != nil {
		return err
	}
	for i, m := range rest {
		if c.after == nil || m.ID == c.after.ID || m.Currency != c.after.Currency || m.Rate == c.after.Rate {
			continue
		}
		along := *m // its currency has one rate
		along.Rate, along.UpdatedAt = c.after.Rate, revision.Next(now, m.UpdatedAt)
		if err := s.saveRate(ctx, tx, &along); err != nil {
			return err
		}
		rest[i] = &along
	}
	if s.audit != nil {
		data := map[string]any{"before": c.before.record(), "after": c.after.record()}
		if err := s.audit.Audit(ctx, tx, action, on.NodeID().String(), data); err != nil {
			return err
		}
	}
	if s.events == nil || sameRates(rates, ratesOf(own, rest)) {
		return nil
	}
	return s.events.AppendTx(ctx, tx, EventMarketsChanged, MarketsEvent{on.ID})
}

// ratesOf are the currencies of markets with their rates, the first market's of each; the shop's own aside.
func ratesOf(own *Shop, markets []*Market) map[money.Currency]string {
	rates := map[money.Currency]string{}
	for _, m := range markets {
		if _, seen := rates[m.Currency]; !seen && m.Currency != own.Currency {
			rates[m.Currency] = m.Rate
		}
	}
	return rates
}

func sameRates(a, b map[money.Currency]string) bool {
	if len(a) != len(b) {
		return false
	}
	for c, rate := range a {
		if b[c] != rate {
			return false
		}
	}
	return true
}

// record is a market in the audit trail; nil where there is none.
func (m *Market) record() any {
	if m == nil {
		return nil
	}
	return map[string]any{
		"name": m.Name, "handle": m.Handle, "enabled": m.Enabled, "countries": m.Countries, "languages": m.Languages,
		"currency": m.Currency, "rate": m.Rate, "taxesIncluded": m.TaxIncluded,
	}
}

// AllMarkets are the shop's markets as they are now, those that are switched off too; the first is the primary one.
func (s *Service) AllMarkets(ctx context.Context) ([]*Market, error) { return s.markets(ctx, s.db) }

// MarketsTx is [Service.AllMarkets] as a transaction sees them.
func (s *Service) MarketsTx(ctx context.Context, tx database.Tx) ([]*Market, error) {
	return s.markets(ctx, tx)
}

// MarketsByID finds markets among [Service.AllMarkets], for who may read or change settings; for others there are none.
func (s *Service) MarketsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Market, error) {
	out := map[uuid.UUID]*Market{}
	if a := access.From(ctx); !a.Can(access.ShopRead) && !a.Can(access.ShopWrite) {
		return out, nil
	}
	all, err := s.AllMarkets(ctx)
	for _, m := range all {
		if slices.Contains(ids, m.ID) {
			out[m.ID] = m
		}
	}
	return out, err
}

// MarketPage is a page of [Service.AllMarkets].
func (s *Service) MarketPage(ctx context.Context, args keyset.Args) (keyset.Page[*Market], error) {
	all, err := s.AllMarkets(ctx)
	if err != nil {
		return keyset.Page[*Market]{}, err
	}
	return keyset.Slice(args, all, func(m *Market) uuid.UUID { return m.ID })
}

// Region is a country of a market.
type Region struct {
	ID   gid.ID
	Code string
}

// Regions are the market's countries, in order of their codes.
func (m *Market) Regions() []*Region {
	out := make([]*Region, len(m.Countries))
	for i, code := range m.Countries {
		out[i] = &Region{ID: gid.New("MarketRegionCountry", uuid.NewSHA1(m.ID, []byte(code))), Code: code}
	}
	return out
}
