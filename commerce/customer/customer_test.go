package customer_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// journal remembers the events of committed transactions.
type journal struct {
	mu     sync.Mutex
	events []event
}

type event struct {
	Subject string
	Payload any
}

func (j *journal) AppendTx(_ context.Context, tx database.Tx, subject string, payload any) error {
	tx.AfterCommit(func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.events = append(j.events, event{subject, payload})
	})
	return nil
}

func (j *journal) subjects() (out []string) {
	for _, e := range j.events {
		out = append(out, e.Subject)
	}
	return out
}

type bundle struct {
	*testing.T
	ctx       context.Context
	db        *database.DB
	clock     *clock.Manual
	journal   *journal
	ids       *identity.Service
	customers *customer.Service
}

func setup(t *testing.T, db *database.DB) bundle {
	t.Helper()
	ctx, _ := databasetest.Shop(t, db)
	c := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	ids := identity.New(identity.Config{DB: db, Clock: c})
	j := &journal{}
	return bundle{T: t, ctx: ctx, db: db, clock: c, journal: j, ids: ids,
		customers: customer.New(customer.Config{DB: db, Clock: c, Identity: ids, Events: j, AccountURL: "https://shop.test/account/"})}
}

func each(t *testing.T, tests map[string]func(b bundle)) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) { test(setup(t, db)) })
		}
	})
}

const password = "engine no. 1"

func (b bundle) create(email string) *customer.Customer {
	b.Helper()
	c, problems, err := b.customers.Create(b.ctx, customer.CreateInput{Email: email, Password: password, FirstName: ptr("Ada"), LastName: ptr("Lovelace")})
	if err != nil || len(problems) > 0 {
		b.Fatal(codes(problems), err)
	}
	return c
}

func (b bundle) signIn(email, password string) string {
	b.Helper()
	t, problems, err := b.customers.SignIn(b.ctx, email, password)
	if err != nil || len(problems) > 0 {
		b.Fatal(codes(problems), err)
	}
	return t.AccessToken
}

func (b bundle) expect(problems fault.Problems, err error, want ...string) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	if diff := cmp.Diff(want, codes(problems)); diff != "" {
		b.Fatal(diff)
	}
}

func (b bundle) ended(token string) {
	b.Helper()
	if _, err := b.customers.ByToken(b.ctx, token); !fault.Is(err, fault.Unauthenticated) {
		b.Fatalf("the token is still good: %v", err)
	}
}

func TestAccountsAreOpened(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OK": func(b bundle) {
			c := b.create(" Ada@Example.COM ")
			if *c.Email != "ada@example.com" || c.DisplayName != "Ada Lovelace" || c.State != customer.Enabled || c.Tags == nil || !c.CreatedAt.Equal(b.clock.Now()) {
				b.Fatalf("%+v", c)
			}
			want := []event{{customer.SubjectCreated, customer.Event{CustomerID: c.ID.UUID}}}
			if diff := cmp.Diff(want, b.journal.events); diff != "" {
				b.Fatal(diff)
			}
		},
		"EmailHasOneAccountInAShop": func(b bundle) {
			b.create("ada@example.com")
			_, problems, err := b.customers.Create(b.ctx, customer.CreateInput{Email: "ADA@example.com", Password: password})
			b.expect(problems, err, "input.email TAKEN")
			b.ctx, _ = databasetest.Shop(b.T, b.db)
			b.create("ada@example.com")
		},
		"EmailHasOneAccountWhenManyCome": func(b bundle) {
			var opened, taken atomic.Int32
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					c, problems, err := b.customers.Create(b.ctx, customer.CreateInput{Email: "many@example.com", Password: password})
					switch {
					case err != nil:
						b.Error(err)
					case c != nil:
						opened.Add(1)
					case problems[0].Code == customer.CodeTaken:
						taken.Add(1)
					}
				})
			}
			wg.Wait()
			if opened.Load() != 1 || taken.Load() != 5 {
				b.Fatalf("opened %d, taken %d", opened.Load(), taken.Load())
			}
		},
		"BadInputIsNamed": func(b bundle) {
			for _, tc := range []struct {
				in   customer.CreateInput
				want []string
			}{
				{customer.CreateInput{}, []string{"input.email BLANK", "input.password BLANK"}},
				{customer.CreateInput{Email: "ada", Password: "short"}, []string{"input.email INVALID", "input.password TOO_SHORT"}},
				{customer.CreateInput{Email: "ada@shop", Password: strings.Repeat("x", 73)}, []string{"input.email BAD_DOMAIN", "input.password TOO_LONG"}},
				{customer.CreateInput{Email: "a@b.example", Password: " 12345678"}, []string{"input.password PASSWORD_STARTS_OR_ENDS_WITH_WHITESPACE"}},
				{customer.CreateInput{Email: "a@b.example", Password: password, FirstName: ptr("<i>"), LastName: ptr("http://x.example")}, []string{"input.firstName CONTAINS_HTML_TAGS", "input.lastName CONTAINS_URL"}},
				{customer.CreateInput{Email: "a@b.example", Password: password, FirstName: ptr(strings.Repeat("x", 256)), Phone: ptr("12")}, []string{"input.firstName TOO_LONG", "input.phone INVALID"}},
			} {
				_, problems, err := b.customers.Create(b.ctx, tc.in)
				b.expect(problems, err, tc.want...)
			}
			if len(b.journal.events) > 0 {
				b.Fatal(b.journal.subjects())
			}
		},
	})
}

