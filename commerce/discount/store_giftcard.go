package discount

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
)

const cardColumns = `id, last_characters, currency, initial_amount, balance, expires_at, enabled, customer_id, note, created_at`

func scanCard(scan scan) (*GiftCard, error) {
	c := &GiftCard{}
	var currency string
	var expires sql.NullTime
	var customer uuid.NullUUID
	err := scan(&c.ID, &c.LastCharacters, &currency, &c.Initial.Amount, &c.Balance.Amount, &expires, &c.Enabled, &customer, &c.Note, &c.CreatedAt)
	c.Initial.Currency, c.Balance.Currency, c.CreatedAt = money.Currency(currency), money.Currency(currency), c.CreatedAt.UTC()
	if expires.Valid {
		at := expires.Time.UTC()
		c.ExpiresAt = &at
	}
	if customer.Valid {
		c.CustomerID = &customer.UUID
	}
	return c, err
}

// insertCard writes a new card.
func (s store) insertCard(ctx context.Context, tx database.Tx, c *GiftCard, hash []byte) error {
	var customer uuid.NullUUID
	if c.CustomerID != nil {
		customer = uuid.NullUUID{UUID: *c.CustomerID, Valid: true}
	}
	var expires sql.NullTime
	if c.ExpiresAt != nil {
		expires = sql.NullTime{Time: c.ExpiresAt.UTC(), Valid: true}
	}
	_, err := tx.Exec(ctx, `INSERT INTO gift_card (shop_id, `+cardColumns+`, updated_at, code_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)`,
		c.ID, c.LastCharacters, string(c.Initial.Currency), c.Initial.Amount, c.Balance.Amount, expires, c.Enabled, customer, c.Note, c.CreatedAt, hash)
	return err
}

// cards reads cards by id. Served by the primary key.
func (s store) cards(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*GiftCard, error) {
	rows, err := q.Query(ctx, "SELECT "+cardColumns+" FROM gift_card WHERE shop_id = $1 AND id = ANY($2)", ids)
	return database.Scan(rows, err, scanCard)
}

// cardByHash reads one card. Served by gift_card (shop_id, code_hash).
func (s store) cardByHash(ctx context.Context, q database.Querier, hash []byte) ([]*GiftCard, error) {
	rows, err := q.Query(ctx, "SELECT "+cardColumns+" FROM gift_card WHERE shop_id = $1 AND code_hash = $2", hash)
	return database.Scan(rows, err, scanCard)
}

// insertEntry writes an entry of a card's ledger, unless the same is there. Served by gift_card_entry (shop_id,
// gift_card_id, ref, reason).
func (s store) insertEntry(ctx context.Context, tx database.Tx, card uuid.UUID, delta int64, reason, ref string, order *uuid.UUID, now time.Time) (fresh bool, err error) {
	var of uuid.NullUUID
	if order != nil {
		of = uuid.NullUUID{UUID: *order, Valid: true}
	}
	n, err := tx.Exec(ctx, `INSERT INTO gift_card_entry (shop_id, id, gift_card_id, delta, reason, ref, order_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (shop_id, gift_card_id, ref, reason) DO NOTHING`, s.newID(), card, delta, reason, ref, of, now)
	return n > 0, err
}

// debit takes an amount off a card that can pay it.
func (s store) debit(ctx context.Context, tx database.Tx, card uuid.UUID, amount money.Money, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE gift_card SET balance = balance - $3, updated_at = $5
		WHERE shop_id = $1 AND id = $2 AND currency = $4 AND enabled AND balance >= $3 AND (expires_at IS NULL OR expires_at > $5)`,
		card, amount.Amount, string(amount.Currency), now)
	return n > 0, err
}

// credit puts an amount on a card.
func (s store) credit(ctx context.Context, tx database.Tx, card uuid.UUID, amount money.Money, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE gift_card SET balance = balance + $3, updated_at = $5 WHERE shop_id = $1 AND id = $2 AND currency = $4`,
		card, amount.Amount, string(amount.Currency), now)
	return n > 0, err
}
