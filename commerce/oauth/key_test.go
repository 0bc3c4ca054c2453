package oauth_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/oauth"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

const issuer = "https://shop.example"

type bundle struct {
	*testing.T
	ctx   context.Context
	shop  uuid.UUID
	db    *database.DB
	clock *clock.Manual
	ids   *identity.Service
	staff *staff.Service
	apps  *apps.Service
	*oauth.Service
}

func setup(t *testing.T, db *database.DB) bundle {
	t.Helper()
	ctx, shop := databasetest.Shop(t, db)
	b := bundle{T: t, ctx: ctx, shop: shop, db: db, clock: clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))}
	b.ids = identity.New(identity.Config{DB: db, Clock: b.clock})
	b.staff = staff.New(staff.Config{DB: db, Clock: b.clock, Identity: b.ids})
	b.apps = apps.New(apps.Config{DB: db, Clock: b.clock, Audit: b.staff, Secrets: b.ids, Locations: noPlaces{}})
	b.Service = b.process("")
	return b
}

type noPlaces struct{}

func (noPlaces) LocationIDs(context.Context) ([]uuid.UUID, error) { return nil, nil }

// process is the service as one replica of the deployment has it.
func (b bundle) process(secret string) *oauth.Service {
	return oauth.New(oauth.Config{DB: b.db, Clock: b.clock, Identity: b.ids, Staff: b.staff, Apps: b.apps, Issuer: issuer, Secret: secret})
}

// each runs each test on a database of its own: keys belong to the whole deployment.
func each(t *testing.T, tests map[string]func(b bundle)) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			databasetest.Each(t, func(t *testing.T, db *database.DB) { test(setup(t, db)) })
		})
	}
}

