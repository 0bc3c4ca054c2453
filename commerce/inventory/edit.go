package inventory

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// edit is a change of stock by hand: what [Service.Set] and [Service.Adjust] have in common.
type edit struct {
	list, field string // names of the arguments, for problems
	name        Name
	wishes      []wish
	absolute    bool // quantities are what shall be, not what is added
	reason      Reason
	ref         string
	actor       string
	action      policy.Action // what the actor must be allowed at each location; zero is [policy.LocationWrite]
	paired      bool          // two wishes are one entry: what is taken, and where it goes
	problems    fault.Problems
}

// wish is one entry of an edit.
type wish struct {
	place
	quantity int64
	compare  *int64
}

func (e *edit) problem(i int, code, message, field string) {
	if e.paired {
		if i%2 == 1 && field == "inventoryItemId" {
			return // said of the first
		}
		path := []string{"input", e.list, strconv.Itoa(i / 2), field}
		if field == "locationId" {
			path = append(path[:3:3], []string{"from", "to"}[i%2], field)
		}
		e.problems.Add(code, message, path...)
		return
	}
	e.problems.Add(code, message, "input", e.list, strconv.Itoa(i), field)
}

func (s *Service) edit(ctx context.Context, tx database.Tx, e edit) (Group, fault.Problems, error) {
	e.check()
	if len(e.problems) > 0 || len(e.wishes) == 0 {
		return Group{}, e.problems, nil
	}
	if err := s.find(ctx, tx, &e); err != nil || len(e.problems) > 0 {
		return Group{}, e.problems, err
	}
	now := s.clock.Now()
	if err := s.store.ensureLevels(ctx, tx, e.places(), now); err != nil {
		return Group{}, nil, err
	}
	levels, err := s.store.lockLevels(ctx, tx, e.variants())
	if err != nil {
		return Group{}, nil, err
	}
	deltas := e.weigh(levels)
	if len(e.problems) > 0 {
		return Group{}, e.problems, nil
	}
	if err := s.write(ctx, tx, levels, deltas); err != nil {
		return Group{}, nil, err
	}
	moved, err := s.store.record(ctx, tx, levels, moves(deltas, e.reason, e.ref, e.actor), now)
	if err != nil || len(moved) == 0 {
		return Group{}, nil, err
	}
	return e.group(moved, apply(levels, deltas)), nil, nil
}

// check finds what is wrong with an edit whatever the stock is.
func (e *edit) check() {
	code, many := CodeAdjustName, CodeTooManyChanges
	if e.absolute {
		code, many = CodeSetName, CodeTooManySets
	}
	if e.name == "" {
		e.name = OnHand
	}
	if e.name != OnHand && e.name != Available {
		e.problems.Add(code, "The quantity to change is on_hand or available.", "input", "name")
	}
	if e.reason == "" {
		e.reason = Correction
	}
	if e.action == "" {
		e.action = policy.LocationWrite
	}
	if !e.reason.valid() {
		e.problems.Add(CodeReason, "A reason is a word of small letters and underscores, at most 40.", "input", "reason")
	}
	if u, err := url.Parse(e.ref); err != nil || e.ref != "" && u.Scheme == "" || len(e.ref) > 2048 {
		e.problems.Add(CodeReference, "A reference is the address of a document, such as https://example.com/notes/12.", "input", "referenceDocumentUri")
	}
	if len(e.wishes) > MaxChanges && !e.paired {
		e.problems.Add(many, "At most "+strconv.Itoa(MaxChanges)+" entries are written at once.", "input", e.list)
		return
	}
	seen := make(map[place]bool, len(e.wishes))
	for i, w := range e.wishes {
		switch {
		case e.absolute && seen[w.place]:
			e.problem(i, CodeTwice, "This item is named twice for the same location.", "locationId")
		case e.absolute && w.quantity < 0:
			e.problem(i, CodeNegative, "A quantity cannot be below zero.", e.field)
		case w.quantity > MaxQuantity:
			e.problem(i, CodeTooHigh, "A quantity is at most "+strconv.Itoa(MaxQuantity)+".", e.field)
		case w.quantity < -MaxQuantity:
			e.problem(i, CodeTooLow, "At most "+strconv.Itoa(MaxQuantity)+" can be taken at once.", e.field)
		}
		seen[w.place] = true
	}
}

