package inventory

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func (s *Service) actor(ctx context.Context) string { return access.From(ctx).Label() }

// Stock gives a variant a level at a location, with units to begin with where quantity is given. One that is there already
// stays as it is; then a quantity is refused. Paths of problems are "inventoryItemId", "locationId" and the name of the
// quantity.
func (s *Service) Stock(ctx context.Context, variant, location uuid.UUID, name Name, quantity *int64) (*Level, fault.Problems, error) {
	return run(ctx, s, func(tx database.Tx) (*Level, fault.Problems, error) {
		at := place{variant, location}
		ps, err := s.known(ctx, tx, at)
		if err != nil || len(ps) > 0 {
			return nil, ps, err
		}
		before, err := s.store.levels(ctx, tx, "l.variant_id", []uuid.UUID{variant})
		if err != nil {
			return nil, nil, err
		}
		there := slices.ContainsFunc(before, func(l Level) bool { return l.Location.ID.UUID == location })
		if there && quantity != nil {
			ps.Add(CodeConflict, "The item is stocked at this location already. Set its quantity with inventorySetQuantities.", string(name))
			return nil, ps, nil
		}
		if err := s.store.ensureLevels(ctx, tx, []place{at}, s.clock.Now()); err != nil {
			return nil, nil, err
		}
		if quantity != nil {
			if ps, err = s.begin(ctx, tx, at, name, *quantity); err != nil || len(ps) > 0 {
				return nil, ps, err
			}
		}
		l, err := s.levelAt(ctx, tx, at)
		if err != nil || there {
			return l, nil, err
		}
		return l, nil, s.tell(ctx, tx, "inventory.activated", l.ID.String(), map[string]any{"after": map[string]any{"onHand": l.OnHand}})
	})
}

// known finds what is wrong with a place to stock.
func (s *Service) known(ctx context.Context, tx database.Tx, at place) (ps fault.Problems, err error) {
	variants, err := s.store.facts(ctx, tx, []uuid.UUID{at.variant})
	if err != nil {
		return nil, err
	}
	locations, err := s.store.lockLocations(ctx, tx, "SHARE")
	if err != nil {
		return nil, err
	}
	if _, known := variants[at.variant]; !known {
		ps.Add(CodeNotFound, "There is no such item.", "inventoryItemId")
	}
	if i := slices.IndexFunc(locations, func(l Location) bool { return l.ID.UUID == at.location }); i < 0 || !s.allows(ctx, policy.LocationWrite, at.location) {
		ps.Add(CodeNotFound, "There is no such location.", "locationId")
	} else if !locations[i].Active {
		ps.Add(CodeConflict, "This location is not active.", "locationId")
	}
	return ps, nil
}

// begin sets what a new level holds.
func (s *Service) begin(ctx context.Context, tx database.Tx, at place, name Name, quantity int64) (fault.Problems, error) {
	_, refused, err := s.SetTx(ctx, tx, Count{Name: name, Reason: Received, Actor: s.actor(ctx), Quantities: []SetQuantity{{VariantID: at.variant, LocationID: at.location, Quantity: quantity}}})
	for _, p := range refused {
		p.Code, p.Field = CodeInvalid, []string{string(name)}
	}
	return refused, err
}

func (s *Service) levelAt(ctx context.Context, tx database.Tx, at place) (*Level, error) {
	list, err := s.store.levels(ctx, tx, "l.variant_id", []uuid.UUID{at.variant})
	for i := range list {
		if list[i].Location.ID.UUID == at.location {
			return &list[i], err
		}
	}
	if err == nil {
		err = fault.New(fault.Internal, "a level that was just written is not there")
	}
	return nil, err
}

