package identity_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

type bundle struct {
	*testing.T
	ctx   context.Context
	shop  uuid.UUID
	db    *database.DB
	clock *clock.Manual
	ids   *identity.Service
}

func setup(t *testing.T, db *database.DB) bundle {
	t.Helper()
	ctx, shop := databasetest.Shop(t, db)
	c := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	return bundle{T: t, ctx: ctx, shop: shop, db: db, clock: c, ids: identity.New(identity.Config{DB: db, Clock: c})}
}

// exec runs a statement over all shops.
func (b bundle) exec(query string, args ...any) {
	b.Helper()
	err := b.db.InTx(b.ctx, func(tx database.Tx) error {
		_, err := tx.SysExec(database.AllShops(b.ctx), query, args...)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func (b bundle) customer() uuid.UUID {
	b.Helper()
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO customer (id, shop_id, created_at, updated_at, email, state) VALUES ($1, $2, $3, $3, $4, 'enabled')`, id, b.shop, b.clock.Now(), id.String()+"@example.com")
	return id
}

func (b bundle) member(roles ...string) uuid.UUID {
	b.Helper()
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO staff_member (id, created_at, updated_at, email, name, active) VALUES ($1, $2, $2, $3, 'Ada', true)`, id, b.clock.Now(), id.String()+"@example.com")
	for _, role := range roles {
		b.exec(`INSERT INTO role_assignment (id, shop_id, staff_id, role, created_at) VALUES ($1, $2, $3, $4, $5)`, uuid.New(), b.shop, id, role, b.clock.Now())
	}
	return id
}

func (b bundle) open(kind access.Kind, subject uuid.UUID) identity.AccessToken {
	b.Helper()
	var token identity.AccessToken
	err := b.db.InTx(b.ctx, func(tx database.Tx) (err error) {
		token, err = b.ids.CreateTx(b.ctx, tx, kind, subject)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return token
}

func (b bundle) good(token string) access.Actor {
	b.Helper()
	actor, err := b.ids.Lookup(context.Background(), token)
	if err != nil {
		b.Fatalf("the token is refused: %v", err)
	}
	return actor
}

func (b bundle) refused(token string) {
	b.Helper()
	if actor, err := b.ids.Lookup(context.Background(), token); !fault.Is(err, fault.Unauthenticated) {
		b.Fatalf("actor %v, err = %v; want UNAUTHENTICATED", actor.Label(), err)
	}
}

func TestSessions(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		run := func(name string, test func(b bundle)) {
			t.Run(name, func(t *testing.T) { test(setup(t, db)) })
		}
		run("CustomerIsKnownByTheHandleAlone", func(b bundle) {
			id := b.customer()
			token := b.open(access.Customer, id)
			got := b.good(token.AccessToken)
			want := access.Actor{Kind: access.Customer, Shop: b.shop, ID: id, Session: token.ID}
			if got.Scopes.Key() != "" || got.Kind != want.Kind || got.Shop != want.Shop || got.ID != want.ID || got.Session != want.Session {
				b.Fatalf("got %+v, want %+v", got, want)
			}
		})
		run("StaffGetTheScopesOfTheirRoles", func(b bundle) {
			token := b.open(access.Staff, b.member(access.Warehouse, access.Finance))
			want := access.ScopesOf(access.Warehouse, access.Finance).List()
			if diff := cmp.Diff(want, b.good(token.AccessToken).Scopes.List()); diff != "" {
				b.Fatal(diff)
			}
		})
		run("StaffWithoutARoleInTheShopAreRefused", func(b bundle) {
			b.refused(b.open(access.Staff, b.member()).AccessToken)
		})
		run("InactiveStaffAreRefused", func(b bundle) {
			id := b.member(access.Owner)
			b.exec("UPDATE staff_member SET active = false WHERE id = $1", id)
			b.refused(b.open(access.Staff, id).AccessToken)
		})
		run("ClosedAccountsAreRefused", func(b bundle) {
			id := b.customer()
			b.exec("UPDATE customer SET state = 'disabled' WHERE id = $1", id)
			b.refused(b.open(access.Customer, id).AccessToken)
		})
		run("OnlyTheHashIsKept", func(b bundle) {
			token := b.open(access.Customer, b.customer())
			var kept []byte
			if err := b.db.QueryRow(b.ctx, "SELECT token_hash FROM session WHERE shop_id = $1 AND id = $2", token.ID).Scan(&kept); err != nil {
				b.Fatal(err)
			}
			if !bytes.Equal(kept, identity.Digest(token.AccessToken)) || len(kept) != 32 {
				b.Fatalf("kept %x", kept)
			}
		})
		run("ForeignShopIsRefused", func(b bundle) {
			token := b.open(access.Customer, b.customer()).AccessToken
			other, _ := databasetest.Shop(b.T, db)
			if _, err := b.ids.LookupIn(other, access.Customer, token); !fault.Is(err, fault.Unauthenticated) {
				b.Fatalf("err = %v", err)
			}
			if _, err := b.ids.Renew(other, access.Customer, token); !fault.Is(err, fault.Unauthenticated) {
				b.Fatalf("err = %v", err)
			}
			if _, err := b.ids.Revoke(other, access.Customer, token); !fault.Is(err, fault.Unauthenticated) {
				b.Fatalf("err = %v", err)
			}
			b.good(token)
		})
		run("OtherKindIsRefused", func(b bundle) {
			token := b.open(access.Customer, b.customer()).AccessToken
			if _, err := b.ids.LookupIn(b.ctx, access.Staff, token); !fault.Is(err, fault.Unauthenticated) {
				b.Fatalf("err = %v", err)
			}
			b.refused("rss_" + strings.TrimPrefix(token, "rcs_"))
		})
		run("MalformedHandlesAreRefused", func(b bundle) {
			token := b.open(access.Customer, b.customer()).AccessToken
			for _, bad := range []string{"", "x", "rcs_", token[:len(token)-1], token + "A", token[:len(token)-1] + "!", strings.ToUpper(token), strings.Repeat("x", 1<<20)} {
				b.refused(bad)
			}
		})
	})
}

func TestSessionsEnd(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		run := func(name string, test func(b bundle)) {
			t.Run(name, func(t *testing.T) { test(setup(t, db)) })
		}
		run("UnusedAfterTheirLifetime", func(b bundle) {
			for kind, subject := range map[access.Kind]uuid.UUID{access.Customer: b.customer(), access.Staff: b.member(access.Owner)} {
				life := map[access.Kind]time.Duration{access.Customer: identity.CustomerLifetime, access.Staff: identity.StaffLifetime}[kind]
				unused, used := b.open(kind, subject), b.open(kind, subject)
				if want := b.clock.Now().Add(life); !unused.ExpiresAt.Equal(want) {
					b.Fatalf("ends at %v, want %v", unused.ExpiresAt, want)
				}
				b.clock.Advance(life - time.Minute)
				b.good(used.AccessToken)
				b.clock.Advance(time.Minute)
				b.refused(unused.AccessToken)
				b.good(used.AccessToken)
				b.clock.Advance(life)
				b.refused(used.AccessToken)
			}
		})
		run("UseIsWrittenOnceAMinute", func(b bundle) {
			token := b.open(access.Customer, b.customer())
			lastUsed := func() (at time.Time) {
				if err := b.db.QueryRow(b.ctx, "SELECT last_used_at FROM session WHERE shop_id = $1 AND id = $2", token.ID).Scan(&at); err != nil {
					b.Fatal(err)
				}
				return at
			}
			opened := b.clock.Now()
			for range 11 {
				b.clock.Advance(5 * time.Second)
				b.good(token.AccessToken)
			}
			if got := lastUsed(); !got.Equal(opened) {
				b.Fatalf("written within the minute, at %v", got)
			}
			b.clock.Advance(5 * time.Second)
			b.good(token.AccessToken)
			if got := lastUsed(); !got.Equal(b.clock.Now()) {
				b.Fatalf("last use is %v, want %v", got, b.clock.Now())
			}
		})
		run("AtOnceWhenRevoked", func(b bundle) {
			token := b.open(access.Customer, b.customer())
			b.good(token.AccessToken)
			id, err := b.ids.Revoke(b.ctx, access.Customer, token.AccessToken)
			if err != nil || id != token.ID {
				b.Fatalf("revoked %v, %v", id, err)
			}
			b.refused(token.AccessToken)
			if _, err := b.ids.Revoke(b.ctx, access.Customer, token.AccessToken); !fault.Is(err, fault.Unauthenticated) {
				b.Fatalf("revoked twice: %v", err)
			}
		})
		run("ElsewhereWithinSeconds", func(b bundle) {
			token := b.open(access.Customer, b.customer())
			elsewhere := identity.New(identity.Config{DB: db, Clock: b.clock})
			if _, err := elsewhere.Lookup(b.ctx, token.AccessToken); err != nil {
				b.Fatal(err)
			}
			if _, err := b.ids.Revoke(b.ctx, access.Customer, token.AccessToken); err != nil {
				b.Fatal(err)
			}
			b.clock.Advance(5 * time.Second)
			if _, err := elsewhere.Lookup(b.ctx, token.AccessToken); !fault.Is(err, fault.Unauthenticated) {
				b.Fatalf("err = %v", err)
			}
		})
		run("AllOfAPersonAndNobodyElses", func(b bundle) {
			id := b.customer()
			one, two, other := b.open(access.Customer, id), b.open(access.Customer, id), b.open(access.Customer, b.customer())
			for _, token := range []identity.AccessToken{one, two, other} {
				b.good(token.AccessToken)
			}
			if err := b.ids.RevokeAll(b.ctx, id); err != nil {
				b.Fatal(err)
			}
			b.refused(one.AccessToken)
			b.refused(two.AccessToken)
			b.good(other.AccessToken)
		})
		run("SweptADayAfterTheirEnd", func(b bundle) {
			kept, gone := b.open(access.Customer, b.customer()), b.open(access.Customer, b.customer())
			left := func(id uuid.UUID) (n int) {
				if err := b.db.QueryRow(b.ctx, "SELECT count(*) FROM session WHERE shop_id = $1 AND id = $2", id).Scan(&n); err != nil {
					b.Fatal(err)
				}
				return n
			}
			b.clock.Advance(identity.CustomerLifetime - time.Hour)
			b.good(kept.AccessToken) // moves its end ahead
			b.clock.Advance(24 * time.Hour)
			if _, err := b.ids.Sweep(b.ctx, 100); err != nil || left(gone.ID) != 1 {
				b.Fatalf("swept within the day: %v", err)
			}
			b.clock.Advance(2 * time.Hour)
			if n, err := b.ids.Sweep(b.ctx, 100); err != nil || n < 1 || left(gone.ID) != 0 { // of all shops
				b.Fatalf("%d were swept: %v", n, err)
			}
			b.good(kept.AccessToken)
			if left(kept.ID) != 1 {
				b.Fatal("a session in use was swept")
			}
		})
		run("OldOneWhenRenewed", func(b bundle) {
			old := b.open(access.Customer, b.customer())
			b.clock.Advance(time.Hour)
			renewed, err := b.ids.Renew(b.ctx, access.Customer, old.AccessToken)
			if err != nil {
				b.Fatal(err)
			}
			b.refused(old.AccessToken)
			b.good(renewed.AccessToken)
			if want := b.clock.Now().Add(identity.CustomerLifetime); !renewed.ExpiresAt.Equal(want) {
				b.Fatalf("ends at %v, want %v", renewed.ExpiresAt, want)
			}
		})
		run("OnceWhenRenewedByMany", func(b bundle) {
			old := b.open(access.Customer, b.customer())
			var won atomic.Int32
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					_, err := b.ids.Renew(b.ctx, access.Customer, old.AccessToken)
					if err == nil {
						won.Add(1)
					} else if !fault.Is(err, fault.Unauthenticated) {
						b.Error(err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				b.Fatalf("renewed %d times", won.Load())
			}
		})
	})
}

func TestUseOfASessionIsNotRefusedWhileWritersAreBusy(t *testing.T) {
	t.Parallel()
	b := setup(t, databasetest.SQLite(t))
	token := b.open(access.Customer, b.customer())
	b.clock.Advance(time.Hour)
	inside, leave := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = b.db.InTx(b.ctx, func(database.Tx) error { close(inside); <-leave; return nil })
	})
	<-inside
	b.good(token.AccessToken)
	close(leave)
	wg.Wait()
}

