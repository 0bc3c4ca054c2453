package customer_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/gid"
)

func (b bundle) mail(email string) customer.Mail {
	b.Helper()
	m, ok, err := b.customers.RecoveryMail(b.ctx, email)
	if err != nil || !ok {
		b.Fatal(ok, err)
	}
	return m
}

func secretOf(m customer.Mail) string { return m.URL[strings.LastIndexByte(m.URL, '/')+1:] }

func TestMailedLinks(t *testing.T) {
	each(t, map[string]func(b bundle){
		"RecoverAnswersAlikeForKnownAndUnknown": func(b bundle) {
			b.create("ada@example.com")
			for _, email := range []string{"ada@example.com", "Nobody@example.com"} {
				problems, err := b.customers.Recover(b.ctx, email)
				b.expect(problems, err)
			}
			want := []event{
				{customer.SubjectRecoveryRequested, customer.RecoveryRequested{Email: "ada@example.com"}},
				{customer.SubjectRecoveryRequested, customer.RecoveryRequested{Email: "nobody@example.com"}},
			}
			if diff := cmp.Diff(want, b.journal.events[1:]); diff != "" {
				b.Fatal(diff)
			}
			if _, ok, err := b.customers.RecoveryMail(b.ctx, "nobody@example.com"); ok || err != nil {
				b.Fatal(ok, err)
			}
			problems, err := b.customers.Recover(b.ctx, "nobody")
			b.expect(problems, err, "email INVALID")
		},
		"ResetSetsThePasswordAndSignsIn": func(b bundle) {
			c := b.create("ada@example.com")
			old := b.signIn("ada@example.com", password)
			m := b.mail("ada@example.com")
			if want := "https://shop.test/account/reset/" + c.ID.UUID.String() + "/"; !strings.HasPrefix(m.URL, want) || m.To != "ada@example.com" || m.Name != "Ada Lovelace" {
				b.Fatalf("%+v", m)
			}
			done, problems, err := b.customers.Reset(b.ctx, c.ID, secretOf(m), "engine no. 2")
			b.expect(problems, err)
			b.ended(old)
			if got, err := b.customers.ByToken(b.ctx, done.AccessToken.AccessToken); err != nil || got.ID != c.ID {
				b.Fatal(got, err)
			}
			b.signIn("ada@example.com", "engine no. 2")
		},
		"OneLinkWorksOnce": func(b bundle) {
			b.create("ada@example.com")
			first, second := b.mail("ada@example.com"), b.mail("ada@example.com")
			_, problems, err := b.customers.ResetByURL(b.ctx, first.URL, "engine no. 2")
			b.expect(problems, err)
			for _, url := range []string{first.URL, second.URL} {
				_, problems, err = b.customers.ResetByURL(b.ctx, url, "engine no. 3")
				b.expect(problems, err, "resetUrl TOKEN_INVALID")
			}
		},
		"OneLinkWorksOnceWhenManyUseIt": func(b bundle) {
			b.create("ada@example.com")
			m := b.mail("ada@example.com")
			var won atomic.Int32
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					done, problems, err := b.customers.ResetByURL(b.ctx, m.URL, "engine no. 2")
					switch {
					case err != nil:
						b.Error(err)
					case done.AccessToken != nil:
						won.Add(1)
					case problems[0].Code != customer.CodeTokenInvalid:
						b.Error(codes(problems))
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				b.Fatalf("used %d times", won.Load())
			}
		},
		"LinkEndsAfterADay": func(b bundle) {
			b.create("ada@example.com")
			m := b.mail("ada@example.com")
			b.clock.Advance(24 * time.Hour)
			_, problems, err := b.customers.ResetByURL(b.ctx, m.URL, "engine no. 2")
			b.expect(problems, err, "resetUrl TOKEN_INVALID")
		},
		"WrongLinksAreAlike": func(b bundle) {
			c := b.create("ada@example.com")
			m := b.mail("ada@example.com")
			other := b.create("bob@example.com")
			for _, try := range []struct {
				id     gid.ID
				secret string
			}{
				{other.ID, secretOf(m)}, {gid.New("Customer", uuid.New()), secretOf(m)}, {gid.New("Product", c.ID.UUID), secretOf(m)}, {c.ID, "wrong"}, {c.ID, ""},
			} {
				_, problems, err := b.customers.Reset(b.ctx, try.id, try.secret, "engine no. 2")
				b.expect(problems, err, "input.resetToken TOKEN_INVALID")
			}
			_, problems, err := b.customers.Activate(b.ctx, c.ID, secretOf(m), "engine no. 2")
			b.expect(problems, err, "input.activationToken TOKEN_INVALID")
			for _, url := range []string{"", "https://shop.test/", "%zz", strings.Replace(m.URL, "/reset/", "/activate/", 1), m.URL + "x"} {
				_, problems, err := b.customers.ResetByURL(b.ctx, url, "engine no. 2")
				b.expect(problems, err, "resetUrl TOKEN_INVALID")
			}
			foreign := b
			foreign.ctx, _ = databasetest.Shop(b.T, b.db)
			_, problems, err = foreign.customers.ResetByURL(foreign.ctx, m.URL, "engine no. 2")
			b.expect(problems, err, "resetUrl TOKEN_INVALID")
			_, problems, err = b.customers.ResetByURL(b.ctx, m.URL, "short")
			b.expect(problems, err, "password TOO_SHORT")
			_, problems, err = b.customers.ResetByURL(b.ctx, m.URL, "engine no. 2")
			b.expect(problems, err)
		},
		"MailboxIsNotFlooded": func(b bundle) {
			b.create("ada@example.com")
			for range 5 {
				b.mail("ada@example.com")
			}
			if _, ok, err := b.customers.RecoveryMail(b.ctx, "ada@example.com"); ok || err != nil {
				b.Fatal(ok, err)
			}
			b.clock.Advance(24 * time.Hour)
			b.mail("ada@example.com")
		},
		"ClosedAccountGetsNoMailAndItsLinksEnd": func(b bundle) {
			c := b.create("ada@example.com")
			m := b.mail("ada@example.com")
			if _, err := b.customers.SetState(b.ctx, c.ID.UUID, customer.Disabled); err != nil {
				b.Fatal(err)
			}
			if _, ok, err := b.customers.RecoveryMail(b.ctx, "ada@example.com"); ok || err != nil {
				b.Fatal(ok, err)
			}
			_, problems, err := b.customers.ResetByURL(b.ctx, m.URL, "engine no. 2")
			b.expect(problems, err, "resetUrl TOKEN_INVALID")
		},
		"InvitedShopperActivates": func(b bundle) {
			c, problems, err := b.customers.Invite(b.ctx, customer.CreateInput{Email: "ada@example.com"})
			b.expect(problems, err)
			if diff := cmp.Diff([]event{{customer.SubjectActivationRequested, customer.Event{CustomerID: c.ID.UUID}}}, b.journal.events); diff != "" || c.State != customer.Invited {
				b.Fatal(diff, c.State)
			}
			m, ok, err := b.customers.ActivationMail(b.ctx, c.ID.UUID)
			if err != nil || !ok || m.Purpose != customer.Activate || m.Name != "ada@example.com" {
				b.Fatal(m, ok, err)
			}
			done, problems, err := b.customers.ActivateByURL(b.ctx, m.URL, password)
			if b.expect(problems, err); done.Customer.State != customer.Enabled {
				b.Fatal(done.Customer.State)
			}
			_, problems, err = b.customers.ActivateByURL(b.ctx, m.URL, password)
			b.expect(problems, err, "activationUrl ALREADY_ENABLED")
			b.signIn("ada@example.com", password)
			if _, ok, err := b.customers.ActivationMail(b.ctx, c.ID.UUID); ok || err != nil {
				b.Fatal(ok, err)
			}
		},
	})
}
