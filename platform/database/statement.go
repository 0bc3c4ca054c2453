package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"reflect"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	jsonv1 "github.com/go-json-experiment/json/v1"
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
type guarded struct {
	conn    conn
	changes *changes // of a transaction; else nil
}

// ExecContext runs a statement without rows.
func (g guarded) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := admit(ctx, query); err != nil {
		return nil, err
	}
	return g.exec(ctx, query, args)
}

// exec runs a statement that was admitted.
func (g guarded) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	ctx, done := observe(ctx, query, args)
	res, err := g.conn.ExecContext(ctx, query, args...)
	done(err)
	if err != nil || g.changes == nil {
		return res, err // what failed changed nothing
	}
	n, err := res.RowsAffected()
	if err != nil {
		n = 1 // some, for all that is known
	}
	g.changed(ctx, query, n)
	return res, nil
}

// changed keeps with its transaction what a statement changed that affected so many rows.
func (g guarded) changed(ctx context.Context, query string, rows int64) {
	g.changes.rows += rows
	if rows > 0 || !tellsAll(query) {
		g.note(ctx, query)
	}
}

// tellsAll reports whether the number of rows that a statement affected is that of all rows that it changed: of one that begins with
// another within, and of a text of several, it is not.
func tellsAll(query string) bool {
	switch verbOf(query) {
	case "insert", "update", "delete":
		return !strings.Contains(query, ";")
	}
	return false
}

// note keeps what a statement changes with its transaction.
func (g guarded) note(ctx context.Context, query string) {
	if g.changes != nil {
		g.changes.note(ctx, query)
	}
}

// QueryContext runs a statement with rows.
func (g guarded) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := admit(ctx, query); err != nil {
		return nil, err
	}
	g.note(ctx, query)
	ctx, done := observe(ctx, query, args)
	rows, err := g.conn.QueryContext(ctx, query, args...)
	done(err)
	return rows, err
}

// runner is a Querier over one connection or pool.
type runner struct {
	dialect Dialect
	conn    guarded
	native  *native  // PostgreSQL outside transactions; else nil
	session *session // PostgreSQL within one; else nil
}

func newRunner(d Dialect, c conn, changed *changes) runner {
	return runner{dialect: d, conn: guarded{conn: c, changes: changed}}
}

// client is ent's, made when it is asked for: it has a part for each table, and few transactions need any.
func (r runner) client() *generated.Client {
	drv := entDriver{Driver: entsql.NewDriver(r.dialect.String(), entsql.Conn{ExecQuerier: r.conn})}
	return generated.NewClient(generated.Driver(drv))
}

// entDriver keeps ent from opening transactions of its own: they belong to [DB.InTx].
type entDriver struct{ *entsql.Driver }

// Tx gives a transaction that only closes what the caller's has.
func (d entDriver) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(d.Driver), nil }

func (r runner) Dialect() Dialect { return r.dialect }

func (r runner) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	shop, err := Shop(ctx)
	if err != nil {
		return nil, err
	}
	return r.SysQuery(ctx, query, append([]any{shop}, args...)...)
}

func (r runner) QueryRow(ctx context.Context, query string, args ...any) Row {
	return first(r.Query(ctx, query, args...))
}

func (r runner) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	shop, err := Shop(ctx)
	if err != nil {
		return 0, err
	}
	return r.SysExec(ctx, query, append([]any{shop}, args...)...)
}

func (r runner) SysQuery(ctx context.Context, query string, args ...any) (Rows, error) {
	if r.session != nil {
		if err := admit(ctx, query); err != nil {
			return nil, err
		}
		r.conn.note(ctx, query)
		query = steady(query, args)
		ctx, done := observe(ctx, query, args)
		rows, err := r.session.query(ctx, query, args)
		done(err)
		return rows, err
	}
	if r.native == nil {
		return r.queryStandard(ctx, query, args)
	}
	if err := admit(ctx, query); err != nil {
		return nil, err
	}
	ctx, done := observe(ctx, query, args)
	rows, err := r.native.query(ctx, steady(query, args), args)
	done(err)
	return rows, err
}

