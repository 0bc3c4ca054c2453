package inventory

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// MaxChanges is how many levels one [Count] or [Adjustment] may change.
const MaxChanges = 1000

// The codes of the problems that [Service.Set] and [Service.Adjust] report.
const (
	CodeStale           = "COMPARE_QUANTITY_STALE"
	CodeUnknownLocation = "INVALID_LOCATION"
	CodeUnknownVariant  = "INVALID_INVENTORY_ITEM"
	CodeUnknownName     = "INVALID_NAME"
	CodeNegative        = "INVALID_QUANTITY_NEGATIVE"
	CodeTooHigh         = "INVALID_QUANTITY_TOO_HIGH"
	CodeReason          = "INVALID_REASON"
	CodeTwice           = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
)

// Name says which number of a level is meant.
type Name string

// The numbers of a level.
const (
	OnHand    Name = "on_hand"   // lies there
	Reserved  Name = "reserved"  // promised to a checkout
	Available Name = "available" // the rest
)

// SetQuantity says how many units of a variant there are at a location.
type SetQuantity struct {
	VariantID, LocationID uuid.UUID
	Quantity              int64
	// CompareQuantity is what the caller believes is there now; another number refuses the change. Nil does not compare.
	CompareQuantity *int64
}

// Count sets quantities to what was counted.
type Count struct {
	// Name is [OnHand], the default, or [Available].
	Name       Name
	Quantities []SetQuantity
	Reason     Reason // defaults to [Correction]
	Ref        string // what it was for
	Actor      string
}

// Delta adds units of a variant to a location, or takes them away.
type Delta struct {
	VariantID, LocationID uuid.UUID
	Delta                 int64
}

// Adjustment changes quantities on hand by differences.
type Adjustment struct {
	Changes []Delta
	Reason  Reason // defaults to [Correction]
	Ref     string
	Actor   string
}

// Set changes stock to what was counted: every quantity, or none and the problems say why. Their fields are paths from the
// mutation's root ("input", "quantities", "0", …). It gives the movements that it took; a quantity that was right already
// takes none. Fails with [fault.TooLarge] beyond [MaxChanges].
func (s *Service) Set(ctx context.Context, c Count) (moved []Movement, problems fault.Problems, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
		moved, problems, err = s.SetTx(ctx, tx, c)
		return refused(problems, err)
	})
	return done(moved, problems, err)
}

// SetTx is [Service.Set] in the caller's transaction, which should not be committed when there are problems.
func (s *Service) SetTx(ctx context.Context, tx database.Tx, c Count) ([]Movement, fault.Problems, error) {
	changes := make([]change, len(c.Quantities))
	for i, q := range c.Quantities {
		changes[i] = change{place: place{q.VariantID, q.LocationID}, quantity: q.Quantity, compare: q.CompareQuantity}
	}
	how := func(now level, ch change) (from, to int64) {
		if c.Name == Available {
			return now.free(), now.reserved + ch.quantity
		}
		return now.onHand, ch.quantity
	}
	e := edit{list: "quantities", field: "quantity", changes: changes, how: how, absolute: true, reason: c.Reason, ref: c.Ref, actor: c.Actor}
	if c.Name != "" && c.Name != OnHand && c.Name != Available {
		e.problems.Add(CodeUnknownName, "The quantity to set is on_hand or available.", "input", "name")
	}
	return s.edit(ctx, tx, e)
}

// Adjust changes stock by differences: every one, or none and the problems say why, as with [Service.Set] ("input",
// "changes", "0", …). No level goes below zero that way.
func (s *Service) Adjust(ctx context.Context, a Adjustment) (moved []Movement, problems fault.Problems, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
		moved, problems, err = s.AdjustTx(ctx, tx, a)
		return refused(problems, err)
	})
	return done(moved, problems, err)
}

// AdjustTx is [Service.Adjust] in the caller's transaction, which should not be committed when there are problems.
func (s *Service) AdjustTx(ctx context.Context, tx database.Tx, a Adjustment) ([]Movement, fault.Problems, error) {
	changes := make([]change, len(a.Changes))
	for i, d := range a.Changes {
		changes[i] = change{place: place{d.VariantID, d.LocationID}, quantity: d.Delta}
	}
	how := func(now level, ch change) (from, to int64) { return now.onHand, now.onHand + ch.quantity }
	return s.edit(ctx, tx, edit{list: "changes", field: "delta", changes: changes, how: how, reason: a.Reason, ref: a.Ref, actor: a.Actor})
}

var errRefused = errors.New("inventory: refused")

func refused(problems fault.Problems, err error) error {
	if err == nil && len(problems) > 0 {
		return errRefused
	}
	return err
}

func done(moved []Movement, problems fault.Problems, err error) ([]Movement, fault.Problems, error) {
	if errors.Is(err, errRefused) {
		return nil, problems, nil
	}
	return moved, nil, err
}

