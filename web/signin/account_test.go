package signin_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/staff"
)

func customersSignIn(t *testing.T, p *premises) {
	t.Run("NewAccountThenTheSameAgain", func(t *testing.T) {
		for _, algorithm := range []string{"RS256", "ES256", "EdDSA"} {
			name := unique("grace")
			first := p.visitor().walk(t, "directory", person(name, "alg", algorithm))
			want := "Grace Hopper <" + name + "@people.test>"
			if got := p.customerOf(t, first.token(t)); got != want {
				t.Errorf("%s: signed in as %q, not as %q", algorithm, got, want)
			}
			// Tied by the subject now: another email, or none that is verified, is the same person.
			again := p.visitor().walk(t, "directory", map[string]string{"sub": name, "email": "elsewhere@people.test", "verified": "false"})
			if got := p.customerOf(t, again.token(t)); got != want {
				t.Errorf("%s: signed in again as %q, not as %q", algorithm, got, want)
			}
		}
	})
	t.Run("EmailVerifiedAsText", func(t *testing.T) {
		name := unique("text")
		if got := p.customerOf(t, p.visitor().walk(t, "directory", person(name, "verified", "text")).token(t)); !strings.Contains(got, name) {
			t.Error(got)
		}
	})
	t.Run("EmailFromUserinfo", func(t *testing.T) {
		name := unique("later")
		if got := p.customerOf(t, p.visitor().walk(t, "directory", person(name, "fault", "email_later")).token(t)); !strings.Contains(got, name) {
			t.Error(got)
		}
		refused(t, p.visitor().walk(t, "directory", person(unique("later"), "fault", "email_of_other")), http.StatusForbidden, "The Directory does not vouch for your email")
	})
	t.Run("EmailUnverified", func(t *testing.T) {
		for _, verified := range []string{"false", "yes"} {
			refused(t, p.visitor().walk(t, "directory", person(unique("new"), "verified", verified)), http.StatusForbidden, "The Directory does not vouch for your email")
		}
		refused(t, p.visitor().walk(t, "directory", person(unique("new"), "email", "")), http.StatusForbidden, "The Directory does not vouch for your email")
	})
	t.Run("PasswordFirstThenByMail", func(t *testing.T) { passwordFirst(t, p) })
	t.Run("EmailGivenToSomebodyElseAtTheProvider", func(t *testing.T) {
		name := unique("leaver")
		p.visitor().walk(t, "directory", person(name)).token(t)
		refused(t, p.visitor().walk(t, "directory", person(name, "sub", unique("newcomer"))), http.StatusForbidden, "Another sign-in belongs to this account")
	})
	t.Run("ClosedAccount", func(t *testing.T) { closedAccount(t, p) })
	t.Run("TokenOnce", func(t *testing.T) { tokenOnce(t, p) })
}

// passwordFirst: an account that anybody could have opened with this email is not shared with who owns the email.
func passwordFirst(t *testing.T, p *premises) {
	name := unique("victim")
	email := name + "@people.test"
	p.Query(t, `mutation($e: String!) { customerCreate(input: {email: $e, password: "somebody chose this one"}) { customer { id } } }`, map[string]any{"e": email})
	refused(t, p.visitor().walk(t, "directory", person(name)), http.StatusForbidden, "Sign in with your password")

	ctx := shopContext(t, p)
	mail, ok, err := p.Customers.RecoveryMail(ctx, email)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, problems, err := p.Customers.ResetByURL(ctx, mail.URL, "a password of the owner's"); err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	// Who set a password by mail has shown that the email is theirs.
	if got := p.customerOf(t, p.visitor().walk(t, "directory", person(name)).token(t)); !strings.Contains(got, email) {
		t.Error(got)
	}
}

func closedAccount(t *testing.T, p *premises) {
	name := unique("closed")
	p.customerOf(t, p.visitor().walk(t, "directory", person(name)).token(t))
	waiting := p.visitor().walk(t, "directory", person(name)).token(t)
	ctx := shopContext(t, p)
	var id uuid.UUID
	if err := p.DB.QueryRow(ctx, "SELECT id FROM customer WHERE shop_id = $1 AND email = $2", name+"@people.test").Scan(&id); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Customers.SetState(ctx, id, customer.Disabled); err != nil {
		t.Fatal(err)
	}
	refused(t, p.visitor().walk(t, "directory", person(name)), http.StatusForbidden, "This account is closed")
	refused(t, p.visitor().walk(t, "directory", person(name, "sub", unique("other"))), http.StatusForbidden, "This account is closed")
	if got := p.codes(t, exchangeCustomer, "customerAccessTokenCreateWithMultipass", "customerUserErrors", waiting); !slices.Equal(got, []string{"CUSTOMER_DISABLED"}) {
		t.Error(got)
	}
}

