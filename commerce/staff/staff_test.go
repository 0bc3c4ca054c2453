package staff_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

const password = "owner of it all"

type bundle struct {
	*testing.T
	ctx   context.Context
	shop  uuid.UUID
	db    *database.DB
	clock *clock.Manual
	ids   *identity.Service
	staff *staff.Service
	owner *staff.StaffMember
	email string
}

// setup makes a shop with one owner.
func setup(t *testing.T, db *database.DB) bundle {
	t.Helper()
	ctx, shop := databasetest.Shop(t, db)
	c := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	ids := identity.New(identity.Config{DB: db, Clock: c})
	b := bundle{T: t, ctx: ctx, shop: shop, db: db, clock: c, ids: ids, email: shop.String() + "@example.com", staff: staff.New(staff.Config{DB: db, Clock: c, Identity: ids})}
	owner, err := b.staff.EnsureOwner(ctx, strings.ToUpper(b.email), "Ada King Lovelace", password)
	if err != nil {
		t.Fatal(err)
	}
	b.owner = owner
	return b
}

func each(t *testing.T, tests map[string]func(b bundle)) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) { test(setup(t, db)) })
		}
	})
}

// as is the context in which a member who holds these roles acts.
func (b bundle) as(roles ...string) context.Context {
	return access.With(b.ctx, access.Actor{Kind: access.Staff, Shop: b.shop, ID: b.owner.ID.UUID, Scopes: access.ScopesOf(roles...)})
}

func (b bundle) create(name, role string) *staff.StaffMember {
	b.Helper()
	m, problems, err := b.staff.Create(b.as(access.Owner), staff.CreateInput{Email: name + "-" + b.email, Name: name, Password: password, Role: role})
	b.expect(problems, err)
	return m
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

func (b bundle) signIn(email string) string {
	b.Helper()
	t, problems, err := b.staff.SignIn(b.ctx, email, password)
	if b.expect(problems, err); t == nil {
		b.Fatal("no token")
	}
	return t.AccessToken
}

func TestSignIn(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OK": func(b bundle) {
			actor, err := b.ids.Lookup(b.ctx, b.signIn(" "+b.email))
			if err != nil || actor.Kind != access.Staff || actor.ID != b.owner.ID.UUID || actor.Shop != b.shop || !actor.Can(access.StaffWrite) {
				b.Fatalf("%+v %v", actor, err)
			}
		},
		"UnknownEmailWrongPasswordAndForeignStaffAreAlike": func(b bundle) {
			_, want, err := b.staff.SignIn(b.ctx, b.email, "wrong password")
			b.expect(want, err, "input UNIDENTIFIED_STAFF_MEMBER")
			foreign := setup(b.T, b.db)
			for _, try := range [][2]string{{"nobody@example.com", password}, {"not an email", password}, {foreign.email, password}, {foreign.email, "wrong password"}, {b.email, strings.Repeat("x", 10_000)}} {
				token, got, err := b.staff.SignIn(b.ctx, try[0], try[1])
				if diff := cmp.Diff(want, got); diff != "" || err != nil || token != nil {
					b.Fatalf("%q: %v %v", try[0], diff, err)
				}
			}
			_, problems, err := b.staff.SignIn(b.ctx, "", "")
			b.expect(problems, err, "input.email BLANK", "input.password BLANK")
		},
		"ClosedAccountIsToldToItsOwnerOnly": func(b bundle) {
			err := b.db.InTx(b.ctx, func(tx database.Tx) error {
				_, err := tx.SysExec(database.AllShops(b.ctx), "UPDATE staff_member SET active = false WHERE id = $1", b.owner.ID.UUID)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			_, problems, err := b.staff.SignIn(b.ctx, b.email, password)
			b.expect(problems, err, "input STAFF_MEMBER_DISABLED")
			_, problems, err = b.staff.SignIn(b.ctx, b.email, "wrong password")
			b.expect(problems, err, "input UNIDENTIFIED_STAFF_MEMBER")
		},
		"GuessingIsSlowedDown": func(b bundle) {
			for range 6 {
				_, problems, err := b.staff.SignIn(b.ctx, b.email, "wrong password")
				b.expect(problems, err, "input UNIDENTIFIED_STAFF_MEMBER")
			}
			token, problems, err := b.staff.SignIn(b.ctx, b.email, password)
			if b.expect(problems, err, "input TOO_MANY_ATTEMPTS"); token != nil || problems[0].Message != "Too many attempts. Try again in 1 second." {
				b.Fatal(token, problems[0].Message)
			}
			b.clock.Advance(time.Second)
			b.signIn(b.email)
			for range 6 { // what was counted is forgotten
				_, problems, err := b.staff.SignIn(b.ctx, b.email, "wrong password")
				b.expect(problems, err, "input UNIDENTIFIED_STAFF_MEMBER")
			}
		},
		"SignOutEndsTheToken": func(b bundle) {
			token := b.signIn(b.email)
			if id, problems, err := b.staff.SignOut(b.ctx, token); err != nil || len(problems) > 0 || id == uuid.Nil {
				b.Fatal(id, problems, err)
			}
			if _, err := b.ids.Lookup(b.ctx, token); !fault.Is(err, fault.Unauthenticated) {
				b.Fatal(err)
			}
			_, problems, err := b.staff.SignOut(b.ctx, token)
			b.expect(problems, err, "staffAccessToken TOKEN_INVALID")
		},
	})
}