// change is one wish of an edit.
type change struct {
	place
	quantity int64
	compare  *int64
}

// edit is a change of stock by hand.
type edit struct {
	list, field string // names of the arguments, for problems
	changes     []change
	// how gives the quantity that a comparison is with, and what will be on hand.
	how      func(now level, ch change) (from, to int64)
	absolute bool
	reason   Reason
	ref      string
	actor    string
	problems fault.Problems
}

func (e *edit) problem(i int, code, message, field string) {
	e.problems.Add(code, message, "input", e.list, strconv.Itoa(i), field)
}

func (s *Service) edit(ctx context.Context, tx database.Tx, e edit) ([]Movement, fault.Problems, error) {
	if len(e.changes) > MaxChanges {
		return nil, nil, fault.New(fault.TooLarge, "at most %d quantities can be changed at once", MaxChanges)
	}
	if e.reason == "" {
		e.reason = Correction
	}
	e.check()
	if err := s.find(ctx, tx, &e); err != nil || len(e.problems) > 0 || len(e.changes) == 0 {
		return nil, e.problems, err
	}
	places := make([]place, len(e.changes))
	variants := make([]Line, len(e.changes))
	for i, ch := range e.changes {
		places[i], variants[i] = ch.place, Line{VariantID: ch.variant}
	}
	slices.SortFunc(places, place.compare)
	now := s.clock.Now()
	if err := s.store.ensureLevels(ctx, tx, places, now); err != nil {
		return nil, nil, err
	}
	levels, err := s.store.lockLevels(ctx, tx, variantsOf(variants, nil))
	if err != nil {
		return nil, nil, err
	}
	deltas := e.weigh(levels)
	if len(e.problems) > 0 {
		return nil, e.problems, nil
	}
	if err := s.write(ctx, tx, levels, deltas); err != nil {
		return nil, nil, err
	}
	moved, err := s.store.record(ctx, tx, deltas, e.reason, e.ref, e.actor, now)
	return moved, nil, err
}

// check finds what is wrong with an edit whatever the stock is.
func (e *edit) check() {
	if !e.reason.valid() {
		e.problems.Add(CodeReason, "A reason is a word of small letters and underscores, at most 40.", "input", "reason")
	}
	seen := make(map[place]bool, len(e.changes))
	for i, ch := range e.changes {
		switch {
		case seen[ch.place]:
			e.problem(i, CodeTwice, "This variant is named twice for the same location.", "locationId")
		case e.absolute && ch.quantity < 0:
			e.problem(i, CodeNegative, "A quantity cannot be below zero.", e.field)
		case ch.quantity > MaxQuantity || ch.quantity < -MaxQuantity:
			e.problem(i, CodeTooHigh, "A quantity is at most "+strconv.Itoa(MaxQuantity)+".", e.field)
		}
		seen[ch.place] = true
	}
}

// find reports variants and locations that are not the shop's.
func (s *Service) find(ctx context.Context, tx database.Tx, e *edit) error {
	ids := make([]Line, len(e.changes))
	for i, ch := range e.changes {
		ids[i].VariantID = ch.variant
	}
	variants, err := s.store.facts(ctx, tx, variantsOf(ids, nil))
	if err != nil {
		return err
	}
	locations, err := s.store.locations(ctx, tx)
	if err != nil {
		return err
	}
	for i, ch := range e.changes {
		if _, ok := variants[ch.variant]; !ok {
			e.problem(i, CodeUnknownVariant, "There is no such item.", "inventoryItemId")
		}
		if !slices.ContainsFunc(locations, func(l Location) bool { return l.ID.UUID == ch.location }) {
			e.problem(i, CodeUnknownLocation, "There is no such location.", "locationId")
		}
	}
	return nil
}

// weigh compares an edit with the locked levels and gives what changes.
func (e *edit) weigh(levels []level) []delta {
	at := make(map[place]level, len(levels))
	for _, l := range levels {
		at[l.place] = l
	}
	var deltas []delta
	for i, ch := range e.changes {
		now := at[ch.place]
		from, to := e.how(now, ch)
		switch {
		case ch.compare != nil && *ch.compare != from:
			e.problem(i, CodeStale, "The quantity has changed meanwhile: it is "+strconv.FormatInt(from, 10)+" now.", "compareQuantity")
		case to < 0 && to < now.onHand:
			e.problem(i, CodeNegative, "Only "+strconv.FormatInt(now.onHand, 10)+" are there.", e.field)
		case to > MaxQuantity:
			e.problem(i, CodeTooHigh, "A level holds at most "+strconv.Itoa(MaxQuantity)+".", e.field)
		case to != now.onHand:
			deltas = append(deltas, delta{place: ch.place, onHand: to - now.onHand})
		}
	}
	slices.SortFunc(deltas, func(a, b delta) int { return a.compare(b.place) })
	return deltas
}

func (r Reason) valid() bool {
	for _, c := range r {
		if c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return r != "" && len(r) <= 40
}
