package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rialtohq/rialto/commerce/money"
)

// facts is what rules of collections look at.
type facts struct {
	title, kind, vendor string
	tags                []string
	variants            []variantFacts
	currency            money.Currency // of the amounts
}

type variantFacts struct {
	title     string
	price     int64
	compare   amount
	grams     int64
	inventory int64 // what can be sold
}

type relation func(value, condition string) bool

// texts are the relations of text; case does not count.
var texts = map[string]relation{
	"EQUALS":      func(v, c string) bool { return v == c },
	"CONTAINS":    strings.Contains,
	"STARTS_WITH": strings.HasPrefix,
	"ENDS_WITH":   strings.HasSuffix,
	"IS_SET":      func(v, _ string) bool { return v != "" },
}

// opposites are relations that hold when another one holds for none of the values.
var opposites = map[string]string{"NOT_EQUALS": "EQUALS", "NOT_CONTAINS": "CONTAINS", "IS_NOT_SET": "IS_SET"}

var columnKinds = map[string]string{
	"TAG": "text", "TITLE": "text", "TYPE": "text", "VENDOR": "text", "VARIANT_TITLE": "text",
	"VARIANT_PRICE": "money", "VARIANT_COMPARE_AT_PRICE": "money", "VARIANT_WEIGHT": "number", "VARIANT_INVENTORY": "number", "IS_PRICE_REDUCED": "flag",
}

var relationsOf = map[string][]string{
	"text":   {"EQUALS", "NOT_EQUALS", "CONTAINS", "NOT_CONTAINS", "STARTS_WITH", "ENDS_WITH", "IS_SET", "IS_NOT_SET"},
	"money":  {"EQUALS", "NOT_EQUALS", "GREATER_THAN", "LESS_THAN", "IS_SET", "IS_NOT_SET"},
	"number": {"EQUALS", "NOT_EQUALS", "GREATER_THAN", "LESS_THAN"},
	"flag":   {"IS_SET", "IS_NOT_SET"},
}

// check says what is wrong with a rule in a sentence, or nothing.
func (r Rule) check(currency money.Currency) string {
	kind, ok := columnKinds[r.Column]
	if !ok {
		return "There is no column " + quote(r.Column) + "."
	}
	if !slices.Contains(relationsOf[kind], r.Relation) {
		return fmt.Sprintf("%s cannot be compared by %s.", r.Column, quote(r.Relation))
	}
	if r.Relation == "IS_SET" || r.Relation == "IS_NOT_SET" {
		return ""
	}
	switch kind {
	case "money":
		if _, err := money.Parse(r.Condition, currency); err != nil {
			return quote(r.Condition) + " is not an amount in " + string(currency) + "."
		}
	case "number":
		if n, err := strconv.ParseFloat(r.Condition, 64); err != nil || n-n != 0 { // infinities and what is no number
			return quote(r.Condition) + " is not a number."
		}
	default:
		if strings.TrimSpace(r.Condition) == "" {
			return "The condition is empty."
		}
	}
	return ""
}

// matches reports whether a product with these facts belongs to the collection. A set without rules has nothing.
func (s RuleSet) matches(f facts) bool {
	for _, r := range s.Rules {
		if matches(*r, f) == s.AppliedDisjunctively {
			return s.AppliedDisjunctively
		}
	}
	return len(s.Rules) > 0 && !s.AppliedDisjunctively
}

// matches reports whether one rule holds. A rule about tags or variants holds when it does for one of them; a negative
// one when it does for all.
func matches(r Rule, f facts) bool {
	if positive, negative := opposites[r.Relation]; negative {
		r.Relation = positive
		return !matches(r, f)
	}
	switch columnKinds[r.Column] {
	case "text":
		hold, ok := texts[r.Relation]
		condition := strings.ToLower(strings.TrimSpace(r.Condition))
		return ok && slices.ContainsFunc(f.texts(r.Column), func(v string) bool { return hold(strings.ToLower(v), condition) })
	case "flag":
		return slices.ContainsFunc(f.variants, func(v variantFacts) bool { return v.compare.given && v.compare.n > v.price })
	case "money":
		return r.holdsForMoney(f)
	case "number":
		want, err := strconv.ParseFloat(r.Condition, 64)
		return err == nil && slices.ContainsFunc(f.variants, func(v variantFacts) bool {
			have := v.grams
			if r.Column == "VARIANT_INVENTORY" {
				have = v.inventory
			}
			return compared(r.Relation, float64(have), want)
		})
	}
	return false
}

func (f facts) texts(column string) []string {
	switch column {
	case "TAG":
		return f.tags
	case "TITLE":
		return []string{f.title}
	case "TYPE":
		return []string{f.kind}
	case "VENDOR":
		return []string{f.vendor}
	}
	titles := make([]string, len(f.variants))
	for i, v := range f.variants {
		titles[i] = v.title
	}
	return titles
}

func (r Rule) holdsForMoney(f facts) bool {
	want, err := money.Parse(r.Condition, f.currency)
	return slices.ContainsFunc(f.variants, func(v variantFacts) bool {
		have := amount{v.price, true}
		if r.Column == "VARIANT_COMPARE_AT_PRICE" {
			have = v.compare
		}
		if r.Relation == "IS_SET" {
			return have.given
		}
		return err == nil && have.given && compared(r.Relation, have.n, want.Amount)
	})
}

func compared[T int64 | float64](relation string, have, want T) bool {
	switch relation {
	case "EQUALS":
		return have == want
	case "GREATER_THAN":
		return have > want
	case "LESS_THAN":
		return have < want
	}
	return false
}

// looksAtStock reports whether a rule needs to know what can be sold.
func (s RuleSet) looksAtStock() bool {
	return slices.ContainsFunc(s.Rules, func(r *Rule) bool { return r.Column == "VARIANT_INVENTORY" })
}
