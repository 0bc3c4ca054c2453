package database

import (
	"context"
	"time"
)

// growth is when SQLite last looked at how much its tables hold. PostgreSQL does so by itself; SQLite must be told to, and
// otherwise plans as if every table were small.
type growth struct{ changed, next int64 }

// someRows are the changed rows after which SQLite looks for the first time; then it looks whenever they have doubled.
const someRows = 5_000

// grown counts the rows of a transaction. The caller holds the gate.
func (db *DB) grown(ctx context.Context, rows int64) {
	g := &db.growth
	g.changed += rows
	if g.changed < max(g.next, someRows) {
		return
	}
	g.next = 2 * g.changed
	db.look(ctx)
}

// closing looks once more: the file will be opened with what is known of it then.
func (db *DB) closing() {
	db.gate <- struct{}{}
	defer func() { <-db.gate }()
	if db.growth.changed > 0 {
		db.look(context.Background())
	}
}

// look takes samples of tables that changed much since the last look: some milliseconds, however large they are. Where it
// fails, plans stay as they were.
func (db *DB) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, _ = db.writes.ExecContext(ctx, "PRAGMA analysis_limit = 400; PRAGMA optimize(0x10002)")
}