func TestSignIn(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OK": func(b bundle) {
			c := b.create("ada@example.com")
			got, err := b.customers.ByToken(b.ctx, b.signIn(" ADA@example.com", password))
			if err != nil {
				b.Fatal(err)
			}
			if diff := cmp.Diff(c, got); diff != "" {
				b.Fatal(diff)
			}
		},
		"UnknownEmailAndWrongPasswordAreAlike": func(b bundle) {
			b.create("ada@example.com")
			if _, problems, err := b.customers.Invite(b.ctx, customer.CreateInput{Email: "invited@example.com"}); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			elsewhere := b
			elsewhere.ctx, _ = databasetest.Shop(b.T, b.db)
			elsewhere.create("elsewhere@example.com")
			closed := b.create("closed@example.com")
			if _, err := b.customers.SetState(b.ctx, closed.ID.UUID, customer.Disabled); err != nil {
				b.Fatal(err)
			}
			_, want, err := b.customers.SignIn(b.ctx, "ada@example.com", "wrong password")
			if err != nil || len(want) != 1 || want[0].Code != customer.CodeUnknownCustomer {
				b.Fatal(codes(want), err)
			}
			for _, try := range [][2]string{
				{"nobody@example.com", password}, {"nobody@example.com", "x"}, {"not an email", password}, {"invited@example.com", password}, {"invited@example.com", ""},
				{"elsewhere@example.com", password}, {"closed@example.com", "wrong password"}, {"ada@example.com", strings.Repeat("x", 10_000)}, {"\xff@example.com", password},
			} {
				token, got, err := b.customers.SignIn(b.ctx, try[0], try[1])
				if try[1] == "" {
					b.expect(got, err, "input.password BLANK")
					continue
				}
				if diff := cmp.Diff(want, got); diff != "" || err != nil || token != nil {
					b.Fatalf("%q: %v %v", try[0], diff, err)
				}
			}
		},
		"ClosedAccountIsToldToItsOwnerOnly": func(b bundle) {
			c := b.create("ada@example.com")
			token := b.signIn("ada@example.com", password)
			if _, err := b.customers.SetState(b.ctx, c.ID.UUID, customer.Disabled); err != nil {
				b.Fatal(err)
			}
			b.ended(token)
			_, problems, err := b.customers.SignIn(b.ctx, "ada@example.com", password)
			b.expect(problems, err, "input CUSTOMER_DISABLED")
		},
		"GuessingIsSlowedDown": func(b bundle) {
			b.create("ada@example.com")
			for _, email := range []string{"ada@example.com", "nobody@example.com"} { // whether there is an account or not
				for range 6 {
					_, problems, err := b.customers.SignIn(b.ctx, email, "wrong password")
					b.expect(problems, err, "input UNIDENTIFIED_CUSTOMER")
				}
				token, problems, err := b.customers.SignIn(b.ctx, email, password)
				if b.expect(problems, err, "input UNIDENTIFIED_CUSTOMER"); token != nil || !strings.Contains(problems[0].Message, "Too many attempts") {
					b.Fatal(token, problems[0].Message)
				}
			}
			b.clock.Advance(time.Second)
			b.signIn("ada@example.com", password)
		},
		"SignOutEndsTheToken": func(b bundle) {
			b.create("ada@example.com")
			token := b.signIn("ada@example.com", password)
			if id, problems, err := b.customers.DeleteToken(b.ctx, token); err != nil || len(problems) > 0 || id == uuid.Nil {
				b.Fatal(id, codes(problems), err)
			}
			b.ended(token)
			_, problems, err := b.customers.DeleteToken(b.ctx, token)
			b.expect(problems, err, "customerAccessToken TOKEN_INVALID")
		},
		"RenewedTokenReplacesTheOld": func(b bundle) {
			b.create("ada@example.com")
			token := b.signIn("ada@example.com", password)
			renewed, problems, err := b.customers.RenewToken(b.ctx, token)
			if b.expect(problems, err); renewed.AccessToken == token {
				b.Fatal("the same token")
			}
			b.ended(token)
			if _, err := b.customers.ByToken(b.ctx, renewed.AccessToken); err != nil {
				b.Fatal(err)
			}
			_, problems, err = b.customers.RenewToken(b.ctx, token)
			b.expect(problems, err, "customerAccessToken TOKEN_INVALID")
		},
		"TokenOfAnotherShopIsUnknown": func(b bundle) {
			b.create("ada@example.com")
			token := b.signIn("ada@example.com", password)
			b.ctx, _ = databasetest.Shop(b.T, b.db)
			b.ended(token)
			_, _, problems, err := b.customers.Update(b.ctx, token, customer.UpdateInput{FirstName: ptr("Eve")})
			b.expect(problems, err, "customerAccessToken TOKEN_INVALID")
			_, problems, err = b.customers.CreateAddress(b.ctx, token, typed(ottawa()))
			b.expect(problems, err, "customerAccessToken TOKEN_INVALID")
		},
	})
}

