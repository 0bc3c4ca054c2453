package catalog

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of validations.
const (
	maxChoices = 128
	maxPattern = 1000
)

// Validation is one rule that the values of a definition obey, by the name that its type knows.
type Validation struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// validator is the rules of a definition, ready to judge values.
type validator struct {
	kind             string // without "list."
	list             bool
	min, max         *limit
	regex            *regexp.Regexp
	choices          []string
	precision        *int64
	listMin, listMax *int64
}

// limit is a number or a time that values are compared with, or how many characters a text has.
type limit struct {
	number float64
	at     time.Time
}

var (
	textTypes   = []string{"single_line_text_field", "multi_line_text_field", "id", "url"}
	numberTypes = []string{"number_integer", "number_decimal"}
	timeTypes   = []string{"date", "date_time"}
)

// rulesOf are the names of validations that a type knows.
func rulesOf(kind string) []string {
	item, list := strings.CutPrefix(kind, "list.")
	var names []string
	switch {
	case slices.Contains(textTypes, item):
		names = []string{"min", "max", "regex"}
		if item == "single_line_text_field" {
			names = append(names, "choices")
		}
	case slices.Contains(numberTypes, item):
		names = []string{"min", "max"}
		if item == "number_decimal" {
			names = append(names, "max_precision")
		} else {
			names = append(names, "choices")
		}
	case slices.Contains(timeTypes, item):
		names = []string{"min", "max"}
	}
	if list {
		names = append(names, "list.min", "list.max")
	}
	return names
}

// compile makes a validator of rules. The message says what is wrong with the i-th rule; i is below 0 where all are good.
// Patterns are RE2: whatever they are, judging a value takes time in proportion to its length.
func compile(kind string, rules []Validation) (v *validator, i int, wrong string) {
	v = &validator{}
	v.kind, v.list = strings.CutPrefix(kind, "list.")
	seen := map[string]bool{}
	for i, r := range rules {
		switch {
		case !slices.Contains(rulesOf(kind), r.Name):
			return nil, i, "Values of the type " + kind + " have no rule " + quote(r.Name) + "."
		case seen[r.Name]:
			return nil, i, "This rule is given twice."
		}
		seen[r.Name] = true
		if wrong := v.add(r); wrong != "" {
			return nil, i, wrong
		}
	}
	if v.min != nil && v.max != nil && v.compare(*v.min, *v.max) > 0 || v.listMin != nil && v.listMax != nil && *v.listMin > *v.listMax {
		return nil, len(rules) - 1, "The least is more than the most."
	}
	return v, -1, ""
}

// add takes over one rule and says what is wrong with it.
func (v *validator) add(r Validation) (wrong string) {
	switch r.Name {
	case "min", "max":
		l, ok := v.limitOf(r.Value)
		if !ok {
			return "This is no limit for values of the type " + v.kind + "."
		}
		if r.Name == "min" {
			v.min = &l
		} else {
			v.max = &l
		}
	case "max_precision", "list.min", "list.max":
		n, err := strconv.ParseInt(r.Value, 10, 32)
		if err != nil || n < 0 {
			return "This is a number from 0."
		}
		switch r.Name {
		case "max_precision":
			v.precision = &n
		case "list.min":
			v.listMin = &n
		default:
			v.listMax = &n
		}
	case "regex":
		re, err := regexp.Compile(r.Value)
		if err != nil || r.Value == "" || len(r.Value) > maxPattern {
			return fmt.Sprintf("This is no pattern of at most %d bytes in the syntax of RE2.", maxPattern)
		}
		v.regex = re
	case "choices":
		return v.addChoices(r.Value)
	}
	return ""
}

func (v *validator) addChoices(value string) (wrong string) {
	var raw []json.RawMessage
	if json.Unmarshal([]byte(value), &raw) != nil || len(raw) == 0 || len(raw) > maxChoices {
		return fmt.Sprintf(`Choices are a list in JSON, such as ["Oak", "Ash"], of 1 to %d.`, maxChoices)
	}
	for _, r := range raw {
		text := plain(r)
		if _, fits := fitsType(v.kind, text); !fits {
			return "The choice " + quote(text) + " does not fit the type."
		}
		v.choices = append(v.choices, text)
	}
	return ""
}

// plain is a value of a list in JSON as the same value is written alone.
func plain(r json.RawMessage) string {
	var s string
	if json.Unmarshal(r, &s) == nil {
		return s
	}
	return string(r)
}

func (v *validator) limitOf(value string) (l limit, ok bool) {
	var err error
	switch {
	case slices.Contains(timeTypes, v.kind):
		for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05"} {
			if l.at, err = time.Parse(layout, value); err == nil {
				return l, true
			}
		}
	case slices.Contains(numberTypes, v.kind):
		_, ok = fitsType(v.kind, value)
		l.number, err = strconv.ParseFloat(value, 64)
	default:
		var n int64
		n, err = strconv.ParseInt(value, 10, 32)
		l.number, ok = float64(n), n >= 0
	}
	return l, ok && err == nil
}

func (v *validator) compare(a, b limit) int {
	if slices.Contains(timeTypes, v.kind) {
		return a.at.Compare(b.at)
	}
	switch {
	case a.number < b.number:
		return -1
	case a.number > b.number:
		return 1
	}
	return 0
}

// judge says what is wrong with a value of the right type, and where in a list value it is; at is below 0 for the whole.
func (v *validator) judge(value string) (wrong string, at int) {
	if !v.list {
		return v.one(value), -1
	}
	var items []json.RawMessage
	if json.Unmarshal([]byte(value), &items) != nil {
		return "The value is no list.", -1
	}
	switch n := int64(len(items)); {
	case v.listMin != nil && n < *v.listMin:
		return fmt.Sprintf("The list has at least %d entries.", *v.listMin), -1
	case v.listMax != nil && n > *v.listMax:
		return fmt.Sprintf("The list has at most %d entries.", *v.listMax), -1
	}
	for i, item := range items {
		if wrong := v.one(plain(item)); wrong != "" {
			return wrong, i
		}
	}
	return "", -1
}

// one says what is wrong with one value.
func (v *validator) one(value string) string {
	switch {
	case v.choices != nil && !slices.Contains(v.choices, value):
		return "The value is none of the choices."
	case v.regex != nil && !v.regex.MatchString(value):
		return "The value does not match the pattern of its definition."
	}
	if v.precision != nil {
		if _, digits, _ := strings.Cut(value, "."); int64(len(digits)) > *v.precision {
			return fmt.Sprintf("The number has at most %d digits after the point.", *v.precision)
		}
	}
	if v.min == nil && v.max == nil {
		return ""
	}
	l := limit{number: float64(utf8.RuneCountInString(value))}
	unit := " characters"
	if !slices.Contains(textTypes, v.kind) {
		l, _ = v.limitOf(value)
		unit = ""
	}
	switch {
	case v.min != nil && v.compare(l, *v.min) < 0:
		return "The value is below its least, " + v.show(*v.min) + unit + "."
	case v.max != nil && v.compare(l, *v.max) > 0:
		return "The value is above its most, " + v.show(*v.max) + unit + "."
	}
	return ""
}

func (v *validator) show(l limit) string {
	if slices.Contains(timeTypes, v.kind) {
		return l.at.Format(time.RFC3339)
	}
	return strconv.FormatFloat(l.number, 'f', -1, 64)
}
