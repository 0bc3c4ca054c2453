package search

import (
	"strconv"

	"github.com/google/uuid"
)

// What becomes of products that cannot be bought now.
const (
	Show = "SHOW" // they stand among the others; also where nothing is said
	Last = "LAST" // they come after all others
	Hide = "HIDE"
)

// Scope is which products are looked at. The zero value is all that the viewer may see.
type Scope struct {
	// Query in the syntax of storefronts: words, "phrases", field:value, comparisons, OR, NOT, parentheses, word*.
	Query string
	// Typed says that a shopper wrote the query: what cannot be meant as syntax is read as words.
	Typed bool
	// Prefix says that the query's last word may be the beginning of a longer one.
	Prefix bool
	// Filters that must hold.
	Filters []Filter
	// CollectionID narrows to the products of a collection.
	CollectionID *uuid.UUID
	// Unavailable is [Show], [Last] or [Hide].
	Unavailable string
}

// scoped is a scope that was read and checked.
type scoped struct {
	view
	root       *node // the whole query
	wanted     *node // the words that every result has
	rest       *node // what else must hold
	filters    []choices
	collection *uuid.UUID
	last, hide bool
	// driver is the number of the few rows to begin with; see narrow. Below nought there are none.
	driver int
}

func (c Scope) read(v view) (scoped, error) {
	root, err := parse(c.Query, manner{typed: c.Typed, last: c.Prefix, staff: v.products})
	if err != nil {
		return scoped{}, err
	}
	out := scoped{view: v, root: root, collection: c.CollectionID, last: c.Unavailable == Last, hide: c.Unavailable == Hide, driver: -1}
	if !empty(root) {
		out.wanted, out.rest = split(root)
	}
	out.filters, err = group(c.Filters)
	return out, err
}

// stmt is a statement in the making: its parameters, of which the first is the shop.
type stmt struct {
	view
	args []any
	memo map[any]string
	// narrow says that the products were narrowed down by words or a collection.
	narrow bool
	// spanned says that the products' spans of prices were looked up already.
	spanned bool
}

func newStmt(v view) *stmt { return &stmt{view: v, memo: map[any]string{}} }

// arg adds a parameter and gives its name. A plain value that was given before keeps its name.
func (s *stmt) arg(v any) string {
	switch v.(type) {
	case string, int64, uuid.UUID:
		if name, ok := s.memo[v]; ok {
			return name
		}
	}
	s.args = append(s.args, v)
	name := "$" + strconv.Itoa(len(s.args)+1)
	switch v.(type) {
	case string, int64, uuid.UUID:
		s.memo[v] = name
	}
	return name
}
