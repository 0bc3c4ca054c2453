package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/rialtohq/rialto/platform/fault"
)

// The second wall: PostgreSQL's row level security. Each statement and transaction names its shop to PostgreSQL, which
// shows and takes only rows of that shop. The first wall, [admit] and $1, does not rely on it, nor it on the first.

// walled is a transaction that has named its shop.
type walled struct {
	*sql.Conn
	named scope
	done  bool
}

// rollbackPatience is how long a connection is given to roll back before it is thrown away.
const rollbackPatience = 2 * time.Second

func beginBehindWall(ctx context.Context, db *sql.DB) (*walled, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s, _ := ctx.Value(scopeKey{}).(scope) // without one, the statements name theirs
	// A text without parameters may hold several statements. Both values are of our own making: a UUID, and a word.
	wall := s.wall()
	begin := fmt.Sprintf("BEGIN; SELECT set_config('rialto.shop', '%s', true), set_config('rialto.all', '%s', true)", wall...)
	w := &walled{Conn: conn, named: s}
	if _, err := w.raw(ctx, begin); err != nil {
		return nil, errors.Join(err, w.Rollback())
	}
	return w, nil
}

// ExecContext runs a statement without rows, for the shop of its own context.
func (w *walled) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := w.name(ctx); err != nil {
		return nil, err
	}
	return w.Conn.ExecContext(ctx, query, args...)
}

// QueryContext runs a statement with rows, for the shop of its own context.
func (w *walled) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := w.name(ctx); err != nil {
		return nil, err
	}
	return w.Conn.QueryContext(ctx, query, args...)
}

// name names another shop than the one before: a few transactions work on the tables of all shops in between.
func (w *walled) name(ctx context.Context) error {
	s, err := scopeOf(ctx)
	if err != nil || s == w.named {
		return err
	}
	_, err = w.Conn.ExecContext(ctx, wallStatement, s.wall()...)
	if err == nil {
		w.named = s
	}
	return err
}

// raw runs a text on the connection, and gives what PostgreSQL says it did.
func (w *walled) raw(ctx context.Context, text string) (did string, err error) {
	err = w.Raw(func(driver any) error {
		tag, err := driver.(*stdlib.Conn).Conn().Exec(ctx, text)
		did = tag.String()
		return err
	})
	return did, err
}

// Commit ends the transaction. A transaction that has failed is rolled back by PostgreSQL, and that is an error here.
func (w *walled) Commit() error {
	if w.done {
		return sql.ErrTxDone
	}
	w.done = true
	did, err := w.raw(context.Background(), "COMMIT")
	if err == nil && did == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback
	}
	return errors.Join(err, w.Close())
}

// Rollback ends the transaction without effect; after [walled.Commit] it does nothing.
func (w *walled) Rollback() error {
	if w.done {
		return sql.ErrTxDone
	}
	w.done = true
	ctx, cancel := context.WithTimeout(context.Background(), rollbackPatience)
	defer cancel()
	_, err := w.raw(ctx, "ROLLBACK")
	return errors.Join(err, w.Close())
}

// exec runs a statement by itself, with its shop named in the same round trip.
func (n *native) exec(ctx context.Context, query string, args []any) (int64, error) {
	s, err := scopeOf(ctx)
	if err != nil {
		return 0, err
	}
	batch := &pgx.Batch{}
	batch.Queue(wallStatement, s.wall()...)
	batch.Queue(query, args...)
	results := n.pool.SendBatch(ctx, batch)
	if _, err := results.Exec(); err != nil {
		return 0, errors.Join(err, results.Close())
	}
	tag, err := results.Exec()
	return tag.RowsAffected(), errors.Join(err, results.Close())
}

// Guarded tells how the database's role stands to row level security: subject is whether PostgreSQL hides rows from it.
func (db *DB) Guarded(ctx context.Context) (role string, subject bool, err error) {
	if db.dialect != PostgreSQL {
		return "", false, nil
	}
	err = db.pool.QueryRow(ctx, "SELECT current_user, coalesce(row_security_active(to_regclass('public.product')), false)").Scan(&role, &subject)
	return role, subject, err
}

// checkWall refuses a role that sees no rows because it is subject to row level security and nobody names its shops.
func (db *DB) checkWall(ctx context.Context) error {
	role, subject, err := db.Guarded(ctx)
	if err == nil && subject && !db.walls {
		err = fault.New(fault.Conflict, "the role %s is subject to row level security, so it would see no rows: set RIALTO_ROW_SECURITY=on", role)
	}
	return err
}
