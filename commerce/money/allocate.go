package money

import (
	"cmp"
	"math/bits"
	"slices"
)

// Split cuts m into n parts that differ by at most one minor unit; the larger ones come first. Nil for n < 1.
func (m Money) Split(n int) []Money {
	if n < 1 {
		return nil
	}
	return m.Allocate(make([]int64, n))
}

// Allocate cuts m in proportion to weights by the largest remainder: each part is its exact share rounded down or
// up, and the parts sum to m. Ties go to the earlier weight, so the same call always gives the same answer. Negative
// weights count as zero; when every weight is zero all are taken as equal; without weights the answer is nil.
//
// No part exceeds its weight when m does not exceed the sum of the weights: what is left of each line can therefore
// serve as the weights of a discount.
func (m Money) Allocate(weights []int64) []Money {
	if len(weights) == 0 {
		return nil
	}
	var room [16]int64
	amounts := Spread(room[:0], m.Amount, weights)
	parts := make([]Money, len(weights))
	for i, amount := range amounts {
		parts[i] = Money{Amount: amount, Currency: m.Currency}
	}
	return parts
}

// Spread is [Money.Allocate] on bare minor units: it appends one part for each weight to dst and returns it. With
// room in dst and few weights it allocates nothing.
func Spread(dst []int64, amount int64, weights []int64) []int64 {
	if len(weights) == 0 {
		return dst
	}
	total, shift := weigh(weights)
	equal := total == 0
	if equal {
		total = uint64(len(weights))
	}
	var room [16]share
	shares := room[:0]
	whole := abs(amount)
	left := whole
	first := len(dst)
	for i, weight := range weights {
		w := uint64(max(weight, 0)) >> shift
		if equal {
			w = 1
		}
		hi, lo := bits.Mul64(whole, w) // hi < total, because w <= total and whole < 2^64
		q, rem := bits.Div64(hi, lo, total)
		left -= q
		dst = append(dst, int64(q))
		if rem > 0 {
			shares = append(shares, share{rem: rem, at: first + i})
		}
	}
	if left > 0 {
		// The order is total (remainder, then place), so an unstable sort is deterministic.
		slices.SortFunc(shares, func(a, b share) int { return cmp.Or(cmp.Compare(b.rem, a.rem), cmp.Compare(a.at, b.at)) })
		for _, s := range shares[:left] {
			dst[s.at]++
		}
	}
	if amount < 0 {
		for i := first; i < len(dst); i++ {
			dst[i] = -dst[i]
		}
	}
	return dst
}

// share is what rounding down took from a part.
type share struct {
	rem uint64
	at  int
}

// weigh sums the weights. Where they do not fit in 64 bits it says how far to shift each right until they do.
func weigh(weights []int64) (total uint64, shift uint) {
	for ; ; shift++ {
		total = 0
		var carry, over uint64
		for _, w := range weights {
			total, carry = bits.Add64(total, uint64(max(w, 0))>>shift, 0)
			over |= carry
		}
		if over == 0 {
			return total, shift
		}
	}
}
