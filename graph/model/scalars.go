package model

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/fault"
)

// MarshalDateTime writes a moment in UTC, to the second, as RFC 3339 has it.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = w.Write(AppendDateTime(make([]byte, 0, 32), t))
	})
}

// AppendDateTime adds to a text what [MarshalDateTime] writes.
func AppendDateTime(b []byte, t time.Time) []byte {
	return append(t.UTC().AppendFormat(append(b, '"'), time.RFC3339), '"')
}

// UnmarshalDateTime reads a moment, and refuses what is not RFC 3339.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, fault.New(fault.Invalid, "A DateTime is a string such as 2026-11-23T08:00:00Z.")
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "%.40q is not a DateTime: write it as 2026-11-23T08:00:00Z.", s)
	}
	return t.UTC(), nil
}

// MarshalDecimal writes a decimal number as the string it is.
func MarshalDecimal(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalDecimal reads a decimal number given as a string or a number. Whether it fits its currency, the one who uses
// it checks.
func UnmarshalDecimal(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", fault.New(fault.Invalid, "A Decimal is a string such as \"12.99\".")
}

// MarshalText writes a scalar that is a text.
func MarshalText(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalText reads a scalar that is a text, such as a URL: GraphQL itself checks only its own scalars.
func UnmarshalText(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", fault.New(fault.Invalid, "This is a text: send a string.")
	}
	return s, nil
}

// MarshalUnsignedInt64 writes a whole number as a string, since JSON readers lose digits of large ones.
func MarshalUnsignedInt64(n uint64) graphql.Marshaler {
	return graphql.MarshalString(strconv.FormatUint(n, 10))
}

// UnmarshalUnsignedInt64 reads a whole number given as a string or a number.
func UnmarshalUnsignedInt64(v any) (uint64, error) {
	n, err := strconv.ParseUint(fmt.Sprint(v), 10, 64)
	if err != nil {
		return 0, fault.New(fault.Invalid, "An UnsignedInt64 is a whole number from 0 to 18446744073709551615.")
	}
	return n, nil
}

// MarshalCurrencyCode writes a currency's code.
func MarshalCurrencyCode(c money.Currency) graphql.Marshaler { return graphql.MarshalString(string(c)) }

// UnmarshalCurrencyCode reads a currency's code; that it exists, the schema has checked.
func UnmarshalCurrencyCode(v any) (money.Currency, error) {
	s, err := graphql.UnmarshalString(v)
	return money.Currency(s), err
}
