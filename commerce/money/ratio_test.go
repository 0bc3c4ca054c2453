package money_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/money"
)

func TestMulRate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount, ppm, halfUp, halfEven int64
	}{
		{1000, 75_000, 75, 75},   // 7.5 % of 10.00
		{1999, 88_750, 177, 177}, // 8.875 % of 19.99 = 177.41
		{100, 25_000, 3, 2},      // 2.5: the tie
		{100, 35_000, 4, 4},      // 3.5: both go to 4
		{-100, 25_000, -3, -2},   // a refund mirrors its charge
		{1, 499_999, 0, 0},       // just under a half
		{1, 500_000, 1, 0},       // a half
		{1000, 1_000_000, 1000, 1000},
		{1000, -100_000, -100, -100},
		{0, 200_000, 0, 0},
		{math.MaxInt64, 1_000_000, math.MaxInt64, math.MaxInt64},
	} {
		for rounding, want := range map[money.Rounding]int64{money.HalfUp: c.halfUp, money.HalfEven: c.halfEven} {
			if got, err := usd(c.amount).MulRate(c.ppm, rounding); err != nil || got != usd(want) {
				t.Errorf("%d x %d ppm (rounding %d) = %v, %v; want %d", c.amount, c.ppm, rounding, got, err, want)
			}
		}
	}
	if _, err := usd(math.MaxInt64).MulRate(1_000_001, money.HalfUp); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("overflow: %v", err)
	}
	if _, err := usd(1).MulRatio(1, 0, money.HalfUp); !errors.Is(err, money.ErrRate) {
		t.Errorf("zero denominator: %v", err)
	}
}

func TestMulRatioIsTheNearestUnit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount, num := rapid.Int64().Draw(t, "amount"), rapid.Int64().Draw(t, "num")
		den := rapid.Int64Min(1).Draw(t, "den")
		rounding := rapid.SampledFrom([]money.Rounding{money.HalfUp, money.HalfEven}).Draw(t, "rounding")
		got, err := usd(amount).MulRatio(num, den, rounding)
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(amount), big.NewInt(num)), big.NewInt(den))
		if err != nil {
			limit := new(big.Rat).SetInt64(math.MaxInt64)
			if exact.Abs(exact).Cmp(limit) < 0 {
				t.Fatalf("refused %v: %v", exact, err)
			}
			return
		}
		off := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(got.Amount))
		tie := off.Abs(off).Cmp(big.NewRat(1, 2))
		if tie > 0 {
			t.Fatalf("%d is not nearest to %v", got.Amount, exact)
		}
		if tie == 0 && rounding == money.HalfEven && got.Amount%2 != 0 {
			t.Fatalf("tie %v went to odd %d", exact, got.Amount)
		}
		if tie == 0 && rounding == money.HalfUp && new(big.Rat).SetInt64(got.Amount).Cmp(exact) != exact.Sign() {
			t.Fatalf("tie %v went toward zero: %d", exact, got.Amount)
		}
	})
}

func TestConvert(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from money.Money
		to   money.Currency
		rate string
		want int64
	}{
		{usd(1000), "EUR", "0.92", 920},
		{usd(1299), "JPY", "151.25", 1965},              // 1964.7375
		{money.New(1965, "JPY"), "USD", "0.0066", 1297}, // 12.969
		{usd(1000), "KWD", "0.307", 3070},               // 3.070
		{money.New(3070, "KWD"), "USD", "3.257", 1000},  // 9.99899
		{usd(1), "EUR", "0.5", 1},                       // half a cent goes up
		{usd(-1), "EUR", "0.5", -1},
		{usd(1000), "USD", "1", 1000},
		{money.New(2, "JPY"), "CLF", "100000", 2_000_000_000}, // a negative shift
		{usd(100), "EUR", "0.0000000000000000001", 0},         // a shift beyond 128 bits' table
		{money.New(500_000, "CLF"), "JPY", "0.0100000000000000001", 1},
	} {
		if got, err := money.Convert(c.from, c.to, c.rate); err != nil || got != money.New(c.want, c.to) {
			t.Errorf("Convert(%v, %s, %s) = %v, %v; want %d", c.from, c.to, c.rate, got, err, c.want)
		}
	}
	for rate, want := range map[string]error{"": money.ErrRate, "0": money.ErrRate, "-1": money.ErrRate, "x": money.ErrRate,
		"9999999999999999999": money.ErrOverflow} {
		if got, err := money.Convert(usd(1000), "EUR", rate); !errors.Is(err, want) {
			t.Errorf("rate %q gave %v, %v", rate, got, err)
		}
	}
	if _, err := money.Convert(usd(1), "ZZZ", "1"); !errors.Is(err, money.ErrUnknownCurrency) {
		t.Errorf("unknown currency: %v", err)
	}
}

func TestConvertIsMonotonic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from, to := drawCurrency(t), rapid.SampledFrom(money.Currencies()).Draw(t, "to")
		rate := rapid.StringMatching(`[1-9][0-9]{0,3}\.[0-9]{1,12}`).Draw(t, "rate")
		a := rapid.Int64Range(-1e9, 1e9).Draw(t, "a")
		b := rapid.Int64Range(a, 1e9).Draw(t, "b")
		x, err1 := money.Convert(money.New(a, from), to, rate)
		y, err2 := money.Convert(money.New(b, from), to, rate)
		if err1 != nil || err2 != nil || x.Amount > y.Amount {
			t.Fatalf("%v (%v) and %v (%v)", x, err1, y, err2)
		}
	})
}
