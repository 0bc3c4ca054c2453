package cart_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

func TestOldCartsLeaveNothing(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		before := databasetest.Rows(t, b.ctx, db)
		for range 5 {
			b.attempt(t, b.open(t, of(b.chair, 1), of(b.lamp, 2)).ID.UUID, "completed")
		}
		paying := b.open(t, of(b.chair, 1)).ID.UUID
		b.attempt(t, paying, "paying")
		err := db.InTx(b.ctx, func(tx database.Tx) error { return b.carts.MoveTx(b.ctx, tx, paying, cart.Open, cart.Completing, nil) })
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(cart.Lifetime + time.Hour)
		young := b.open(t, of(b.vase, 1)).ID.UUID
		b.attempt(t, young, "failed")
		for _, want := range []int64{3, 2, 0} {
			if n, err := b.carts.Expire(b.ctx, 3); err != nil || n != want {
				t.Fatalf("%d carts went, want %d: %v", n, want, err)
			}
		}
		same(t, withRows(before, 2, "cart", "cart_line", "checkout_attempt"), databasetest.Rows(t, b.ctx, db))
	})
}

// attempt writes an attempt to buy a cart.
func (b *bundle) attempt(t *testing.T, cart uuid.UUID, state string) {
	t.Helper()
	err := b.db.InTx(b.ctx, func(tx database.Tx) error {
		_, err := tx.Exec(b.ctx, `INSERT INTO checkout_attempt (id, shop_id, created_at, updated_at, cart_id, state, gateway, payment_key, currency, due_at) VALUES ($2, $1, $3, $3, $4, $5, 'bogus', $6, 'USD', $3)`,
			uuid.New(), b.clock.Now(), cart, state, "key "+cart.String())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func withRows(rows map[string]int, n int, tables ...string) map[string]int {
	for _, table := range tables {
		rows[table] += n
	}
	return rows
}
