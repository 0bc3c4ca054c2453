package database

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// mostRows is for how many owners rows of a table are told apart; beyond, all of the table counts as touched.
const mostRows = 256

// touched are tables, each with what its touched rows belong to: nil where that is unknown, or too many.
type touched map[string]map[uuid.UUID]struct{}

// add takes in that a table is touched, in rows that belong to these; it is not known which where there are none.
func (t touched) add(table string, ids []uuid.UUID) {
	known, before := t[table]
	if before && known == nil {
		return
	}
	if len(ids) == 0 || len(known)+len(ids) > mostRows {
		t[table] = nil
		return
	}
	if known == nil {
		known = make(map[uuid.UUID]struct{}, len(ids))
		t[table] = known
	}
	for _, id := range ids {
		known[id] = struct{}{}
	}
}

func (t touched) names() []string { return slices.Sorted(maps.Keys(t)) }

func (t touched) rows() (rows map[string][]uuid.UUID) {
	for table, ids := range t {
		if ids == nil {
			continue
		}
		if rows == nil {
			rows = map[string][]uuid.UUID{}
		}
		rows[table] = slices.Collect(maps.Keys(ids))
	}
	return rows
}

type rowsKey struct{}

// owners are what the rows of a table belong to, in a context.
type owners struct {
	table string
	ids   []uuid.UUID
	outer *owners
}

// RowsOf says what all rows belong to that the statements of a context read from a table, or write to it: variants and products, of stock.
// What was made of the rows of some holds while those of others change. So who writes has to name everything that who reads
// may have named, and a statement that chooses its rows by anything else must not run in it. Give such a context to one statement.
func RowsOf(ctx context.Context, table string, ids ...uuid.UUID) context.Context {
	outer, _ := ctx.Value(rowsKey{}).(*owners)
	return context.WithValue(ctx, rowsKey{}, &owners{table: table, ids: ids, outer: outer})
}

func rowsOf(ctx context.Context, table string) []uuid.UUID {
	o, _ := ctx.Value(rowsKey{}).(*owners)
	for ; o != nil; o = o.outer {
		if o.table == table {
			return o.ids
		}
	}
	return nil
}

// column is one that is written far more often than the rest of its table, and seldom read. What reads and writes it is noted as if
// it were a table of its own, by the name of both.
type column struct {
	table, name string
	// alone finds what sets nothing else, named the column, alias the names that the table goes by.
	alone, named, alias *regexp.Regexp
}

// apart are such columns.
var apart = []column{apartOf("product", "sales_count")}

// everything is a statement that gives all columns of a table without naming them.
var everything = regexp.MustCompile(`[\s,]\*\s*(?:,|\s(?i:from)\s+"?[a-z])`)

func apartOf(table, name string) column {
	return column{
		table: table, name: name,
		alone: regexp.MustCompile(`(?i:\bupdate\s+)"?` + table + `"?\s+(?i:(?:as\s+)?[a-z]+\s+)?(?i:set\s+)` + name + `\s*=[^,;()]*?(?i:\s(?:from|where)\s)`),
		named: regexp.MustCompile(`\b` + name + `\b`),
		alias: regexp.MustCompile(`\b` + table + `"?\s+(?i:as\s+)?"?([a-z_]+)`),
	}
}

func (c column) String() string { return c.table + "." + c.name }

// readBy reports whether a statement that names the table reads the column. Rather it does than not.
func (c column) readBy(query string) bool {
	if c.named.MatchString(query) || everything.MatchString(query) || strings.Contains(query, c.table+".*") || strings.Contains(query, c.table+`".*`) {
		return true
	}
	for _, m := range c.alias.FindAllStringSubmatch(query, -1) {
		if strings.Contains(query, m[1]+".*") || strings.Contains(query, m[1]+`".*`) {
			return true
		}
	}
	return false
}
