package money

import (
	"fmt"
	"math"
	"strconv"
)

// Parse reads a plain decimal number in major units: "12.99", "-3", "1200.0". It takes no sign but a minus, no
// exponent, no separators, no spaces, and needs a digit on both sides of a point. Zeros beyond the currency's
// fraction digits mean nothing and are accepted, so that whatever [Money.Decimal] writes is read back.
// Fails with [ErrUnknownCurrency], [ErrSyntax], [ErrPrecision] or [ErrOverflow].
func Parse(text string, c Currency) (Money, error) {
	if !c.Valid() {
		return Money{}, fmt.Errorf("%w: %q", ErrUnknownCurrency, string(c))
	}
	digits, negative := text, false
	if len(digits) > 0 && digits[0] == '-' {
		digits, negative = digits[1:], true
	}
	amount, err := minorUnits(digits, c.Digits())
	if err != nil {
		return Money{}, err
	}
	if negative {
		amount = -amount
	}
	return Money{Amount: amount, Currency: c}, nil
}

// minorUnits reads digits[.digits] with the given number of fraction digits. It looks at every character before it
// speaks of range, so that junk is called junk.
func minorUnits(text string, fraction int) (int64, error) {
	var amount uint64
	point, excess, overflow := -1, false, false
	for i := range len(text) {
		ch := text[i]
		if ch == '.' && point < 0 && i > 0 {
			point = i
			continue
		}
		if ch < '0' || ch > '9' {
			return 0, ErrSyntax
		}
		if point >= 0 && i-point > fraction {
			excess = excess || ch != '0'
			continue
		}
		amount, overflow = shiftIn(amount, uint64(ch-'0'), overflow)
	}
	if len(text) == 0 || point == len(text)-1 {
		return 0, ErrSyntax
	}
	written := 0
	if point >= 0 {
		written = len(text) - point - 1
	}
	for ; written < fraction; written++ {
		amount, overflow = shiftIn(amount, 0, overflow)
	}
	switch {
	case excess:
		return 0, ErrPrecision
	case overflow:
		return 0, ErrOverflow
	}
	return int64(amount), nil
}

// shiftIn appends a decimal digit to n, unless n would leave 63 bits or already has.
func shiftIn(n, digit uint64, overflow bool) (uint64, bool) {
	if overflow || n > (math.MaxInt64-digit)/10 {
		return n, true
	}
	return n*10 + digit, false
}

// Decimal writes the amount in major units the way published storefront clients expect it: at least one fraction
// digit and no needless ones. 10 dollars are "10.0", 12.99 dollars "12.99", 1200 yen "1200.0", 5 fils "0.005".
func (m Money) Decimal() string {
	var room [32]byte
	b := m.append(room[:0], 1)
	return string(b)
}

// String writes the amount with every fraction digit of its currency, and the code, for people: "12.90 USD".
func (m Money) String() string {
	var room [40]byte
	b := m.append(room[:0], m.Currency.Digits())
	b = append(b, ' ')
	return string(append(b, m.Currency...))
}

// append writes the amount with at least the given number of fraction digits, and no needless zeros beyond them.
func (m Money) append(b []byte, least int) []byte {
	if m.Amount < 0 {
		b = append(b, '-')
	}
	digits := m.Currency.Digits()
	unit := powers[digits]
	n := abs(m.Amount)
	b = strconv.AppendUint(b, n/unit, 10)
	if digits == 0 && least == 0 {
		return b
	}
	b = append(b, '.')
	if digits == 0 {
		return append(b, '0')
	}
	start := len(b)
	for rest := n % unit; unit > 1; rest %= unit {
		unit /= 10
		b = append(b, byte('0'+rest/unit))
	}
	for len(b)-start > least && b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}
