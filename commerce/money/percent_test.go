package money_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/money"
)

func TestPercent(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"19": 190_000, "8.875": 88_750, "0.0001": 1, "100": money.PPM, "5.00000": 50_000} {
		if got, err := money.ParsePercent(text); got != want || err != nil {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	for text, want := range map[string]error{"": money.ErrSyntax, "-1": money.ErrSyntax, "1%": money.ErrSyntax, "0.00001": money.ErrPrecision, "99999999999999999": money.ErrOverflow} {
		if _, err := money.ParsePercent(text); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What is written is read back.
func TestPercentIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ppm := rapid.Int64Range(0, money.PPM).Draw(t, "ppm")
		if got, err := money.ParsePercent(money.Percent(ppm)); got != ppm || err != nil {
			t.Fatalf("%d written as %q is %d: %v", ppm, money.Percent(ppm), got, err)
		}
	})
}