func TestMembers(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OwnerIsEnsuredOnce": func(b bundle) {
			again, err := b.staff.EnsureOwner(b.ctx, b.email, "Other Name", "another password")
			if diff := cmp.Diff(b.owner, again); diff != "" || err != nil {
				b.Fatal(diff, err)
			}
			b.signIn(b.email)
			if !again.IsShopOwner() || again.Name != "Ada King Lovelace" || *again.FirstName != "Ada King" || *again.LastName != "Lovelace" || len(again.AccessScopes) != len(access.AllScopes) {
				b.Fatalf("%+v", again)
			}
		},
		"ShopKnowsOnlyItsOwnStaff": func(b bundle) {
			foreign := setup(b.T, b.db)
			found, err := b.staff.ByIDs(b.ctx, []uuid.UUID{b.owner.ID.UUID, foreign.owner.ID.UUID, uuid.New()})
			if err != nil || len(found) != 1 || found[b.owner.ID.UUID] == nil {
				b.Fatal(found, err)
			}
		},
		"MemberOfAnotherShopIsLetInByTheOperatorOnly": func(b bundle) {
			foreign := setup(b.T, b.db)
			in := staff.CreateInput{Email: foreign.email, Name: "Impostor", Password: "stolen password", Role: access.Support}
			m, problems, err := b.staff.Create(b.as(access.Owner), in)
			if b.expect(problems, err, "input.email CONFLICT"); m != nil {
				b.Fatalf("%+v", m)
			}
			m, err = b.staff.Admit(b.ctx, strings.ToUpper(foreign.email), access.Support)
			if err != nil || m.Name != "Ada King Lovelace" || m.IsShopOwner() {
				b.Fatalf("%+v %v", m, err)
			}
			b.signIn(foreign.email)
			_, problems, err = b.staff.SignIn(b.ctx, foreign.email, "stolen password")
			b.expect(problems, err, "input UNIDENTIFIED_STAFF_MEMBER")
			_, problems, err = b.staff.Create(b.as(access.Owner), in)
			b.expect(problems, err, "input.email TAKEN")
			if _, err := b.staff.Admit(b.ctx, "nobody@example.com", access.Support); !fault.Is(err, fault.NotFound) {
				b.Fatal(err)
			}
		},
		"WhoWasRemovedBeginsAnew": func(b bundle) {
			m := b.create("grace", access.Support)
			problems, err := b.staff.Remove(b.as(access.Owner), m.ID.UUID)
			b.expect(problems, err)
			again, problems, err := b.staff.Create(b.as(access.Owner), staff.CreateInput{Email: m.Email, Name: "Grace Hopper", Password: "another good one", Role: access.Warehouse})
			if b.expect(problems, err); again.ID != m.ID || again.Name != "Grace Hopper" {
				b.Fatalf("%+v", again)
			}
			_, problems, err = b.staff.SignIn(b.ctx, m.Email, password)
			b.expect(problems, err, "input UNIDENTIFIED_STAFF_MEMBER")
		},
		"BadInputIsNamed": func(b bundle) {
			_, problems, err := b.staff.Create(b.as(access.Owner), staff.CreateInput{})
			b.expect(problems, err, "input.email BLANK", "input.name BLANK", "input.password BLANK", "input.role INVALID")
			_, problems, err = b.staff.Create(b.as(access.Owner), staff.CreateInput{Email: "x", Name: "a\nb", Password: "short", Role: "emperor"})
			b.expect(problems, err, "input.email INVALID", "input.name INVALID", "input.password INVALID", "input.role INVALID")
		},
	})
}

