package database

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/rialtohq/rialto/platform/fault"
)

// The second wall: PostgreSQL's row level security. Each statement and transaction names its shop to PostgreSQL, which
// shows and takes only rows of that shop. The first wall, [admit] and $1, does not rely on it, nor it on the first.

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
