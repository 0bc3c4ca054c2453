package payment

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// store holds every statement of this package.
type store struct{ newID func() uuid.UUID }

// beginText writes a pending transaction, attachText the order of one that has none.
const (
	beginText = `INSERT INTO payment_transaction
			(id, shop_id, created_at, updated_at, order_id, attempt_id, parent_id, kind, gateway, idempotency_key, amount, currency, status)
		VALUES ($2, $1, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'pending')`
	attachText = `UPDATE payment_transaction SET order_id = $3
		WHERE shop_id = $1 AND idempotency_key = $2 AND order_id IS NULL`
)

// beginning are the parameters of beginText.
func (s store) beginning(b Begin, now time.Time) []any {
	return []any{s.newID(), now, maybe(b.OrderID), maybe(b.AttemptID), maybe(b.ParentID), string(b.Kind), b.Gateway, b.Key, b.Amount.Amount, string(b.Amount.Currency)}
}

// begin writes a pending transaction unless its key is taken. Served by payment_transaction (shop_id, idempotency_key).
func (s store) begin(ctx context.Context, tx database.Tx, b Begin, now time.Time) ([]Transaction, error) {
	rows, err := tx.Query(ctx, beginText+" ON CONFLICT (shop_id, idempotency_key) DO NOTHING RETURNING "+transactionColumns, s.beginning(b, now)...)
	return database.Scan(rows, err, scanTransaction())
}

// settle writes the outcome of a pending transaction. Served by payment_transaction (shop_id, idempotency_key).
func (s store) settle(ctx context.Context, tx database.Tx, key string, o Outcome, now time.Time) ([]Transaction, error) {
	rows, err := tx.Query(ctx, `UPDATE payment_transaction SET status = $3, gateway_ref = $4, error_code = $5, message = $6, updated_at = $7
		WHERE shop_id = $1 AND idempotency_key = $2 AND status = 'pending' RETURNING `+transactionColumns,
		key, string(o.Status), o.GatewayRef, string(o.Code), o.Message, now)
	return database.Scan(rows, err, scanTransaction())
}

// attach writes the order of a transaction that has none. Served by payment_transaction (shop_id, idempotency_key).
func (s store) attach(ctx context.Context, tx database.Tx, key string, order uuid.UUID) (bool, error) {
	n, err := tx.Exec(ctx, attachText, key, order)
	return n > 0, err
}

// beginNew writes a pending transaction. Its key is nobody's yet.
func (s store) beginNew(ctx context.Context, tx database.Tx, b Begin, now time.Time) error {
	return tx.Later(ctx, nil, beginText, s.beginning(b, now)...)
}

// attachNew is attach for who need not know at once; one reads what came of it.
func (s store) attachNew(ctx context.Context, tx database.Tx, one func(changed int64) error, key string, order uuid.UUID) error {
	return tx.Later(ctx, one, attachText, key, order)
}

// read reads transactions by one of three columns. Served by payment_transaction (shop_id, idempotency_key), (shop_id,
// order_id, id) and its key.
func (s store) read(ctx context.Context, q database.Querier, by string, values any) ([]Transaction, error) {
	rows, err := q.Query(ctx, `SELECT `+transactionColumns+`
		FROM payment_transaction WHERE shop_id = $1 AND `+by+` = ANY($2) ORDER BY id`, values)
	return database.Scan(rows, err, scanTransaction())
}

const transactionColumns = `id, order_id, attempt_id, parent_id, kind, gateway, idempotency_key, gateway_ref,
	amount, currency, status, error_code, message, created_at, updated_at`

// scanTransaction reads transactionColumns. One serves the rows of one statement: they are read into the same places.
func scanTransaction() func(scan func(...any) error) (Transaction, error) {
	var row struct {
		Transaction
		id                     uuid.UUID
		order, attempt, parent uuid.NullUUID
		code                   Code
		settled                time.Time
	}
	places := []any{&row.id, &row.order, &row.attempt, &row.parent, &row.Kind, &row.Gateway, &row.Key, &row.PaymentID,
		&row.Amount.Amount, &row.Amount.Currency, &row.Status, &row.code, &row.Message, &row.CreatedAt, &row.settled}
	return func(scan func(...any) error) (Transaction, error) {
		if err := scan(places...); err != nil {
			return Transaction{}, err
		}
		t := row.Transaction
		t.ID, t.CreatedAt = gid.New("OrderTransaction", row.id), t.CreatedAt.UTC()
		t.OrderID, t.AttemptID, t.ParentID = row.order.UUID, row.attempt.UUID, row.parent.UUID
		if code := row.code; code != "" {
			t.ErrorCode = &code
		}
		if t.Status != Pending {
			settled := row.settled.UTC()
			t.ProcessedAt = &settled
		}
		return t, nil
	}
}

// maybe is null for no id.
func maybe(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }
