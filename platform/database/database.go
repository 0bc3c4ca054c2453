// Package database runs statements: on a SQLite file in the embedded default, on PostgreSQL in production.
//
// It knows how, never what: transactions and their retries, the shop that every statement is bound to, the two
// dialects, migrations, and what each statement cost. It knows no table of commerce.
//
// Statements are written once, in the part of SQL that both databases share, plus a few things that are translated for
// SQLite: "= ANY($n)", "<> ALL($n)", "FOR UPDATE" and "::type". Where the two really differ, a store asks [Querier.Dialect].
//
// Invariants: no statement on a shop's rows runs without a shop in its context (see [WithShop]); a transaction's
// function may run more than once, and has had no effect before the last; writers of SQLite take turns, first come first
// served, for as long as their contexts allow.
package database

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Dialect is which database is spoken to.
type Dialect int

// The dialects.
const (
	SQLite Dialect = iota + 1
	PostgreSQL
)

// String names the dialect as ent does.
func (d Dialect) String() string {
	if d == PostgreSQL {
		return "postgres"
	}
	return "sqlite3"
}

// Config says which database to open. The zero value is not usable: one of the two must be set.
type Config struct {
	// URL of a PostgreSQL database: postgres://user:password@host:port/name?options. Wins over File.
	URL string
	// File of a SQLite database; it is made where it is missing.
	File string
	// RowSecurity names the shop of each statement to PostgreSQL, which then refuses rows of any other to roles that are
	// subject to it: a second wall behind the first. See docs/operations.md.
	RowSecurity bool
	// MaxConns bounds PostgreSQL's pool; 0 is four for each processor, and at least ten.
	MaxConns int
}

// Querier runs statements: a [DB] by itself, or a [Tx] within a transaction.
type Querier interface {
	// Query runs a statement that gives rows. Its parameter $1 is the context's shop, and is not among args: args
	// are $2, $3 and so on. Slices of ids, strings and integers may be given for "= ANY($n)".
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	// QueryRow is Query for at most one row; the error comes with Scan.
	QueryRow(ctx context.Context, query string, args ...any) Row
	// Exec runs a statement that gives no rows, and counts the rows it changed. Parameters as with Query.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// SysQuery is Query for tables that belong to no shop, or sweeps over all of them: args are $1, $2 and so on.
	SysQuery(ctx context.Context, query string, args ...any) (Rows, error)
	// SysExec is Exec for tables that belong to no shop.
	SysExec(ctx context.Context, query string, args ...any) (int64, error)
	// Dialect is which database this is.
	Dialect() Dialect

	// execAdmitted runs a text of this package's own making: it was admitted, and needs no translation.
	execAdmitted(ctx context.Context, query string, args []any) error
}

// DB is an open database. It is a [Querier] of its own: each statement is then a transaction by itself, and on SQLite
// only reads are allowed outside [DB.InTx].
type DB struct {
	runner
	dialect Dialect
	reads   *sql.DB
	writes  *sql.DB
	pool    *pgxpool.Pool
	walls   bool          // PostgreSQL: whether it is told of each statement's shop
	gate    chan struct{} // SQLite: held by the one writer
	growth  growth        // SQLite: guarded by the gate
	watch   Watch
	watched map[string]bool // the tables of watch
}

var _ Querier = (*DB)(nil)

// Open opens a database and makes sure that it answers. It does not migrate it: see [DB.Migrate].
func Open(ctx context.Context, c Config) (*DB, error) {
	var db *DB
	var err error
	switch {
	case c.URL != "":
		db, err = openPostgres(ctx, c)
	case c.File != "":
		db, err = openSQLite(ctx, c.File)
	default:
		return nil, fmt.Errorf("database: neither a URL nor a file is set")
	}
	if err != nil {
		return nil, err
	}
	db.runner = newRunner(db.dialect, db.reads, nil)
	if db.pool != nil {
		db.native = &native{pool: db.pool, walls: db.walls}
	}
	return db, nil
}

// Close waits for running statements and closes every connection.
func (db *DB) Close() error {
	if db.gate != nil {
		db.closing()
	}
	err := db.reads.Close()
	if db.writes != db.reads {
		if werr := db.writes.Close(); err == nil {
			err = werr
		}
	}
	if db.pool != nil {
		db.pool.Close()
	}
	return err
}

// Pool is PostgreSQL's pool for what database/sql cannot do (COPY, LISTEN); nil on SQLite.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.reads.PingContext(ctx) }

// Stats are the figures of the connections in use, for metrics.
func (db *DB) Stats() sql.DBStats {
	if db.pool != nil {
		s := db.pool.Stat()
		return sql.DBStats{MaxOpenConnections: int(s.MaxConns()), OpenConnections: int(s.TotalConns()), InUse: int(s.AcquiredConns()), Idle: int(s.IdleConns()), WaitCount: s.EmptyAcquireCount(), WaitDuration: s.EmptyAcquireWaitTime()}
	}
	return db.reads.Stats()
}

// Describe names the database for people, without its password.
func Describe(c Config) string {
	if c.URL == "" {
		return "sqlite " + filepath.Base(c.File)
	}
	cfg, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return "postgres (unreadable URL)"
	}
	return fmt.Sprintf("postgres %s:%d/%s", cfg.ConnConfig.Host, cfg.ConnConfig.Port, cfg.ConnConfig.Database)
}
