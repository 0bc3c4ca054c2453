package privacy_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/privacy"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/gid"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// house is what the service needs of others; it remembers what it was told.
type house struct{ told []string }

func (h *house) AppendTx(_ context.Context, tx database.Tx, subject string, _ any) error {
	tx.AfterCommit(func() { h.told = append(h.told, subject) })
	return nil
}

func (h *house) Audit(_ context.Context, tx database.Tx, action, _ string, _ any) error {
	tx.AfterCommit(func() { h.told = append(h.told, action) })
	return nil
}

func (h *house) RevokeAllTx(context.Context, database.Tx, uuid.UUID) error { return nil }

type bundle struct {
	*testing.T
	ctx   context.Context
	db    *database.DB
	house *house
	s     *privacy.Service
}

func setup(t *testing.T, db *database.DB) bundle {
	ctx, _ := databasetest.Shop(t, db)
	h := &house{}
	return bundle{T: t, ctx: ctx, db: db, house: h, s: privacy.New(privacy.Config{DB: db, Events: h, Audit: h, Sessions: h, Clock: clock.NewManual(start)})}
}

func (b bundle) exec(statement string, args ...any) {
	b.Helper()
	err := b.db.InTx(b.ctx, func(tx database.Tx) error {
		_, err := tx.Exec(b.ctx, statement, args...)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// account is an account of ann@example.com, due now, with a cart in a state; a guest ordered with the same email.
func (b bundle) account(verified bool, cart string) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO customer (shop_id, id, created_at, updated_at, email, first_name, verified_email, erase_at) VALUES ($1, $2, $3, $3, 'ann@example.com', 'Ann', $4, $3)`, id, start, verified)
	b.exec(`INSERT INTO cart (shop_id, id, created_at, updated_at, key_hash, state, currency, customer_id, expires_at) VALUES ($1, $2, $3, $3, $4, $5, 'USD', $6, $3)`, uuid.New(), start, []byte{1}, cart, id)
	b.exec(`INSERT INTO orders (shop_id, id, created_at, updated_at, number, name, cart_id, key_hash, email, currency, subtotal, discount_total, shipping_total, tax_total, total, gift_card_total, financial_status, fulfillment_status, processed_at)
		VALUES ($1, $2, $3, $3, 1, '#1', $2, $4, 'ann@example.com', 'USD', 0, 0, 0, 0, 0, 0, 'paid', 'unfulfilled', $3)`, uuid.New(), start, []byte{1})
	return id
}

func (b bundle) count(query string, args ...any) (n int) {
	b.Helper()
	if err := b.db.QueryRow(b.ctx, query, args...).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

func TestErase(t *testing.T) {
	for name, test := range map[string]func(b bundle){
		"AProvenEmailErasesGuestOrders": func(b bundle) {
			b.account(true, "open")
			if n, err := b.s.Sweep(b.ctx, 10); n != 1 || err != nil {
				b.Fatal(n, err)
			}
			if n := b.count(`SELECT count(*) FROM orders WHERE shop_id = $1 AND email = ''`); n != 1 {
				b.Error("the guest's order names the person")
			}
			if len(b.house.told) != 2 || b.house.told[0] != privacy.SubjectErased {
				b.Error(b.house.told)
			}
		},
		"AnEmailThatAnybodyMayHaveTypedInDoesNot": func(b bundle) {
			id := b.account(false, "open")
			data, problems, err := b.s.Export(b.ctx, gid.New("Customer", id))
			if err != nil || len(problems) > 0 || len(data["orders"].([]map[string]any)) != 0 {
				b.Fatal(data["orders"], problems, err)
			}
			if ok, err := b.s.Erase(b.ctx, id); !ok || err != nil {
				b.Fatal(ok, err)
			}
			if n := b.count(`SELECT count(*) FROM orders WHERE shop_id = $1 AND email = 'ann@example.com'`); n != 1 {
				b.Error("somebody else's order was touched")
			}
		},
		"WhoPaysWaits": func(b bundle) {
			b.account(true, "completing")
			if n, err := b.s.Sweep(b.ctx, 10); n != 0 || err != nil {
				b.Fatal(n, err)
			}
			if n := b.count(`SELECT count(*) FROM customer WHERE shop_id = $1 AND first_name = 'Ann' AND erase_at IS NOT NULL`); n != 1 {
				b.Error("the account was touched")
			}
		},
		"ForeignIsAbsent": func(b bundle) {
			id := b.account(true, "open")
			other, _ := databasetest.Shop(b.T, b.db)
			if ok, err := b.s.Erase(other, id); ok || err != nil {
				b.Fatal(ok, err)
			}
			_, problems, err := b.s.Export(other, gid.New("Customer", id))
			if err != nil || len(problems) != 1 || problems[0].Code != "NOT_FOUND" {
				b.Fatal(problems, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			databasetest.Each(t, func(t *testing.T, db *database.DB) { test(setup(t, db)) })
		})
	}
}
