package privacy

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/platform/database"
)

// dueAccounts are accounts whose time has come. Served by customer (shop_id, erase_at).
func dueAccounts(ctx context.Context, q database.Querier, now time.Time, most int) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `SELECT id FROM customer WHERE shop_id = $1 AND erase_at IS NOT NULL AND erase_at <= $2 ORDER BY erase_at LIMIT $3`, now, most)
	return database.IDs(rows, err)
}

// lockPerson reads an account and holds it; nil where there is none.
func lockPerson(ctx context.Context, tx database.Tx, id uuid.UUID) (*person, error) {
	rows, err := tx.Query(ctx, `SELECT id, email, verified_email, first_name, last_name, phone, erased_at FROM customer WHERE shop_id = $1 AND id = $2 FOR UPDATE`, id)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (*person, error) {
		p := &person{}
		var erased sql.NullTime
		var verified bool
		err := scan(&p.id, &p.email, &verified, &p.first, &p.last, &p.phone, &erased)
		if p.proven = customer.ErasedEmail(p.id); verified {
			p.proven = p.email
		}
		if erased.Valid {
			p.erased = &erased.Time
		}
		return p, err
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// dropCarts deletes a person's carts with what hangs on them, unless one is being paid for. Served by cart (shop_id,
// customer_id) and (shop_id, email).
func dropCarts(ctx context.Context, tx database.Tx, p *person) (paying bool, err error) {
	rows, err := tx.Query(ctx, `SELECT id, state FROM cart WHERE shop_id = $1 AND (customer_id = $2 OR email <> '' AND email = $3) ORDER BY id FOR UPDATE`, p.id, p.proven)
	ids, err := database.Scan(rows, err, func(scan func(...any) error) (id uuid.UUID, err error) {
		var state string
		err = scan(&id, &state)
		paying = paying || state == "completing"
		return id, err
	})
	if err != nil || paying || len(ids) == 0 {
		return paying, err
	}
	for _, statement := range []string{
		"DELETE FROM cart_line WHERE shop_id = $1 AND cart_id = ANY($2)",
		"DELETE FROM checkout_attempt WHERE shop_id = $1 AND cart_id = ANY($2)",
		"DELETE FROM cart WHERE shop_id = $1 AND id = ANY($2)",
	} {
		if _, err := tx.Exec(ctx, statement, ids); err != nil {
			return false, err
		}
	}
	return false, nil
}

// placed is an order of the person.
type placed struct {
	id             uuid.UUID
	name           string
	email, phone   string
	cart           uuid.UUID
	shipTo, billTo *customer.Postal
}

// lockOrders reads the person's orders and holds them. Served by orders (shop_id, customer_id, processed_at, id) and
// (shop_id, email, processed_at, id).
func lockOrders(ctx context.Context, tx database.Tx, p *person) ([]placed, error) {
	rows, err := tx.Query(ctx, `SELECT id, name, email, phone, cart_id, shipping_address, billing_address FROM orders
		WHERE shop_id = $1 AND (customer_id = $2 OR email <> '' AND email = $3) ORDER BY id FOR UPDATE`, p.id, p.proven)
	return database.Scan(rows, err, func(scan func(...any) error) (o placed, err error) {
		var shipTo, billTo database.JSON[*customer.Postal]
		err = scan(&o.id, &o.name, &o.email, &o.phone, &o.cart, &shipTo, &billTo)
		o.shipTo, o.billTo = shipTo.V, billTo.V
		return o, err
	})
}

// blankOrder takes the person out of an order. What staff search it by is its name alone then.
func blankOrder(ctx context.Context, tx database.Tx, o placed) error {
	_, err := tx.Exec(ctx, `UPDATE orders SET email = '', phone = '', note = '', attributes = NULL, locale = '', search = $3, shipping_address = $4, billing_address = $5
		WHERE shop_id = $1 AND id = $2`, o.id, strings.ToLower(o.name), database.JSON[*customer.Postal]{V: country(o.shipTo)}, database.JSON[*customer.Postal]{V: country(o.billTo)})
	if err != nil {
		return err
	}
	// What the checkout remembers of it, its cart gone or not. Served by checkout_attempt (shop_id, cart_id, token).
	_, err = tx.Exec(ctx, `DELETE FROM checkout_attempt WHERE shop_id = $1 AND cart_id = $2`, o.cart)
	return err
}

// blankBehindOrders empties what hangs on orders and was written by or about the person. Served by the tables' (shop_id,
// order_id, …), and by metafield (shop_id, owner_id, namespace, key).
func blankBehindOrders(ctx context.Context, tx database.Tx, orders []uuid.UUID) error {
	for _, statement := range []string{
		`UPDATE order_line SET attributes = NULL WHERE shop_id = $1 AND order_id = ANY($2)`,
		`UPDATE fulfillment SET tracking_number = '', tracking_url = '' WHERE shop_id = $1 AND order_id = ANY($2)`,
		`UPDATE refund SET note = '' WHERE shop_id = $1 AND order_id = ANY($2)`,
		`DELETE FROM metafield WHERE shop_id = $1 AND owner_id = ANY($2)`,
	} {
		if _, err := tx.Exec(ctx, statement, orders); err != nil {
			return err
		}
	}
	return nil
}

// blankAccount empties the account and deletes what belongs to it. The row stays for the orders that name it.
func blankAccount(ctx context.Context, tx database.Tx, p *person, now time.Time) error {
	if err := customer.DropBelongingsTx(ctx, tx, p.id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE gift_card SET customer_id = NULL, note = '' WHERE shop_id = $1 AND customer_id = $2`, p.id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE customer SET email = $3, verified_email = $4, first_name = '', last_name = '', phone = '', password_hash = '', accepts_marketing = $4, marketing_level = '', marketing_at = NULL,
		state = 'disabled', tags = NULL, note = '', locale = '', default_address_id = NULL, erase_at = NULL, erased_at = $5, updated_at = $5
		WHERE shop_id = $1 AND id = $2`, p.id, customer.ErasedEmail(p.id), false, now)
	return err
}