func tokenOnce(t *testing.T, p *premises) {
	token := p.visitor().walk(t, "directory", person(unique("once"))).token(t)
	exchange := func(token string) []string {
		return p.codes(t, exchangeCustomer, "customerAccessTokenCreateWithMultipass", "customerUserErrors", token)
	}
	if got := exchange(token); got != nil {
		t.Fatal(got)
	}
	for _, bad := range []string{token, "", "rso_", token[:len(token)-1] + "!", strings.TrimPrefix(token, "rso_")} {
		if got := exchange(bad); !slices.Equal(got, []string{"INVALID_MULTIPASS_REQUEST"}) {
			t.Errorf("%q: %v", bad, got)
		}
	}
	// A customer's token opens nothing of the staff's, and is used up by the attempt.
	token = p.visitor().walk(t, "directory", person(unique("once"))).token(t)
	if got := p.codes(t, exchangeStaff, "staffAccessTokenCreateWithProvider", "userErrors", token); !slices.Equal(got, []string{"TOKEN_INVALID"}) {
		t.Error(got)
	}
	if got := exchange(token); !slices.Equal(got, []string{"INVALID_MULTIPASS_REQUEST"}) {
		t.Error(got)
	}
}

func staffSignIn(t *testing.T, p *premises) {
	ctx := shopContext(t, p)
	name := unique("clerk")
	p.Query(t, `mutation($e: String!) { staffMemberCreate(input: {email: $e, name: "A Clerk", password: "a password of the clerk's", role: "support"}) { userErrors { message } } }`,
		map[string]any{"e": name + "@people.test"}, p.owner)
	t.Run("MemberByVerifiedEmail", func(t *testing.T) {
		for range 2 { // tied by email, then by subject
			data := p.Query(t, exchangeStaff, map[string]any{"t": p.visitor().walk(t, "staff-directory", person(name)).token(t)})
			handle := apptest.String(data, "staffAccessTokenCreateWithProvider", "staffAccessToken", "accessToken")
			data = p.Query(t, `{ currentStaffMember { email roles } }`, nil, apptest.Headers{"Authorization": "Bearer " + handle})
			if diff := cmp.Diff(map[string]any{"email": name + "@people.test", "roles": []any{"support"}}, apptest.At(data, "currentStaffMember")); diff != "" {
				t.Fatal(diff)
			}
		}
	})
	t.Run("NobodyIsMade", func(t *testing.T) {
		refused(t, p.visitor().walk(t, "staff-directory", person(unique("stranger"))), http.StatusForbidden, "You are not of this shop&#39;s staff")
	})
	t.Run("EmailUnverified", func(t *testing.T) {
		refused(t, p.visitor().walk(t, "staff-directory", person(unique("x"), "email", demo.OwnerEmail, "verified", "false")), http.StatusForbidden, "The Directory does not vouch for your email")
	})
	t.Run("NotUnlessTheProviderMayTie", func(t *testing.T) {
		p.believe("bare", "good", "STAFF", nil)
		refused(t, p.visitor().walk(t, "bare", person(name)), http.StatusForbidden, "Sign in with your password")
	})
	t.Run("ClosedAccount", func(t *testing.T) {
		waiting := p.visitor().walk(t, "staff-directory", person(name)).token(t)
		var id uuid.UUID
		if err := p.DB.QueryRow(ctx, "SELECT m.id FROM staff_member m JOIN role_assignment r ON r.staff_id = m.id WHERE r.shop_id = $1 AND m.email = $2", name+"@people.test").Scan(&id); err != nil {
			t.Fatal(err)
		}
		off := false
		if _, problems, err := p.Staff.Update(access.With(ctx, access.Actor{Kind: access.System}), id, staff.UpdateInput{Active: &off}); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		refused(t, p.visitor().walk(t, "staff-directory", person(name)), http.StatusForbidden, "This account is closed")
		if got := p.codes(t, exchangeStaff, "staffAccessTokenCreateWithProvider", "userErrors", waiting); !slices.Equal(got, []string{"STAFF_MEMBER_DISABLED"}) {
			t.Error(got)
		}
	})
}
