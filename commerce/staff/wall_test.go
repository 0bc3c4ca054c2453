package staff_test

import (
	"testing"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// TestBehindTheWallAnAccountOfTwoShopsIsStillSeen works as a role that PostgreSQL shows one shop's rows at a time.
func TestBehindTheWallAnAccountOfTwoShopsIsStillSeen(t *testing.T) {
	url := databasetest.PostgreSQLURL(t)
	owner, err := database.Open(t.Context(), database.Config{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close() })
	b, foreign := setup(t, owner), setup(t, owner)
	m, err := b.staff.Admit(b.ctx, foreign.email, access.Support)
	if err != nil {
		t.Fatal(err)
	}
	bound, err := database.Open(t.Context(), database.Config{URL: databasetest.Guest(t, url), MaxConns: 4, RowSecurity: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bound.Close() })
	b.staff = staff.New(staff.Config{DB: bound, Clock: b.clock, Identity: identity.New(identity.Config{DB: bound, Clock: b.clock})})
	_, problems, err := b.staff.Update(b.as(access.Owner), m.ID.UUID, staff.UpdateInput{Active: ptr(false)})
	b.expect(problems, err, "staffMemberId CONFLICT")
	b.signIn(foreign.email)
}