// client is an app with a secret that may read orders.
func (b bundle) client() *apps.Client {
	b.Helper()
	title := "Tool"
	ctx := access.With(b.ctx, access.Actor{Kind: access.System, Shop: b.shop})
	a, _, problems, err := b.apps.Create(ctx, apps.Input{Title: &title, Kind: apps.Confidential, Scopes: []string{access.OrdersRead}})
	if err != nil || len(problems) > 0 {
		b.Fatal(problems, err)
	}
	c, err := b.apps.Client(b.ctx, a.ID.UUID)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// own signs a token for an app.
func (b bundle) own(s *oauth.Service, c *apps.Client) string {
	b.Helper()
	t, err := s.Own(b.ctx, c, "")
	if err != nil {
		b.Fatal(err)
	}
	return t.AccessToken
}

// good checks that each process takes a token.
func (b bundle) good(token string, processes ...*oauth.Service) {
	b.Helper()
	for i, s := range processes {
		if _, err := s.Bearer(b.ctx, token); err != nil {
			b.Errorf("process %d refuses a good token: %v", i+1, err)
		}
	}
}

func (b bundle) refused(token string) {
	b.Helper()
	if actor, err := b.Bearer(b.ctx, token); err == nil {
		b.Errorf("taken for %+v", actor)
	}
}

func (b bundle) keyIDs() (ids []string) {
	b.Helper()
	set, err := b.KeySet(b.ctx)
	if err != nil {
		b.Fatal(err)
	}
	for _, k := range set.Keys {
		ids = append(ids, k.KeyID)
	}
	return ids
}

func TestKeys(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(b bundle){
		"FirstIsMadeOnce": func(b bundle) {
			c := b.client()
			var wait sync.WaitGroup
			tokens := make([]string, 8)
			for i := range tokens {
				wait.Go(func() {
					if t, err := b.process("").Own(b.ctx, c, ""); err == nil {
						tokens[i] = t.AccessToken
					}
				})
			}
			wait.Wait()
			if ids := b.keyIDs(); len(ids) != 1 {
				b.Fatalf("replicas made %d keys", len(ids))
			}
			for _, token := range tokens {
				b.good(token, b.Service)
			}
		},
		"RotationNowEndsWhatTheOthersSigned": func(b bundle) {
			c := b.client()
			before := b.own(b.Service, c)
			b.good(before, b.Service)
			if _, err := b.RotateKeys(b.ctx); err != nil { // which waits, and is overtaken
				b.Fatal(err)
			}
			key, err := b.RotateKeysNow(b.ctx)
			if err != nil || !key.ActiveAt.Equal(b.clock.Now()) {
				b.Fatal(key, err)
			}
			b.refused(before)
			if ids := b.keyIDs(); len(ids) != 1 || ids[0] != key.KID {
				b.Errorf("%v are told of, want %s alone", ids, key.KID)
			}
			b.good(b.own(b.Service, c), b.Service, b.process(""))
		},
		"OthersHearOfARotation": func(b bundle) {
			var ears []func([]byte)
			share := func(name string, hear func([]byte)) func([]byte) {
				if name != "signing-keys" {
					return func([]byte) {}
				}
				ears = append(ears, hear)
				return func(message []byte) {
					for _, ear := range ears {
						ear(message)
					}
				}
			}
			replica := func() *oauth.Service {
				return oauth.New(oauth.Config{DB: b.db, Clock: b.clock, Identity: b.ids, Staff: b.staff, Apps: b.apps, Issuer: issuer, Share: share})
			}
			one, two := replica(), replica()
			before := b.own(one, b.client())
			b.good(before, one, two)
			if _, err := one.RotateKeysNow(b.ctx); err != nil {
				b.Fatal(err)
			}
			for i, s := range []*oauth.Service{one, two} {
				if _, err := s.Bearer(b.ctx, before); err == nil {
					b.Errorf("process %d still believes a key that leaked", i+1)
				}
			}
		},
		"WhoWaitsForTheDatabaseHoldsNobodyUp": func(b bundle) {
			token := b.own(b.Service, b.client())
			gone, cancel := context.WithCancel(b.ctx)
			cancel()
			fresh := b.process("")
			if _, err := fresh.Keys(gone); err == nil {
				b.Error("who is gone was answered")
			}
			b.good(token, fresh)
		},
		"RotationSignsNobodyOut": func(b bundle) {
			c := b.client()
			one, two := b.Service, b.process("")
			before := b.own(one, c)
			b.good(before, one, two)
			first := b.keyIDs()[0]
			key, err := one.RotateKeys(b.ctx)
			if err != nil {
				b.Fatal(err)
			}
			// The other replica has not read the new key yet, and need not: it does not sign before everyone has.
			waiting := b.own(one, c)
			b.good(waiting, one, two)
			if ids := b.keyIDs(); len(ids) != 2 {
				b.Errorf("the key that will sign is not told ahead: %v", ids)
			}
			b.clock.Advance(oauth.KeyLead - time.Second)
			last := b.own(two, c)
			if got := kid(b, last); got != first {
				b.Errorf("%s signs before its time", got)
			}
			b.clock.Advance(time.Second)
			after := b.own(two, c)
			if got := kid(b, after); got != key.KID {
				b.Errorf("%s signs, want %s", got, key.KID)
			}
			b.good(last, one, two)
			b.good(after, one, two)
			b.clock.Advance(oauth.AccessLifetime - 2*time.Second)
			b.good(last, one, two)
			b.clock.Advance(time.Hour)
			if ids := b.keyIDs(); len(ids) != 1 || ids[0] != key.KID {
				b.Errorf("believed are %v, want %s alone", ids, key.KID)
			}
			if _, err := b.Sweep(b.ctx, 10); err != nil {
				b.Fatal(err)
			}
			b.clock.Advance(24 * time.Hour)
			if _, err := b.Sweep(b.ctx, 10); err != nil {
				b.Fatal(err)
			}
			if keys, err := b.Keys(b.ctx); err != nil || len(keys) != 1 {
				b.Errorf("%d keys are kept: %v", len(keys), err)
			}
		},
		"RotatedTwice": func(b bundle) {
			c := b.client()
			b.own(b.Service, c)
			for range 2 {
				if _, err := b.RotateKeys(b.ctx); err != nil {
					b.Fatal(err)
				}
				b.clock.Advance(oauth.KeyLead / 2)
			}
			for range 20 {
				b.good(b.own(b.Service, c), b.Service, b.process(""))
				b.clock.Advance(2 * time.Minute)
			}
			if keys, err := b.Keys(b.ctx); err != nil || len(keys) != 3 || oauth.Signing(keys, b.clock.Now()).KID != keys[2].KID {
				b.Errorf("the last of %d keys does not sign: %v", len(keys), err)
			}
		},
		"Sealed": func(b bundle) {
			const secret = "a long text that only the deployment has"
			c := b.client()
			token := b.own(b.process(secret), c)
			var sealed bool
			var private []byte
			rows, err := b.db.SysQuery(database.AllShops(b.ctx), "SELECT sealed, private FROM signing_key")
			_, err = database.Scan(rows, err, func(scan func(...any) error) (struct{}, error) { return struct{}{}, scan(&sealed, &private) })
			if err != nil || !sealed || len(private) == 32 {
				b.Fatalf("the key is kept in %d bytes (sealed: %v): %v", len(private), sealed, err)
			}
			b.good(token, b.process(secret), b.process(""), b.process("another long text of another deployment"))
			for _, s := range []*oauth.Service{b.process(""), b.process("another long text of another deployment")} {
				if err := s.CheckKeys(b.ctx); err == nil || !strings.Contains(err.Error(), "RIALTO_SECRET") {
					b.Errorf("a process with another secret starts: %v", err)
				}
				if _, err := s.Own(b.ctx, c, ""); err == nil {
					b.Error("a process with another secret signs")
				}
			}
			if err := b.process(secret).CheckKeys(b.ctx); err != nil {
				b.Error(err)
			}
			// A secret that was lost is got over by a new key, which signs at once.
			next := b.process("the text that came after the lost one")
			if _, err := next.RotateKeys(b.ctx); err != nil {
				b.Fatal(err)
			}
			if err := next.CheckKeys(b.ctx); err != nil {
				b.Error(err)
			}
			b.good(b.own(next, c), next, b.process(secret))
			b.good(token, next)
		},
		"SecretAddedLater": func(b bundle) {
			const secret = "a long text that only the deployment has"
			c := b.client()
			token := b.own(b.Service, c)
			s := b.process(secret)
			if err := s.CheckKeys(b.ctx); err != nil {
				b.Fatal(err)
			}
			if _, err := s.RotateKeys(b.ctx); err != nil {
				b.Fatal(err)
			}
			b.good(token, s)
			b.clock.Advance(oauth.KeyLead)
			b.good(b.own(s, c), s)
			if keys, err := s.Keys(b.ctx); err != nil || len(keys) != 2 || keys[0].Sealed || !keys[1].Sealed {
				b.Errorf("%+v %v", keys, err)
			}
		},
		"ClockBehindTheFirst": func(b bundle) {
			c := b.client()
			behind := clock.NewManual(b.clock.Now().Add(-oauth.Leeway))
			b.own(b.Service, c)
			late := oauth.New(oauth.Config{DB: b.db, Clock: behind, Identity: b.ids, Staff: b.staff, Apps: b.apps, Issuer: issuer})
			b.good(b.own(late, c), b.Service, late)
			if ids := b.keyIDs(); len(ids) != 1 {
				b.Errorf("a replica whose clock is behind made a key of its own: %v", ids)
			}
		},
	})
}