func TestRoles(t *testing.T) {
	each(t, map[string]func(b bundle){
		"NobodyGivesOrTakesWhatTheyDoNotHold": func(b bundle) {
			m := b.create("warehouse", access.Warehouse)
			narrow := access.With(b.ctx, access.Actor{Kind: access.Staff, Shop: b.shop, Scopes: access.NewScopes(append(access.ScopesOf(access.Warehouse).List(), access.StaffWrite)...)})
			if _, problems, err := b.staff.AssignRole(narrow, m.ID.UUID, access.Warehouse); err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			for name, ctx := range map[string]context.Context{"narrow": narrow, "manager": b.as(access.Manager), "nobody": b.ctx} {
				if _, _, err := b.staff.AssignRole(ctx, m.ID.UUID, access.Owner); !fault.Is(err, fault.Forbidden) {
					b.Fatalf("%s made an owner: %v", name, err)
				}
				if _, err := b.staff.RemoveRole(ctx, b.owner.ID.UUID, access.Owner); !fault.Is(err, fault.Forbidden) {
					b.Fatalf("%s unmade an owner: %v", name, err)
				}
				if _, _, err := b.staff.Create(ctx, staff.CreateInput{Email: "new@example.com", Name: "N", Password: password, Role: access.Owner}); !fault.Is(err, fault.Forbidden) {
					b.Fatalf("%s made a new owner: %v", name, err)
				}
			}
		},
		"NewRoleWorksAtOnce": func(b bundle) {
			m := b.create("support", access.Support)
			token := b.signIn("support-" + b.email)
			if actor, err := b.ids.Lookup(b.ctx, token); err != nil || actor.Can(access.ProductsWrite) {
				b.Fatal(actor, err)
			}
			m, problems, err := b.staff.AssignRole(b.as(access.Owner), m.ID.UUID, access.Catalog)
			b.expect(problems, err)
			if diff := cmp.Diff([]string{access.Catalog, access.Support}, m.Roles); diff != "" {
				b.Fatal(diff)
			}
			if actor, err := b.ids.Lookup(b.ctx, token); err != nil || !actor.Can(access.ProductsWrite) {
				b.Fatal(actor, err)
			}
		},
		"LastRoleTakenEndsTheSessions": func(b bundle) {
			m := b.create("support", access.Support)
			token := b.signIn("support-" + b.email)
			problems, err := b.staff.RemoveRole(b.as(access.Owner), m.ID.UUID, access.Support)
			b.expect(problems, err)
			if _, err := b.ids.Lookup(b.ctx, token); !fault.Is(err, fault.Unauthenticated) {
				b.Fatal(err)
			}
			problems, err = b.staff.RemoveRole(b.as(access.Owner), m.ID.UUID, access.Support)
			b.expect(problems, err, "staffMemberId NOT_FOUND")
		},
		"ForeignMembersAreAbsent": func(b bundle) {
			foreign := setup(b.T, b.db)
			_, problems, err := b.staff.AssignRole(b.as(access.Owner), foreign.owner.ID.UUID, access.Support)
			b.expect(problems, err, "staffMemberId NOT_FOUND")
			_, problems, err = b.staff.AssignRole(b.as(access.Owner), b.owner.ID.UUID, "emperor")
			b.expect(problems, err, "role INVALID")
		},
		"LastOwnerStays": func(b bundle) {
			problems, err := b.staff.RemoveRole(b.as(access.Owner), b.owner.ID.UUID, access.Owner)
			b.expect(problems, err, "role CONFLICT")
			b.create("second", access.Owner)
			problems, err = b.staff.RemoveRole(b.as(access.Owner), b.owner.ID.UUID, access.Owner)
			b.expect(problems, err)
		},
		"OneOwnerStaysWhenAllAreTakenAtOnce": func(b bundle) {
			owners := []uuid.UUID{b.owner.ID.UUID, b.create("second", access.Owner).ID.UUID, b.create("third", access.Owner).ID.UUID}
			var stayed atomic.Int32
			var wg sync.WaitGroup
			for _, id := range owners {
				wg.Go(func() {
					problems, err := b.staff.RemoveRole(b.as(access.Owner), id, access.Owner)
					if err != nil {
						b.Error(err)
					}
					stayed.Add(int32(len(problems)))
				})
			}
			wg.Wait()
			if stayed.Load() != 1 {
				b.Fatalf("%d owners stayed", stayed.Load())
			}
		},
	})
}

