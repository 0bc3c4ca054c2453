package cart

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

const (
	maxKey   = 255   // characters of an attribute's key
	maxValue = 5_000 // characters of an attribute's value
)

// SetNote sets what the shopper tells the shop: at most [MaxNote] characters; empty clears it.
func (s *Service) SetNote(ctx context.Context, id gid.ID, note string) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) { c.setNote(note, "note") })
}

// SetAttributes replaces the custom attributes of a cart. Of two with one key the later stays.
func (s *Service) SetAttributes(ctx context.Context, id gid.ID, attributes []*Attribute) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) { c.setAttributes(attributes, "attributes") })
}

func (c *change) setNote(note string, field ...string) {
	switch {
	case !plain(note):
		c.problems.Add("INVALID", "The note has characters that are no text.", field...)
	case utf8.RuneCountInString(note) > MaxNote:
		c.problems.Add("NOTE_TOO_LONG", "A note has at most 5,000 characters.", field...)
	default:
		c.cart.Note = note
	}
}

func (c *change) setAttributes(list []*Attribute, field ...string) {
	if attributes, ok := c.attributes(list, field...); ok {
		c.cart.Attributes = attributes
	}
}

// attributes checks custom attributes and leaves one of each key.
func (c *change) attributes(list []*Attribute, field ...string) (out []*Attribute, ok bool) {
	if len(list) > MaxAttributes {
		c.problems.Add("CART_TOO_LARGE", "At most 100 attributes.", field...)
		return nil, false
	}
	ok = true
	for i, a := range list {
		value := ""
		if a.Value != nil {
			value = *a.Value
		}
		at := path(field, strconv.Itoa(i))
		switch {
		case strings.TrimSpace(a.Key) == "" || !plain(a.Key) || utf8.RuneCountInString(a.Key) > maxKey:
			c.problems.Add("INVALID", "The key of an attribute has 1 to 255 characters.", path(at, "key")...)
			ok = false
		case !plain(value) || utf8.RuneCountInString(value) > maxValue:
			c.problems.Add("INVALID", "The value of an attribute has at most 5,000 characters.", path(at, "value")...)
			ok = false
		}
		out = slices.DeleteFunc(out, func(other *Attribute) bool { return other.Key == a.Key })
		out = append(out, &Attribute{Key: a.Key, Value: known(value)})
	}
	return out, ok
}

// keyOf is the same for attributes that are the same in any order, and for no others; empty for none.
func keyOf(attributes []*Attribute) string {
	if len(attributes) == 0 {
		return ""
	}
	sorted := slices.SortedFunc(slices.Values(attributes), func(a, b *Attribute) int { return strings.Compare(a.Key, b.Key) })
	var b strings.Builder
	for _, a := range sorted {
		value := ""
		if a.Value != nil {
			value = *a.Value
		}
		b.WriteString(strconv.Quote(a.Key) + "=" + strconv.Quote(value) + "\n")
	}
	h := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(h[:16])
}

// plain reports whether a text can be kept: valid UTF-8 without the zero byte, which PostgreSQL refuses.
func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func equalFold(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}
