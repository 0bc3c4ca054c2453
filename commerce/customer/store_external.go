package customer

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// holdAccount locks an account by its id or email. Served by the primary key, and by customer (shop_id, email).
func holdAccount(ctx context.Context, tx database.Tx, column string, value any) (Held, bool, error) {
	rows, err := tx.Query(ctx, `SELECT id, state, verified_email, password_hash, updated_at FROM customer WHERE shop_id = $1 AND `+column+` = $2 FOR NO KEY UPDATE`, value)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (h Held, err error) {
		var state, hash string
		err = scan(&h.ID, &state, &h.Verified, &hash, &h.written)
		h.State, h.Password = stateOf(state), hash != ""
		return h, err
	})
	if err != nil || len(found) == 0 {
		return Held{}, false, err
	}
	return found[0], true, nil
}

// confirmEmail notes that mail to an account's email reaches who holds it. Until then, whoever opened the account may have
// had no right to that email: the outside identities that they tied to it end. Served by the primary key, and by
// external_identity (shop_id, account_id).
func confirmEmail(ctx context.Context, tx database.Tx, id uuid.UUID, now time.Time) error {
	// Also who has come in by a tie, and has not exchanged the token for it yet. Served by sign_in_flow (shop_id, account_id).
	if _, err := tx.Exec(ctx, `DELETE FROM sign_in_flow WHERE shop_id = $1 AND account_id = $2`, id); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE customer SET verified_email = $3, updated_at = $4 WHERE shop_id = $1 AND id = $2 AND verified_email <> $3`, id, true, now)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM external_identity WHERE shop_id = $1 AND account_id = $2`, id)
	return err
}

func enableAccount(ctx context.Context, tx database.Tx, id uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE customer SET state = 'enabled', updated_at = $3 WHERE shop_id = $1 AND id = $2`, id, now)
	return err
}
