package federation

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

type bundle struct {
	*testing.T
	ctx       context.Context
	shop      *shop.Shop
	db        *database.DB
	clock     *clock.Manual
	customers *customer.Service
	staff     *staff.Service
	signin    *Service
}

type silence struct{}

func (silence) AppendTx(context.Context, database.Tx, string, any) error { return nil }

func setup(t *testing.T, db *database.DB) bundle {
	t.Helper()
	now := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	shops := shop.New(shop.Config{DB: db, Clock: now})
	made, err := shops.Create(t.Context(), shop.Shop{Handle: "shop-" + uuid.NewString(), Name: "Test", Currency: "USD", Country: "US", Language: "EN", MoneyFormat: "${{amount}}", Domain: "shop.test"},
		[]shop.Market{{Handle: "home", Name: "Home", Countries: []string{"US"}, Languages: []string{"EN"}, Currency: "USD", Rate: "1", Enabled: true}})
	if err != nil {
		t.Fatal(err)
	}
	b := bundle{T: t, shop: made, db: db, clock: now, ctx: access.With(database.WithShop(t.Context(), made.ID.UUID), access.Actor{Kind: access.System})}
	ids := identity.New(identity.Config{DB: db, Clock: now})
	b.customers = customer.New(customer.Config{DB: db, Clock: now, Identity: ids, Events: silence{}, AccountURL: "https://shop.test/account"})
	b.staff = staff.New(staff.Config{DB: db, Clock: now, Identity: ids})
	b.signin = New(Config{DB: db, Identity: ids, Customers: b.customers, Staff: b.staff, Shops: shops, Audit: b.staff, PublicURL: "https://rialto.test", Private: true, Clock: now, Timeout: 2 * time.Second})
	return b
}

func each(t *testing.T, tests map[string]func(b bundle)) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) { test(setup(t, db)) })
		}
	})
}

func ptr[T any](v T) *T { return &v }

// believe makes a provider and gives its row.
func (b bundle) believe(handle, audience string, more func(*Input)) *stored {
	b.Helper()
	in := Input{Handle: handle, Audience: audience, Issuer: "https://accounts.test", Title: ptr("Accounts"), ClientID: ptr("us"), LinkAccounts: ptr(true)}
	if more != nil {
		more(&in)
	}
	made, problems, err := b.signin.Create(b.ctx, in)
	if err != nil || len(problems) > 0 {
		b.Fatal(codes(problems), err)
	}
	p, err := providerBy(b.ctx, b.db, "id", made.ID.UUID)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// admit lets in who a provider vouched for, and signs them in.
func (b bundle) admit(p *stored, subject, email string) (*identity.AccessToken, error) {
	b.Helper()
	token, err := b.signin.admit(b.ctx, p, &claims{Subject: subject, Email: email, Verified: true})
	if err != nil {
		return nil, err
	}
	exchange := b.signin.SignInCustomer
	if p.Audience == Staff {
		exchange = b.signin.SignInStaff
	}
	opened, problems, err := exchange(b.ctx, token)
	if err != nil || len(problems) > 0 {
		b.Fatal(codes(problems), err)
	}
	return opened, nil
}

func (b bundle) in(p *stored, subject, email string) string {
	b.Helper()
	t, err := b.admit(p, subject, email)
	if err != nil {
		b.Fatal(err)
	}
	c, err := b.customers.ByToken(b.ctx, t.AccessToken)
	if err != nil {
		b.Fatal(err)
	}
	return *c.Email
}

func (b bundle) stopped(p *stored, subject, email string, want Reason) {
	b.Helper()
	_, err := b.admit(p, subject, email)
	b.is(err, want)
}

func (b bundle) is(err error, want Reason) {
	b.Helper()
	if why, ok := errors.AsType[*Stopped](err); !ok || why.Reason != want {
		b.Fatalf("%v, not %s", err, want)
	}
}

func codes(problems fault.Problems) (out []string) {
	for _, p := range problems {
		out = append(out, p.Code)
	}
	return out
}
