// Package money holds amounts of money and the arithmetic that is allowed on them.
//
// An amount is a whole number of a currency's minor units (cents, pence, whole yen), never a float. The package
// knows nothing of prices, taxes or carts; it imports nothing of ours.
//
// Invariants:
//   - Arithmetic is checked: whatever does not fit in 64 bits is [ErrOverflow], never a wrapped number.
//   - Two currencies never meet: mixing them is [ErrCurrencyMismatch], except in [Convert], which is told a rate.
//   - Splitting loses nothing: the parts that [Money.Allocate] returns sum to the whole, to the last minor unit.
//   - Rounding is always named by the caller; rounding is symmetric, so that a refund mirrors its charge.
package money

import (
	"cmp"
	"errors"
	"fmt"
	"math"
)

// PPM is the denominator of a rate: 1,000,000 parts per million are 100 percent, 10,000 are one percent.
const PPM = 1_000_000

var (
	// ErrOverflow means that a result does not fit in 64 bits of minor units.
	ErrOverflow = errors.New("money: amount out of range")
	// ErrCurrencyMismatch means that an operation met two currencies.
	ErrCurrencyMismatch = errors.New("money: different currencies")
	// ErrSyntax means that a text is not a plain decimal number.
	ErrSyntax = errors.New("money: not a decimal number")
	// ErrPrecision means that a text names a fraction smaller than the currency's minor unit.
	ErrPrecision = errors.New("money: more fraction digits than the currency has")
	// ErrUnknownCurrency means that a code is not an active ISO 4217 currency.
	ErrUnknownCurrency = errors.New("money: unknown currency")
	// ErrRate means that a rate or ratio is malformed, negative, or divides by zero.
	ErrRate = errors.New("money: invalid rate")
)

// Money is an amount in minor units of a currency. The zero value is no money in no currency. Comparable with ==.
type Money struct {
	Amount   int64    `json:"amount"` // Amount counts minor units: 1299 of USD is 12.99 dollars, 1299 of JPY 1,299 yen.
	Currency Currency `json:"currency"`
}

// New returns amount minor units of c.
func New(amount int64, c Currency) Money { return Money{Amount: amount, Currency: c} }

// Zero returns no money, in c.
func Zero(c Currency) Money { return Money{Currency: c} }

// CurrencyCode returns the currency: what API clients call the field beside the amount.
func (m Money) CurrencyCode() Currency { return m.Currency }

// IsZero reports whether the amount is zero, in whatever currency.
func (m Money) IsZero() bool { return m.Amount == 0 }

// IsNegative reports whether the amount is below zero.
func (m Money) IsNegative() bool { return m.Amount < 0 }

// Add returns m + o. Fails with [ErrCurrencyMismatch] or [ErrOverflow].
func (m Money) Add(o Money) (Money, error) {
	if m.Currency != o.Currency {
		return Money{}, mismatch(m, o)
	}
	sum := m.Amount + o.Amount
	// Overflow flips the sign of a sum whose terms agree in sign.
	if (m.Amount >= 0) == (o.Amount >= 0) && (sum >= 0) != (m.Amount >= 0) {
		return Money{}, ErrOverflow
	}
	return Money{Amount: sum, Currency: m.Currency}, nil
}

// Sub returns m - o, which may be negative. Fails with [ErrCurrencyMismatch] or [ErrOverflow].
func (m Money) Sub(o Money) (Money, error) {
	if m.Currency != o.Currency {
		return Money{}, mismatch(m, o)
	}
	diff := m.Amount - o.Amount
	if (m.Amount >= 0) != (o.Amount >= 0) && (diff >= 0) != (m.Amount >= 0) {
		return Money{}, ErrOverflow
	}
	return Money{Amount: diff, Currency: m.Currency}, nil
}

// Mul returns m taken quantity times. Fails with [ErrOverflow].
func (m Money) Mul(quantity int64) (Money, error) {
	if m.Amount == 0 || quantity == 0 {
		return Money{Currency: m.Currency}, nil
	}
	product := m.Amount * quantity
	// MinInt64 / -1 wraps back to MinInt64, hence its own test.
	if product/quantity != m.Amount || (quantity == -1 && m.Amount == math.MinInt64) {
		return Money{}, ErrOverflow
	}
	return Money{Amount: product, Currency: m.Currency}, nil
}

// Neg returns -m. The one amount without an opposite, the smallest of 64 bits, becomes the largest.
func (m Money) Neg() Money {
	if m.Amount == math.MinInt64 {
		return Money{Amount: math.MaxInt64, Currency: m.Currency}
	}
	return Money{Amount: -m.Amount, Currency: m.Currency}
}

// Cmp returns -1, 0 or +1 as m is less than, equal to, or more than o. Fails with [ErrCurrencyMismatch].
func (m Money) Cmp(o Money) (int, error) {
	if m.Currency != o.Currency {
		return 0, mismatch(m, o)
	}
	return cmp.Compare(m.Amount, o.Amount), nil
}

// Sum adds amounts that are all in c; of none, it is zero. Fails with [ErrCurrencyMismatch] or [ErrOverflow].
func Sum(c Currency, amounts ...Money) (Money, error) {
	total := Zero(c)
	for _, m := range amounts {
		var err error
		if total, err = total.Add(m); err != nil {
			return Money{}, err
		}
	}
	return total, nil
}

func mismatch(m, o Money) error {
	return fmt.Errorf("%w: %q and %q", ErrCurrencyMismatch, m.Currency, o.Currency)
}
