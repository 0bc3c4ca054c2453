package money

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"

	"github.com/govalues/decimal"
)

// Rounding says what becomes of a result that falls between two minor units.
type Rounding uint8

const (
	// HalfUp rounds to the nearest unit, and a tie away from zero: 2.5 is 3, -2.5 is -3. Most tax laws ask for it.
	HalfUp Rounding = iota
	// HalfEven rounds to the nearest unit, and a tie to the even one: 2.5 is 2, 3.5 is 4.
	HalfEven
)

// MulRate returns m times a rate in parts per million: 75,000 of 10.00 is 0.75. Rates may be negative or above 100
// percent. Fails with [ErrOverflow].
func (m Money) MulRate(ppm int64, rounding Rounding) (Money, error) {
	return m.MulRatio(ppm, PPM, rounding)
}

// MulRatio returns m times num/den, computed in 128 bits and rounded once. Fails with [ErrRate] unless den is
// positive, and with [ErrOverflow].
func (m Money) MulRatio(num, den int64, rounding Rounding) (Money, error) {
	if den <= 0 {
		return Money{}, ErrRate
	}
	amount, err := signed(abs(m.Amount), abs(num), uint64(den), rounding, (m.Amount < 0) != (num < 0))
	return Money{Amount: amount, Currency: m.Currency}.orZero(err)
}

// Convert returns m in another currency at rate, a positive decimal such as "1.0837": so many major units of to
// for one major unit of m's currency. The rate counts to 19 significant digits; the result is rounded once, half
// up, to the minor units of to. Fails with [ErrUnknownCurrency], [ErrRate] or [ErrOverflow].
func Convert(m Money, to Currency, rate string) (Money, error) {
	if !m.Currency.Valid() || !to.Valid() {
		return Money{}, fmt.Errorf("%w: %q to %q", ErrUnknownCurrency, m.Currency, to)
	}
	r, err := decimal.Parse(rate)
	if err != nil || !r.IsPos() {
		return Money{}, fmt.Errorf("%w: %q", ErrRate, rate)
	}
	r = r.Trim(0)
	shift := r.Scale() + m.Currency.Digits() - to.Digits() // powers of ten to divide by
	var amount int64
	switch {
	case shift >= 0 && shift < len(powers):
		amount, err = signed(abs(m.Amount), r.Coef(), powers[shift], HalfUp, m.Amount < 0)
	default:
		amount, err = scaleBig(m.Amount, r.Coef(), shift)
	}
	return Money{Amount: amount, Currency: to}.orZero(err)
}

// powers holds the powers of ten that fit in 64 bits.
var powers = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// signed returns a*b/den, rounded, with the given sign.
func signed(a, b, den uint64, rounding Rounding, negative bool) (int64, error) {
	hi, lo := bits.Mul64(a, b)
	if hi >= den {
		return 0, ErrOverflow
	}
	q, rem := bits.Div64(hi, lo, den)
	half := den - rem // compared with rem, so that doubling cannot overflow
	if rem > half || rem == half && (rounding == HalfUp || q&1 == 1) {
		q++ // cannot wrap: q is the largest number only when den is 1, and then rem is 0
	}
	if q > math.MaxInt64 {
		return 0, ErrOverflow
	}
	if negative {
		return -int64(q), nil
	}
	return int64(q), nil
}

// scaleBig is Convert for the rare shifts that 128 bits do not hold: amount*coef/10^shift, half up.
func scaleBig(amount int64, coef uint64, shift int) (int64, error) {
	n := new(big.Int).Mul(new(big.Int).SetUint64(abs(amount)), new(big.Int).SetUint64(coef))
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(shift, -shift))), nil)
	if shift < 0 {
		n.Mul(n, ten)
	} else {
		rem := new(big.Int)
		n.QuoRem(n, ten, rem)
		if rem.Lsh(rem, 1).Cmp(ten) >= 0 {
			n.Add(n, big.NewInt(1))
		}
	}
	if !n.IsInt64() {
		return 0, ErrOverflow
	}
	if amount < 0 {
		return -n.Int64(), nil
	}
	return n.Int64(), nil
}

// orZero drops the amount of a failed calculation.
func (m Money) orZero(err error) (Money, error) {
	if err != nil {
		return Money{}, err
	}
	return m, nil
}

// abs returns the magnitude of n, the smallest 64-bit number included.
func abs(n int64) uint64 {
	if n < 0 {
		return uint64(-(n + 1)) + 1
	}
	return uint64(n)
}