func TestAudit(t *testing.T) {
	each(t, map[string]func(b bundle){
		"SaysWhoDidWhat": func(b bundle) {
			m := b.create("support", access.Support)
			err := b.db.InTx(b.ctx, func(tx database.Tx) error {
				return b.staff.Audit(b.ctx, tx, "shop.looked_at", "gid://rialto/Shop/"+b.shop.String(), nil)
			})
			if err != nil {
				b.Fatal(err)
			}
			type entry struct{ Actor, Action, Resource, Data string }
			rows, err := b.db.Query(b.ctx, "SELECT actor, action, resource, data FROM audit_entry WHERE shop_id = $1 ORDER BY id")
			got, err := database.Scan(rows, err, func(scan func(...any) error) (e entry, err error) {
				var data database.JSON[any]
				err = scan(&e.Actor, &e.Action, &e.Resource, &data)
				text, _ := json.Marshal(data.V)
				e.Data = string(text)
				return e, err
			})
			want := []entry{
				{"system", "staff.role_assigned", b.owner.ID.String(), `{"after":["owner"],"before":[],"role":"owner"}`},
				{"staff:" + b.owner.ID.UUID.String(), "staff.member_created", m.ID.String(), `{"email":"support-` + b.email + `"}`},
				{"staff:" + b.owner.ID.UUID.String(), "staff.role_assigned", m.ID.String(), `{"after":["support"],"before":[],"role":"support"}`},
				{"anonymous", "shop.looked_at", "gid://rialto/Shop/" + b.shop.String(), "null"},
			}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				b.Fatal(diff, err)
			}
		},
		"LeavesNothingOfWhatFailed": func(b bundle) {
			problems, err := b.staff.RemoveRole(b.as(access.Owner), b.owner.ID.UUID, access.Owner)
			b.expect(problems, err, "role CONFLICT")
			var n int
			if err := b.db.QueryRow(b.ctx, "SELECT count(*) FROM audit_entry WHERE shop_id = $1 AND action = 'staff.role_removed'").Scan(&n); err != nil || n != 0 {
				b.Fatal(n, err)
			}
		},
	})
}
