package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// malformed are rows that cannot be meant, each with a word of what is said of it.
var malformed = []struct{ name, row, says string }{
	{"WordAsPrice", "b1,B,,,B1,rialto,3,cheap,active", "price"},
	{"NoPrice", "b2,B,,,B2,rialto,3,,active", "price"},
	{"NegativePrice", "b3,B,,,B3,rialto,3,-1.00,active", "price"},
	{"PriceWithTooManyDecimals", "b4,B,,,B4,rialto,3,1.00001,active", "price"},
	{"PriceWithExponent", "b5,B,,,B5,rialto,3,1e3,active", "price"},
	{"PriceOfNaN", "b6,B,,,B6,rialto,3,NaN,active", "price"},
	{"PriceBeyondEverything", "b7,B,,,B7,rialto,3,99999999999999999999999999,active", "price"},
	{"QuantityOfHalf", "b8,B,,,B8,rialto,1.5,4.00,active", "qty"},
	{"QuantityBeyondInteger", "b9,B,,,B9,rialto,99999999999999999999,4.00,active", "qty"},
	{"QuantityAsWord", "b10,B,,,B10,rialto,many,4.00,active", "qty"},
	{"UnknownStatus", "b11,B,,,B11,rialto,3,4.00,sideways", "status"},
	{"NoHandle", ",B,,,B12,rialto,3,4.00,active", "handle"},
	{"NoTitle", "b13,,,,B13,rialto,3,4.00,active", "title"},
	{"HandleWithSpaces", "b 14,B,,,B14,rialto,3,4.00,active", "handle"},
	{"HandleWithSQL", "b15'; DROP TABLE product; --,B,,,B15,rialto,3,4.00,active", "handle"},
	{"HandleTooLong", strings.Repeat("b", 5_000) + ",B,,,B16,rialto,3,4.00,active", "handle"},
	{"TitleTooLong", "b17," + strings.Repeat("B", 100_000) + ",,,B17,rialto,3,4.00,active", "title"},
	{"TitleWithNUL", "b18,B\x00B,,,B18,rialto,3,4.00,active", "title"},
	{"TitleNoUTF8", "b19,B\xff\xfe,,,B19,rialto,3,4.00,active", "title"},
	{"TooFewColumns", "b20,B", "fields"},
	{"TooManyColumns", "b21,B,,,B21,rialto,3,4.00,active,more,and,more", "fields"},
	{"ValueWithoutOption", "b22,B,,Small,B22,rialto,3,4.00,active", "option1"},
	{"BareQuote", `b23,B "quoted" B,,,B23,rialto,3,4.00,active`, "quotation"},
}

// inside are words that only somebody inside the process should read.
var inside = regexp.MustCompile(`(?i)panic|goroutine|SQLSTATE|sqlite|\bsql:|strconv\.|csv\.|\.go:\d|%!|<nil>|constraint`)

func TestImportOfMalformedRows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start(t, dir)
	lines := []string{header}
	for i, m := range malformed {
		lines = append(lines, m.row, fmt.Sprintf("good-%d,Good %d,,,GOOD-%d,rialto,3,4.00,active", i, i, i))
	}
	got := imports(t, dir, write(t, lines))
	if found := inside.FindString(got.Out + got.Err); found != "" {
		t.Errorf("internal text %q in %s%s", found, got.Out, got.Err)
	}
	if len(got.Out)+len(got.Err) > 20_000 {
		t.Errorf("what is wrong is repeated at length: %d bytes", len(got.Out)+len(got.Err))
	}
	expect(t, got, 1, fmt.Sprintf("%d created", len(malformed)))
	for i, m := range malformed {
		line := lineOf(got.Out+got.Err, fmt.Sprintf("row %d:", 2+2*i))
		if line == "" || !strings.Contains(strings.ToLower(line), m.says) {
			t.Errorf("%s: row %d is told of as %q", m.name, 2+2*i, line)
		}
	}
	expect(t, imports(t, dir, write(t, lines)), 1, "0 created", fmt.Sprintf("%d unchanged", len(malformed)))
}

// lineOf is the first line that has a part.
func lineOf(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
