package checkout

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
)

// store holds every statement on checkout_attempt.
type store struct{}

const attemptColumns = "id, cart_id, token, state, gateway, payment_token, payment_key, currency, amount, snapshot, error_code, error_message, order_id, lease_until, tries, created_at, updated_at"

const liveStates = "state NOT IN ('completed', 'failed')"

func scanAttempt(scan func(...any) error) (*Attempt, error) {
	a := &Attempt{}
	var snap database.JSON[cart.Snapshot]
	var order uuid.NullUUID
	var lease sql.NullTime
	var state, currency string
	var amount int64
	err := scan(&a.ID, &a.CartID, &a.Token, &state, &a.Gateway, &a.PaymentToken, &a.PaymentKey, &currency, &amount, &snap, &a.ErrorCode, &a.ErrorMessage,
		&order, &lease, &a.Tries, &a.CreatedAt, &a.UpdatedAt)
	if err != nil {
		return nil, err
	}
	a.State, a.Snapshot, a.Amount = State(state), snap.V, money.Money{Amount: amount, Currency: money.Currency(currency)}
	if order.Valid {
		a.OrderID = &order.UUID
	}
	if lease.Valid {
		until := lease.Time.UTC()
		a.LeaseUntil = &until
	}
	return a, nil
}

// first gives the first of the attempts a statement found, nil where it found none.
func first(list []*Attempt, err error) (*Attempt, error) {
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// insert writes a new attempt, leased. Breaks the unique index (shop_id, cart_id) where the cart has a live one.
func (store) insert(ctx context.Context, tx database.Tx, a *Attempt, owner string, now, until time.Time) error {
	return tx.Later(ctx, nil, `INSERT INTO checkout_attempt (id, shop_id, created_at, updated_at, cart_id, token, state, gateway, payment_token, payment_key, currency, amount, snapshot, lease_owner, lease_until, tries, due_at)
 VALUES ($2, $1, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, $14)`,
		a.ID, now, a.CartID, a.Token, string(a.State), a.Gateway, a.PaymentToken, a.PaymentKey, string(a.Amount.Currency), a.Amount.Amount,
		database.JSON[cart.Snapshot]{V: a.Snapshot}, owner, until)
}

// live reads the live attempt of a cart; nil where there is none. Served by checkout_attempt (shop_id, cart_id) where live.
func (store) live(ctx context.Context, q database.Querier, cartID uuid.UUID) (*Attempt, error) {
	rows, err := q.Query(ctx, "SELECT "+attemptColumns+" FROM checkout_attempt WHERE shop_id = $1 AND cart_id = $2 AND "+liveStates, cartID)
	return first(database.Scan(rows, err, scanAttempt))
}

// byID reads an attempt. Served by the primary key. sql.ErrNoRows where there is none.
func (store) byID(ctx context.Context, q database.Querier, id uuid.UUID) (*Attempt, error) {
	rows, err := q.Query(ctx, "SELECT "+attemptColumns+" FROM checkout_attempt WHERE shop_id = $1 AND id = $2", id)
	a, err := first(database.Scan(rows, err, scanAttempt))
	if err == nil && a == nil {
		err = sql.ErrNoRows
	}
	return a, err
}

// byToken reads the attempt that a client gave a name; nil where there is none. Served by checkout_attempt
// (shop_id, cart_id, token).
func (store) byToken(ctx context.Context, q database.Querier, cartID uuid.UUID, token string) (*Attempt, error) {
	rows, err := q.Query(ctx, "SELECT "+attemptColumns+" FROM checkout_attempt WHERE shop_id = $1 AND cart_id = $2 AND token = $3 ORDER BY id DESC LIMIT 1", cartID, token)
	return first(database.Scan(rows, err, scanAttempt))
}

// lock locks an attempt for the rest of the transaction and reads its state. Served by the primary key.
func (store) lock(ctx context.Context, tx database.Tx, id uuid.UUID) (State, error) {
	var state string
	err := tx.QueryRow(ctx, "SELECT state FROM checkout_attempt WHERE shop_id = $1 AND id = $2 FOR UPDATE", id).Scan(&state)
	return State(state), err
}

// lease takes a live attempt that nobody works on. Served by the primary key.
func (store) lease(ctx context.Context, tx database.Tx, id uuid.UUID, owner string, now, until time.Time) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE checkout_attempt SET lease_owner = $3, lease_until = $5, due_at = $5, updated_at = $4, tries = tries + 1 WHERE shop_id = $1 AND id = $2 AND (lease_until IS NULL OR lease_until <= $4) AND "+liveStates, id, owner, now, until)
	return n == 1, err
}

// letGo gives a lease back; the sweep looks again at due. Served by the primary key.
func (store) letGo(ctx context.Context, tx database.Tx, id uuid.UUID, now, due time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE checkout_attempt SET lease_owner = '', lease_until = NULL, due_at = $4, updated_at = $3 WHERE shop_id = $1 AND id = $2 AND "+liveStates, id, now, due)
	return err
}

// turn marks a live attempt as one whose charge is to be taken back. Served by the primary key.
func (store) turn(ctx context.Context, tx database.Tx, id uuid.UUID, code, message string, now time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE checkout_attempt SET state = 'returning', error_code = $3, error_message = $4, updated_at = $5 WHERE shop_id = $1 AND id = $2 AND "+liveStates, id, code, message, now)
	return err
}

// complete ends an attempt with an order. Where it is not [Charging] any more, the transaction fails with errEnded: with its
// next statement, or at the commit. Served by the primary key.
func (store) complete(ctx context.Context, tx database.Tx, id, order uuid.UUID, now time.Time) error {
	return tx.Later(ctx, database.SomeChanged(errEnded), "UPDATE checkout_attempt SET state = 'completed', order_id = $3, error_code = '', error_message = '', lease_owner = '', lease_until = NULL, updated_at = $4 WHERE shop_id = $1 AND id = $2 AND state = 'charging'", id, order, now)
}

// fail ends an attempt without an order. Served by the primary key.
func (store) fail(ctx context.Context, tx database.Tx, id uuid.UUID, code, message string, now time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE checkout_attempt SET state = 'failed', order_id = NULL, error_code = $3, error_message = $4, lease_owner = '', lease_until = NULL, updated_at = $5 WHERE shop_id = $1 AND id = $2", id, code, message, now)
	return err
}

// due reads attempts that were left. Served by checkout_attempt (shop_id, due_at) where live.
func (store) due(ctx context.Context, q database.Querier, now time.Time, limit int) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, "SELECT id FROM checkout_attempt WHERE shop_id = $1 AND due_at <= $2 AND "+liveStates+" ORDER BY due_at LIMIT $3", now, limit)
	return database.IDs(rows, err)
}
