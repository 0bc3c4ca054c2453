package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

type bundle struct {
	*testing.T
	ctx   context.Context // of the shop; nobody acts
	shop  uuid.UUID
	db    *database.DB
	clock *clock.Manual
	ids   *identity.Service
	staff *staff.Service
	apps  *app.Service
	place uuid.UUID // a location of the shop
}

// places are the locations of the shop of a test.
type places []uuid.UUID

func (p places) LocationIDs(context.Context) ([]uuid.UUID, error) { return p, nil }

func setup(t *testing.T, db *database.DB) bundle {
	t.Helper()
	ctx, shop := databasetest.Shop(t, db)
	b := bundle{T: t, ctx: ctx, shop: shop, db: db, clock: clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)), place: uuid.New()}
	b.ids = identity.New(identity.Config{DB: db, Clock: b.clock})
	b.staff = staff.New(staff.Config{DB: db, Clock: b.clock, Identity: b.ids})
	b.apps = b.process()
	b.ids.Accept(b.apps)
	return b
}

// process is the service as another process of the deployment has it.
func (b bundle) process() *app.Service {
	return app.New(app.Config{DB: b.db, Clock: b.clock, Audit: b.staff, Secrets: b.ids, Storefronts: b.ids, Locations: places{b.place}})
}

func each(t *testing.T, tests map[string]func(b bundle)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) { test(setup(t, db)) })
		}
	})
}

// with is the context in which a member of staff acts who holds these scopes.
func (b bundle) with(scopes ...string) context.Context {
	return access.With(b.ctx, access.Actor{Kind: access.Staff, Shop: b.shop, ID: uuid.New(), Scopes: access.NewScopes(scopes...)})
}

func (b bundle) owner() context.Context { return b.with(access.AllScopes...) }

func ptr[T any](v T) *T { return &v }

// create makes a confidential app that may do this.
func (b bundle) create(scopes ...string) (*app.App, string) {
	b.Helper()
	a, secret, problems, err := b.apps.Create(b.owner(), app.Input{
		Title: ptr("Label printer"), Kind: app.Confidential, Scopes: scopes, RedirectURIs: []string{"https://labels.example/callback"},
	})
	b.expect(problems, err)
	return a, secret
}

// key makes a key of an app that may do this.
func (b bundle) key(a *app.App, scopes ...string) (*app.Key, string) {
	b.Helper()
	k, token, problems, err := b.apps.CreateKey(b.owner(), a.ID.UUID, app.KeyInput{Title: "Printer in Lyon", Scopes: scopes})
	b.expect(problems, err)
	return k, token
}

func (b bundle) expect(problems fault.Problems, err error, want ...string) {
	b.Helper()
	var got []string
	for _, p := range problems {
		got = append(got, strings.Join(p.Field, ".")+" "+p.Code)
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		b.Fatal(diff, err)
	}
}

func (b bundle) forbidden(err error) {
	b.Helper()
	if !fault.Is(err, fault.Forbidden) {
		b.Fatalf("err = %v; want FORBIDDEN", err)
	}
}

// good is who shows a key at the door.
func (b bundle) good(token string) access.Actor {
	b.Helper()
	actor, err := b.ids.Authenticate(context.Background(), identity.Credentials{Bearer: token})
	if err != nil {
		b.Fatalf("the key is refused: %v", err)
	}
	return actor
}

func (b bundle) refused(token string) {
	b.Helper()
	if actor, err := b.ids.Authenticate(context.Background(), identity.Credentials{Bearer: token}); !fault.Is(err, fault.Unauthenticated) {
		b.Fatalf("actor %v, err = %v; want UNAUTHENTICATED", actor.Label(), err)
	}
}

// actions are what the record has, oldest first.
func (b bundle) actions() (out []string) {
	b.Helper()
	page, err := b.staff.AuditLog(b.owner(), "", keyset.Args{Reverse: true})
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range page.Items {
		out = append(out, e.Action)
	}
	return out
}
