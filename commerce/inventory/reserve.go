package inventory

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Reserve promises every line to ref until a moment, or none. Fails with [OutOfStock], which names the lines that fall
// short. Lines of the same variant are added up; a variant whose stock is not counted is always met.
//
// Reserving again under the same ref replaces what it holds: the same lines only move the moment, other lines are
// weighed as if ref held nothing, and when they fall short ref keeps what it had.
func (s *Service) Reserve(ctx context.Context, ref Ref, lines []Line, until time.Time) error {
	return s.db.InTx(ctx, func(tx database.Tx) error { return s.ReserveTx(ctx, tx, ref, lines, until) })
}

// ReserveTx is [Service.Reserve] in the caller's transaction.
func (s *Service) ReserveTx(ctx context.Context, tx database.Tx, ref Ref, lines []Line, until time.Time) error {
	want, err := merge(lines)
	if err != nil {
		return err
	}
	held, err := s.hold(ctx, tx, ref)
	if err != nil {
		return err
	}
	if meets(held, want) {
		return s.store.expire(ctx, tx, ref, until)
	}
	_, err = s.promise(ctx, tx, ref, held, want, until)
	return err
}

// hold makes the verbs of a ref take turns and reads what it holds, locked against the sweeper.
func (s *Service) hold(ctx context.Context, tx database.Tx, ref Ref) ([]Allocation, error) {
	if ref == "" || len(ref) > 200 {
		return nil, fault.New(fault.Internal, "inventory: a ref has 1 to 200 bytes")
	}
	if err := s.store.lockRef(ctx, tx, ref); err != nil {
		return nil, err
	}
	return s.store.holds(ctx, tx, ref)
}

// promise replaces what ref holds by a plan for the lines, and gives the plan.
func (s *Service) promise(ctx context.Context, tx database.Tx, ref Ref, held []Allocation, want []Line, until time.Time) ([]Allocation, error) {
	variants, err := s.store.facts(ctx, tx, variantsOf(want, nil))
	if err != nil {
		return nil, err
	}
	if err := s.stock(ctx, tx, variants); err != nil {
		return nil, err
	}
	levels, err := s.store.lockLevels(ctx, tx, variantsOf(want, held))
	if err != nil {
		return nil, err
	}
	plan, short := allocate(variants, apply(levels, reserve(nil, held)), want)
	if len(short) > 0 {
		return nil, OutOfStock{Lines: short}
	}
	if err := s.write(ctx, tx, levels, reserve(plan, held)); err != nil {
		return nil, err
	}
	return plan, s.store.replaceHolds(ctx, tx, ref, len(held) > 0, plan, until, s.clock.Now())
}

// stock gives a level to variants that may be oversold and lie nowhere yet: a promise needs a place to be owed from.
func (s *Service) stock(ctx context.Context, tx database.Tx, variants map[uuid.UUID]facts) error {
	var missing []uuid.UUID
	for id, f := range variants {
		if f.tracked && f.oversell && !f.stocked {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	locations, err := s.store.locations(ctx, tx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(locations, func(l Location) bool { return l.Active && l.FulfillsOnline })
	if i < 0 {
		return nil
	}
	places := make([]place, 0, len(missing))
	for _, id := range missing {
		places = append(places, place{id, locations[i].ID.UUID})
	}
	return s.store.ensureLevels(ctx, tx, places, s.clock.Now())
}

// write changes locked levels, and tells which variants went out of stock or came back. The levels must be all those of
// the variants concerned.
func (s *Service) write(ctx context.Context, tx database.Tx, levels []level, deltas []delta) error {
	if len(deltas) == 0 {
		return nil
	}
	if err := s.store.change(ctx, tx, deltas, s.clock.Now()); err != nil {
		return err
	}
	crossed := crossings(levels, apply(levels, deltas))
	if len(crossed) == 0 || s.events == nil {
		return nil
	}
	return s.events.AppendTx(ctx, tx, ChangedSubject, Changed{Variants: crossed})
}

// Extend moves the end of what ref holds to until, never back. It reports whether ref holds anything: where it does not
// (its time ran out, or nothing it asked for is counted), [Service.Reserve] says which.
func (s *Service) Extend(ctx context.Context, ref Ref, until time.Time) (held bool, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
		held, err = s.ExtendTx(ctx, tx, ref, until)
		return err
	})
	return held, err
}

// ExtendTx is [Service.Extend] in the caller's transaction.
func (s *Service) ExtendTx(ctx context.Context, tx database.Tx, ref Ref, until time.Time) (held bool, err error) {
	return s.store.extend(ctx, tx, ref, until)
}

// Release gives back whatever ref holds. Releasing again changes nothing.
func (s *Service) Release(ctx context.Context, ref Ref) error {
	return s.db.InTx(ctx, func(tx database.Tx) error { return s.ReleaseTx(ctx, tx, ref) })
}

// ReleaseTx is [Service.Release] in the caller's transaction.
func (s *Service) ReleaseTx(ctx context.Context, tx database.Tx, ref Ref) error {
	held, err := s.hold(ctx, tx, ref)
	if err != nil || len(held) == 0 {
		return err
	}
	if err := s.giveBack(ctx, tx, held); err != nil {
		return err
	}
	return s.store.replaceHolds(ctx, tx, ref, true, nil, time.Time{}, time.Time{})
}

func (s *Service) giveBack(ctx context.Context, tx database.Tx, held []Allocation) error {
	levels, err := s.store.lockLevels(ctx, tx, variantsOf(nil, held))
	if err != nil {
		return err
	}
	return s.write(ctx, tx, levels, reserve(nil, held))
}

// ReleaseExpired gives back promises whose time ran out, at most limit of them, in all shops, and counts them. Any number
// of replicas may sweep at once: each takes promises that no other is busy with.
func (s *Service) ReleaseExpired(ctx context.Context, limit int) (released int, err error) {
	now := s.clock.Now()
	shops, err := s.store.shopsDue(database.AllShops(ctx), s.db, now)
	if err != nil {
		return 0, err
	}
	for _, shop := range shops {
		if released >= limit {
			break
		}
		n := 0
		shopCtx := database.WithShop(ctx, shop)
		err := s.db.InTx(shopCtx, func(tx database.Tx) (err error) {
			n, err = s.releaseExpired(shopCtx, tx, now, limit-released)
			return err
		})
		if err != nil {
			return released, err
		}
		released += n
	}
	return released, nil
}

func (s *Service) releaseExpired(ctx context.Context, tx database.Tx, now time.Time, limit int) (int, error) {
	ids, held, err := s.store.expired(ctx, tx, now, limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if err := s.giveBack(ctx, tx, held); err != nil {
		return 0, err
	}
	return len(ids), s.store.dropHolds(ctx, tx, ids)
}

// variantsOf lists the variants of lines and allocations once each, in order.
func variantsOf(lines []Line, allocations []Allocation) []uuid.UUID {
	out := make([]uuid.UUID, 0, len(lines)+len(allocations))
	for _, l := range lines {
		out = append(out, l.VariantID)
	}
	for _, a := range allocations {
		out = append(out, a.VariantID)
	}
	slices.SortFunc(out, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(out)
}