func (r runner) queryStandard(ctx context.Context, query string, args []any) (Rows, error) {
	query, args = r.spoken(query, args)
	rows, err := r.conn.QueryContext(ctx, query, args...) //nolint:rowserrcheck // whoever reads them checks
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// spoken is a statement as its database gets it.
func (r runner) spoken(query string, args []any) (string, []any) {
	if r.dialect == SQLite {
		return translate(query), lists(args)
	}
	return steady(query, args), args
}

func (r runner) SysExec(ctx context.Context, query string, args ...any) (int64, error) {
	if r.session != nil {
		if err := admit(ctx, query); err != nil {
			return 0, err
		}
		return r.execSession(ctx, steady(query, args), args)
	}
	if r.native != nil && r.native.walls {
		if err := admit(ctx, query); err != nil {
			return 0, err
		}
		ctx, done := observe(ctx, query, args)
		n, err := r.native.exec(ctx, steady(query, args), args)
		done(err)
		return n, err
	}
	query, args = r.spoken(query, args)
	res, err := r.conn.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// execSession runs a statement that was admitted in a transaction of PostgreSQL.
func (r runner) execSession(ctx context.Context, query string, args []any) (int64, error) {
	ctx, done := observe(ctx, query, args)
	n, err := r.session.exec(ctx, query, args)
	done(err)
	if err == nil { // what failed changed nothing
		r.conn.changed(ctx, query, n)
	}
	return n, err
}

type oneRow struct {
	rows Rows
	err  error
}

func first(rows Rows, err error) Row { return oneRow{rows: rows, err: err} }

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

// firstBytes is how much room there is for rows before it grows: a page of pointers, one or two rows that are large.
const firstBytes = 256

// Scan reads every row of a statement with a function that reads one, and closes the rows.
func Scan[T any](rows Rows, err error, one func(scan func(...any) error) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []T
	scan := rows.Scan
	for rows.Next() {
		v, err := one(scan)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = make([]T, 0, max(1, firstBytes/max(1, int(reflect.TypeFor[T]().Size()))))
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// IDs reads every row of a statement that gives one id each, and closes the rows.
func IDs(rows Rows, err error) ([]uuid.UUID, error) {
	return Scan(rows, err, func(scan func(...any) error) (id uuid.UUID, err error) { return id, scan(&id) })
}

// Skipped are places for so many columns of some rows of which nothing is read.
func Skipped(rows Rows, n int) []any {
	places := make([]any, n)
	if _, direct := rows.(*pgxRows); direct {
		return places // pgx takes nil for a place of what is not read
	}
	for i := range places {
		places[i] = new(any)
	}
	return places
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
		return j.ScanBytes(b)
	case string:
		return j.ScanBytes([]byte(b))
	}
	return json.Unmarshal(nil, &j.V)
}

// ScanBytes is Scan without a copy: PostgreSQL's driver asks for it. Most columns of JSON are empty in most rows, and an empty
// list or object needs no decoder. The decoder is the one that Go 1.27 has behind encoding/json, with the same semantics: at half
// of the time, and a third of the memory.
func (j *JSON[T]) ScanBytes(src []byte) error {
	switch string(src) {
	case "":
		if src == nil {
			return nil
		}
	case "[]":
		if v := reflect.ValueOf(&j.V).Elem(); v.Kind() == reflect.Slice && !decodes(&j.V) {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
			return nil
		}
	case "{}", "null":
		if v := reflect.ValueOf(&j.V).Elem(); v.IsZero() && (v.Kind() == reflect.Struct || src[0] == 'n') && !decodes(&j.V) {
			return nil
		}
	}
	return jsonv1.Unmarshal(src, &j.V)
}

// decodes reports whether a value reads JSON in its own way.
func decodes(v any) bool {
	_, ok := v.(json.Unmarshaler)
	return ok
}