// find reports variants and locations that are not the shop's, locations that the actor may not touch, and variants whose
// stock is not counted.
func (s *Service) find(ctx context.Context, tx database.Tx, e *edit) error {
	variants, err := s.store.facts(ctx, tx, e.variants())
	if err != nil {
		return err
	}
	locations, err := s.store.lockLocations(ctx, tx, "SHARE")
	if err != nil {
		return err
	}
	for i, w := range e.wishes {
		f, known := variants[w.variant]
		switch {
		case !known:
			e.problem(i, CodeUnknownVariant, "There is no such item.", "inventoryItemId")
		case !f.tracked:
			e.problem(i, CodeUntracked, "The stock of this item is not counted.", "inventoryItemId")
		}
		at := slices.IndexFunc(locations, func(l Location) bool { return l.ID.UUID == w.location })
		switch {
		case at < 0 || !s.allows(ctx, e.action, w.location):
			e.problem(i, CodeUnknownLocation, "There is no such location.", "locationId")
		case !locations[at].Active:
			e.problem(i, CodeUnknownLocation, "This location is not active: nothing lies there.", "locationId")
		}
	}
	return nil
}

// allows reports whether policies let the viewer do something at a location.
func (s *Service) allows(ctx context.Context, action policy.Action, location uuid.UUID) bool {
	return s.policies.Allows(ctx, action, policy.Location{ID: location})
}

// weigh compares the wishes, one after the other, with the locked levels, and gives what changes.
func (e *edit) weigh(levels []level) []delta {
	at := make(map[place]level, len(levels))
	for _, l := range levels {
		at[l.place] = l
	}
	moved := make(map[place]int64, len(e.wishes))
	for i, w := range e.wishes {
		now := at[w.place]
		from, to := now.onHand, now.onHand+w.quantity
		if e.name == Available {
			from = now.free()
		}
		if e.absolute {
			to = now.onHand + w.quantity - from
		}
		switch {
		case w.compare != nil && *w.compare != from:
			e.problem(i, CodeStale, "The quantity has changed meanwhile: it is "+strconv.FormatInt(from, 10)+" now.", "changeFromQuantity")
		case to < now.onHand && to < now.reserved:
			e.problem(i, CodeTooLow, "There are "+strconv.FormatInt(now.onHand, 10)+", and "+strconv.FormatInt(now.reserved, 10)+" of them are promised to buyers.", e.field)
		case to > MaxQuantity:
			e.problem(i, CodeTooHigh, "A level holds at most "+strconv.Itoa(MaxQuantity)+".", e.field)
		default:
			moved[w.place] += to - now.onHand
			now.onHand = to
			at[w.place] = now
		}
	}
	var deltas []delta
	for p, n := range moved {
		if n != 0 {
			deltas = append(deltas, delta{place: p, onHand: n})
		}
	}
	slices.SortFunc(deltas, func(a, b delta) int { return a.compare(b.place) })
	return deltas
}

// group tells what was written.
func (e *edit) group(moved []Movement, after []level) Group {
	g := Group{ID: gid.New("InventoryAdjustmentGroup", moved[0].ID), CreatedAt: moved[0].CreatedAt, Reason: e.reason, Ref: e.ref, Actor: e.actor}
	is := make(map[place]level, len(after))
	for _, l := range after {
		is[l.place] = l
	}
	for _, m := range moved {
		l := is[place{m.VariantID, m.LocationID}]
		c := Change{VariantID: m.VariantID, LocationID: m.LocationID, Name: e.name, Delta: m.Delta, QuantityAfterChange: l.onHand}
		if e.name == Available {
			c.QuantityAfterChange = l.free()
		}
		g.Changes = append(g.Changes, c)
	}
	return g
}

func (e *edit) variants() []uuid.UUID {
	lines := make([]Line, len(e.wishes))
	for i, w := range e.wishes {
		lines[i].VariantID = w.variant
	}
	return variantsOf(lines, nil)
}

func (e *edit) places() []place {
	out := make([]place, len(e.wishes))
	for i, w := range e.wishes {
		out[i] = w.place
	}
	slices.SortFunc(out, place.compare)
	return slices.Compact(out)
}

func (r Reason) valid() bool {
	for _, c := range r {
		if c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return r != "" && len(r) <= 40
}
