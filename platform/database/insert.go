package database

import (
	"context"
	"fmt"
	"strings"
)

// Insert writes rows of one table in as few statements as the databases' limit of parameters allows; suffix may add
// "ON CONFLICT …". Where the context is bound to a shop, shop_id must be one of the columns, and every row must be of
// that shop.
func Insert(ctx context.Context, q Querier, table string, columns []string, rows [][]any, suffix string) error {
	const most = 20000
	for _, row := range rows {
		if len(row) != len(columns) {
			return fmt.Errorf("insert into %s: a row has %d values for %d columns", table, len(row), len(columns))
		}
	}
	if err := admitRows(ctx, table, columns, rows); err != nil {
		return err
	}
	size := max(1, most/len(columns))
	for len(rows) > 0 {
		n := min(size, len(rows))
		args := make([]any, 0, n*len(columns))
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		if err := q.execAdmitted(ctx, insertion(q.Dialect(), table, columns, n, suffix), args); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// insertion is the text that inserts so many rows, in the words of a dialect. There is one for every number of rows, so it
// is made anew each time and kept nowhere. SQLite looks each $n up among all others; it only counts the question marks.
func insertion(d Dialect, table string, columns []string, rows int, suffix string) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ")
	for i := range rows * len(columns) {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%len(columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteByte(',')
		}
		if d == SQLite {
			b.WriteByte('?')
		} else {
			b.WriteString("$" + itoa(i+1))
		}
	}
	b.WriteByte(')')
	if suffix == "" {
		return b.String()
	}
	if d == SQLite {
		suffix = translate(suffix)
	}
	return b.String() + " " + suffix
}

func (r runner) execAdmitted(ctx context.Context, query string, args []any) error {
	if r.session != nil {
		_, err := r.execSession(ctx, query, args)
		return err
	}
	if r.dialect == SQLite {
		args = lists(args)
	}
	_, err := r.conn.exec(ctx, query, args)
	return err
}
