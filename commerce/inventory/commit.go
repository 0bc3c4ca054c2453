package inventory

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Commitment turns what a ref holds into a sale.
type Commitment struct {
	Ref Ref
	// Lines are what is sold, as they were reserved.
	Lines []Line
	// Order names the sale in the ledger, and makes the commitment idempotent: one sale of an order, ever.
	Order string
	// Reason defaults to [Sale].
	Reason Reason
	// Actor is who caused it: an access label.
	Actor string
}

// settleBy is when the sweep takes out of the stock what whoever sold it has not settled.
const settleBy = 2 * time.Second

// CommitTx sells the lines, ends the ref's promises, and says which location gives what. Lines whose stock is not counted
// have no allocation. Committing the same order again changes nothing and gives the same answer.
//
// What was promised is sold without a look at the levels, which other buyers wait for: it leaves the stock with
// [Service.Settle], to be called once the transaction is committed, or else with the sweep. Until then it stays promised.
//
// A promise whose time ran out before it was committed is made anew; where its units are gone to others by then, CommitTx
// fails with [OutOfStock] and the caller has a payment to give back.
func (s *Service) CommitTx(ctx context.Context, tx database.Tx, c Commitment) ([]Allocation, error) {
	want, err := merge(c.Lines)
	if err != nil {
		return nil, err
	}
	if c.Reason == "" {
		c.Reason = Sale
	}
	held, err := s.held(ctx, tx, c.Ref)
	if err != nil {
		return nil, err
	}
	if c.Order == "" {
		return nil, fault.New(fault.Internal, "inventory: a sale names its order")
	}
	if i := slices.IndexFunc(held, func(p promise) bool { return p.sale == c.Order }); i >= 0 {
		return s.alreadySold(ctx, tx, held, c)
	}
	held = slices.DeleteFunc(held, func(p promise) bool { return p.sale != "" })
	if !meets(allocations(held), want) {
		if want, err = s.tracked(ctx, tx, want); err != nil {
			return nil, err
		}
	}
	switch stands := meets(allocations(held), want); {
	case stands && len(held) == 0:
		return nil, nil
	case stands && c.Reason == Sale && c.Actor == "":
		return allocations(held), s.store.sell(ctx, tx, c.Ref, c.Order, s.clock.Now().Add(settleBy))
	case len(held) == 0:
		if sold, err := s.store.sold(ctx, tx, variantsOf(want, nil), c.Order); err != nil || len(sold) > 0 {
			return sold, err
		}
	}
	return s.sell(ctx, tx, c, want, held)
}

// alreadySold is what an order was given before: some of it may have left the stock.
func (s *Service) alreadySold(ctx context.Context, tx database.Tx, held []promise, c Commitment) ([]Allocation, error) {
	var out []Allocation
	for _, p := range held {
		if p.sale == c.Order {
			out = append(out, p.Allocation)
		}
	}
	left, err := s.store.sold(ctx, tx, variantsOf(c.Lines, nil), c.Order)
	out = append(out, left...)
	slices.SortFunc(out, func(a, b Allocation) int { return a.place().compare(b.place()) })
	return out, err
}

// sell takes lines out of the stock at once, in place of what was promised.
func (s *Service) sell(ctx context.Context, tx database.Tx, c Commitment, want []Line, held []promise) ([]Allocation, error) {
	t, err := s.turn(ctx, tx, want, held)
	if err != nil {
		return nil, err
	}
	sold, err := t.plan(want, held)
	if err != nil {
		return nil, err
	}
	for _, a := range sold {
		t.take(a, c.Reason, c.Order, c.Actor)
	}
	return sold, s.finish(ctx, tx, t)
}

// Settle takes out of the stock what [Service.CommitTx] sold under a ref, in one transaction with all the others who sold
// one of its variants at the time. Settling again changes nothing.
func (s *Service) Settle(ctx context.Context, ref Ref, sold []Allocation) error {
	if len(sold) == 0 {
		return nil
	}
	return s.together(ctx, ask{verb: settling, ref: ref}, variantsOf(nil, sold))
}

// Commit is [Service.CommitTx] in a transaction of its own, and [Service.Settle].
func (s *Service) Commit(ctx context.Context, c Commitment) (sold []Allocation, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
		sold, err = s.CommitTx(ctx, tx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return sold, s.Settle(ctx, c.Ref, sold)
}

// tracked gives the lines whose stock is counted. A variant that is gone counts as such: it cannot be sold.
func (s *Service) tracked(ctx context.Context, tx database.Tx, want []Line) ([]Line, error) {
	variants, err := s.store.facts(ctx, tx, variantsOf(want, nil))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(want), func(l Line) bool {
		f, known := variants[l.VariantID]
		return known && !f.tracked
	}), nil
}

// Returned is units that come back from a sale.
type Returned struct {
	// Lines say what comes back to which location: a part of what the sale's commitment gave. Those without a location, or
	// with one that is not active any more, go to the first one that serves the online shop; variants and locations that
	// are gone are passed over.
	Lines []Allocation
	// Ref names the cancellation or refund in the ledger.
	Ref string
	// Reason defaults to [Return].
	Reason Reason
	// Actor is who caused it: an access label.
	Actor string
}

// RestockTx puts units back on hand. It is not idempotent by itself: call it in the transaction that records why.
func (s *Service) RestockTx(ctx context.Context, tx database.Tx, r Returned) error {
	places, err := s.placesOf(ctx, tx, r.Lines)
	if err != nil || len(places) == 0 {
		return err
	}
	if r.Reason == "" {
		r.Reason = Return
	}
	now := s.clock.Now()
	if err := s.store.ensureLevels(ctx, tx, placesIn(places), now); err != nil {
		return err
	}
	levels, err := s.store.lockLevels(ctx, tx, variantsOf(nil, places))
	if err != nil {
		return err
	}
	deltas := reserve(places, 1)
	for i := range deltas {
		deltas[i].onHand, deltas[i].reserved = deltas[i].reserved, 0
	}
	if err := s.write(ctx, tx, levels, deltas); err != nil {
		return err
	}
	_, err = s.store.record(ctx, tx, levels, moves(deltas, r.Reason, r.Ref, r.Actor), now)
	return err
}

// placesOf keeps the returns that have somewhere to go.
func (s *Service) placesOf(ctx context.Context, tx database.Tx, lines []Allocation) ([]Allocation, error) {
	variants, err := s.store.facts(ctx, tx, variantsOf(nil, lines))
	if err != nil {
		return nil, err
	}
	locations, err := s.store.lockLocations(ctx, tx, "SHARE")
	if err != nil {
		return nil, err
	}
	home := uuid.Nil
	known := make(map[uuid.UUID]bool, len(locations))
	for _, l := range locations {
		known[l.ID.UUID] = l.Active
		if home == uuid.Nil && l.Active && l.FulfillsOnline {
			home = l.ID.UUID
		}
	}
	var out []Allocation
	for _, l := range lines {
		active, there := known[l.LocationID]
		if l.LocationID == uuid.Nil || there && !active {
			l.LocationID, there = home, home != uuid.Nil
		}
		if _, ok := variants[l.VariantID]; ok && there && l.Quantity > 0 {
			out = append(out, l)
		}
	}
	return out, nil
}

// placesIn lists the levels of allocations in the order of locks.
func placesIn(allocations []Allocation) []place {
	out := make([]place, 0, len(allocations))
	for _, a := range allocations {
		out = append(out, place{a.VariantID, a.LocationID})
	}
	slices.SortFunc(out, place.compare)
	return slices.Compact(out)
}
