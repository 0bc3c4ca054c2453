package identity_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/aside"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

// TestSessionsAreKeptForAllProcesses has two processes that cannot hear each other keep sessions in one Redis.
func TestSessionsAreKeptForAllProcesses(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		client, prefix := ratelimittest.Redis(t), "test-"+uuid.NewString()+":"
		process := func() *identity.Service {
			store := aside.NewStore(aside.StoreConfig{Client: client, Prefix: prefix, Clock: b.clock, Patience: 5 * time.Second})
			return identity.New(identity.Config{DB: db, Clock: b.clock, Sessions: store})
		}
		one, two := process(), process()
		// look gives who a token belongs to, and how many statements that took.
		look := func(s *identity.Service, token string) (access.Actor, int) {
			t.Helper()
			ctx, record := database.Recording(context.Background(), false)
			actor, err := s.Lookup(ctx, token)
			if err != nil && !fault.Is(err, fault.Unauthenticated) {
				t.Fatal(err)
			}
			return actor, record.Count()
		}
		member := b.member(access.Manager)
		token := b.open(access.Staff, member)
		first, _ := look(one, token.AccessToken)
		second, statements := look(two, token.AccessToken)
		if statements != 0 {
			t.Errorf("%d statements for a session that another process knows", statements)
		}
		if first.ID != member || second.ID != member || second.Session != token.ID || second.Shop != b.shop || second.Scopes.Key() != first.Scopes.Key() || len(second.Roles) != 1 {
			t.Errorf("one knows %+v, the other %+v", first, second)
		}
		for _, key := range client.Keys(t.Context(), prefix+"*").Val() {
			if entry := client.Get(t.Context(), key).Val(); strings.Contains(key+entry, token.AccessToken) || strings.Contains(entry, "@example.com") {
				t.Errorf("%s says too much: %s", key, entry)
			}
			if client.PTTL(t.Context(), key).Val() <= 0 {
				t.Errorf("%s stays for ever", key)
			}
		}
		for _, end := range []struct {
			name string
			how  func(token string) error
		}{
			{"SignOut", func(token string) error { _, err := one.Revoke(b.ctx, access.Staff, token); return err }},
			{"Renewed", func(token string) error { _, err := one.Renew(b.ctx, access.Staff, token); return err }},
			{"Everywhere", func(string) error { return one.RevokeAll(b.ctx, member) }},
			{"RolesChanged", func(string) error {
				return db.InTx(b.ctx, func(tx database.Tx) error {
					one.ForgetTx(tx)
					_, err := tx.Exec(b.ctx, `DELETE FROM role_assignment WHERE shop_id = $1 AND staff_id = $2`, member)
					return err
				})
			}},
		} {
			t.Run(end.name, func(t *testing.T) {
				token := b.open(access.Staff, member).AccessToken
				for _, s := range []*identity.Service{one, two, two} {
					if actor, _ := look(s, token); actor.ID != member {
						t.Fatal("the session is refused before it has ended")
					}
				}
				if err := end.how(token); err != nil {
					t.Fatal(err)
				}
				for i, s := range []*identity.Service{one, two} {
					if actor, _ := look(s, token); actor.ID != uuid.Nil {
						t.Errorf("process %d still lets it in", i+1)
					}
				}
			})
		}
	})
}

// TestSessionsSlideWhereTheyAreKept checks that a session that is used lives on, although an older end is kept.
func TestSessionsSlideWhereTheyAreKept(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		store := aside.NewStore(aside.StoreConfig{Client: ratelimittest.Redis(t), Prefix: "test-" + uuid.NewString() + ":", Clock: b.clock, Patience: 5 * time.Second})
		b.ids = identity.New(identity.Config{DB: db, Clock: b.clock, Sessions: store})
		token := b.open(access.Staff, b.member(access.Owner)).AccessToken
		for range 30 {
			b.good(token)
			b.clock.Advance(identity.StaffLifetime / 10)
		}
		b.clock.Advance(identity.StaffLifetime)
		b.refused(token)
	})
}
