package promotion

import (
	"cmp"
	"math"
	"slices"

	"github.com/rialtohq/rialto/commerce/money"
)

// share fills e.parts with what c takes from each line, never more than is left of it.
func (e *engine) share(c *candidate) {
	switch {
	case c.Kind == BuyXGetY:
		e.parts = e.parts[:len(e.left)]
		clear(e.parts)
		e.give(c.Discount, c.entitled, e.parts)
	case c.Kind == Percentage && c.class == OrderClass:
		e.spread(c, rate(e.sum(c), c.Config.PPM))
	case c.Kind == Percentage:
		e.perLine(c, func(i int) int64 { return rate(e.left[i], c.Config.PPM) })
	case c.Kind == Fixed && c.Config.Each == EachLine:
		e.perLine(c, func(int) int64 { return c.Config.Amounts[e.in.Currency] })
	case c.Kind == Fixed && c.Config.Each == EachItem:
		amount := max(c.Config.Amounts[e.in.Currency], 0)
		e.perLine(c, func(i int) int64 { return times(amount, e.in.Lines[i].Quantity) })
	case c.Kind == Fixed:
		e.spread(c, c.Config.Amounts[e.in.Currency])
	default:
		e.perLine(c, func(int) int64 { return 0 })
	}
}

// perLine takes off(i) from each entitled line.
func (e *engine) perLine(c *candidate, off func(i int) int64) {
	e.parts = e.parts[:len(e.left)]
	clear(e.parts)
	for i := range e.parts {
		if c.entitled[i] {
			e.parts[i] = min(max(off(i), 0), e.left[i])
		}
	}
}

// spread takes amount once, from the entitled lines in proportion to what is left of each.
func (e *engine) spread(c *candidate, amount int64) {
	for i, left := range e.left {
		e.weights[i] = 0
		if c.entitled[i] {
			e.weights[i] = left
		}
	}
	e.parts = money.Spread(e.parts[:0], min(max(amount, 0), e.sum(c)), e.weights)
}

// sum is what is left of the entitled lines.
func (e *engine) sum(c *candidate) (sum int64) {
	for i, left := range e.left {
		if c.entitled[i] {
			sum += left
		}
	}
	return sum
}

// give counts the units that a BuyXGetY discount gives away, cheapest first; into parts, where there are any, it
// writes what that takes from each line.
func (e *engine) give(d *Discount, bought []bool, parts []int64) (given int64) {
	get := &d.Config.Get
	var onlyBought, onlyGiven, both int64
	room := [16]int{}
	lines := room[:0] // the lines that can be given
	for i := range e.in.Lines {
		l := &e.in.Lines[i]
		gives := l.Quantity > 0 && get.Target.holds(l)
		switch {
		case gives && bought[i]:
			both += l.Quantity
		case gives:
			onlyGiven += l.Quantity
		case bought[i]:
			onlyBought += l.Quantity
		}
		if gives {
			lines = append(lines, i)
		}
	}
	given, shared := uses(get, onlyBought, onlyGiven, both)
	if parts == nil || given == 0 {
		return given
	}
	slices.SortFunc(lines, func(a, b int) int {
		return cmp.Or(cmp.Compare(e.in.Lines[a].UnitPrice, e.in.Lines[b].UnitPrice), cmp.Compare(a, b))
	})
	rest := given
	for _, i := range lines {
		l := &e.in.Lines[i]
		units := min(l.Quantity, rest)
		if bought[i] {
			units = min(units, shared)
			shared -= units
		}
		rest -= units
		parts[i] = min(rate(max(l.UnitPrice, 0)*units, get.PPM), e.left[i])
	}
	return given
}

// uses returns how many units are given at most, and how many of them may come from lines that also count as
// bought. Of n uses, n*Buy units are bought; every use but the last gives Get.Quantity, and the last at least one.
func uses(get *Get, onlyBought, onlyGiven, both int64) (given, shared int64) {
	if get.Quantity <= 0 {
		return 0, 0
	}
	buy := max(get.Buy, 0)
	// spare is what n uses leave of the shared lines for giving, negative when n uses can not be bought.
	spare := func(n int64) int64 { return both - max(times(n, buy)-onlyBought, 0) }
	fits := func(n int64) bool {
		free := spare(n)
		return free >= 0 && times(n-1, get.Quantity) < onlyGiven+free
	}
	low, high := int64(0), onlyGiven+both // each use gives at least one unit
	if get.MaxUses > 0 {
		high = min(high, get.MaxUses)
	}
	for low < high { // the largest n that fits: fewer uses always fit when more do
		if mid := low + (high-low+1)/2; fits(mid) {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low == 0 {
		return 0, 0
	}
	shared = spare(low)
	return min(times(low, get.Quantity), onlyGiven+shared), shared
}

// rate returns a rate of an amount, half up; the rate counts as between 0 and 100 percent.
func rate(amount, ppm int64) int64 {
	part, err := money.New(amount, "").MulRate(min(max(ppm, 0), money.PPM), money.HalfUp)
	if err != nil { // a part of an amount always fits
		return 0
	}
	return part.Amount
}

// times multiplies numbers that are not negative, and stops at the largest.
func times(a, b int64) int64 {
	if a > 0 && b > math.MaxInt64/a {
		return math.MaxInt64
	}
	return a * b
}
