// Package keyset pages through ordered rows by the values of the last row seen, never by counting rows to skip
// (Relay cursor connections over seek pagination): a page costs the same wherever it lies, and rows that come and go
// between two pages are neither repeated nor lost.
//
// A cursor is opaque to clients. It remembers the order it was made in, and is refused in any other.
package keyset

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/fault"
)

// Args are a connection's arguments, as they came.
type Args struct {
	First, Last   *int
	After, Before *string
	Reverse       bool
}

// DefaultSize is how many items a page has that asked for no number, and MaxSize the most that one may ask for.
const (
	DefaultSize = 20
	MaxSize     = 250
)

// Order is how rows are sorted: by one column, then by id. The zero column sorts by id alone.
type Order struct {
	// Name is the order's name in cursors; it must differ between orders of the same list.
	Name string
	// Column and ID are SQL expressions, such as "p.title" and "p.id".
	Column, ID string
	// Kind says how to read a cursor's value back.
	Kind Kind
	// Desc sorts from high to low.
	Desc bool
}

// Kind is the type of an order's column.
type Kind int

// The kinds of column.
const (
	Text Kind = iota
	Int
	Time
)

// Window is what [Args] ask for, checked.
type Window struct {
	Limit    int
	order    Order
	backward bool
	desc     bool
	after    *cursor
	before   *cursor
}

type cursor struct {
	value any
	id    uuid.UUID
}

// Window checks the arguments against an order. Fails with [fault.Invalid] and says what to send.
func (a Args) Window(o Order) (Window, error) {
	w := Window{Limit: DefaultSize, order: o, desc: o.Desc != a.Reverse}
	switch {
	case a.First != nil && a.Last != nil:
		return w, fault.New(fault.Invalid, "Use either first or last, not both.")
	case a.First != nil:
		w.Limit = *a.First
	case a.Last != nil:
		w.Limit, w.backward = *a.Last, true
	}
	if w.Limit < 0 || w.Limit > MaxSize {
		return w, fault.New(fault.Invalid, "A page holds 0 to %d items; %d were asked for.", MaxSize, w.Limit)
	}
	var err error
	if w.after, err = o.parse(a.After, "after"); err != nil {
		return w, err
	}
	w.before, err = o.parse(a.Before, "before")
	return w, err
}

// Key is the same for windows that give the same page of the same rows: what loaders keep them by.
func (a Args) Key() string {
	key := strconv.FormatBool(a.Reverse)
	for _, n := range []*int{a.First, a.Last} {
		if n != nil {
			key += strconv.Itoa(*n)
		}
		key += "|"
	}
	for _, s := range []*string{a.After, a.Before} {
		if s != nil {
			key += *s
		}
		key += "|"
	}
	return key
}

func (o Order) parse(s *string, argument string) (*cursor, error) {
	if s == nil || *s == "" {
		return nil, nil
	}
	bad := fault.New(fault.Invalid, "The cursor in %s was not made by this list in this order: take it from pageInfo or an edge.", argument)
	b, err := base64.RawURLEncoding.DecodeString(*s)
	if err != nil || len(b) > 2048 {
		return nil, bad
	}
	var parts []string
	if err := json.Unmarshal(b, &parts); err != nil || len(parts) != 3 || parts[0] != o.Name {
		return nil, bad
	}
	id, err := uuid.Parse(parts[2])
	if err != nil {
		return nil, bad
	}
	c := &cursor{id: id, value: parts[1]}
	switch o.Kind {
	case Int:
		c.value, err = strconv.ParseInt(parts[1], 10, 64)
	case Time:
		c.value, err = time.Parse(time.RFC3339Nano, parts[1])
	}
	if err != nil {
		return nil, bad
	}
	return c, nil
}

// Where is the condition for the rows of the window, beginning with " AND" or empty, and its arguments, numbered from
// the parameter next on.
func (w Window) Where(next int) (string, []any) {
	var sql string
	var args []any
	add := func(c *cursor, greater bool) {
		if c == nil {
			return
		}
		op := "<"
		if greater != w.desc {
			op = ">"
		}
		if w.order.Column == "" {
			sql += fmt.Sprintf(" AND %s %s %s", w.order.ID, op, hidden(next+len(args), "uuid"))
			args = append(args, c.id)
			return
		}
		sql += fmt.Sprintf(" AND (%s, %s) %s (%s, %s)", w.order.Column, w.order.ID, op, hidden(next+len(args), w.order.Kind.sql()), hidden(next+len(args)+1, "uuid"))
		args = append(args, c.value, c.id)
	}
	add(w.after, true)
	add(w.before, false)
	return sql, args
}

// hidden is a parameter that PostgreSQL cannot plan for: where a page begins changes nothing about how it is best read, and
// would otherwise have the statement planned anew for each page.
func hidden(n int, kind string) string { return fmt.Sprintf("(SELECT $%d::%s)", n, kind) }