func (b bundle) storefront(in identity.StorefrontInput) identity.StorefrontToken {
	b.Helper()
	token, err := b.ids.CreateStorefront(b.ctx, in)
	if err != nil {
		b.Fatal(err)
	}
	return token
}

func TestStorefrontTokens(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		run := func(name string, test func(b bundle)) {
			t.Run(name, func(t *testing.T) { test(setup(t, db)) })
		}
		run("NameTheirShop", func(b bundle) {
			token := b.storefront(identity.StorefrontInput{Kind: identity.Public, Title: "Web", Scopes: []string{"unauthenticated_read"}})
			actor, err := b.ids.LookupStorefront(context.Background(), token.Token)
			if err != nil || actor.Shop != b.shop || actor.ID != token.ID || actor.Kind != access.Storefront || actor.Private || !actor.Can("unauthenticated_read") {
				b.Fatalf("actor %+v, %v", actor, err)
			}
		})
		run("UnknownUntilMade", func(b bundle) {
			fixed := "demo-token-" + b.shop.String()
			if _, err := b.ids.LookupStorefront(b.ctx, fixed); !fault.Is(err, fault.Unauthenticated) {
				b.Fatalf("err = %v", err)
			}
			b.storefront(identity.StorefrontInput{Kind: identity.Public, Title: "Demo", Token: fixed})
			if _, err := b.ids.LookupStorefront(b.ctx, fixed); err != nil {
				b.Fatal(err)
			}
			if _, err := b.ids.CreateStorefront(b.ctx, identity.StorefrontInput{Kind: identity.Public, Token: fixed}); !fault.Is(err, fault.Conflict) {
				b.Fatalf("made twice: %v", err)
			}
		})
		run("RevokedAtOnce", func(b bundle) {
			token := b.storefront(identity.StorefrontInput{Kind: identity.Private, Title: "Server"})
			if _, err := b.ids.LookupStorefront(b.ctx, token.Token); err != nil {
				b.Fatal(err)
			}
			other, _ := databasetest.Shop(b.T, db)
			if err := b.ids.RevokeStorefront(other, token.ID); !fault.Is(err, fault.NotFound) {
				b.Fatalf("another shop revoked it: %v", err)
			}
			if err := b.ids.RevokeStorefront(b.ctx, token.ID); err != nil {
				b.Fatal(err)
			}
			if _, err := b.ids.LookupStorefront(b.ctx, token.Token); !fault.Is(err, fault.Unauthenticated) {
				b.Fatalf("err = %v", err)
			}
		})
		run("EndAtTheirTime", func(b bundle) {
			end := b.clock.Now().Add(time.Second)
			token := b.storefront(identity.StorefrontInput{Kind: identity.Public, Title: "Short", ExpiresAt: &end})
			if _, err := b.ids.LookupStorefront(b.ctx, token.Token); err != nil {
				b.Fatal(err)
			}
			b.clock.Advance(time.Second)
			if _, err := b.ids.LookupStorefront(b.ctx, token.Token); !fault.Is(err, fault.Unauthenticated) {
				b.Fatalf("err = %v", err)
			}
		})
		run("NeverHoldWhatStaffMay", func(b bundle) {
			_, err := b.ids.CreateStorefront(b.ctx, identity.StorefrontInput{Kind: identity.Private, Scopes: []string{access.OrdersRead}})
			if !fault.Is(err, fault.Invalid) {
				b.Fatalf("err = %v", err)
			}
		})
	})
}