// Unstock takes away an empty level: the item is no longer kept at the location. Its ledger stays. The path of problems is
// "inventoryLevelId".
func (s *Service) Unstock(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	_, ps, err := run(ctx, s, func(tx database.Tx) (*Level, fault.Problems, error) {
		var ps fault.Problems
		list, err := s.store.levels(ctx, tx, "l.id", []uuid.UUID{id})
		if err != nil {
			return nil, nil, err
		}
		if len(list) == 0 || !s.allows(ctx, policy.LocationWrite, list[0].Location.ID.UUID) {
			ps.Add(CodeNotFound, "The item is not stocked there.", "inventoryLevelId")
			return nil, ps, nil
		}
		l := list[0]
		levels, err := s.store.lockLevels(ctx, tx, []uuid.UUID{l.VariantID})
		if err != nil {
			return nil, nil, err
		}
		for _, now := range levels {
			if now.location == l.Location.ID.UUID && (now.onHand != 0 || now.reserved != 0 || now.incoming != 0) {
				ps.Add(CodeConflict, "There are "+strconv.FormatInt(now.onHand, 10)+" of it, "+strconv.FormatInt(now.reserved, 10)+" promised and "+
					strconv.FormatInt(now.incoming, 10)+" on their way. Move or take them first.", "inventoryLevelId")
				return nil, ps, nil
			}
		}
		if err := s.store.dropLevel(ctx, tx, id); err != nil {
			return nil, nil, err
		}
		return &l, nil, s.tell(ctx, tx, "inventory.deactivated", l.ID.String(), map[string]any{"before": map[string]any{"onHand": 0}})
	})
	return ps, err
}

// Moving takes units of a variant from one location to another.
type Moving struct {
	VariantID, From, To uuid.UUID
	Quantity            int64
}

// Movings are moved together.
type Movings struct {
	Changes    []Moving
	Reason     Reason // defaults to [Moved]
	Ref, Actor string
}

// Move takes units from locations to others, all or none. Units that are promised stay. Problems are as with
// [Service.Adjust]; paths of a place are "from" or "to".
func (s *Service) Move(ctx context.Context, m Movings) (group Group, problems fault.Problems, err error) {
	e := edit{list: "changes", field: "quantity", name: Available, reason: m.Reason, ref: m.Ref, actor: m.Actor}
	if e.reason == "" {
		e.reason = Moved
	}
	if len(m.Changes) > MaxChanges {
		problems.Add(CodeTooManyChanges, "At most "+strconv.Itoa(MaxChanges)+" entries are written at once.", "input", "changes")
		return Group{}, problems, nil
	}
	for i, c := range m.Changes {
		if c.Quantity <= 0 {
			problems.Add(CodeTooLow, "Say how many to move: 1 or more.", "input", "changes", strconv.Itoa(i), "quantity")
		}
		e.wishes = append(e.wishes, wish{place: place{c.VariantID, c.From}, quantity: -c.Quantity}, wish{place: place{c.VariantID, c.To}, quantity: c.Quantity})
	}
	if len(problems) > 0 {
		return Group{}, problems, nil
	}
	e.paired = true
	err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
		group, problems, err = s.edit(ctx, tx, e)
		if err := refused(problems, err); err != nil {
			return err
		}
		return s.note(ctx, tx, "inventory.moved", group)
	})
	return done(group, problems, err)
}

// MovementsOf reads a page of the ledger of each variant, at all locations that the viewer may read; the oldest entry is
// first unless args reverse it.
func (s *Service) MovementsOf(ctx context.Context, variants []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*Movement], error) {
	w, err := args.Window(keyset.Order{Name: "movement", ID: "m.id"})
	if err != nil {
		return nil, err
	}
	found, err := s.store.movementPages(ctx, s.db, w, variants)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]keyset.Page[*Movement], len(variants))
	for _, v := range variants {
		page := keyset.Cut(w, found[v], func(m *Movement) (any, uuid.UUID) { return "", m.ID })
		out[v] = keyset.Swap(page, func(m *Movement) (*Movement, bool) { return m, s.allows(ctx, policy.LocationRead, m.LocationID) })
	}
	return out, nil
}

// GID is the movement's global id.
func (m *Movement) GID() gid.ID { return gid.New("InventoryMovement", m.ID) }

// QuantityBefore is what was on hand before it; nil of movements from before this was kept.
func (m *Movement) QuantityBefore() *int64 {
	if m.After == nil {
		return nil
	}
	before := *m.After - m.Delta
	return &before
}

// Reference is what led to it; nil where nothing is named.
func (m *Movement) Reference() *string {
	if m.Ref == "" {
		return nil
	}
	return &m.Ref
}

// LocationsByID gives the shop's locations by their ids, without those that the viewer may not read.
func (s *Service) LocationsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Location, error) {
	all, err := s.Locations(ctx)
	out := make(map[uuid.UUID]*Location, len(ids))
	for i, l := range all {
		if slices.Contains(ids, l.ID.UUID) && s.allows(ctx, policy.LocationRead, l.ID.UUID) {
			out[l.ID.UUID] = &all[i]
		}
	}
	return out, err
}
