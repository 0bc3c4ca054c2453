package tests

import (
	"encoding/json"
	"strings"
)

// want is what must come of a bad value.
type want int

const (
	// polite: any answer that says yes or no properly.
	polite want = iota
	// refused: nothing is done, and a note says why.
	refused
	// pointed: refused, and a note leads to the place.
	pointed
)

// bad is a value that should not be sent.
type bad struct {
	name  string
	value any
	want  want
}

var longText = strings.Repeat("x", 100_000)

// harmless are texts that look like mischief and are texts. Whether a place takes them is its own affair.
var harmless = []bad{
	{"SQL", `'); DROP TABLE product; -- " OR 1=1 /*`, polite},
	{"Like", `%_\%`, polite},
	{"Template", `{{ .Secret }} ${7*7} <%= 1 %>`, polite},
	{"Markup", `<script>alert(1)</script><img src=x onerror=alert(1)>`, polite},
	{"Escape", "\x1b[31mred\x07\r\nSet-Cookie: a=b", polite},
	{"Unprintable", "\u0001\u007f\u0085\ufeff\uffff", polite},
	{"RightToLeft", "\u202Egpj.exe\u202C مرحبا שלום", polite},
	{"Emoji", "👩‍👩‍👧‍👦🏳️‍🌈\U000E0067", polite},
	{"Combining", "e" + strings.Repeat("\u0301", 500), polite},
	{"Empty", "", polite},
	{"Blank", " \t\n\u00a0\u2003", polite},
	{"Path", "../../../../etc/passwd", polite},
}

// values are bad values of a leaf.
func values(l leaf) []bad {
	out := scalarValues(l)
	if l.list() {
		if l.types[len(l.types)-1].Elem.NonNull {
			out = append(out, bad{"NullItem", whole{[]any{nil}}, pointed})
		}
		out = append(out, bad{"NestedList", whole{[]any{[]any{[]any{}}}}, pointed})
	}
	if l.types[len(l.types)-1].NonNull {
		out = append(out, bad{"Null", whole{nil}, pointed})
	}
	return append(out, bad{"Object", map[string]any{"a": 1}, pointed})
}

func scalarValues(l leaf) []bad {
	switch l.typ() {
	case "String", "HTML":
		return append([]bad{{"Long", longText, pointed}, {"NUL", "a\x00b", refused}, {"Number", 12, pointed}}, harmless...)
	case "URL":
		return append([]bad{{"Long", "https://rialto.test/" + longText, pointed}, {"NUL", "https://a\x00b", refused}, {"Script", "javascript:alert(1)", polite}}, harmless...)
	case "ID":
		return []bad{{"Word", "1", pointed}, {"Empty", "", pointed}, {"Foreign scheme", "gid://shopify/Product/1", pointed}, {"Long", longText, pointed},
			{"No uuid", "gid://rialto/Product/not-a-uuid", pointed}, {"SQL", "gid://rialto/Product/' OR 1=1 --", pointed}, {"Number", 12, pointed}}
	case "Int":
		return []bad{{"Over", 2147483648, pointed}, {"Under", -2147483649, pointed}, {"Huge", json.Number("9999999999999999999999"), pointed}, {"Fraction", 1.5, pointed}, {"Text", "one", pointed},
			{"Most", 2147483647, polite}, {"Negative", -1, polite}, {"Zero", 0, polite}, {"Least", -2147483648, polite}}
	case "UnsignedInt64":
		return []bad{{"Negative", "-1", pointed}, {"Over", "18446744073709551616", pointed}, {"Fraction", "1.5", pointed}, {"Text", "one", pointed},
			{"Most", "18446744073709551615", polite}, {"Zero", "0", polite}}
	case "Float":
		return []bad{{"Text", "one", pointed}, {"Huge", 1e308, polite}, {"Negative", -1.5, polite}, {"Tiny", 5e-324, polite}, {"Zero", 0.0, polite}}
	case "Decimal":
		return []bad{{"Text", "one", pointed}, {"Empty", "", pointed}, {"NaN", "NaN", pointed}, {"Exponent", "1e400", pointed}, {"Huge", "99999999999999999999999999", pointed}, {"Long", longText, pointed},
			{"Hexadecimal", "0x10", pointed}, {"Comma", "1,50", pointed}, {"Negative", "-1.00", polite}, {"Zero", "0", polite}, {"Digits", "0.0000001", polite}, {"Most", "92233720368547758.07", polite}}
	case "DateTime":
		return []bad{{"Impossible", "2026-02-30T00:00:00Z", pointed}, {"Month", "2026-13-01T00:00:00Z", pointed}, {"Hour", "2026-01-01T25:00:00Z", pointed}, {"Year", "99999-01-01T00:00:00Z", pointed},
			{"Text", "tomorrow", pointed}, {"Day only", "2026-01-01", pointed}, {"Number", 12, pointed}, {"Empty", "", pointed}, {"Long", longText, pointed}, {"First", "0001-01-01T00:00:00Z", polite}, {"Last", "9999-12-31T23:59:59Z", polite}}
	case "Boolean":
		return []bad{{"Text", "true", pointed}, {"Number", 1, pointed}}
	case "JSON":
		return []bad{{"Text", "x", polite}}
	}
	return []bad{{"Unknown", "NOPE", pointed}, {"SmallLetters", "us", pointed}, {"Long", longText, pointed}, {"Number", 12, pointed}}
}
