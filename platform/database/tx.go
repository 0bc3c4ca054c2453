package database

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite "modernc.org/sqlite"

	"github.com/rialtohq/rialto/ent/generated"
	"github.com/rialtohq/rialto/platform/fault"
)

// Tx is a running transaction, and a [Querier] within it.
type Tx struct {
	runner
	after *[]func()
}

var _ Querier = Tx{}

// Ent is ent's client in the transaction; its statements obey the same rule of the shop.
func (tx Tx) Ent() *generated.Client { return tx.client() }

// AfterCommit runs f once the transaction is committed, and never if it is not: to wake a relay, to drop a cache entry.
// f must be quick and must not fail: what has to happen belongs in the transaction, as an event.
func (tx Tx) AfterCommit(f func()) { *tx.after = append(*tx.after, f) }

// maxTries bounds how often a transaction that lost against others is begun anew.
const maxTries = 12

// busy is what a client is told when others had the database for longer than it could wait.
const busy = "The shop is busy; try again in a moment."

// InTx runs f in a transaction: committed when f returns nil, rolled back with no effect otherwise. Where the database
// refused it for the sake of others (serialization failure, deadlock, busy), f runs again after a short random wait.
// Where that did not help, the error is [fault.Unavailable].
// f must therefore be safe to repeat, and must call nothing outside the database. Transactions do not nest: a verb that
// joins its caller's takes the Tx as an argument.
func (db *DB) InTx(ctx context.Context, f func(tx Tx) error) error {
	for try := 1; ; try++ {
		err := db.once(ctx, f)
		switch {
		case err == nil || !retryable(err):
			return err
		case try == maxTries:
			return fault.Wrap(err, fault.Unavailable, busy)
		}
		wait := time.Duration(rand.Int64N(int64(time.Millisecond) << min(try, 7)))
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (db *DB) once(ctx context.Context, f func(tx Tx) error) error {
	if db.gate != nil {
		select {
		case db.gate <- struct{}{}:
			defer func() { <-db.gate }()
		case <-ctx.Done():
			return fault.Wrap(context.Cause(ctx), fault.Timeout, busy)
		}
	}
	begun, err := db.begin(ctx)
	if err != nil {
		return err
	}
	// Also when f panics: a transaction left open would hold its locks, and on SQLite the only writing connection. Once
	// committed, there is nothing left to roll back.
	defer func() { _ = begun.Rollback() }()
	var after []func()
	changed := &changes{watched: db.watched}
	tx := Tx{runner: newRunner(db.dialect, begun, changed), after: &after}
	tx.session, _ = begun.(*session)
	if err := f(tx); err != nil {
		return err
	}
	written := changed.written()
	if written != nil && db.watch.Committing != nil {
		if err := db.watch.Committing(ctx, tx, written); err != nil {
			return err
		}
	}
	err = begun.Commit(ctx)
	if written != nil && db.watch.Committed != nil {
		// Also where the commit failed: it may have been done, and only the word of it was lost.
		defer db.watch.Committed(context.WithoutCancel(ctx), written)
	}
	if err != nil {
		return err
	}
	if db.gate != nil {
		db.grown(ctx, changed.rows)
	}
	for _, f := range after {
		f()
	}
	return nil
}

// running is a transaction that was begun.
type running interface {
	conn
	Commit(ctx context.Context) error
	Rollback() error
}

// begin begins a transaction; with walls, it has the shop named in the same round trip.
func (db *DB) begin(ctx context.Context) (running, error) {
	if db.dialect == PostgreSQL {
		return openSession(ctx, db.writes, db.walls)
	}
	tx, err := db.writes.BeginTx(ctx, nil)
	return lite{tx}, err
}

// lite is a transaction of SQLite.
type lite struct{ *sql.Tx }

// Commit ends the transaction.
func (l lite) Commit(context.Context) error { return l.Tx.Commit() }

// retryable reports whether a transaction failed only because of others that ran beside it.
func retryable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code {
		case "40001", "40P01", "55P03", "0A000":
			return true
		}
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		switch lite.Code() & 0xff {
		case 5, 6: // SQLITE_BUSY, SQLITE_LOCKED
			return true
		}
	}
	return false
}

// IsUnique reports whether a write failed because such a row is there already.
func IsUnique(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code() == 2067 || lite.Code() == 1555
	}
	return false
}

// IsUniqueIn reports whether a write failed because such a row is there already in a table. Of an index over expressions SQLite
// does not name the table, and this is false.
func IsUniqueIn(err error, table string) bool {
	if !IsUnique(err) {
		return false
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.TableName == table
	}
	_, columns, _ := strings.Cut(err.Error(), "UNIQUE constraint failed: ")
	return strings.HasPrefix(columns, table+".")
}

// NoRows reports whether a statement found nothing.
func NoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
