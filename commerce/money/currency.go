package money

import (
	"fmt"
	"slices"
	"strings"
)

// Currency is an ISO 4217 code in capitals, such as "USD". A value from outside goes through [ParseCurrency].
type Currency string

// ParseCurrency reads a code in either case. Fails with [ErrUnknownCurrency] unless the currency is active.
func ParseCurrency(code string) (Currency, error) {
	if c := Currency(code); c.Valid() {
		return c, nil
	}
	if len(code) == 3 {
		if c := Currency(strings.ToUpper(code)); c.Valid() {
			return c, nil
		}
	}
	if len(code) > 8 {
		code = code[:8] // enough to recognize a mistake, too little to fill a log
	}
	return "", fmt.Errorf("%w: %q", ErrUnknownCurrency, code)
}

// Currencies lists the active currencies and fund codes that have minor units, by code. Metals, bond units, test
// codes and withdrawn currencies are not among them: nothing is sold in those.
func Currencies() []Currency {
	list := make([]Currency, 0, len(currencies))
	for c := range currencies {
		list = append(list, c)
	}
	slices.Sort(list)
	return list
}

// Valid reports whether c is an active currency.
func (c Currency) Valid() bool { _, ok := currencies[c]; return ok }

// Digits is the number of decimal digits of the minor unit: 2 for USD, 0 for JPY, 3 for KWD; 2 when unknown.
func (c Currency) Digits() int {
	if info, ok := currencies[c]; ok {
		return int(info.digits)
	}
	return 2
}

// Name is the English name, "US Dollar"; the code itself when unknown.
func (c Currency) Name() string {
	if info, ok := currencies[c]; ok {
		return info.name
	}
	return string(c)
}

// Symbol is the short sign, told apart where several currencies share one ("$", "CA$"); the code where there is
// no common sign.
func (c Currency) Symbol() string {
	if info, ok := currencies[c]; ok && info.symbol != "" {
		return info.symbol
	}
	return string(c)
}

type currencyInfo struct {
	digits uint8
	name   string
	symbol string
}
