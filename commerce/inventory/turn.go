package inventory

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// turn is the stock as one transaction sees it while it answers one ref after another, and what it is going to write: one
// statement for all levels, however many refs there are.
type turn struct {
	facts  map[uuid.UUID]facts
	levels []level               // as they were locked
	shelf  map[uuid.UUID][]level // as they are by now, of each variant
	deltas map[place]delta
	ended  []uuid.UUID // promises
	made   []hold
	moves  []move
}

// turn locks what is needed to promise lines and to end promises.
func (s *Service) turn(ctx context.Context, tx database.Tx, want []Line, held []promise) (*turn, error) {
	var known map[uuid.UUID]facts
	var err error
	if len(want) > 0 {
		if known, err = s.store.facts(ctx, tx, variantsOf(want, nil)); err != nil {
			return nil, err
		}
		if err := s.stock(ctx, tx, known); err != nil {
			return nil, err
		}
	}
	counted := slices.DeleteFunc(slices.Clone(want), func(l Line) bool { f, there := known[l.VariantID]; return there && !f.tracked })
	var levels []level
	if variants := variantsOf(counted, allocations(held)); len(variants) > 0 {
		if levels, err = s.store.lockLevels(ctx, tx, variants); err != nil {
			return nil, err
		}
	}
	t := newTurn(levels)
	t.facts = known
	return t, nil
}

// newTurn begins with levels that are locked: all those of the variants concerned.
func newTurn(levels []level) *turn {
	t := &turn{levels: levels, shelf: make(map[uuid.UUID][]level), deltas: make(map[place]delta)}
	for _, l := range levels {
		t.shelf[l.variant] = append(t.shelf[l.variant], l)
	}
	return t
}

// change counts a difference in: for the refs that come after, and for what is written in the end.
func (t *turn) change(d delta) {
	sum := t.deltas[d.place]
	t.deltas[d.place] = delta{d.place, sum.onHand + d.onHand, sum.reserved + d.reserved, sum.incoming + d.incoming}
	own := t.shelf[d.variant]
	if i := slices.IndexFunc(own, func(l level) bool { return l.place == d.place }); i >= 0 {
		own[i].onHand += d.onHand
		own[i].reserved += d.reserved
		own[i].incoming += d.incoming
	}
}

// reserve counts promises in, or out with a sign of -1.
func (t *turn) reserve(held []promise, sign int64) {
	for _, p := range held {
		t.change(delta{place: p.place(), reserved: sign * p.Quantity})
	}
}

// end ends promises; what was sold leaves the stock.
func (t *turn) end(held []promise) {
	t.reserve(held, -1)
	t.ended = append(t.ended, ids(held)...)
	for _, p := range held {
		if p.sale != "" {
			t.take(p.Allocation, Sale, p.sale, "")
		}
	}
}

// take takes units off the shelf.
func (t *turn) take(a Allocation, reason Reason, ref, actor string) {
	t.change(delta{place: a.place(), onHand: -a.Quantity})
	t.moves = append(t.moves, move{place: a.place(), units: -a.Quantity, reason: reason, ref: ref, actor: actor})
}

// plan finds units for merged lines as if held were free, and ends held. Where lines fall short it changes nothing.
func (t *turn) plan(want []Line, held []promise) ([]Allocation, error) {
	t.reserve(held, -1)
	own := make([]level, 0, len(want))
	for _, l := range want {
		own = append(own, t.shelf[l.VariantID]...)
	}
	plan, short := allocate(t.facts, own, want)
	t.reserve(held, 1)
	if len(short) > 0 {
		return nil, OutOfStock{Lines: short}
	}
	t.end(held)
	return plan, nil
}

// promise promises units to a ref.
func (t *turn) promise(ref Ref, plan []Allocation, until time.Time) {
	for _, a := range plan {
		t.change(delta{place: a.place(), reserved: a.Quantity})
	}
	t.made = append(t.made, hold{ref, plan, until})
}

// finish writes a turn, and tells which variants went out of stock or came back.
func (s *Service) finish(ctx context.Context, tx database.Tx, t *turn) error {
	deltas := make([]delta, 0, len(t.deltas))
	for _, d := range t.deltas {
		if d.onHand != 0 || d.reserved != 0 || d.incoming != 0 {
			deltas = append(deltas, d)
		}
	}
	slices.SortFunc(deltas, func(a, b delta) int { return a.compare(b.place) })
	if err := s.write(ctx, tx, t.levels, deltas); err != nil {
		return err
	}
	if len(t.moves) > 0 {
		if _, err := s.store.record(ctx, tx, t.levels, t.moves, s.clock.Now()); err != nil {
			return err
		}
	}
	if len(t.ended) > 0 {
		if err := s.store.dropHolds(ctx, tx, t.ended); err != nil {
			return err
		}
	}
	return s.store.addHolds(ctx, tx, t.made, s.clock.Now())
}

func (a Allocation) place() place { return place{a.VariantID, a.LocationID} }

func allocations(held []promise) []Allocation {
	out := make([]Allocation, len(held))
	for i, p := range held {
		out[i] = p.Allocation
	}
	return out
}

func ids(held []promise) []uuid.UUID {
	out := make([]uuid.UUID, len(held))
	for i, p := range held {
		out[i] = p.id
	}
	return out
}
