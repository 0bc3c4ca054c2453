package database

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Rows are the rows of a statement, read one after another. Close gives the connection back, and what went wrong.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// native reads on PostgreSQL without database/sql in between: values come in the binary format, straight into their
// destinations. With walls, each statement goes with the name of its shop, in the same round trip.
type native struct {
	pool  *pgxpool.Pool
	walls bool
}

// query runs a statement that was admitted.
func (n *native) query(ctx context.Context, query string, args []any) (Rows, error) {
	if n.walls {
		return n.behindWall(ctx, query, args)
	}
	rows, err := n.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return &pgxRows{Rows: rows}, nil
}

// behindWall names the shop and runs the statement in one round trip and so in one transaction, whose end takes the name
// away: a pooled connection keeps nothing, whoever pools it.
func (n *native) behindWall(ctx context.Context, query string, args []any) (Rows, error) {
	conn, err := n.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	s, err := scopeOf(ctx)
	if err != nil {
		conn.Release()
		return nil, err
	}
	batch := &pgx.Batch{}
	batch.Queue(wallStatement, s.wall()...)
	batch.Queue(query, args...)
	results := conn.SendBatch(ctx, batch)
	release := func() error {
		defer conn.Release()
		return results.Close()
	}
	if _, err := results.Exec(); err != nil {
		_ = release()
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		_ = release()
		return nil, err
	}
	return &pgxRows{Rows: rows, release: release}, nil
}

// wallStatement tells PostgreSQL whose rows the transaction may touch; see migrations, row level security.
const wallStatement = "SELECT set_config('rialto.shop', $1, true), set_config('rialto.all', $2, true)"

// wall are the parameters of wallStatement.
func (s scope) wall() []any {
	shop, all := "", "off"
	if s.shop != uuid.Nil {
		shop = s.shop.String()
	}
	if s.all {
		all = "on"
	}
	return []any{shop, all}
}

// pgxRows are Rows of pgx.
type pgxRows struct {
	pgx.Rows
	release func() error // gives the connection back; nil where the rows do that themselves
}

// Close gives the connection back; a second time it does nothing.
func (r *pgxRows) Close() error {
	r.Rows.Close()
	if r.release == nil {
		return r.Err()
	}
	release := r.release
	r.release = nil
	return errors.Join(r.Err(), release())
}
