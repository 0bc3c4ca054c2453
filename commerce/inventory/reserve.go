package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
//
// All who ask for a variant at the same time are answered in one transaction. A caller that gives up meanwhile does not know
// whether it holds anything: what it holds runs out.
func (s *Service) Reserve(ctx context.Context, ref Ref, lines []Line, until time.Time) error {
	want, err := merge(lines)
	if err != nil {
		return err
	}
	return s.together(ctx, ask{verb: promising, ref: ref, want: want, until: until}, variantsOf(want, nil))
}

// ReserveTx is [Service.Reserve] in the caller's transaction: it has the rows of its variants until that ends.
func (s *Service) ReserveTx(ctx context.Context, tx database.Tx, ref Ref, lines []Line, until time.Time) error {
	want, err := merge(lines)
	if err != nil {
		return err
	}
	return s.answerOneTx(ctx, tx, ask{verb: promising, ref: ref, want: want, until: until})
}

func (s *Service) answerOneTx(ctx context.Context, tx database.Tx, a ask) error {
	errs, err := s.answerTx(ctx, tx, []ask{a})
	if err != nil {
		return err
	}
	return errs[0]
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
	slices.SortFunc(places, place.compare)
	return s.store.ensureLevels(ctx, tx, places, s.clock.Now())
}

// write changes locked levels, and tells which variants went out of stock or came back. The levels must be all those of
// the variants concerned.
func (s *Service) write(ctx context.Context, tx database.Tx, levels []level, deltas []delta) error {
	if len(deltas) == 0 {
		return nil
	}
	for _, d := range deltas {
		if !slices.ContainsFunc(levels, func(l level) bool { return l.place == d.place }) {
			return fault.New(fault.Internal, "inventory: there is no level of %s at %s", d.variant, d.location)
		}
	}
	if err := s.store.change(ctx, tx, levels, deltas, s.clock.Now()); err != nil {
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

// TakeOverTx gives what one ref holds to another one, until a moment, in the caller's transaction, and reports whether it held
// anything: a promise that was made to whoever came first becomes that of the one who goes on.
func (s *Service) TakeOverTx(ctx context.Context, tx database.Tx, from, to Ref, until time.Time) (held bool, err error) {
	if err := errors.Join(from.check(), to.check()); err != nil {
		return false, err
	}
	return s.store.takeOver(ctx, tx, from, to, until)
}

// Release gives back whatever ref holds. Releasing again changes nothing.
func (s *Service) Release(ctx context.Context, ref Ref) error {
	return s.together(ctx, ask{verb: releasing, ref: ref}, nil)
}

// ReleaseTx is [Service.Release] in the caller's transaction.
func (s *Service) ReleaseTx(ctx context.Context, tx database.Tx, ref Ref) error {
	return s.answerOneTx(ctx, tx, ask{verb: releasing, ref: ref})
}

// Sweep gives back promises whose time ran out, and takes out of the stock what was sold and not settled, at most limit of
// them, in all shops, and counts them. Any number of replicas may sweep at once: each takes promises that no other is busy
// with.
func (s *Service) Sweep(ctx context.Context, limit int) (swept int, err error) {
	now := s.clock.Now()
	shops, err := s.store.shopsDue(database.AllShops(ctx), s.db, now)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, shop := range shops {
		for _, moment := range []string{"settle_at", "expires_at"} {
			if swept >= limit {
				break
			}
			n := 0
			shopCtx := database.WithShop(ctx, shop)
			err := s.db.InTx(shopCtx, func(tx database.Tx) (err error) {
				n, err = s.sweep(shopCtx, tx, moment, now, limit-swept)
				return err
			})
			if err != nil { // what is wrong in one shop is not the others'
				errs = append(errs, fmt.Errorf("shop %s: %w", shop, err))
				continue
			}
			swept += n
		}
	}
	return swept, errors.Join(errs...)
}

func (s *Service) sweep(ctx context.Context, tx database.Tx, moment string, now time.Time, limit int) (int, error) {
	due, err := s.store.due(ctx, tx, moment, now, limit)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	t, err := s.turn(ctx, tx, nil, due)
	if err != nil {
		return 0, err
	}
	t.end(due)
	return len(due), s.finish(ctx, tx, t)
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
