package customer

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// business reports whether an account has orders, and whether one of its carts is being paid for. Served by order
// (shop_id, customer_id, processed_at, id) and cart (shop_id, customer_id).
func business(ctx context.Context, tx database.Tx, id uuid.UUID) (ordered, paying bool, err error) {
	var orders, carts int
	err = tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM (SELECT 1 FROM orders WHERE shop_id = $1 AND customer_id = $2 LIMIT 1) AS o),
		(SELECT count(*) FROM cart WHERE shop_id = $1 AND customer_id = $2 AND state = 'completing')`, id).Scan(&orders, &carts)
	return orders > 0, carts > 0, err
}

// dropAccount deletes an account and what belongs to it. Children whose parent must be there go first; whoever adds one
// holds the account's row.
func dropAccount(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	if err := DropBelongingsTx(ctx, tx, id); err != nil {
		return err
	}
	return inTurn(ctx, tx, id,
		`UPDATE cart SET customer_id = NULL, version = version + 1 WHERE shop_id = $1 AND customer_id = $2`,
		`DELETE FROM customer WHERE shop_id = $1 AND id = $2`)
}

// DropBelongingsTx deletes what belongs to an account and to nobody else: its memberships, secrets, addresses, ties to
// providers, sessions and metafields. The account's row must be locked.
func DropBelongingsTx(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	return inTurn(ctx, tx, id,
		`UPDATE customer_group SET members = members - 1 WHERE shop_id = $1 AND id IN (SELECT group_id FROM customer_group_member WHERE shop_id = $1 AND customer_id = $2)`,
		`DELETE FROM customer_group_member WHERE shop_id = $1 AND customer_id = $2`,
		`DELETE FROM customer_token WHERE shop_id = $1 AND customer_id = $2`,
		`DELETE FROM address WHERE shop_id = $1 AND customer_id = $2`,
		`DELETE FROM external_identity WHERE shop_id = $1 AND account_id = $2`,
		`DELETE FROM sign_in_flow WHERE shop_id = $1 AND account_id = $2`,
		`DELETE FROM session WHERE shop_id = $1 AND subject_id = $2`,
		`DELETE FROM metafield WHERE shop_id = $1 AND owner_id = $2`)
}

func inTurn(ctx context.Context, tx database.Tx, id uuid.UUID, statements ...string) error {
	for _, statement := range statements {
		if _, err := tx.Exec(ctx, statement, id); err != nil {
			return err
		}
	}
	return nil
}
