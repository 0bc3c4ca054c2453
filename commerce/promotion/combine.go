package promotion

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/rialtohq/rialto/commerce/money"
)

// best returns the set of candidates, as bits by rank, that saves most among those that stand together and can not
// be enlarged.
func (e *engine) best() uint32 {
	var beside [MaxCandidates]uint32 // beside[i] are the candidates that i stands with
	for i := range e.candidates {
		for j := range e.candidates {
			a, b := &e.candidates[i], &e.candidates[j]
			if i != j && a.Config.Combines.with(b.class) && b.Config.Combines.with(a.class) {
				beside[i] |= 1 << j
			}
		}
	}
	most := int64(-1)
	e.enlarge(&beside, 0, 1<<len(e.candidates)-1, 0, func(set uint32) {
		saved := e.run(set, nil)
		// The lowest bit in which two sets differ is the best-ranked discount that only one of them holds.
		differ := set ^ e.chosen
		if saved > most || saved == most && set&(differ&-differ) != 0 {
			most, e.chosen = saved, set
		}
	})
	return e.chosen
}

// enlarge calls try with every maximal set (Bron and Kerbosch's algorithm with a pivot): set grows by the
// candidates open to it, those done were tried before.
func (e *engine) enlarge(beside *[MaxCandidates]uint32, set, open, done uint32, try func(uint32)) {
	if open == 0 {
		if done == 0 {
			try(set)
		}
		return
	}
	pivot := bits.TrailingZeros32(open)
	for next := open &^ beside[pivot]; next != 0; next &= next - 1 {
		i := bits.TrailingZeros32(next)
		e.enlarge(beside, set|1<<i, open&beside[i], done&beside[i], try)
		open &^= 1 << i
		done |= 1 << i
	}
}

// run applies a set of candidates and returns what it saves. With r it also writes down what falls where.
func (e *engine) run(set uint32, r *Result) (saved int64) {
	copy(e.left, e.gross)
	shipping := max(e.in.Shipping, 0)
	for _, class := range [...]Class{ProductClass, OrderClass, ShippingClass} {
		for i := range e.candidates {
			c := &e.candidates[i]
			if set&(1<<i) == 0 || c.class != class {
				continue
			}
			var off int64
			if class == ShippingClass {
				off, shipping = shipping, 0
			} else {
				off = e.lower(c)
			}
			saved += off
			if r != nil && off > 0 {
				e.record(r, c, off)
			}
		}
	}
	if r != nil {
		slices.SortStableFunc(r.Allocations, func(a, b Allocation) int { return cmp.Compare(a.Line, b.Line) })
	}
	return saved
}

// lower takes c off the lines; e.parts then holds the part of each.
func (e *engine) lower(c *candidate) (off int64) {
	e.share(c)
	for i, part := range e.parts {
		e.left[i] -= part
		off += part
	}
	return off
}

// record writes down an application of which e.parts holds the parts, unless it is of the delivery.
func (e *engine) record(r *Result, c *candidate, off int64) {
	currency := e.in.Currency
	a := Application{DiscountID: c.ID, Title: c.Title, Code: c.Code, Method: c.Method, Kind: c.Kind,
		Class: c.class, Total: money.New(off, currency)}
	switch c.Kind {
	case Percentage:
		a.PPM = c.Config.PPM
	case BuyXGetY:
		a.PPM = c.Config.Get.PPM
	case Fixed:
		a.Amount = money.New(c.Config.Amounts[currency], currency)
	}
	part := Allocation{Application: len(r.Applications), Title: a.Title, Code: a.Code, Kind: a.Kind, Class: a.Class}
	r.Applications = append(r.Applications, a)
	if c.class == ShippingClass {
		part.Line, part.Amount = -1, a.Total
		r.Shipping = append(r.Shipping, part)
		return
	}
	for line, amount := range e.parts {
		if amount > 0 {
			part.Line, part.Amount = line, money.New(amount, currency)
			r.Allocations = append(r.Allocations, part)
		}
	}
}