func TestAccountsAreChanged(t *testing.T) {
	each(t, map[string]func(b bundle){
		"PartsLeftOutStay": func(b bundle) {
			b.create("ada@example.com")
			token := b.signIn("ada@example.com", password)
			b.clock.Advance(time.Minute)
			c, opened, problems, err := b.customers.Update(b.ctx, token, customer.UpdateInput{LastName: ptr("King"), Phone: ptr("+1 555 123 4567"), AcceptsMarketing: ptr(true)})
			if b.expect(problems, err); opened != nil {
				b.Fatal("a new token without a new password")
			}
			if c.DisplayName != "Ada King" || *c.Phone != "+15551234567" || !c.AcceptsMarketing || *c.Email != "ada@example.com" || !c.UpdatedAt.Equal(b.clock.Now()) {
				b.Fatalf("%+v", c)
			}
			c, _, problems, err = b.customers.Update(b.ctx, token, customer.UpdateInput{Phone: ptr("")})
			if b.expect(problems, err); c.Phone != nil || *c.LastName != "King" {
				b.Fatalf("%+v", c)
			}
		},
		"NewPasswordEndsAllOtherSessionsAndLinks": func(b bundle) {
			b.create("ada@example.com")
			one, two := b.signIn("ada@example.com", password), b.signIn("ada@example.com", password)
			mail, ok, err := b.customers.RecoveryMail(b.ctx, "ada@example.com")
			if err != nil || !ok {
				b.Fatal(ok, err)
			}
			_, opened, problems, err := b.customers.Update(b.ctx, one, customer.UpdateInput{Password: ptr("engine no. 2")})
			b.expect(problems, err)
			b.ended(one)
			b.ended(two)
			if _, err := b.customers.ByToken(b.ctx, opened.AccessToken); err != nil {
				b.Fatal(err)
			}
			_, problems, err = b.customers.ResetByURL(b.ctx, mail.URL, "engine no. 3")
			b.expect(problems, err, "resetUrl TOKEN_INVALID")
			_, problems, err = b.customers.SignIn(b.ctx, "ada@example.com", password)
			b.expect(problems, err, "input UNIDENTIFIED_CUSTOMER")
			b.signIn("ada@example.com", "engine no. 2")
		},
		"TakenEmailChangesNothing": func(b bundle) {
			b.create("ada@example.com")
			b.create("bob@example.com")
			token := b.signIn("ada@example.com", password)
			_, _, problems, err := b.customers.Update(b.ctx, token, customer.UpdateInput{Email: ptr("Bob@example.com"), FirstName: ptr("Eve"), Password: ptr("engine no. 2")})
			b.expect(problems, err, "customer.email TAKEN")
			c, err := b.customers.ByToken(b.ctx, token)
			if err != nil || *c.FirstName != "Ada" {
				b.Fatal(c, err)
			}
		},
		"BadInputIsNamed": func(b bundle) {
			b.create("ada@example.com")
			token := b.signIn("ada@example.com", password)
			_, _, problems, err := b.customers.Update(b.ctx, token, customer.UpdateInput{Email: ptr(""), Password: ptr("x"), Phone: ptr("x")})
			b.expect(problems, err, "customer.email BLANK", "customer.password TOO_SHORT", "customer.phone INVALID")
		},
	})
}

