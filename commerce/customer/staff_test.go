package customer_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// ledger remembers what was recorded.
type ledger struct {
	mu      sync.Mutex
	entries []string
}

func (l *ledger) Audit(_ context.Context, tx database.Tx, action, resource string, data any) error {
	text, err := json.Marshal(data)
	tx.AfterCommit(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.entries = append(l.entries, action+" "+resource+" "+string(text))
	})
	return err
}

func (l *ledger) text() string { return strings.Join(l.entries, "\n") }

// staffed is a shop whose staff are at work.
func staffed(t *testing.T, db *database.DB) (bundle, *ledger) {
	b := setup(t, db)
	l := &ledger{}
	shop, _ := database.Shop(b.ctx)
	b.ctx = access.With(b.ctx, access.Actor{Kind: access.Staff, Shop: shop, Scopes: access.ScopesOf(access.Owner)})
	b.customers = customer.New(customer.Config{DB: db, Clock: b.clock, Identity: b.ids, Events: b.journal, Audit: l, AccountURL: "https://shop.test/account/"})
	return b, l
}

func (b bundle) open(email string) *customer.Customer {
	b.Helper()
	c, problems, err := b.customers.Open(b.ctx, customer.Input{Email: &email, FirstName: ptr("Ada"), Tags: []string{"vip"}, Addresses: []customer.AddressInput{
		{Address1: ptr("1 Main St"), City: ptr("Berlin"), Country: ptr("DE"), Zip: ptr("10115")}}})
	if err != nil || len(problems) > 0 {
		b.Fatal(codes(problems), err)
	}
	return c
}

func refusedWith(t *testing.T, problems fault.Problems, err error, code string, field ...string) {
	t.Helper()
	if err != nil || len(problems) != 1 || problems[0].Code != code || cmp.Diff(field, problems[0].Field) != "" {
		t.Fatalf("want %s at %v, got %v, %v", code, field, codes(problems), err)
	}
}

