package inventory

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/fault"
)

// place is a level's key, and the order in which levels are locked.
type place struct{ variant, location uuid.UUID }

func (p place) compare(o place) int {
	if c := bytes.Compare(p.variant[:], o.variant[:]); c != 0 {
		return c
	}
	return bytes.Compare(p.location[:], o.location[:])
}

// level is a level as a decision sees it.
type level struct {
	place
	product          uuid.UUID
	onHand, reserved int64
	incoming         int64
	priority         int
	online           bool // its location is active and serves the online shop
}

func (l level) free() int64 { return l.onHand - l.reserved }

// delta is a change to a level.
type delta struct {
	place
	onHand, reserved, incoming int64
}

// move is a change of what lies at a place, as the ledger tells it.
type move struct {
	place
	units      int64
	reason     Reason
	ref, actor string
}

// moves tells the ledger of changes that all have one cause.
func moves(deltas []delta, reason Reason, ref, actor string) []move {
	out := make([]move, len(deltas))
	for i, d := range deltas {
		out[i] = move{place: d.place, units: d.onHand, reason: reason, ref: ref, actor: actor}
	}
	return out
}

// touched are the variants of changes, and their products. None where a product is not known.
func touched(levels []level, deltas []delta) []uuid.UUID {
	products := make(map[uuid.UUID]uuid.UUID, len(levels))
	for _, l := range levels {
		products[l.variant] = l.product
	}
	ids := make([]uuid.UUID, 0, 2*len(deltas))
	for _, d := range deltas {
		product := products[d.variant]
		if product == uuid.Nil {
			return nil
		}
		ids = append(ids, d.variant, product)
	}
	return ids
}

// facts are what a variant says about its stock.
type facts struct {
	tracked, oversell bool
	stocked           bool // has a level at a location that serves the online shop
}

// allocate takes units from locations that serve the online shop, smallest priority number first, and reports the lines
// that fall short; with any, the plan means nothing. Lines must be merged. A variant that is not counted takes no units;
// what may be oversold takes what is missing from its first location. Units owed at one location count against those that
// are free at another, so a plan never exceeds a variant's availability.
func allocate(variants map[uuid.UUID]facts, levels []level, lines []Line) (plan []Allocation, short []Shortage) {
	byVariant := make(map[uuid.UUID][]level, len(lines))
	for _, l := range levels {
		if l.online {
			byVariant[l.variant] = append(byVariant[l.variant], l)
		}
	}
	for _, line := range lines {
		f, known := variants[line.VariantID]
		if known && !f.tracked {
			continue
		}
		var own []level
		if known {
			own = byVariant[line.VariantID]
		}
		free := int64(0)
		for _, l := range own {
			free += l.free()
		}
		free = max(free, 0)
		if len(own) == 0 || line.Quantity > free && !f.oversell {
			short = append(short, Shortage{VariantID: line.VariantID, Requested: line.Quantity, Available: free})
			continue
		}
		plan = append(plan, take(own, line.Quantity)...)
	}
	return plan, short
}

// take spreads a quantity over levels of one variant; what is missing is owed by the first.
func take(own []level, quantity int64) []Allocation {
	slices.SortFunc(own, func(a, b level) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), a.compare(b.place))
	})
	var out []Allocation
	for _, l := range own {
		n := min(quantity, max(l.free(), 0))
		quantity -= n
		out = append(out, Allocation{VariantID: l.variant, LocationID: l.location, Quantity: n})
	}
	out[0].Quantity += quantity
	return slices.DeleteFunc(out, func(a Allocation) bool { return a.Quantity == 0 })
}

// merge adds up lines of the same variant, in variant order. Fails with [fault.Invalid] on a quantity that is not positive
// or too large.
func merge(lines []Line) ([]Line, error) {
	out := slices.Clone(lines)
	slices.SortStableFunc(out, func(a, b Line) int { return bytes.Compare(a.VariantID[:], b.VariantID[:]) })
	n := 0
	for _, l := range out {
		if l.Quantity <= 0 || l.Quantity > MaxQuantity {
			return nil, fault.New(fault.Invalid, "a line's quantity must be between 1 and %d", int64(MaxQuantity))
		}
		if n > 0 && out[n-1].VariantID == l.VariantID {
			l.Quantity += out[n-1].Quantity
			n--
			if l.Quantity > MaxQuantity {
				return nil, fault.New(fault.Invalid, "a line's quantity must be between 1 and %d", int64(MaxQuantity))
			}
		}
		out[n] = l
		n++
	}
	return out[:n], nil
}

// meets reports whether promises are for exactly these lines.
func meets(held []Allocation, lines []Line) bool {
	left := make(map[uuid.UUID]int64, len(lines))
	for _, l := range lines {
		left[l.VariantID] = l.Quantity
	}
	for _, h := range held {
		left[h.VariantID] -= h.Quantity
	}
	for _, n := range left {
		if n != 0 {
			return false
		}
	}
	return true
}

// reserve turns promises into a change of levels: they are counted in, or out with a sign of -1.
func reserve(list []Allocation, sign int64) []delta {
	sum := make(map[place]int64, len(list))
	for _, a := range list {
		sum[a.place()] += sign * a.Quantity
	}
	out := make([]delta, 0, len(sum))
	for p, n := range sum {
		if n != 0 {
			out = append(out, delta{place: p, reserved: n})
		}
	}
	slices.SortFunc(out, func(a, b delta) int { return a.compare(b.place) })
	return out
}

// apply gives the levels as they are after changes.
func apply(levels []level, deltas []delta) []level {
	out := slices.Clone(levels)
	at := make(map[place]int, len(out))
	for i, l := range out {
		at[l.place] = i
	}
	for _, d := range deltas {
		if i, ok := at[d.place]; ok {
			out[i].onHand += d.onHand
			out[i].reserved += d.reserved
			out[i].incoming += d.incoming
		}
	}
	return out
}

// available sums what is free by variant, over the locations that serve the online shop.
func available(levels []level) map[uuid.UUID]int64 {
	out := make(map[uuid.UUID]int64)
	for _, l := range levels {
		if l.online {
			out[l.variant] += l.free()
		}
	}
	return out
}

// crossings lists the variants that went out of stock or came back between two states, in order.
func crossings(before, after []level) []uuid.UUID {
	was, is := available(before), available(after)
	var out []uuid.UUID
	for v, n := range is {
		if (n > 0) != (was[v] > 0) {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return out
}
