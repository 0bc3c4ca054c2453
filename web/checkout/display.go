package checkout

import (
	"strconv"
	"strings"

	"github.com/rialtohq/rialto/commerce/money"
)

// signs of currencies, as an English page writes them.
var signs = map[money.Currency]string{
	"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "INR": "₹", "KRW": "₩", "CNY": "CN¥", "BRL": "R$", "MXN": "MX$", "ILS": "₪",
}

// display writes an amount for people who read English: $1,234.50, ¥1,200, CHF 12.00.
func display(m money.Money) string {
	sign, ok := signs[m.Currency]
	if !ok {
		sign = string(m.Currency) + "\u00a0"
	}
	digits := m.Currency.Digits()
	whole, minus := strconv.FormatInt(m.Amount, 10), ""
	if strings.HasPrefix(whole, "-") {
		whole, minus = whole[1:], "−"
	}
	if n := digits + 1 - len(whole); n > 0 {
		whole = strings.Repeat("0", n) + whole
	}
	fraction := whole[len(whole)-digits:]
	whole = whole[:len(whole)-digits]
	var b strings.Builder
	b.WriteString(minus + sign)
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if digits > 0 {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// agreedText writes an amount so that it can be compared exactly.
func agreedText(m money.Money) string {
	return strconv.FormatInt(m.Amount, 10) + " " + string(m.Currency)
}