func TestAuthenticate(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b, foreign := setup(t, db), setup(t, db)
		customer := b.open(access.Customer, b.customer()).AccessToken
		staff := b.open(access.Staff, b.member(access.Owner)).AccessToken
		public := b.storefront(identity.StorefrontInput{Kind: identity.Public, Title: "Web"}).Token
		private := b.storefront(identity.StorefrontInput{Kind: identity.Private, Title: "Server"}).Token
		alien := foreign.storefront(identity.StorefrontInput{Kind: identity.Public, Title: "Web"}).Token
		alienStaff := foreign.open(access.Staff, foreign.member(access.Owner)).AccessToken
		for _, tc := range []struct {
			name    string
			shown   identity.Credentials
			kind    access.Kind
			private bool
		}{
			{"Nothing", identity.Credentials{}, access.Anonymous, false},
			{"Public", identity.Credentials{StorefrontPublic: public}, access.Storefront, false},
			{"Private", identity.Credentials{StorefrontPrivate: private}, access.Storefront, true},
			{"PublicAndPrivate", identity.Credentials{StorefrontPublic: public, StorefrontPrivate: private}, access.Storefront, true},
			{"PublicAsBearer", identity.Credentials{Bearer: public}, access.Storefront, false},
			{"PublicAsBearerBesidePrivate", identity.Credentials{Bearer: public, StorefrontPrivate: private}, access.Storefront, true},
			{"CustomerAlone", identity.Credentials{Bearer: customer}, access.Customer, false},
			{"StaffAlone", identity.Credentials{Bearer: staff}, access.Staff, false},
			{"CustomerWinsOverPublic", identity.Credentials{StorefrontPublic: public, Bearer: customer}, access.Customer, false},
			{"StaffWinsOverPrivate", identity.Credentials{StorefrontPrivate: private, Bearer: staff}, access.Staff, true},
			{"PrivateInPublicPlace", identity.Credentials{StorefrontPublic: private}, access.Anonymous, false},
			{"PublicInPrivatePlace", identity.Credentials{StorefrontPrivate: public}, access.Anonymous, false},
			{"PrivateAsBearer", identity.Credentials{Bearer: private}, access.Anonymous, false},
			{"SessionInPublicPlace", identity.Credentials{StorefrontPublic: customer}, access.Anonymous, false},
			{"UnknownPublic", identity.Credentials{StorefrontPublic: "rpt_unknown-unknown"}, access.Anonymous, false},
			{"UnknownBearerBesideGoodPublic", identity.Credentials{StorefrontPublic: public, Bearer: "rcs_unknown"}, access.Anonymous, false},
			{"GoodBearerBesideUnknownPublic", identity.Credentials{StorefrontPublic: "rpt_unknown-unknown", Bearer: customer}, access.Anonymous, false},
			{"ForeignPublicBesideCustomer", identity.Credentials{StorefrontPublic: alien, Bearer: customer}, access.Anonymous, false},
			{"ForeignStaffBesidePublic", identity.Credentials{StorefrontPublic: public, Bearer: alienStaff}, access.Anonymous, false},
			{"ForeignPublicBesidePrivate", identity.Credentials{StorefrontPublic: alien, StorefrontPrivate: private}, access.Anonymous, false},
		} {
			t.Run(tc.name, func(t *testing.T) {
				actor, err := b.ids.Authenticate(context.Background(), tc.shown)
				if tc.kind == access.Anonymous {
					if !fault.Is(err, fault.Unauthenticated) || actor.Kind != access.Anonymous {
						t.Fatalf("actor %v, err = %v; want UNAUTHENTICATED", actor.Label(), err)
					}
					return
				}
				if err != nil || actor.Kind != tc.kind || actor.Private != tc.private || actor.Shop != b.shop {
					t.Fatalf("actor %+v, err = %v", actor, err)
				}
			})
		}
	})
}
