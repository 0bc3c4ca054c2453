package money_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/money"
)

func usd(amount int64) money.Money { return money.New(amount, "USD") }

func TestParseAndDecimal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		currency money.Currency
		amount   int64
		decimal  string
		shown    string
	}{
		{"10", "USD", 1000, "10.0", "10.00 USD"},
		{"10.00", "USD", 1000, "10.0", "10.00 USD"},
		{"12.99", "USD", 1299, "12.99", "12.99 USD"},
		{"12.9", "USD", 1290, "12.9", "12.90 USD"},
		{"0.05", "USD", 5, "0.05", "0.05 USD"},
		{"-0.05", "USD", -5, "-0.05", "-0.05 USD"},
		{"-12.990000", "EUR", -1299, "-12.99", "-12.99 EUR"},
		{"1200", "JPY", 1200, "1200.0", "1200 JPY"},
		{"1200.0", "JPY", 1200, "1200.0", "1200 JPY"},
		{"0.005", "KWD", 5, "0.005", "0.005 KWD"},
		{"1.5", "KWD", 1500, "1.5", "1.500 KWD"},
		{"0.0001", "CLF", 1, "0.0001", "0.0001 CLF"},
		{"0", "USD", 0, "0.0", "0.00 USD"},
		{"-0", "USD", 0, "0.0", "0.00 USD"},
		{"007", "USD", 700, "7.0", "7.00 USD"},
		{"92233720368547758.07", "USD", math.MaxInt64, "92233720368547758.07", "92233720368547758.07 USD"},
	} {
		got, err := money.Parse(c.text, c.currency)
		if err != nil || got != money.New(c.amount, c.currency) {
			t.Errorf("Parse(%q, %s) = %v, %v; want %d", c.text, c.currency, got, err, c.amount)
		}
		if got.Decimal() != c.decimal || got.String() != c.shown {
			t.Errorf("%q is written %q and %q; want %q and %q", c.text, got.Decimal(), got.String(), c.decimal, c.shown)
		}
	}
	if got := usd(math.MinInt64).Decimal(); got != "-92233720368547758.08" {
		t.Errorf("the smallest amount is written %q", got)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		currency money.Currency
		want     error
	}{
		{"12.999", "USD", money.ErrPrecision},
		{"1.5", "JPY", money.ErrPrecision},
		{"0.0005", "KWD", money.ErrPrecision},
		{"", "USD", money.ErrSyntax},
		{"-", "USD", money.ErrSyntax},
		{".", "USD", money.ErrSyntax},
		{".5", "USD", money.ErrSyntax},
		{"5.", "USD", money.ErrSyntax},
		{"-.5", "USD", money.ErrSyntax},
		{"+5", "USD", money.ErrSyntax},
		{"--5", "USD", money.ErrSyntax},
		{"1e3", "USD", money.ErrSyntax},
		{"1,000", "USD", money.ErrSyntax},
		{"1.0.0", "USD", money.ErrSyntax},
		{" 1", "USD", money.ErrSyntax},
		{"NaN", "USD", money.ErrSyntax},
		{"１２", "USD", money.ErrSyntax},
		{"1\x00", "USD", money.ErrSyntax},
		{"99999999999999999999999x", "USD", money.ErrSyntax},
		{"92233720368547758.08", "USD", money.ErrOverflow},
		{"92233720368547759", "USD", money.ErrOverflow},
		{"99999999999999999999999", "JPY", money.ErrOverflow},
		{"1", "BGN", money.ErrUnknownCurrency},
		{"1", "", money.ErrUnknownCurrency},
	} {
		if got, err := money.Parse(c.text, c.currency); !errors.Is(err, c.want) {
			t.Errorf("Parse(%q, %s) = %v, %v; want %v", c.text, c.currency, got, err, c.want)
		}
	}
}

func TestDecimalReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := money.New(rapid.Int64Min(-math.MaxInt64).Draw(t, "amount"), drawCurrency(t))
		got, err := money.Parse(m.Decimal(), m.Currency)
		if err != nil || got != m {
			t.Fatalf("%d %s was written %q and read back as %v, %v", m.Amount, m.Currency, m.Decimal(), got, err)
		}
	})
}

