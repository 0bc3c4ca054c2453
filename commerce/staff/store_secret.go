package staff

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// lockMember holds an account until the transaction ends.
func lockMember(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	rows, err := tx.SysQuery(database.AllShops(ctx), `SELECT id FROM staff_member WHERE id = $1 FOR NO KEY UPDATE`, id)
	_, err = database.IDs(rows, err)
	return err
}

// memberByID reads an account, whatever its shops. Fails with [fault.NotFound] where there is none.
func memberByID(ctx context.Context, q database.Querier, id uuid.UUID) (member, error) {
	rows, err := q.SysQuery(database.AllShops(ctx), `SELECT id, email, name, password_hash, active FROM staff_member WHERE id = $1`, id)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (m member, err error) {
		return m, scan(&m.id, &m.email, &m.name, &m.hash, &m.active)
	})
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "There is no such account.")
	}
	if err != nil {
		return member{}, err
	}
	return found[0], nil
}

// shopsOf are the shops that a member holds a role in. It reads the assignments of all shops, which are as many as there are staff.
func shopsOf(ctx context.Context, q database.Querier, id uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.SysQuery(database.AllShops(ctx), `SELECT DISTINCT shop_id FROM role_assignment WHERE staff_id = $1 ORDER BY shop_id`, id)
	return database.IDs(rows, err)
}

func insertSecret(ctx context.Context, tx database.Tx, id, member uuid.UUID, purpose Purpose, hash []byte, now, expires time.Time) error {
	_, err := tx.SysExec(database.AllShops(ctx), `INSERT INTO staff_token (id, staff_id, purpose, token_hash, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, member, string(purpose), hash, expires, now)
	return err
}

// countSecrets counts the secrets of a member that still work. Served by staff_token (staff_id).
func countSecrets(ctx context.Context, tx database.Tx, member uuid.UUID, now time.Time) (n int, err error) {
	rows, err := tx.SysQuery(database.AllShops(ctx), `SELECT count(*) FROM staff_token WHERE staff_id = $1 AND used_at IS NULL AND expires_at > $2`, member, now)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (n int, err error) { return n, scan(&n) })
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0], nil
}

// findSecret reads whose a secret is, and whether it still works: a closed account's does not. Served by staff_token (token_hash).
func findSecret(ctx context.Context, q database.Querier, hash []byte, now time.Time) (m member, good bool, err error) {
	rows, err := q.SysQuery(database.AllShops(ctx), `SELECT m.id, m.email FROM staff_token t JOIN staff_member m ON m.id = t.staff_id
		WHERE t.token_hash = $1 AND t.used_at IS NULL AND t.expires_at > $2 AND m.active`, hash, now)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (m member, err error) { return m, scan(&m.id, &m.email) })
	if err != nil || len(found) == 0 {
		return member{}, false, err
	}
	return found[0], true, nil
}

// useSecret reports whether a secret was good until now.
func useSecret(ctx context.Context, tx database.Tx, hash []byte, now time.Time) (bool, error) {
	n, err := tx.SysExec(database.AllShops(ctx), `UPDATE staff_token SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
		AND EXISTS (SELECT 1 FROM staff_member m WHERE m.id = staff_id AND m.active)`, hash, now)
	return n == 1, err
}

// endSecrets ends what is open of a member's secrets. Served by staff_token (staff_id).
func endSecrets(ctx context.Context, tx database.Tx, member uuid.UUID, now time.Time) error {
	_, err := tx.SysExec(database.AllShops(ctx), `UPDATE staff_token SET used_at = $2 WHERE staff_id = $1 AND used_at IS NULL`, member, now)
	return err
}