func TestStaffCustomers(t *testing.T) {
	for name, test := range map[string]func(b bundle, l *ledger){
		"OpenedWithoutMailThenInvited": func(b bundle, l *ledger) {
			c := b.open("ada@example.com")
			if c.State != customer.Invited || c.DefaultAddressID == uuid.Nil || cmp.Diff([]string{"vip"}, c.Tags) != "" {
				b.Fatalf("%+v", c)
			}
			if _, problems, err := b.customers.SendInvite(b.ctx, c.ID); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			if diff := cmp.Diff([]string{customer.SubjectOpened, customer.SubjectActivationRequested}, b.journal.subjects()); diff != "" {
				b.Fatal(diff)
			}
			m, ok, err := b.customers.ActivationMail(b.ctx, c.ID.UUID)
			if err != nil || !ok {
				b.Fatal(ok, err)
			}
			if _, problems, err := b.customers.ActivateByURL(b.ctx, m.URL, password); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			_, problems, err := b.customers.SendInvite(b.ctx, c.ID)
			refusedWith(b.T, problems, err, customer.CodeConflict, "customerId")
		},
		"SecondEditorIsTold": func(b bundle, l *ledger) {
			c := b.open("ada@example.com")
			first, problems, err := b.customers.Change(b.ctx, customer.Input{ID: &c.ID, IfRevision: &c.Revision, Note: ptr("one")})
			if err != nil || len(problems) > 0 || first.Revision == c.Revision {
				b.Fatal(codes(problems), err)
			}
			_, problems, err = b.customers.Change(b.ctx, customer.Input{ID: &c.ID, IfRevision: &c.Revision, Note: ptr("two")})
			refusedWith(b.T, problems, err, "STALE", "input", "ifRevision")
			found, _ := b.customers.ByIDs(b.ctx, []uuid.UUID{c.ID.UUID})
			if *found[c.ID.UUID].Note != "one" {
				b.Fatal(*found[c.ID.UUID].Note)
			}
		},
		"RecordTellsNobodysName": func(b bundle, l *ledger) {
			c := b.open("ada@example.com")
			if _, problems, err := b.customers.Change(b.ctx, customer.Input{ID: &c.ID, Email: ptr("lovelace@example.com"), LastName: ptr("Lovelace"), Phone: ptr("+15551234567"), Note: ptr("Byron's"), TaxExempt: ptr(true)}); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			text := l.text()
			for _, secret := range []string{"ada", "Ada", "ovelace", "5551234567", "Byron", "Main St"} {
				if strings.Contains(text, secret) {
					b.Errorf("the record holds %q: %s", secret, text)
				}
			}
			if !strings.Contains(text, `"changed":["email","lastName","phone","note","taxExempt"]`) || !strings.Contains(text, `"after":{"acceptsMarketing":false,"state":"INVITED","taxExempt":true}`) {
				b.Error(text)
			}
		},
		"ConsentKeepsItsTime": func(b bundle, l *ledger) {
			c := b.open("ada@example.com")
			at := b.clock.Now().Add(-24 * time.Hour)
			c, problems, err := b.customers.Change(b.ctx, customer.Input{ID: &c.ID, EmailMarketingConsent: &customer.ConsentInput{MarketingState: customer.Subscribed, MarketingOptInLevel: ptr(customer.ConfirmedOptIn), ConsentUpdatedAt: &at}})
			if err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			want := &customer.Consent{MarketingState: customer.Subscribed, MarketingOptInLevel: ptr(customer.ConfirmedOptIn), ConsentUpdatedAt: &at}
			if diff := cmp.Diff(want, c.EmailMarketingConsent); diff != "" || !c.AcceptsMarketing {
				b.Fatal(diff)
			}
		},
		"DisabledIsSignedOutAtOnce": func(b bundle, l *ledger) {
			c := b.create("ada@example.com")
			token := b.signIn("ada@example.com", password)
			for range 2 {
				if d, problems, err := b.customers.Disable(b.ctx, c.ID); err != nil || len(problems) > 0 || d.State != customer.Disabled {
					b.Fatal(codes(problems), err)
				}
			}
			if _, err := b.customers.ByToken(b.ctx, token); !fault.Is(err, fault.Unauthenticated) {
				b.Fatal(err)
			}
			if n := strings.Count(l.text(), "customer.disabled"); n != 1 {
				b.Errorf("recorded %d times", n)
			}
			if e, _, err := b.customers.Enable(b.ctx, c.ID); err != nil || e.State != customer.Enabled {
				b.Fatal(e, err)
			}
		},
		"DeletedLeavesNothing": func(b bundle, l *ledger) {
			before := databasetest.Rows(b.T, b.ctx, b.db)
			c := b.open("ada@example.com")
			if _, _, err := b.customers.SendInvite(b.ctx, c.ID); err != nil {
				b.Fatal(err)
			}
			if _, _, err := b.customers.ActivationMail(b.ctx, c.ID.UUID); err != nil {
				b.Fatal(err)
			}
			if problems, err := b.customers.Delete(b.ctx, c.ID); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			if diff := cmp.Diff(before, databasetest.Rows(b.T, b.ctx, b.db)); diff != "" {
				b.Fatal(diff)
			}
			problems, err := b.customers.Delete(b.ctx, c.ID)
			refusedWith(b.T, problems, err, customer.CodeNotFound, "input", "id")
		},
		"WhoOrderedStays": func(b bundle, l *ledger) {
			c := b.open("ada@example.com")
			err := b.db.InTx(b.ctx, func(tx database.Tx) error {
				now := b.clock.Now()
				_, err := tx.Exec(b.ctx, `INSERT INTO orders (shop_id, id, created_at, updated_at, number, name, cart_id, key_hash, customer_id, currency, subtotal, discount_total, shipping_total, tax_total, total, gift_card_total, financial_status, fulfillment_status, processed_at)
					VALUES ($1, $2, $3, $3, 1, '#1', $2, $4, $5, 'USD', 0, 0, 0, 0, 0, 0, 'paid', 'unfulfilled', $3)`, uuid.New(), now, []byte{1}, c.ID.UUID)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			problems, err := b.customers.Delete(b.ctx, c.ID)
			refusedWith(b.T, problems, err, customer.CodeConflict, "input", "id")
		},
		"ForeignIsAbsent": func(b bundle, l *ledger) {
			c := b.open("ada@example.com")
			other, _ := databasetest.Shop(b.T, b.db)
			_, problems, err := b.customers.Change(other, customer.Input{ID: &c.ID, Note: ptr("mine")})
			refusedWith(b.T, problems, err, customer.CodeNotFound, "input", "id")
			_, problems, err = b.customers.Disable(other, c.ID)
			refusedWith(b.T, problems, err, customer.CodeNotFound, "customerId")
			problems, err = b.customers.Delete(other, c.ID)
			refusedWith(b.T, problems, err, customer.CodeNotFound, "input", "id")
			_, problems, err = b.customers.AddAddress(other, c.ID, customer.AddressInput{Address1: ptr("1"), City: ptr("Bern"), Country: ptr("CH"), Zip: ptr("3000")}, false)
			refusedWith(b.T, problems, err, customer.CodeNotFound, "customerId")
		},
		"AddressesByStaff": func(b bundle, l *ledger) {
			c := b.open("ada@example.com")
			first := gid.New(customer.AddressType, c.DefaultAddressID)
			a, problems, err := b.customers.AddAddress(b.ctx, c.ID, customer.AddressInput{Address1: ptr("2 Side St"), City: ptr("Bern"), Country: ptr("CH"), Zip: ptr("3000")}, true)
			if err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			if problems, err := b.customers.RemoveAddress(b.ctx, c.ID, a.ID); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			found, err := b.customers.ByIDs(b.ctx, []uuid.UUID{c.ID.UUID})
			if err != nil || found[c.ID.UUID].DefaultAddressID != first.UUID {
				b.Fatal("the oldest address did not take over", err)
			}
			if _, problems, err := b.customers.ChangeAddress(b.ctx, c.ID, first, customer.AddressInput{City: ptr("Potsdam")}, false); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			_, problems, err = b.customers.ChangeAddress(b.ctx, c.ID, a.ID, customer.AddressInput{City: ptr("Basel")}, false)
			refusedWith(b.T, problems, err, customer.CodeNotFound, "addressId")
		},
		"Groups": func(b bundle, l *ledger) {
			ada, bob := b.open("ada@example.com"), b.open("bob@example.com")
			g, problems, err := b.customers.CreateGroup(b.ctx, customer.GroupInput{Name: ptr("Big buyers!")})
			if err != nil || len(problems) > 0 || g.Handle != "big-buyers" {
				b.Fatal(g, codes(problems), err)
			}
			_, problems, err = b.customers.CreateGroup(b.ctx, customer.GroupInput{Name: ptr("Others"), Handle: ptr("big-buyers")})
			refusedWith(b.T, problems, err, customer.CodeTaken, "group", "handle")
			for range 2 {
				if g, problems, err = b.customers.AddToGroup(b.ctx, g.ID, []gid.ID{ada.ID, bob.ID, ada.ID}); err != nil || len(problems) > 0 || g.Members != 2 {
					b.Fatal(g, codes(problems), err)
				}
			}
			_, problems, err = b.customers.UpdateGroup(b.ctx, g.ID, customer.GroupInput{Note: ptr("x"), IfRevision: ptr("old")})
			refusedWith(b.T, problems, err, "STALE", "group", "ifRevision")
			for _, query := range []string{"group:big-buyers ada@", "group:" + g.ID.String() + " tag:vip email:ada*", `group:"big-buyers" first_name:ada orders_count:0 email:ada@example.com`} {
				page, err := b.customers.List(b.ctx, query, keyset.Args{}, "")
				if err != nil || len(page.Items) != 1 || *page.Items[0].Email != "ada@example.com" {
					b.Fatal(query, len(page.Items), err)
				}
			}
			if problems, err := b.customers.Delete(b.ctx, ada.ID); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			if g, problems, err = b.customers.RemoveFromGroup(b.ctx, g.ID, []gid.ID{bob.ID}); err != nil || len(problems) > 0 || g.Members != 0 {
				b.Fatal(g, codes(problems), err)
			}
			other, _ := databasetest.Shop(b.T, b.db)
			problems, err = b.customers.DeleteGroup(other, g.ID)
			refusedWith(b.T, problems, err, customer.CodeNotFound, "id")
			_, problems, err = b.customers.AddToGroup(other, g.ID, []gid.ID{bob.ID})
			refusedWith(b.T, problems, err, customer.CodeNotFound, "customerIds", "0")
		},
	} {
		t.Run(name, func(t *testing.T) {
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				b, l := staffed(t, db)
				test(b, l)
			})
		})
	}
}
