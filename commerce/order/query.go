package order

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// maxTerms bounds a query.
const maxTerms = 10

// reader is who asks: buyers search less, and who may not see the contact of orders cannot find them by it.
type reader struct{ staff, contact bool }

// readerOf tells what an actor may search by. Buyers search among their own orders only.
func readerOf(a access.Actor) reader {
	return reader{staff: staffView(a), contact: !a.Works() || a.Can(access.CustomersReadPII)}
}

func (r reader) may(field string) bool {
	buyers, known := fields[field]
	return known && (buyers || r.staff) && (field != "email" || r.contact)
}

// fields are what a query can name, and whether buyers may.
var fields = map[string]bool{
	"name": true, "financial_status": true, "fulfillment_status": true, "created_at": true, "processed_at": true, "status": true,
	"email": false, "updated_at": false, "tag": false, "customer_id": false,
}

// conditions is a query as SQL over the parameters $next and on: terms joined by AND. A term is a field with a value
// ("email:mia@example.com", "created_at:>2026-01-01") or a word, which is a number, an email or a part of a name.
type conditions struct {
	next int
	sql  strings.Builder
	args []any
}

func (c *conditions) add(format string, value any) {
	fmt.Fprintf(&c.sql, " AND "+format, c.next+len(c.args))
	c.args = append(c.args, value)
}

// parse reads a query. Fails with [fault.Invalid] and says what can be asked for.
func parse(query string, next int, by reader) (*conditions, error) {
	c := &conditions{next: next}
	if err := keyset.CheckQuery(query); err != nil {
		return nil, err
	}
	terms := split(query)
	if len(terms) > maxTerms {
		return nil, fault.New(fault.Invalid, "A query has at most %d terms.", maxTerms)
	}
	for _, term := range terms {
		if term == "AND" {
			continue
		}
		if term == "OR" || term == "NOT" || strings.HasPrefix(term, "-") {
			return nil, fault.New(fault.Invalid, "Orders are searched by terms that all hold; %.20q is not understood here.", term)
		}
		name, value, named := strings.Cut(term, ":")
		value = strings.Trim(value, `"'`)
		if !named {
			c.word(strings.Trim(term, `"'`), by)
			continue
		}
		if !by.may(name) {
			return nil, fault.New(fault.Invalid, "Orders cannot be searched by %.40q. Use %s, or a word.", name, by.listed())
		}
		if err := c.field(name, value); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// listed names the fields that may be searched by.
func (r reader) listed() string {
	var names []string
	for name := range fields {
		if r.may(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// split cuts a query at spaces outside quotes.
func split(query string) []string {
	quote := rune(0)
	return strings.FieldsFunc(query, func(r rune) bool {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
			return false
		case r == '"' || r == '\'':
			quote = r
			return false
		}
		return r == ' ' || r == '\t' || r == '\n'
	})
}

// word looks for a number or an email exactly, and for anything else within names and emails; only within the name that it
// goes to where the reader may not see emails.
func (c *conditions) word(word string, by reader) {
	if n, ok := numberOf(word); ok {
		c.add("o.number = $%d", n)
		return
	}
	if !by.contact {
		c.add("lower(coalesce(o.shipping_address->>'firstName', '') || ' ' || coalesce(o.shipping_address->>'lastName', '')) LIKE $%d ESCAPE '!'", "%"+database.Like(strings.ToLower(word))+"%")
		return
	}
	if email, flaw := identity.NormalizeEmail(word); flaw == identity.EmailOK {
		c.add("o.email = $%d", email)
		return
	}
	c.add("o.search LIKE $%d ESCAPE '!'", "%"+database.Like(strings.ToLower(word))+"%")
}

func numberOf(word string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 64)
	return n, err == nil && n > 0
}

func (c *conditions) field(name, value string) error {
	switch name {
	case "name":
		n, ok := numberOf(value)
		if !ok {
			n = -1 // no order is called anything but its number
		}
		c.add("o.number = $%d", n)
	case "email":
		email, _ := identity.NormalizeEmail(value)
		c.add("o.email = $%d", email)
	case "tag":
		text, _ := json.Marshal(value)
		c.add("CAST(o.tags AS TEXT) LIKE $%d ESCAPE '!'", "%"+database.Like(string(text))+"%")
	case "financial_status":
		return c.state("o.financial_status", value, Pending, Paid, PartiallyPaid, PartiallyRefunded, FullyRefunded, Voided)
	case "fulfillment_status":
		return c.state("o.fulfillment_status", value, Unfulfilled, PartiallyFulfilled, FullyFulfilled)
	case "status":
		return c.status(value)
	case "customer_id":
		return c.customer(value)
	case "created_at", "processed_at":
		return c.time("o.processed_at", name, value)
	case "updated_at":
		return c.time("o.updated_at", name, value)
	}
	return nil
}

func (c *conditions) state(column, value string, known ...string) error {
	upper := strings.ToUpper(value)
	if upper == "SHIPPED" && column == "o.fulfillment_status" {
		upper = FullyFulfilled
	}
	for _, k := range append(known, "ANY") {
		if upper == k {
			if k != "ANY" {
				c.add(column+" = $%d", k)
			}
			return nil
		}
	}
	return fault.New(fault.Invalid, "%.40q is no such state. Use one of %s.", value, strings.ToLower(strings.Join(known, ", ")))
}

func (c *conditions) customer(value string) error {
	id, err := uuid.Parse(value)
	if g, gerr := gid.Parse(value); gerr == nil && g.Type == "Customer" {
		id, err = g.UUID, nil
	}
	if err != nil {
		return fault.New(fault.Invalid, "%.80q is no customer's id.", value)
	}
	c.add("o.customer_id = $%d", id)
	return nil
}

func (c *conditions) status(value string) error {
	switch strings.ToLower(value) {
	case "any":
	case "open":
		c.sql.WriteString(" AND o.canceled_at IS NULL AND o.closed_at IS NULL")
	case "closed":
		c.sql.WriteString(" AND o.closed_at IS NOT NULL")
	case "cancelled", "canceled":
		c.sql.WriteString(" AND o.canceled_at IS NOT NULL")
	default:
		return fault.New(fault.Invalid, "%.40q is no status. Use open, closed, canceled or any.", value)
	}
	return nil
}

// time compares a moment, or a whole day: "2026-01-31" is that day, ">2026-01-31" what is after it began.
func (c *conditions) time(column, name, value string) error {
	op := ""
	for _, o := range []string{">=", "<=", ">", "<"} {
		if rest, ok := strings.CutPrefix(value, o); ok {
			op, value = o, rest
			break
		}
	}
	day, err := time.Parse(time.DateOnly, value)
	if err == nil {
		switch op {
		case "":
			c.add(column+" >= $%d", day)
			c.add(column+" < $%d", day.AddDate(0, 0, 1))
			return nil
		case "<=":
			op, day = "<", day.AddDate(0, 0, 1)
		}
		c.add(column+" "+op+" $%d", day)
		return nil
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return fault.New(fault.Invalid, "%.40q is no time. Write %s:>2026-01-31 or %s:>=2026-01-31T08:00:00Z.", value, name, name)
	}
	if op == "" {
		op = "="
	}
	c.add(column+" "+op+" $%d", at.UTC())
	return nil
}
