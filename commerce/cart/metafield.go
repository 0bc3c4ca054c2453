package cart

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// MetafieldInput is a metafield to write. Key has its group in front where it is not the default one: "group.key".
type MetafieldInput struct {
	Key   string
	Type  string
	Value string
}

const (
	defaultNamespace = "custom"
	maxMetafields    = 25     // of one call
	maxMetafield     = 10_000 // characters of a value
)

var metafieldWord = regexp.MustCompile(`^[A-Za-z0-9_$:\-]{1,64}$`)

// SetMetafields writes metafields of a cart over those of the same key: at most 25 at once.
func (s *Service) SetMetafields(ctx context.Context, id gid.ID, list []MetafieldInput) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) { c.setMetafields(list, "metafields") })
}

// DeleteMetafield deletes the metafield of a key. One that is not there is a problem.
func (s *Service) DeleteMetafield(ctx context.Context, id gid.ID, key string) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) {
		namespace, name, _ := metafieldName(key)
		left := slices.DeleteFunc(c.cart.Metafields, func(f StoredMetafield) bool { return f.Namespace == namespace && f.Key == name })
		if len(left) == len(c.cart.Metafields) {
			c.problems.Add("INVALID_METAFIELDS", "The cart has no such metafield.", "input", "key")
		}
		c.cart.Metafields = left
	})
}

func (c *change) setMetafields(list []MetafieldInput, field ...string) {
	if len(list) > maxMetafields {
		c.problems.Add("INVALID_METAFIELDS", "At most 25 metafields at once.", field...)
		return
	}
	for i, in := range list {
		c.setMetafield(in, path(field, strconv.Itoa(i))...)
	}
	if len(c.cart.Metafields) > MaxMetafields {
		c.problems.Add("INVALID_METAFIELDS", "A cart has at most 100 metafields.", field...)
	}
}

func (c *change) setMetafield(in MetafieldInput, field ...string) {
	namespace, key, ok := metafieldName(in.Key)
	switch {
	case !ok:
		c.problems.Add("INVALID_METAFIELDS", "A key has 1 to 64 letters, digits, - and _, with its group in front where it has one.", path(field, "key")...)
		return
	case !metafieldType.MatchString(in.Type):
		c.problems.Add("INVALID_METAFIELDS", "The type is missing, such as single_line_text_field.", path(field, "type")...)
		return
	case !plain(in.Value) || utf8.RuneCountInString(in.Value) > maxMetafield:
		c.problems.Add("INVALID_METAFIELDS", "A value has at most 10,000 characters.", path(field, "value")...)
		return
	}
	f := StoredMetafield{ID: c.newID(), Namespace: namespace, Key: key, CreatedAt: c.now}
	at := slices.IndexFunc(c.cart.Metafields, func(f StoredMetafield) bool { return f.Namespace == namespace && f.Key == key })
	if at < 0 {
		c.cart.Metafields = append(c.cart.Metafields, f)
		at = len(c.cart.Metafields) - 1
	}
	kept := &c.cart.Metafields[at]
	kept.Type, kept.Value, kept.UpdatedAt = in.Type, in.Value, c.now
}

var metafieldType = regexp.MustCompile(`^[a-z_.]{1,64}$`)

func metafieldName(s string) (namespace, key string, ok bool) {
	namespace, key, found := strings.Cut(s, ".")
	if !found {
		namespace, key = defaultNamespace, s
	}
	return namespace, key, metafieldWord.MatchString(namespace) && metafieldWord.MatchString(key)
}
