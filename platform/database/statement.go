package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/ent/generated"
)

// Row is at most one row of a statement.
type Row interface {
	// Scan reads the row; sql.ErrNoRows where there is none.
	Scan(dest ...any) error
}

// conn is what database/sql's DB and Tx have in common.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// guarded is the one way to a connection, for our statements and ent's: it refuses what has no shop, and records.
type guarded struct{ conn conn }

// ExecContext runs a statement without rows.
func (g guarded) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := admit(ctx, query); err != nil {
		return nil, err
	}
	ctx, done := observe(ctx, query)
	res, err := g.conn.ExecContext(ctx, query, args...)
	done(err)
	return res, err
}

// QueryContext runs a statement with rows.
func (g guarded) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := admit(ctx, query); err != nil {
		return nil, err
	}
	ctx, done := observe(ctx, query)
	rows, err := g.conn.QueryContext(ctx, query, args...)
	done(err)
	return rows, err
}

// runner is a Querier over one connection or pool.
type runner struct {
	dialect Dialect
	conn    guarded
	ent     *generated.Client
}

func newRunner(d Dialect, c conn) runner {
	g := guarded{conn: c}
	drv := entDriver{Driver: entsql.NewDriver(d.String(), entsql.Conn{ExecQuerier: g})}
	return runner{dialect: d, conn: g, ent: generated.NewClient(generated.Driver(drv))}
}

// entDriver keeps ent from opening transactions of its own: they belong to [DB.InTx].
type entDriver struct{ *entsql.Driver }

// Tx gives a transaction that only closes what the caller's has.
func (d entDriver) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(d.Driver), nil }

func (r runner) Dialect() Dialect       { return r.dialect }
func (r runner) Ent() *generated.Client { return r.ent }

func (r runner) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	shop, err := Shop(ctx)
	if err != nil {
		return nil, err
	}
	return r.SysQuery(ctx, query, append([]any{shop}, args...)...)
}

func (r runner) QueryRow(ctx context.Context, query string, args ...any) Row {
	rows, err := r.Query(ctx, query, args...)
	return oneRow{rows: rows, err: err}
}

func (r runner) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	shop, err := Shop(ctx)
	if err != nil {
		return 0, err
	}
	return r.SysExec(ctx, query, append([]any{shop}, args...)...)
}

func (r runner) SysQuery(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if r.dialect == SQLite {
		query, args = translate(query), lists(args)
	}
	return r.conn.QueryContext(ctx, query, args...)
}

func (r runner) SysExec(ctx context.Context, query string, args ...any) (int64, error) {
	if r.dialect == SQLite {
		query, args = translate(query), lists(args)
	}
	res, err := r.conn.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

type oneRow struct {
	rows *sql.Rows
	err  error
}

func (r oneRow) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer func() { _ = r.rows.Close() }()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}

var (
	translated sync.Map
	anyList    = regexp.MustCompile(`= ANY\(\$(\d+)\)`)
	allList    = regexp.MustCompile(`<> ALL\(\$(\d+)\)`)
	casts      = regexp.MustCompile(`::[a-z]+(\[\])?`)
	locks      = regexp.MustCompile(`(?i)\s+FOR (NO KEY )?UPDATE( OF [a-z, ]+)?( SKIP LOCKED| NOWAIT)?`)
)

// translate turns a statement into SQLite's words. Texts are constant, so each is translated once.
func translate(query string) string {
	if t, ok := translated.Load(query); ok {
		return t.(string)
	}
	t := anyList.ReplaceAllString(query, "IN (SELECT value FROM json_each($$$1))")
	t = allList.ReplaceAllString(t, "NOT IN (SELECT value FROM json_each($$$1))")
	t = locks.ReplaceAllString(t, "")
	t = casts.ReplaceAllString(t, "")
	translated.Store(query, t)
	return t
}

// lists turns slices into JSON, which SQLite's json_each reads.
func lists(args []any) []any {
	for i, a := range args {
		switch v := a.(type) {
		case []uuid.UUID, []string, []int64, []int:
			b, _ := json.Marshal(v)
			args[i] = string(b)
		case json.RawMessage:
			args[i] = jsonText(v)
		}
	}
	return args
}

func jsonText(v json.RawMessage) any {
	if v == nil {
		return nil
	}
	return string(v)
}

// Scan reads every row of a statement with a function that reads one, and closes the rows.
func Scan[T any](rows *sql.Rows, err error, one func(scan func(...any) error) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := one(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// JSON is a column that holds v as JSON: give it as an argument to write, and its address to Scan to read.
type JSON[T any] struct{ V T }

// Value writes the JSON text.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	return string(b), err
}

// Scan reads JSON text; null leaves the zero value.
func (j *JSON[T]) Scan(src any) error {
	switch b := src.(type) {
	case nil:
		return nil
	case []byte:
		return json.Unmarshal(b, &j.V)
	case string:
		return json.Unmarshal([]byte(b), &j.V)
	}
	return json.Unmarshal(nil, &j.V)
}

// Insert writes rows of one table in as few statements as the databases' limit of parameters allows. Every row begins
// with its shop or with what the first column is; suffix may add "ON CONFLICT …".
func Insert(ctx context.Context, q Querier, table string, columns []string, rows [][]any, suffix string) error {
	const most = 20000
	size := max(1, most/len(columns))
	for len(rows) > 0 {
		n := min(size, len(rows))
		if err := insert(ctx, q, table, columns, rows[:n], suffix); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func insert(ctx context.Context, q Querier, table string, columns []string, rows [][]any, suffix string) error {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ")
	args := make([]any, 0, len(rows)*len(columns))
	for i, row := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		writeTuple(&b, len(args)+1, len(row))
		args = append(args, row...)
	}
	if suffix != "" {
		b.WriteString(" " + suffix)
	}
	_, err := q.SysExec(ctx, b.String(), args...)
	return err
}

func writeTuple(b *strings.Builder, from, n int) {
	b.WriteByte('(')
	for j := range n {
		if j > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(itoa(from + j))
	}
	b.WriteByte(')')
}

var started = time.Now
