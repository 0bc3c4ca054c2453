package inventory

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// batch is how many levels of a location are moved with one statement.
const batch = 1000

// DeactivateLocation closes a location. What lies there, and what is promised of it, moves to the destination; without one
// the location must be empty. Transfers from or to it must have ended. The last active location stays.
func (s *Service) DeactivateLocation(ctx context.Context, id uuid.UUID, destination *uuid.UUID) (*Location, fault.Problems, error) {
	return s.changeLocation(ctx, id, "locationId", "location.deactivated", func(tx database.Tx, l *Location, all []Location) (ps fault.Problems, err error) {
		if !l.Active {
			return nil, nil
		}
		left := slices.DeleteFunc(slices.Clone(all), func(o Location) bool { return !o.Active || o.ID == l.ID })
		if len(left) == 0 {
			ps.Add(CodeConflict, "A shop keeps one active location.", "locationId")
			return ps, nil
		}
		if destination != nil && !slices.ContainsFunc(left, func(o Location) bool { return o.ID.UUID == *destination }) {
			ps.Add(CodeNotFound, "There is no such active location to move the stock to.", "destinationLocationId")
			return ps, nil
		}
		open, err := s.store.openTransfers(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if open > 0 {
			ps.Add(CodeConflict, "Transfers from or to this location are under way. Receive or cancel them first.", "locationId")
			return ps, nil
		}
		if destination == nil {
			if ps, err = s.mustBeEmpty(ctx, tx, id); err != nil || len(ps) > 0 {
				return ps, err
			}
		} else if err := s.moveAll(ctx, tx, id, *destination); err != nil {
			return nil, err
		}
		l.Active = false
		return nil, nil
	})
}

func (s *Service) mustBeEmpty(ctx context.Context, tx database.Tx, id uuid.UUID) (ps fault.Problems, err error) {
	stocked, err := s.store.stockedAt(ctx, tx, id)
	if err == nil && stocked > 0 {
		ps.Add(CodeConflict, "Items lie at this location or are promised to buyers. Name a destination to move them to.", "locationId")
	}
	return ps, err
}

// moveAll moves everything that lies at a location, and every promise of it, to another one.
func (s *Service) moveAll(ctx context.Context, tx database.Tx, from, to uuid.UUID) error {
	variants, err := s.store.variantsAt(ctx, tx, from)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(variants, batch) {
		if err := s.moveSome(ctx, tx, some, from, to); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) moveSome(ctx context.Context, tx database.Tx, variants []uuid.UUID, from, to uuid.UUID) error {
	now := s.clock.Now()
	places := make([]place, len(variants))
	for i, v := range variants {
		places[i] = place{v, to}
	}
	if err := s.store.ensureLevels(ctx, tx, places, now); err != nil {
		return err
	}
	levels, err := s.store.lockLevels(ctx, tx, variants)
	if err != nil {
		return err
	}
	var deltas []delta
	for _, l := range levels {
		if l.location == from && (l.onHand != 0 || l.reserved != 0) {
			deltas = append(deltas, delta{place: l.place, onHand: -l.onHand, reserved: -l.reserved},
				delta{place: place{l.variant, to}, onHand: l.onHand, reserved: l.reserved})
		}
	}
	if err := s.store.movePromises(ctx, tx, variants, from, to); err != nil {
		return err
	}
	if err := s.write(ctx, tx, levels, deltas); err != nil {
		return err
	}
	_, err = s.store.record(ctx, tx, levels, moves(deltas, Moved, locationID(from).String(), s.actor(ctx)), now)
	return err
}

// DeleteLocation deletes a location that is not active. Its ledger and the orders that it shipped stay.
func (s *Service) DeleteLocation(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	_, ps, err := run(ctx, s, func(tx database.Tx) (*Location, fault.Problems, error) {
		var ps fault.Problems
		all, err := s.store.lockLocations(ctx, tx, "UPDATE")
		if err != nil {
			return nil, nil, err
		}
		at := slices.IndexFunc(all, func(l Location) bool { return l.ID.UUID == id })
		switch {
		case at < 0:
			ps.Add(CodeNotFound, "There is no such location.", "locationId")
			return nil, ps, nil
		case all[at].Active:
			ps.Add(CodeConflict, "This location is active. Deactivate it first.", "locationId")
			return nil, ps, nil
		}
		// A location that was closed by an import may hold something still.
		if ps, err := s.mustBeEmpty(ctx, tx, id); err != nil || len(ps) > 0 {
			return nil, ps, err
		}
		if err := s.store.dropLocation(ctx, tx, id); err != nil {
			return nil, nil, err
		}
		return &all[at], nil, s.tell(ctx, tx, "location.deleted", all[at].ID.String(), map[string]any{"before": all[at].facts()})
	})
	return ps, err
}

// onlineChanged tells which items can or cannot be bought any more once a location serves the online shop or no longer does.
func (s *Service) onlineChanged(ctx context.Context, tx database.Tx, before, after Location) error {
	was, is := before.Active && before.FulfillsOnline, after.Active && after.FulfillsOnline
	if was == is || s.events == nil {
		return nil
	}
	variants, err := s.store.variantsAt(ctx, tx, after.ID.UUID)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(variants, batch) {
		levels, err := s.store.lockLevels(ctx, tx, some)
		if err != nil {
			return err
		}
		then := slices.Clone(levels)
		for i := range then {
			if then[i].location == after.ID.UUID {
				then[i].online = was
			}
		}
		if crossed := crossings(then, levels); len(crossed) > 0 {
			if err := s.events.AppendTx(ctx, tx, ChangedSubject, Changed{Variants: crossed}); err != nil {
				return err
			}
		}
	}
	return nil
}