// sql is PostgreSQL's name of the type.
func (k Kind) sql() string {
	switch k {
	case Int:
		return "bigint"
	case Time:
		return "timestamptz"
	}
	return "text"
}

// OrderBy is the ORDER BY and LIMIT of the window; one row more than asked for tells whether there are more.
func (w Window) OrderBy() string {
	dir := ""
	if w.desc != w.backward {
		dir = " DESC"
	}
	if w.order.Column == "" {
		return fmt.Sprintf(" ORDER BY %s%s LIMIT %d", w.order.ID, dir, w.Limit+1)
	}
	return fmt.Sprintf(" ORDER BY %s%s, %s%s LIMIT %d", w.order.Column, dir, w.order.ID, dir, w.Limit+1)
}

// Direction is " DESC" where the window's rows come from high to low, for statements that write ORDER BY themselves.
func (w Window) Direction() string {
	if w.desc != w.backward {
		return " DESC"
	}
	return ""
}

// Page is one page of a list.
type Page[T any] struct {
	Items                []T
	HasNext, HasPrevious bool
	order                Order
	key                  func(T) (any, uuid.UUID)
	cursors              []string // of items that were swapped for others
}

// Swap gives the same page of other things, such as rows for what they stand for. Those for which there is nothing are
// left out; the others keep their cursors.
func Swap[T, U any](p Page[T], swap func(T) (U, bool)) Page[U] {
	out := Page[U]{HasNext: p.HasNext, HasPrevious: p.HasPrevious, Items: make([]U, 0, len(p.Items)), cursors: make([]string, 0, len(p.Items))}
	for i, item := range p.Items {
		if u, ok := swap(item); ok {
			out.Items, out.cursors = append(out.Items, u), append(out.cursors, p.Cursor(i))
		}
	}
	return out
}

// Cut makes the page of a window from the rows that its statement gave, in the statement's order. key gives the
// order's value and the id of an item; the value is ignored where the order is by id alone.
func Cut[T any](w Window, rows []T, key func(T) (any, uuid.UUID)) Page[T] {
	p := Page[T]{Items: rows, order: w.order, key: key}
	more := len(rows) > w.Limit
	if more {
		p.Items = rows[:w.Limit]
	}
	if w.backward {
		for i, j := 0, len(p.Items)-1; i < j; i, j = i+1, j-1 {
			p.Items[i], p.Items[j] = p.Items[j], p.Items[i]
		}
		p.HasPrevious, p.HasNext = more, w.before != nil
		return p
	}
	p.HasNext, p.HasPrevious = more, w.after != nil
	return p
}

// Slice cuts the page that the arguments ask for from a whole list in memory, such as a cart's lines.
func Slice[T any](a Args, all []T, id func(T) uuid.UUID) (Page[T], error) {
	w, err := a.Window(Order{Name: "slice"})
	if err != nil {
		return Page[T]{}, err
	}
	items := append([]T(nil), all...)
	if a.Reverse {
		for i, j := 0, len(items)-1; i < j; i, j = i+1, j-1 {
			items[i], items[j] = items[j], items[i]
		}
	}
	from, to := 0, len(items)
	for i, item := range items {
		if w.after != nil && id(item) == w.after.id {
			from = i + 1
		}
		if w.before != nil && id(item) == w.before.id {
			to = i
		}
	}
	to = max(from, to)
	p := Page[T]{order: w.order, key: func(t T) (any, uuid.UUID) { return "", id(t) }, HasPrevious: from > 0, HasNext: to < len(items)}
	items = items[from:to]
	if len(items) > w.Limit && w.backward {
		items, p.HasPrevious = items[len(items)-w.Limit:], true
	} else if len(items) > w.Limit {
		items, p.HasNext = items[:w.Limit], true
	}
	p.Items = items
	return p, nil
}

// Cursor is the cursor of the i-th item.
func (p Page[T]) Cursor(i int) string {
	if p.cursors != nil {
		return p.cursors[i]
	}
	value, id := p.key(p.Items[i])
	text := ""
	switch v := value.(type) {
	case string:
		text = v
	case int64:
		text = strconv.FormatInt(v, 10)
	case time.Time:
		text = v.UTC().Format(time.RFC3339Nano)
	}
	var space [128]byte
	b := quoted(append(space[:0], '['), p.order.Name)
	b = quoted(append(b, ','), text)
	b = append(append(b, `,"`...), id.String()...)
	return base64.RawURLEncoding.EncodeToString(append(b, `"]`...))
}

// quoted writes a text as JSON; most need no escapes, and no encoder.
func quoted(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			escaped, _ := json.Marshal(text)
			return append(b, escaped...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

// Start and End are the cursors of the first and last item; nil on an empty page.
func (p Page[T]) Start() *string { return p.cursorAt(0) }

// End is the cursor of the last item; nil on an empty page.
func (p Page[T]) End() *string { return p.cursorAt(len(p.Items) - 1) }

func (p Page[T]) cursorAt(i int) *string {
	if len(p.Items) == 0 {
		return nil
	}
	c := p.Cursor(i)
	return &c
}
