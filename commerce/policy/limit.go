package policy

import (
	"math"

	"github.com/rialtohq/rialto/commerce/money"
)

// limits are how much those with a limit give back on one order, in whole units: about two hundred euros, as a round
// number of each currency. A currency that is not here has no limit that could be kept, so only those without one refund
// in it. An operator's policy can set another limit for a shop: see docs/howto/policies.md.
var limits = map[money.Currency]int64{
	"AED": 800, "AUD": 300, "BRL": 1000, "CAD": 300, "CHF": 200, "CNY": 1500, "CZK": 5000, "DKK": 1500, "EUR": 200, "GBP": 200,
	"HKD": 1500, "HUF": 80000, "IDR": 3000000, "ILS": 800, "INR": 20000, "JPY": 30000, "KRW": 300000, "KWD": 60, "MXN": 4000,
	"MYR": 1000, "NOK": 2000, "NZD": 300, "PHP": 12000, "PLN": 800, "RON": 1000, "SAR": 800, "SEK": 2000, "SGD": 300,
	"THB": 7000, "TRY": 8000, "TWD": 7000, "USD": 200, "VND": 5000000, "ZAR": 4000,
}

// refundLimit gives the limit of a currency in its minor units.
func refundLimit(currency string) (int64, bool) {
	c := money.Currency(currency)
	whole, ok := limits[c]
	return whole * int64(math.Pow10(c.Digits())), ok
}
