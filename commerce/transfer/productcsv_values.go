package transfer

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxWholeDigits = 12 // of an amount before its decimal point: safe as int64 minor units of any currency
	maxQuantity    = 1_000_000_000
	maxGrams       = 2_000_000_000
)

// text reads a column of at most so many characters.
func (b *builder) text(w *row, c column, longest int) string {
	s := w.value(b.header, c)
	if len(s) > longest && utf8.RuneCountInString(s) > longest {
		b.refuse(w, c, CodeTooLong, fmt.Sprintf("%s has %d characters, at most %d are allowed",
			quoted(s), utf8.RuneCountInString(s), longest))
		return ""
	}
	return s
}

// oneOf reads a column that knows only certain words, in lower case.
func (b *builder) oneOf(w *row, c column, blank string, allowed ...string) string {
	s := strings.ToLower(w.value(b.header, c))
	if s == "" {
		return blank
	}
	if !slices.Contains(allowed, s) {
		b.refuse(w, c, CodeUnknownValue, fmt.Sprintf("%s is not one of %s", quoted(s), strings.Join(allowed, ", ")))
		return blank
	}
	return s
}

func (b *builder) status(w *row) Status {
	s := Status(strings.ToLower(w.value(b.header, colStatus)))
	switch s {
	case "":
		return StatusActive
	case StatusActive, StatusDraft, StatusArchived:
		return s
	}
	b.refuse(w, colStatus, CodeUnknownStatus, fmt.Sprintf("%s is not active, draft or archived", quoted(string(s))))
	return StatusDraft
}

// policy reads deny or continue; the newer export asks the same as a yes-or-no question.
func (b *builder) policy(w *row) InventoryPolicy {
	switch strings.ToLower(w.value(b.header, colPolicy)) {
	case "", "deny", "false", "no":
		return PolicyDeny
	case "continue", "true", "yes":
		return PolicyContinue
	}
	b.refuse(w, colPolicy, CodeUnknownValue, fmt.Sprintf("%s is not deny or continue", quoted(w.value(b.header, colPolicy))))
	return PolicyDeny
}

func (b *builder) truth(w *row, c column, blank bool) bool {
	return b.truthAt(w, b.header.at[c], blank)
}

func (b *builder) truthAt(w *row, index int, blank bool) bool {
	switch s := strings.ToLower(w.at(index)); s {
	case "":
		return blank
	case "true", "yes", "1":
		return true
	case "false", "no", "0":
		return false
	default:
		b.refuseAt(w, b.header.names[index], CodeUnknownValue, fmt.Sprintf("%s is not TRUE or FALSE", quoted(s)))
		return blank
	}
}

// amount reads a price as a plain decimal; empty when the field is blank or wrong.
func (b *builder) amount(w *row, index, decimals int) string {
	s := w.at(index)
	if s == "" {
		return ""
	}
	amount, code, message := plainDecimal(s, decimals)
	if code != "" {
		b.refuseAt(w, b.header.names[index], code, message)
	}
	return amount
}

func (b *builder) measure(w *row, c column) string { return b.amount(w, b.header.at[c], 6) }

// grams reads a weight and rounds it to whole grams; exports of shops that weigh in pounds have fractions.
func (b *builder) grams(w *row) int64 {
	s := b.amount(w, b.header.at[colGrams], 6)
	if s == "" {
		return 0
	}
	grams, err := strconv.ParseFloat(s, 64)
	if err != nil || grams > maxGrams {
		b.refuse(w, colGrams, CodeTooLarge, fmt.Sprintf("%s grams are more than can be kept", quoted(s)))
		return 0
	}
	return int64(math.Round(grams))
}

// whole reads a whole number from nought up, and whether there was one.
func (b *builder) whole(w *row, c column) (int64, bool) {
	s := w.value(b.header, c)
	if s == "" {
		return 0, false
	}
	plain, code, message := plainDecimal(s, 0)
	if code != "" {
		b.refuse(w, c, code, message)
		return 0, false
	}
	n, err := strconv.ParseInt(plain, 10, 64)
	if err != nil || n > maxQuantity {
		b.refuse(w, c, CodeTooLarge, fmt.Sprintf("%s is more than %d", quoted(s), maxQuantity))
		return 0, false
	}
	return n, true
}

// plainDecimal checks digits with at most so many decimals and takes off zeros that say nothing. Signs of
// currencies and thousands are refused rather than guessed: "1,200" is two different sums in two countries.
func plainDecimal(s string, decimals int) (plain string, code Code, message string) {
	whole, fraction, point := strings.Cut(s, ".")
	if rest, minus := strings.CutPrefix(whole, "-"); minus && isDigits(rest) && (!point || isDigits(fraction)) {
		if strings.Trim(rest+fraction, "0") != "" {
			return "", CodeNegative, fmt.Sprintf("%s is negative", quoted(s))
		}
		whole = rest
	}
	if !isDigits(whole) || (point && !isDigits(fraction)) {
		return "", CodeBadNumber, fmt.Sprintf("%s is not a plain number such as 1299.00", quoted(s))
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if len(whole) > maxWholeDigits {
		return "", CodeTooLarge, fmt.Sprintf("%s has more than %d digits", quoted(s), maxWholeDigits)
	}
	for len(fraction) > decimals && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	if len(fraction) > decimals {
		return "", CodeTooManyDecimals, fmt.Sprintf("%s has more than %d decimals", quoted(s), decimals)
	}
	if fraction == "" {
		return whole, "", ""
	}
	return whole + "." + fraction, "", ""
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