func TestList(t *testing.T) {
	each(t, map[string]func(b bundle){
		"PagesAndTerms": func(b bundle) {
			var all []string
			for _, name := range []string{"ada", "bob", "cy%", "dan"} {
				_, problems, err := b.customers.Invite(b.ctx, customer.CreateInput{Email: name + "@example.com", FirstName: ptr("First " + name), LastName: ptr("Of_Many")})
				b.expect(problems, err)
				all = append(all, name+"@example.com")
			}
			list := func(query string, args keyset.Args) (keyset.Page[*customer.Customer], []string) {
				b.Helper()
				page, err := b.customers.List(b.ctx, query, args, "CREATED_AT")
				if err != nil {
					b.Fatal(err)
				}
				var emails []string
				for _, c := range page.Items {
					emails = append(emails, *c.Email)
				}
				return page, emails
			}
			page, got := list("", keyset.Args{First: ptr(3)})
			if diff := cmp.Diff(all[:3], got); diff != "" || !page.HasNext {
				b.Fatal(diff, page.HasNext)
			}
			page, got = list("", keyset.Args{First: ptr(3), After: page.End()})
			if diff := cmp.Diff(all[3:], got); diff != "" || page.HasNext {
				b.Fatal(diff, page.HasNext)
			}
			for query, want := range map[string][]string{
				"email:BOB@example.com": all[1:2], "email:da*": all[3:], "of_ first": all, "cy%": all[2:3], "%": nil, "state:invited": all, "state:enabled": nil, "phone:+15551234567": nil, "tag:x": nil,
				"created_at:>2020-01-01": all, "created_at:<2020-01-01": nil, "created_at:>=2999-01-01T00:00:00Z": nil, "country:us": nil,
			} {
				if _, got := list(query, keyset.Args{}); !cmp.Equal(want, got) {
					b.Errorf("%q gives %v, want %v", query, got, want)
				}
			}
			for query, sortKey := range map[string]string{"password_hash:x": "", "created_at:soon": "ID", "": "LOCATION"} {
				if _, err := b.customers.List(b.ctx, query, keyset.Args{}, sortKey); !fault.Is(err, fault.Invalid) {
					b.Fatalf("%q by %s: err = %v", query, sortKey, err)
				}
			}
		},
	})
}
