package federation

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
)

const password = "a password of nobody's"

func (b bundle) open(email string) uuid.UUID {
	b.Helper()
	c, problems, err := b.customers.Create(b.ctx, customer.CreateInput{Email: email, Password: password})
	if err != nil || len(problems) > 0 {
		b.Fatal(codes(problems), err)
	}
	return c.ID.UUID
}

func TestWhoIsTied(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(b bundle){
		"InvitedAccountIsInUseFromThenOn": func(b bundle) {
			p := b.believe("one", Customers, nil)
			invited, problems, err := b.customers.Invite(b.ctx, customer.CreateInput{Email: "ada@people.test"})
			if err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			if got := b.in(p, "ada", "Ada@People.test"); got != "ada@people.test" {
				b.Error(got)
			}
			found, err := b.customers.ByIDs(b.ctx, []uuid.UUID{invited.ID.UUID})
			if err != nil || found[invited.ID.UUID].State != customer.Enabled {
				b.Errorf("%v %v", found[invited.ID.UUID], err)
			}
		},
		"PasswordOfWhoeverOpenedIt": func(b bundle) {
			p := b.believe("one", Customers, nil)
			b.open("ada@people.test")
			b.stopped(p, "ada", "ada@people.test", PasswordOnly)
		},
		// Somebody signs in as themselves, gives their account the email of who comes later, and waits.
		"EmailOfSomebodyElseWithoutPassword": func(b bundle) {
			one, two := b.believe("one", Customers, func(in *Input) { in.CreateAccounts = ptr(true) }), b.believe("two", Customers, func(in *Input) { in.CreateAccounts = ptr(true) })
			mallory, err := b.admit(one, "mallory", "mallory@people.test")
			if err != nil {
				b.Fatal(err)
			}
			if _, _, problems, err := b.customers.Update(b.ctx, mallory.AccessToken, customer.UpdateInput{Email: ptr("ada@people.test")}); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			b.stopped(two, "ada", "ada@people.test", PasswordOnly)

			// Who sets a password by the mail to this address has the account alone.
			mail, ok, err := b.customers.RecoveryMail(b.ctx, "ada@people.test")
			if err != nil || !ok {
				b.Fatal(ok, err)
			}
			if _, problems, err := b.customers.ResetByURL(b.ctx, mail.URL, password); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			if got := b.in(two, "ada", "ada@people.test"); got != "ada@people.test" {
				b.Error(got)
			}
			if got := b.in(one, "mallory", "mallory@people.test"); got != "mallory@people.test" {
				b.Errorf("who tied the account before signs in as %s", got)
			}
		},
		"NewPasswordKeepsWhatWasTiedToAVerifiedEmail": func(b bundle) {
			p := b.believe("one", Customers, func(in *Input) { in.CreateAccounts = ptr(true) })
			b.in(p, "ada", "ada@people.test")
			mail, _, err := b.customers.RecoveryMail(b.ctx, "ada@people.test")
			if err != nil {
				b.Fatal(err)
			}
			if _, problems, err := b.customers.ResetByURL(b.ctx, mail.URL, password); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			if got := b.in(p, "ada", "moved@people.test"); got != "ada@people.test" {
				b.Error(got)
			}
		},
		"SeveralProvidersOneAccount": func(b bundle) {
			one, two := b.believe("one", Customers, func(in *Input) { in.CreateAccounts = ptr(true) }), b.believe("two", Customers, nil)
			b.in(one, "ada", "ada@people.test")
			if got := b.in(two, "the same ada", "ada@people.test"); got != "ada@people.test" {
				b.Error(got)
			}
			b.stopped(two, "another ada", "ada@people.test", OtherSubject)
		},
		"TwoAtTheSameTime": func(b bundle) {
			p := b.believe("one", Customers, func(in *Input) { in.CreateAccounts = ptr(true) })
			var all sync.WaitGroup
			var failed atomic.Int32
			for range 8 {
				all.Go(func() {
					if _, err := b.signin.admit(b.ctx, p, &claims{Subject: "ada", Email: "ada@people.test", Verified: true}); err != nil {
						failed.Add(1)
						b.Error(err)
					}
				})
			}
			all.Wait()
			var accounts, ties int
			if err := b.db.QueryRow(b.ctx, "SELECT (SELECT count(*) FROM customer WHERE shop_id = $1), (SELECT count(*) FROM external_identity WHERE shop_id = $1)").Scan(&accounts, &ties); err != nil {
				b.Fatal(err)
			}
			if accounts != 1 || ties != 1 {
				b.Errorf("%d accounts, %d ties", accounts, ties)
			}
		},
		"TwoSubjectsOfOneMemberAtTheSameTime": func(b bundle) {
			p := b.believe("one", Staff, nil)
			if _, err := b.staff.EnsureOwner(b.ctx, "owner@people.test", "Owner", password); err != nil {
				b.Fatal(err)
			}
			var all sync.WaitGroup
			var in atomic.Int32
			for i := range 8 {
				all.Go(func() {
					_, err := b.signin.admit(b.ctx, p, &claims{Subject: fmt.Sprint(i), Email: "owner@people.test", Verified: true})
					if err == nil {
						in.Add(1)
					} else if why, ok := StoppedBy(err); !ok || why.Reason != OtherSubject {
						b.Error(err)
					}
				})
			}
			all.Wait()
			if in.Load() != 1 {
				b.Errorf("%d subjects came in", in.Load())
			}
		},
		"NamesThatAnAccountCannotHave": func(b bundle) {
			p := b.believe("one", Customers, func(in *Input) { in.CreateAccounts = ptr(true) })
			token, err := b.signin.admit(b.ctx, p, &claims{Subject: "x", Email: "x@people.test", Verified: true, First: "Visit www.evil.test", Last: "Hopper"})
			if err != nil {
				b.Fatal(err)
			}
			opened, _, err := b.signin.SignInCustomer(b.ctx, token)
			if err != nil {
				b.Fatal(err)
			}
			c, err := b.customers.ByToken(b.ctx, opened.AccessToken)
			if err != nil || c.FirstName != nil || *c.LastName != "Hopper" {
				b.Errorf("%+v %v", c, err)
			}
		},
		"StaffOnlyOfThisShop": func(b bundle) {
			p := b.believe("one", Staff, nil)
			b.stopped(p, "owner", "owner@people.test", NoAccount)
			if _, err := b.staff.EnsureOwner(b.ctx, "owner@people.test", "Owner", password); err != nil {
				b.Fatal(err)
			}
			if _, err := b.admit(p, "owner", "owner@people.test"); err != nil {
				b.Fatal(err)
			}
			b.stopped(p, "somebody else", "owner@people.test", OtherSubject)
			// Of another shop, they are nobody there, whatever its provider says.
			other := setup(b.T, b.db)
			other.stopped(other.believe("one", Staff, nil), "owner", "owner@people.test", NoAccount)
		},
	})
}
