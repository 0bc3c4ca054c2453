// Package script makes a script for pgbench of statements that a program was heard to send: the same work for PostgreSQL,
// without the program.
//
// The same thing is recorded several times, for different subjects. What is the same each time stays as it is. What differs
// is told apart by comparing: it is a fact about the subject; or it came in the answer of a statement before, and pgbench
// takes it from there; or it is an id that the program made, and each transaction gets one of its own. Moments, documents
// and whatever else differs stay as they were when they were recorded.
//
// Invariants: statements are the recorded ones but for the names of their parameters, which have the types that PostgreSQL
// had given them, so that it plans the same; no parameter becomes a literal, but for null and empty texts, which pgbench
// cannot hand over; what has to be new for each transaction is made beforehand and read in one statement.
package script

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rialtohq/rialto/bench/tap"
)

// Recording is what was heard while one subject was worked on, and what is known of that subject, by name.
type Recording struct {
	Statements []tap.Statement
	Facts      map[string]string
}

// Script is what pgbench runs.
type Script struct {
	// Text of the file. It begins by reading a row of Table, which a sequence of the same name with _n behind chooses.
	Text string
	// Defines are the values that stay the same, as name=value, for pgbench -D.
	Defines []string
	// Columns is how many columns the table has beside its number n: c1, c2 and so on, all of them text.
	Columns int
	// Statements is how many there are, the one that reads the row left out.
	Statements int
	// Frozen names what differs from subject to subject and stays as recorded all the same.
	Frozen []string

	rows []template
}

// template is how a value follows from a subject.
type template []part

type part struct {
	literal string
	fact    string  // name; the part is that fact
	id      int     // of the ids that are new, from 1 on; the part is that id
	result  *result // the part is what a statement before answered
}

// Row gives the row of a subject, with ids of its own.
func (s *Script) Row(facts map[string]string, id func() string) []string {
	made := map[int]string{}
	row := make([]string, len(s.rows))
	for i, t := range s.rows {
		var b strings.Builder
		for _, p := range t {
			switch {
			case p.fact != "":
				b.WriteString(facts[p.fact])
			case p.id > 0:
				if made[p.id] == "" {
					made[p.id] = id()
				}
				b.WriteString(made[p.id])
			default:
				b.WriteString(p.literal)
			}
		}
		row[i] = b.String()
	}
	return row
}

// maker makes one script.
type maker struct {
	recordings []Recording
	tokens     []*regexp.Regexp // of each recording: ids, and what its facts are
	types      map[uint32]string
	out        Script
	constants  map[string]string // value: its name
	columns    map[string]string // key of a template: its name
	ids        map[string]int    // the values that an id had: its number
	results    map[string]result // the values that a column had: where
	answered   map[string]bool   // ids that came in answers
	gets       map[int]bool      // statements whose answers are kept
}

// result is a column of a statement's only row.
type result struct {
	statement int
	column    string
}

// Make makes a script of at least two recordings. Types are the names of PostgreSQL's types, table is where the rows of
// subjects will lie. Fails where the recordings are not of the same statements.
func Make(table string, recordings []Recording, types map[uint32]string) (*Script, error) {
	if len(recordings) < 2 {
		return nil, fmt.Errorf("script: what differs shows in two recordings, not in %d", len(recordings))
	}
	m := &maker{
		types: types, constants: map[string]string{}, columns: map[string]string{}, ids: map[string]int{},
		results: map[string]result{}, answered: map[string]bool{}, gets: map[int]bool{},
	}
	for _, r := range recordings {
		r.Statements = slices.DeleteFunc(slices.Clone(r.Statements), idle)
		m.recordings = append(m.recordings, r)
		m.tokens = append(m.tokens, tokens(r.Facts))
	}
	n := len(m.recordings[0].Statements)
	texts := make([]string, n)
	for i := range n {
		var err error
		if texts[i], err = m.statement(i); err != nil {
			return nil, err
		}
	}
	for _, r := range m.recordings {
		if len(r.Statements) != n {
			return nil, fmt.Errorf("script: %d statements were heard once, %d another time", n, len(r.Statements))
		}
	}
	m.out.Statements, m.out.Columns = n, len(m.out.rows)
	m.out.Text = m.text(table, texts)
	return &m.out, nil
}

// tokens finds ids and facts in texts, the longest first where one holds another.
func tokens(facts map[string]string) *regexp.Regexp {
	values := slices.SortedFunc(maps.Values(facts), func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	for i := range values {
		values[i] = regexp.QuoteMeta(values[i])
	}
	return regexp.MustCompile(strings.Join(append(values, idText.String()), "|"))
}

// idle is what a connection says when nothing is the matter.
func idle(s tap.Statement) bool {
	text := strings.TrimSpace(s.SQL)
	return text == "" || text == ";" || strings.HasPrefix(text, "--") && !strings.Contains(text, "\n")
}

func (m *maker) text(table string, texts []string) string {
	var b strings.Builder
	if m.out.Columns > 0 {
		names := make([]string, m.out.Columns)
		for i := range names {
			names[i] = "c" + strconv.Itoa(i+1)
		}
		fmt.Fprintf(&b, "SELECT %s FROM %s WHERE n = (SELECT nextval('%s_n'))\n\\gset\n", strings.Join(names, ", "), table, table)
	}
	for i, text := range texts {
		b.WriteString(text)
		if m.gets[i] {
			fmt.Fprintf(&b, "\n\\gset r%d_\n", i)
		} else {
			b.WriteString(";\n")
		}
	}
	return b.String()
}

var (
	parameter = regexp.MustCompile(`\$[0-9]+`)
	// variable is what pgbench would take for one, also within quotes.
	variable = regexp.MustCompile(`(^|[^:]):[A-Za-z_]`)
	idText   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	plain    = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)
)

// statement writes a statement for pgbench.
func (m *maker) statement(i int) (string, error) {
	first := m.recordings[0].Statements[i]
	for _, r := range m.recordings {
		if i >= len(r.Statements) || r.Statements[i].SQL != first.SQL || len(r.Statements[i].Args) != len(first.Args) {
			return "", fmt.Errorf("script: statement %d is not the same each time: %.300s", i, first.SQL)
		}
	}
	if at := variable.FindString(first.SQL); at != "" {
		return "", fmt.Errorf("script: pgbench would take %q for a variable: %.300s", at, first.SQL)
	}
	names := make([]string, len(first.Args))
	for n := range first.Args {
		var err error
		if names[n], err = m.argument(i, n); err != nil {
			return "", err
		}
	}
	var failed error
	text := parameter.ReplaceAllStringFunc(strings.TrimRight(first.SQL, "; \n\t"), func(at string) string {
		n, err := strconv.Atoi(at[1:])
		if err != nil || n < 1 || n > len(names) {
			failed = fmt.Errorf("script: parameter %s of %.300s has no value", at, first.SQL)
			return at
		}
		return names[n-1]
	})
	m.remember(i)
	return text, failed
}
