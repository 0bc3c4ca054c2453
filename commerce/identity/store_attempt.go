package identity

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// lockFailures reads and locks what is counted of a subject, and makes the row where there is none. Served by
// sign_in_failure (shop_id, subject_hash).
func lockFailures(ctx context.Context, tx database.Tx, id uuid.UUID, subject []byte, now time.Time) (f failures, err error) {
	if _, err := tx.Exec(ctx, `INSERT INTO sign_in_failure (id, shop_id, subject_hash, failures, last_at, free_at) VALUES ($2, $1, $3, 0, $4, $4)
		ON CONFLICT (shop_id, subject_hash) DO NOTHING`, id, subject, now); err != nil {
		return f, err
	}
	err = tx.QueryRow(ctx, `SELECT failures, last_at, free_at FROM sign_in_failure WHERE shop_id = $1 AND subject_hash = $2 FOR UPDATE`, subject).Scan(&f.count, &f.last, &f.free)
	return f, err
}

func setFailures(ctx context.Context, tx database.Tx, subject []byte, count int, last, free time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE sign_in_failure SET failures = $3, last_at = $4, free_at = $5 WHERE shop_id = $1 AND subject_hash = $2`, subject, count, last, free)
	return err
}

// forgive takes one failure back, or all of them. Whoever may go on need not wait any more.
func forgive(ctx context.Context, tx database.Tx, subject []byte, all bool) error {
	query := `UPDATE sign_in_failure SET failures = CASE WHEN failures > 0 THEN failures - 1 ELSE 0 END, free_at = last_at WHERE shop_id = $1 AND subject_hash = $2`
	if all {
		query = `DELETE FROM sign_in_failure WHERE shop_id = $1 AND subject_hash = $2`
	}
	_, err := tx.Exec(ctx, query, subject)
	return err
}

// deleteFailures deletes the rows of all shops that nothing was counted in since a time. Served by sign_in_failure (last_at).
func deleteFailures(ctx context.Context, db *database.DB, before time.Time, most int) (n int, err error) {
	err = db.InTx(ctx, func(tx database.Tx) error {
		done, err := tx.SysExec(database.AllShops(ctx), `DELETE FROM sign_in_failure WHERE id IN
			(SELECT id FROM sign_in_failure WHERE last_at < $1 ORDER BY last_at LIMIT $2 FOR UPDATE SKIP LOCKED)`, before, most)
		n = int(done)
		return err
	})
	return n, err
}
