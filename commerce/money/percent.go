package money

import (
	"strconv"
	"strings"
)

// ParsePercent reads a percentage such as "19" or "8.875" as parts per million. It is written as [Parse] takes amounts,
// without a sign, with four fraction digits at most. Fails with [ErrSyntax], [ErrPrecision] or [ErrOverflow].
func ParsePercent(text string) (ppm int64, err error) { return minorUnits(text, 4) }

// Percent writes parts per million as a percentage, as [Money.Decimal] writes amounts: 190,000 are "19.0".
func Percent(ppm int64) string {
	fraction := strings.TrimRight(strconv.FormatInt(10_000+ppm%10_000, 10)[1:], "0")
	if fraction == "" {
		fraction = "0"
	}
	return strconv.FormatInt(ppm/10_000, 10) + "." + fraction
}
