package identity

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// ledger is where failures are counted: in the context's shop, or in all shops together, under no shop's id.
type ledger struct{ all bool }

func (l ledger) exec(ctx context.Context, tx database.Tx, query string, args ...any) error {
	if l.all {
		_, err := tx.SysExec(database.AllShops(ctx), query, append([]any{uuid.Nil}, args...)...)
		return err
	}
	_, err := tx.Exec(ctx, query, args...)
	return err
}

func (l ledger) query(ctx context.Context, tx database.Tx, query string, args ...any) (database.Rows, error) {
	if l.all {
		return tx.SysQuery(database.AllShops(ctx), query, append([]any{uuid.Nil}, args...)...)
	}
	return tx.Query(ctx, query, args...)
}

// lock reads and locks what is counted of a subject, and makes the row where there is none. Served by
// sign_in_failure (shop_id, subject_hash).
func (l ledger) lock(ctx context.Context, tx database.Tx, id uuid.UUID, subject []byte, now time.Time) (failures, error) {
	if err := l.exec(ctx, tx, `INSERT INTO sign_in_failure (id, shop_id, subject_hash, failures, last_at, free_at) VALUES ($2, $1, $3, 0, $4, $4)
		ON CONFLICT (shop_id, subject_hash) DO NOTHING`, id, subject, now); err != nil {
		return failures{}, err
	}
	rows, err := l.query(ctx, tx, `SELECT failures, last_at, free_at FROM sign_in_failure WHERE shop_id = $1 AND subject_hash = $2 FOR UPDATE`, subject)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (f failures, err error) { return f, scan(&f.count, &f.last, &f.free) })
	if err == nil && len(found) == 0 {
		err = fault.New(fault.Internal, "what is counted of a sign-in is gone")
	}
	if err != nil {
		return failures{}, err
	}
	return found[0], nil
}

func (l ledger) set(ctx context.Context, tx database.Tx, subject []byte, count int, last, free time.Time) error {
	return l.exec(ctx, tx, `UPDATE sign_in_failure SET failures = $3, last_at = $4, free_at = $5 WHERE shop_id = $1 AND subject_hash = $2`, subject, count, last, free)
}

// forgive takes one failure back, or all of them. Whoever may go on need not wait any more.
func (l ledger) forgive(ctx context.Context, tx database.Tx, subject []byte, all bool) error {
	query := `UPDATE sign_in_failure SET failures = CASE WHEN failures > 0 THEN failures - 1 ELSE 0 END, free_at = last_at WHERE shop_id = $1 AND subject_hash = $2`
	if all {
		query = `DELETE FROM sign_in_failure WHERE shop_id = $1 AND subject_hash = $2`
	}
	return l.exec(ctx, tx, query, subject)
}
