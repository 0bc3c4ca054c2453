package identity_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

// TestSessionsWithoutAHandle opens a session that only its id names, and ends it in each way that there is.
func TestSessionsWithoutAHandle(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for _, end := range []struct {
			name string
			how  func(b bundle, member, id uuid.UUID) error
		}{
			{"ByTime", func(b bundle, _, _ uuid.UUID) error { b.clock.Advance(time.Hour); return nil }},
			{"ByName", func(b bundle, _, id uuid.UUID) error {
				return b.db.InTx(b.ctx, func(tx database.Tx) error { return b.ids.EndTx(b.ctx, tx, id) })
			}},
			{"Everywhere", func(b bundle, member, _ uuid.UUID) error { return b.ids.RevokeAll(b.ctx, member) }},
		} {
			t.Run(end.name, func(t *testing.T) {
				b := setup(t, db)
				member := b.member(access.Warehouse)
				var id uuid.UUID
				err := db.InTx(b.ctx, func(tx database.Tx) (err error) {
					id, err = b.ids.OpenTx(b.ctx, tx, access.Staff, member, b.clock.Now().Add(time.Minute))
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if actor, err := b.ids.Session(b.ctx, access.Staff, id); err != nil || actor.ID != member || actor.Session != id || !actor.Can(access.InventoryWrite) {
					t.Fatalf("%+v %v", actor, err)
				}
				extend := func() error {
					return db.InTx(b.ctx, func(tx database.Tx) error {
						_, err := b.ids.ExtendTx(b.ctx, tx, access.Staff, id, b.clock.Now().Add(time.Hour))
						return err
					})
				}
				if err := extend(); err != nil {
					t.Fatal(err)
				}
				b.clock.Advance(59 * time.Minute)
				if _, err := b.ids.Session(b.ctx, access.Staff, id); err != nil {
					t.Errorf("it ended before its time: %v", err)
				}
				if _, err := b.ids.Session(b.ctx, access.Customer, id); !fault.Is(err, fault.Unauthenticated) {
					t.Errorf("it is good as a customer's: %v", err)
				}
				if _, err := b.ids.Session(setup(t, db).ctx, access.Staff, id); !fault.Is(err, fault.Unauthenticated) {
					t.Errorf("it is good in another shop: %v", err)
				}
				if err := end.how(b, member, id); err != nil {
					t.Fatal(err)
				}
				if _, err := b.ids.Session(b.ctx, access.Staff, id); !fault.Is(err, fault.Unauthenticated) {
					t.Errorf("it is good after its end: %v", err)
				}
				if err := extend(); !fault.Is(err, fault.Unauthenticated) {
					t.Errorf("it went on after its end: %v", err)
				}
			})
		}
	})
}
