package database

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"github.com/rialtohq/rialto/ent/generated/migrate"
)

// Watch is told which tables transactions write to. Both functions may be nil; see [DB.Watch].
type Watch struct {
	// Tables are the ones that are watched: writes to others are told to nobody.
	Tables []string
	// Committing is called in the transaction, before it is committed; what it fails with undoes the transaction. It may put
	// changes of single shops in the place of one of no shop.
	Committing func(ctx context.Context, tx Tx, written Written) error
	// Committed is called after the commit, before whoever wrote hears of it.
	Committed func(ctx context.Context, written Written)
}

// Written is what a transaction wrote, by shop. What it wrote for no one shop stands under the nil id.
type Written map[uuid.UUID]Change

// Change is what a transaction wrote of a shop.
type Change struct {
	// ID names it for ever.
	ID uuid.UUID
	// Tables are the watched ones that it wrote to, in the order of the alphabet.
	Tables []string
	// Rows are what the rows belong to that it wrote to, of those tables of which all statements said so; see [RowsOf].
	Rows map[string][]uuid.UUID
}

// Watch has transactions tell which of some tables they write to. It must be called before the database is used.
func (db *DB) Watch(w Watch) {
	db.watch = w
	db.watched = map[string]bool{}
	for _, t := range w.Tables {
		db.watched[t] = true
	}
}

// changes are what a transaction has changed so far.
type changes struct {
	rows    int64
	watched map[string]bool
	tables  map[uuid.UUID]touched
}

// note takes in a statement that writes.
func (c *changes) note(ctx context.Context, query string) {
	if len(c.watched) == 0 {
		return
	}
	for _, t := range lookAt(query).writes {
		if !c.watched[t] {
			continue
		}
		s, _ := scopeOf(ctx) // it was admitted
		if c.tables == nil {
			c.tables = map[uuid.UUID]touched{}
		}
		if c.tables[s.shop] == nil {
			c.tables[s.shop] = touched{}
		}
		c.tables[s.shop].add(t, rowsOf(ctx, t))
	}
}

func (c *changes) written() Written {
	if len(c.tables) == 0 {
		return nil
	}
	out := Written{}
	for shop, tables := range c.tables {
		out[shop] = Change{ID: uuid.Must(uuid.NewV7()), Tables: tables.names(), Rows: tables.rows()}
	}
	return out
}

// Reads are the tables that the statements of a context read.
type Reads struct {
	mu     sync.Mutex
	tables touched
}

type readsKey struct{}

// Reading gives a context that notes which tables its statements read.
func Reading(ctx context.Context) (context.Context, *Reads) {
	r := &Reads{tables: touched{}}
	return context.WithValue(ctx, readsKey{}, r), r
}

// Tables are those that were read so far, in the order of the alphabet.
func (r *Reads) Tables() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tables.names()
}

// Rows are what the rows belong to that were read so far, of those tables of which all statements said so; see [RowsOf].
func (r *Reads) Rows() map[string][]uuid.UUID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tables.rows()
}

// NoteIn notes in a context what was noted here, in another: whoever is given what was read depends on it as who read it.
func (r *Reads) NoteIn(ctx context.Context) {
	to, ok := ctx.Value(readsKey{}).(*Reads)
	if !ok {
		return
	}
	tables, rows := r.Tables(), r.Rows()
	to.mu.Lock()
	defer to.mu.Unlock()
	for _, table := range tables {
		to.tables.add(table, rows[table])
	}
}

func (r *Reads) add(ctx context.Context, query string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range lookAt(query).names {
		r.tables.add(t, rowsOf(ctx, t))
	}
}

// sight is what is to be seen of a statement: the tables that it reads, and those that it writes to.
type sight struct{ names, writes []string }

// sights are those of the statements that were seen last. Statements are written in code, save for the number of rows of an
// insertion and the conditions of a search, so there are not many.
var sights = otter.Must(&otter.Options[string, sight]{MaximumSize: 4096})

// tables are all of the schema.
var tables = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, t := range migrate.Tables {
		all[t.Name] = true
	}
	return all
})

// parts are tables that ent does not know, by the table that they belong to: what reads or writes one reads or writes that.
var parts = map[string]string{
	"search_vector": "search_document", "search_word": "search_document", "search_fts": "search_document", "search_row": "search_document", "search_trigram": "search_document",
}

var (
	// A table stands after one of these words, or in a list of tables after a comma, and then it has a name to go by.
	reads  = regexp.MustCompile(`(?i:\b(?:from|join|into|update|using)\s+(?:only\s+)?)"?([a-z_]+)|,\s*"?([a-z_]+)"?\s+(?i:as\s+)?[a-z]`)
	writes = regexp.MustCompile(`(?i:\b(?:insert\s+into|update|delete\s+from)\s+(?:only\s+)?)"?([a-z_]+)`)
)

// TablesOf are the tables that a statement reads, and those that it writes to, in the order in which it names them.
func TablesOf(query string) (reads, writes []string) {
	s := lookAt(query)
	return s.names, s.writes
}

// lookAt reads a statement, written as they are here: keywords in capitals, names in small letters. Rather a table too many
// is found than one too few.
func lookAt(query string) sight {
	head := headOf(query)
	if s, ok := sights.GetIfPresent(head); ok {
		return s
	}
	s, rest := sight{names: namesIn(head, reads)}, head
	for _, c := range apart {
		if slices.Contains(s.names, c.table) && c.readBy(head) {
			s.names = append(s.names, c.String())
		}
		if without := c.alone.ReplaceAllString(rest, " "); without != rest {
			s.writes, rest = append(s.writes, c.String()), without
		}
	}
	s.writes = append(s.writes, namesIn(rest, writes)...)
	sights.Set(strings.Clone(head), s)
	return s
}

// namesIn are the tables that an expression finds in a statement.
func namesIn(query string, expression *regexp.Regexp) (names []string) {
	for _, m := range expression.FindAllStringSubmatch(query, -1) {
		for _, name := range m[1:] {
			name = cmp.Or(parts[name], name)
			if tables()[name] && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// headOf cuts the rows out of an insertion of many, which name no table: there is one text for every number of them.
func headOf(query string) string {
	at := strings.Index(query, ") VALUES (")
	if !strings.HasPrefix(query, "INSERT INTO ") || at < 0 {
		return query
	}
	return query[:at] + query[strings.LastIndexByte(query, ')'):]
}
