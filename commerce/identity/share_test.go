package identity_test

import (
	"testing"
	"time"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

// TestSessionsEndEverywhereAtOnce has two processes remember a session for an hour, and one of them end it.
func TestSessionsEndEverywhereAtOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		ears := map[string][]func([]byte){}
		share := func(name string, hear func([]byte)) func([]byte) {
			ears[name] = append(ears[name], hear)
			return func(message []byte) {
				for _, ear := range ears[name] {
					ear(message)
				}
			}
		}
		one := identity.New(identity.Config{DB: db, Clock: b.clock, CacheFor: time.Hour, Share: share})
		two := identity.New(identity.Config{DB: db, Clock: b.clock, CacheFor: time.Hour, Share: share})
		member := b.member(access.Owner)
		for _, end := range []struct {
			name string
			how  func(token string) error
		}{
			{"SignOut", func(token string) error { _, err := one.Revoke(b.ctx, access.Staff, token); return err }},
			{"Everywhere", func(string) error {
				return db.InTx(b.ctx, func(tx database.Tx) error { return one.RevokeAllTx(b.ctx, tx, member) })
			}},
		} {
			t.Run(end.name, func(t *testing.T) {
				var token identity.AccessToken
				err := db.InTx(b.ctx, func(tx database.Tx) (err error) {
					token, err = one.CreateTx(b.ctx, tx, access.Staff, member)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range []*identity.Service{one, two} {
					if actor, err := s.Lookup(b.ctx, token.AccessToken); err != nil || actor.ID != member {
						t.Fatal(actor, err)
					}
				}
				if err := end.how(token.AccessToken); err != nil {
					t.Fatal(err)
				}
				for i, s := range []*identity.Service{one, two} {
					if _, err := s.Lookup(b.ctx, token.AccessToken); !fault.Is(err, fault.Unauthenticated) {
						t.Errorf("process %d still lets it in: %v", i+1, err)
					}
				}
			})
		}
	})
}