func TestArithmeticMatchesUnboundedIntegersOrRefuses(t *testing.T) {
	t.Parallel()
	edge := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1000, 1000),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := edge.Draw(t, "a"), edge.Draw(t, "b")
		x, y := big.NewInt(a), big.NewInt(b)
		check := func(name string, want *big.Int, got money.Money, err error) {
			switch {
			case !want.IsInt64() && !errors.Is(err, money.ErrOverflow):
				t.Fatalf("%s(%d, %d) = %v, %v; want an overflow", name, a, b, got, err)
			case want.IsInt64() && (err != nil || got != usd(want.Int64())):
				t.Fatalf("%s(%d, %d) = %v, %v; want %v", name, a, b, got, err, want)
			}
		}
		sum, err := usd(a).Add(usd(b))
		check("Add", new(big.Int).Add(x, y), sum, err)
		diff, err := usd(a).Sub(usd(b))
		check("Sub", new(big.Int).Sub(x, y), diff, err)
		product, err := usd(a).Mul(b)
		check("Mul", new(big.Int).Mul(x, y), product, err)
	})
}

func TestCurrenciesNeverMix(t *testing.T) {
	t.Parallel()
	eur := money.New(1, "EUR")
	if _, err := usd(1).Add(eur); !errors.Is(err, money.ErrCurrencyMismatch) {
		t.Errorf("Add: %v", err)
	}
	if _, err := usd(1).Sub(eur); !errors.Is(err, money.ErrCurrencyMismatch) {
		t.Errorf("Sub: %v", err)
	}
	if _, err := usd(1).Cmp(eur); !errors.Is(err, money.ErrCurrencyMismatch) {
		t.Errorf("Cmp: %v", err)
	}
	if _, err := money.Sum("USD", usd(1), eur); !errors.Is(err, money.ErrCurrencyMismatch) {
		t.Errorf("Sum: %v", err)
	}
	if got, err := money.Sum("USD", usd(1), usd(2)); err != nil || got != usd(3) {
		t.Errorf("Sum = %v, %v", got, err)
	}
}

func TestCmpNegAndZero(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, want int64 }{{1, 2, -1}, {2, 2, 0}, {3, 2, 1}} {
		if got, err := usd(c.a).Cmp(usd(c.b)); err != nil || int64(got) != c.want {
			t.Errorf("Cmp(%d, %d) = %d, %v", c.a, c.b, got, err)
		}
	}
	if usd(5).Neg() != usd(-5) || usd(math.MinInt64).Neg() != usd(math.MaxInt64) {
		t.Error("Neg is wrong")
	}
	if !money.Zero("USD").IsZero() || usd(1).IsZero() || !usd(-1).IsNegative() || usd(0).IsNegative() {
		t.Error("IsZero or IsNegative is wrong")
	}
	if usd(1).CurrencyCode() != "USD" {
		t.Error("CurrencyCode is wrong")
	}
}

func TestSnapshotsKeepTheirShape(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(usd(-1299))
	if diff := cmp.Diff(`{"amount":-1299,"currency":"USD"}`, string(b)); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
	var back money.Money
	if err := json.Unmarshal(b, &back); err != nil || back != usd(-1299) {
		t.Fatal(back, err)
	}
}

func TestCurrencyTable(t *testing.T) {
	t.Parallel()
	all := money.Currencies()
	if len(all) < 155 {
		t.Fatalf("only %d currencies", len(all))
	}
	for _, c := range all {
		if len(c) != 3 || c.Name() == "" || c.Symbol() == "" || c.Digits() > 4 {
			t.Errorf("%s: %q %q %d", c, c.Name(), c.Symbol(), c.Digits())
		}
	}
	for c, digits := range map[money.Currency]int{"USD": 2, "JPY": 0, "KWD": 3, "CLF": 4, "KRW": 0, "HUF": 2, "TND": 3, "ISK": 0} {
		if c.Digits() != digits {
			t.Errorf("%s has %d digits, want %d", c, c.Digits(), digits)
		}
	}
	if c, err := money.ParseCurrency("usd"); err != nil || c != "USD" || c.Symbol() != "$" || c.Name() != "US Dollar" {
		t.Error(c, err)
	}
	for _, bad := range []string{"", "US", "USDD", "ZZZ", "DEM", "XAU", "ÜSD"} {
		if c, err := money.ParseCurrency(bad); !errors.Is(err, money.ErrUnknownCurrency) {
			t.Errorf("ParseCurrency(%q) = %q, %v", bad, c, err)
		}
	}
}

func drawCurrency(t *rapid.T) money.Currency {
	return rapid.SampledFrom(money.Currencies()).Draw(t, "currency")
}
