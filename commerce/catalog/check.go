package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/markup"
)

// checker collects what is wrong with an input. Paths of problems begin with its prefix.
type checker struct {
	prefix   []string
	problems fault.Problems
	// err is what failed that is not the caller's doing.
	err error
}

func (c *checker) add(code, message string, field ...string) {
	c.problems.Add(code, message, slices.Concat(c.prefix, field)...)
}

func (c *checker) ok() bool { return len(c.problems) == 0 && c.err == nil }

// settle settles a record. A price that has no room in another currency is a problem of a field.
func (c *checker) settle(r *record, list priceList, field ...string) {
	switch err := r.settle(list); {
	case err == nil:
	case tooHigh(err):
		c.add(CodeInvalid, "A price is out of range in another currency.", field...)
	default:
		c.err = err
	}
}

// text checks one line of text and gives it without white space around it.
func (c *checker) text(s string, longest int, field ...string) string {
	switch {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		c.add(CodeInvalid, "The text is not valid UTF-8.", field...)
		return ""
	case utf8.RuneCountInString(s) > longest:
		c.add(CodeTooLong, fmt.Sprintf("The text is longer than %d characters.", longest), field...)
	}
	return strings.TrimSpace(s)
}

func (c *checker) required(s string, longest int, field ...string) string {
	before := len(c.problems)
	if s = c.text(s, longest, field...); s == "" && len(c.problems) == before {
		c.add(CodeBlank, "This is needed.", field...)
	}
	return s
}

// markup checks a description and gives it without what could run, and its plain text.
func (c *checker) markup(s string, field ...string) (clean, text string) {
	switch {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		c.add(CodeInvalid, "The text is not valid UTF-8.", field...)
		return "", ""
	case len(s) > maxText:
		c.add(CodeTooLong, "The text is longer than 512 KB.", field...)
		return "", ""
	}
	return markup.Clean(s)
}

// tags checks tags and gives them without those that are empty or there already; case does not count.
func (c *checker) tags(tags []string, field ...string) []string {
	if len(tags) > MaxTags {
		c.add(CodeTooMany, fmt.Sprintf("A product has at most %d tags.", MaxTags), field...)
		return nil
	}
	out := make([]string, 0, len(tags))
	seen := make(map[string]bool, len(tags))
	for i, t := range tags {
		t = c.text(t, maxName, append(slices.Clone(field), strconv.Itoa(i))...)
		if folded := strings.ToLower(t); t != "" && !seen[folded] {
			seen[folded] = true
			out = append(out, t)
		}
	}
	return out
}

// status reads a state of a product as it is stored.
func (c *checker) status(s string, field ...string) string {
	switch s {
	case "":
		return "draft"
	case Active, Draft, Archived:
		return strings.ToLower(s)
	}
	c.add(CodeInvalid, "The status is ACTIVE, DRAFT or ARCHIVED.", field...)
	return "draft"
}

// money checks an amount in a currency; "" takes any currency of the shop.
func (c *checker) money(m money.Money, want money.Currency, list priceList, field ...string) {
	switch {
	case want != "" && m.Currency != want, !list.has(m.Currency):
		c.add(CodeCurrency, "The shop has no prices in "+quote(string(m.Currency))+" here.", field...)
	case m.Amount < 0:
		c.add(CodeNegative, "An amount cannot be below zero.", field...)
	}
}

func (c *checker) unit(u string, field ...string) string {
	if u == "" {
		return "KILOGRAMS"
	}
	if _, ok := gramsIn[u]; !ok {
		c.add(CodeInvalid, "The unit of weight is GRAMS, KILOGRAMS, OUNCES or POUNDS.", field...)
	}
	return u
}

func (c *checker) grams(n int, field ...string) int {
	if n < 0 || n > maxGrams {
		c.add(CodeInvalid, "The weight is out of range.", field...)
	}
	return n
}

// quote shows a value of the input in a message, cut to a length that a person reads.
func quote(s string) string {
	if s = strings.ToValidUTF8(s, "\uFFFD"); utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:40]) + "…"
	}
	return strconv.Quote(s)
}
