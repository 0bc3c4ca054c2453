package staff_test

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

func ptr[T any](v T) *T { return &v }

// with is the context in which a member acts who holds these scopes.
func (b bundle) with(scopes ...string) context.Context {
	return access.With(b.ctx, access.Actor{Kind: access.Staff, Shop: b.shop, ID: uuid.New(), Scopes: access.NewScopes(scopes...)})
}

// role makes a role of the shop that allows this.
func (b bundle) role(title string, scopes ...string) *staff.Role {
	b.Helper()
	r, problems, err := b.staff.CreateRole(b.as(access.Owner), staff.RoleInput{Title: &title, Scopes: scopes})
	b.expect(problems, err)
	return r
}

func (b bundle) forbidden(err error) {
	b.Helper()
	if !fault.Is(err, fault.Forbidden) {
		b.Fatalf("err = %v; want FORBIDDEN", err)
	}
}

// actions are what the record has of a resource, oldest first.
func (b bundle) actions(resource string) (out []string) {
	b.Helper()
	page, err := b.staff.AuditLog(b.ctx, "resource:"+resource, keyset.Args{Reverse: true})
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range page.Items {
		out = append(out, e.Action)
	}
	return out
}

func TestCustomRoles(t *testing.T) {
	each(t, map[string]func(b bundle){
		"MadeAndListedAfterTheBuiltInOnes": func(b bundle) {
			r := b.role("Returns & Repairs", access.OrdersWrite, access.OrdersRead, access.OrdersRead)
			want := &staff.Role{ID: r.ID, Handle: "returns-repairs", Title: "Returns & Repairs", AccessScopes: []string{access.OrdersRead, access.OrdersWrite}, CreatedAt: r.CreatedAt, UpdatedAt: r.CreatedAt}
			if diff := cmp.Diff(want, r); diff != "" || r.CreatedAt == nil {
				b.Fatal(diff)
			}
			page, err := b.staff.Roles(b.ctx, keyset.Args{})
			if err != nil || len(page.Items) != len(access.Roles)+1 {
				b.Fatal(len(page.Items), err)
			}
			for i, built := range access.Roles {
				if got := page.Items[i]; got.Handle != built.Handle || !got.BuiltIn || !cmp.Equal(got.AccessScopes, access.ScopesOf(built.Handle).List()) {
					b.Fatalf("%+v", got)
				}
			}
			if diff := cmp.Diff(want, page.Items[len(access.Roles)]); diff != "" {
				b.Fatal(diff)
			}
			foreign := setup(b.T, b.db)
			if page, err := foreign.staff.Roles(foreign.ctx, keyset.Args{}); err != nil || len(page.Items) != len(access.Roles) {
				b.Fatal("another shop sees the role", err)
			}
		},
		"AllowWhatTheySayBesideBuiltInOnes": func(b bundle) {
			r := b.role("Pages", access.ContentWrite)
			m := b.create("two", access.Warehouse)
			m, problems, err := b.staff.AssignRole(b.as(access.Owner), m.ID.UUID, r.Handle)
			b.expect(problems, err)
			want := access.NewScopes(append(access.ScopesOf(access.Warehouse).List(), access.ContentWrite)...).List()
			if diff := cmp.Diff(want, m.AccessScopes); diff != "" {
				b.Fatal(diff)
			}
			actor, err := b.ids.Lookup(b.ctx, b.signIn("two-"+b.email))
			if diff := cmp.Diff(want, actor.Scopes.List()); diff != "" || err != nil {
				b.Fatal(diff, err)
			}
		},
		"AreOfTheirShopOnly": func(b bundle) {
			foreign := setup(b.T, b.db)
			r := foreign.role("Pages", access.ContentWrite)
			m := b.create("support", access.Support)
			_, problems, err := b.staff.AssignRole(b.as(access.Owner), m.ID.UUID, r.Handle)
			b.expect(problems, err, "role INVALID")
			_, problems, err = b.staff.UpdateRole(b.as(access.Owner), r.ID.UUID, staff.RoleInput{Title: ptr("Mine")})
			b.expect(problems, err, "roleId NOT_FOUND")
			problems, err = b.staff.DeleteRole(b.as(access.Owner), r.ID.UUID)
			b.expect(problems, err, "roleId NOT_FOUND")
			// The same handle in two shops is two roles: what one allows is nothing to the other.
			b.role("Pages", access.OrdersRead)
			_, problems, err = b.staff.AssignRole(b.as(access.Owner), m.ID.UUID, "pages")
			b.expect(problems, err)
			actor, err := b.ids.Lookup(b.ctx, b.signIn("support-"+b.email))
			if err != nil || actor.Can(access.ContentWrite) {
				b.Fatal(actor.Scopes.List(), err)
			}
		},
		"AChangeIsInForceAtOnce": func(b bundle) {
			r := b.role("Helper", access.OrdersRead)
			b.create("helper", r.Handle)
			token := b.signIn("helper-" + b.email)
			if actor, err := b.ids.Lookup(b.ctx, token); err != nil || actor.Can(access.OrdersWrite) {
				b.Fatal(actor, err)
			}
			changed, problems, err := b.staff.UpdateRole(b.as(access.Owner), r.ID.UUID, staff.RoleInput{Title: ptr("Helpers"), Description: ptr("Those who help."), Scopes: []string{access.OrdersRead, access.OrdersWrite}})
			if b.expect(problems, err); changed.Title != "Helpers" || changed.Description != "Those who help." || changed.Handle != "helper" {
				b.Fatalf("%+v", changed)
			}
			if actor, err := b.ids.Lookup(b.ctx, token); err != nil || !actor.Can(access.OrdersWrite) {
				b.Fatal(actor, err)
			}
			_, problems, err = b.staff.UpdateRole(b.as(access.Owner), r.ID.UUID, staff.RoleInput{Scopes: []string{access.OrdersRead}})
			b.expect(problems, err)
			if actor, err := b.ids.Lookup(b.ctx, token); err != nil || actor.Can(access.OrdersWrite) {
				b.Fatal(actor, err)
			}
			if diff := cmp.Diff([]string{"role.created", "role.updated", "role.updated"}, b.actions(r.ID.String())); diff != "" {
				b.Fatal(diff)
			}
		},
		"ElsewhereAChangeIsInForceSoon": func(b bundle) {
			r := b.role("Helper", access.OrdersRead, access.OrdersWrite)
			b.create("helper", r.Handle)
			token := b.signIn("helper-" + b.email)
			elsewhere := identity.New(identity.Config{DB: b.db, Clock: b.clock})
			if actor, err := elsewhere.Lookup(b.ctx, token); err != nil || !actor.Can(access.OrdersWrite) {
				b.Fatal(actor, err)
			}
			_, problems, err := b.staff.UpdateRole(b.as(access.Owner), r.ID.UUID, staff.RoleInput{Scopes: []string{access.OrdersRead}})
			b.expect(problems, err)
			b.clock.Advance(cacheFor)
			if actor, err := elsewhere.Lookup(b.ctx, token); err != nil || actor.Can(access.OrdersWrite) {
				b.Fatal(actor, err)
			}
		},
		"NobodyMakesChangesOrGivesWhatTheyDoNotHold": func(b bundle) {
			narrow := b.with(access.StaffWrite, access.OrdersRead)
			small, big := b.role("Small", access.OrdersRead), b.role("Big", access.OrdersRead, access.OrdersRefund)
			for name, ctx := range map[string]context.Context{
				"narrow": narrow, "nobody": b.ctx, "without staff:write": b.with(access.OrdersRead, access.OrdersRefund),
				"kept to a location": access.With(b.ctx, access.Actor{Kind: access.App, Scopes: access.NewScopes(access.AllScopes...), Locations: []uuid.UUID{uuid.New()}}),
			} {
				if _, _, err := b.staff.CreateRole(ctx, staff.RoleInput{Title: ptr("New"), Scopes: []string{access.OrdersRead, access.OrdersRefund}}); !fault.Is(err, fault.Forbidden) {
					b.Fatalf("%s made a role: %v", name, err)
				}
				if _, _, err := b.staff.UpdateRole(ctx, big.ID.UUID, staff.RoleInput{Scopes: []string{access.OrdersRead}}); !fault.Is(err, fault.Forbidden) {
					b.Fatalf("%s made a big role small: %v", name, err)
				}
				if _, _, err := b.staff.UpdateRole(ctx, small.ID.UUID, staff.RoleInput{Scopes: []string{access.OrdersRefund}}); !fault.Is(err, fault.Forbidden) {
					b.Fatalf("%s made a small role big: %v", name, err)
				}
				if _, err := b.staff.DeleteRole(ctx, big.ID.UUID); !fault.Is(err, fault.Forbidden) {
					b.Fatalf("%s deleted a role: %v", name, err)
				}
				if _, _, err := b.staff.AssignRole(ctx, b.owner.ID.UUID, big.Handle); !fault.Is(err, fault.Forbidden) {
					b.Fatalf("%s gave a role: %v", name, err)
				}
			}
			_, problems, err := b.staff.AssignRole(narrow, b.owner.ID.UUID, small.Handle)
			b.expect(problems, err)
			app := access.With(b.ctx, access.Actor{Kind: access.App, ID: uuid.New(), Scopes: access.NewScopes(access.StaffWrite, access.OrdersRead)})
			_, problems, err = b.staff.UpdateRole(app, small.ID.UUID, staff.RoleInput{Title: ptr("By an app")})
			b.expect(problems, err)
		},
		"StayWhileSomebodyHoldsThem": func(b bundle) {
			r := b.role("Held", access.OrdersRead)
			m := b.create("holder", r.Handle)
			problems, err := b.staff.DeleteRole(b.as(access.Owner), r.ID.UUID)
			b.expect(problems, err, "roleId CONFLICT")
			_, problems, err = b.staff.AssignRole(b.as(access.Owner), m.ID.UUID, access.Support)
			b.expect(problems, err)
			problems, err = b.staff.RemoveRole(b.as(access.Owner), m.ID.UUID, r.Handle)
			b.expect(problems, err)
			problems, err = b.staff.DeleteRole(b.as(access.Owner), r.ID.UUID)
			b.expect(problems, err)
			problems, err = b.staff.DeleteRole(b.as(access.Owner), r.ID.UUID)
			b.expect(problems, err, "roleId NOT_FOUND")
			_, problems, err = b.staff.AssignRole(b.as(access.Owner), m.ID.UUID, r.Handle)
			b.expect(problems, err, "role INVALID")
		},
		"GivenAndDeletedAtOnceLeavesNoRoleThatIsNot": func(b bundle) {
			m := b.create("racer", access.Support)
			for i := range 5 {
				r := b.role("Race "+strconv.Itoa(i), access.OrdersRead)
				var given, deleted fault.Problems
				var wg sync.WaitGroup
				wg.Go(func() {
					var err error
					if _, given, err = b.staff.AssignRole(b.as(access.Owner), m.ID.UUID, r.Handle); err != nil {
						b.Error(err)
					}
				})
				wg.Go(func() {
					var err error
					if deleted, err = b.staff.DeleteRole(b.as(access.Owner), r.ID.UUID); err != nil {
						b.Error(err)
					}
				})
				wg.Wait()
				if (len(given) == 0) == (len(deleted) == 0) {
					b.Fatalf("given: %v, deleted: %v; want one of them", given, deleted)
				}
			}
		},
		"BuiltInOnesStayAsTheyAre": func(b bundle) {
			page, err := b.staff.Roles(b.ctx, keyset.Args{})
			if err != nil {
				b.Fatal(err)
			}
			id := page.Items[0].ID.UUID
			_, problems, err := b.staff.UpdateRole(b.as(access.Owner), id, staff.RoleInput{Title: ptr("x")})
			b.expect(problems, err, "roleId CONFLICT")
			problems, err = b.staff.DeleteRole(b.as(access.Owner), id)
			b.expect(problems, err, "roleId CONFLICT")
			for _, r := range access.Roles {
				_, problems, err = b.staff.CreateRole(b.as(access.Owner), staff.RoleInput{Handle: r.Handle, Title: ptr("Mine"), Scopes: []string{access.OrdersRead}})
				b.expect(problems, err, "input.handle TAKEN")
			}
		},
		"BadInputIsNamed": func(b bundle) {
			_, problems, err := b.staff.CreateRole(b.as(access.Owner), staff.RoleInput{})
			b.expect(problems, err, "input.title BLANK", "input.accessScopes BLANK", "input.handle INVALID")
			_, problems, err = b.staff.CreateRole(b.as(access.Owner), staff.RoleInput{Handle: "No Good", Title: ptr("a\tb"), Description: ptr(string(make([]byte, 501))), Scopes: []string{access.OrdersRead, "orders:eat"}})
			b.expect(problems, err, "input.title INVALID", "input.description INVALID", "input.accessScopes.1 INVALID", "input.handle INVALID")
			r := b.role("Once", access.OrdersRead)
			_, problems, err = b.staff.CreateRole(b.as(access.Owner), staff.RoleInput{Title: ptr("once!"), Scopes: []string{access.OrdersRead}})
			b.expect(problems, err, "input.handle TAKEN")
			_, problems, err = b.staff.UpdateRole(b.as(access.Owner), r.ID.UUID, staff.RoleInput{Title: ptr(" "), Scopes: []string{}})
			b.expect(problems, err, "input.title BLANK", "input.accessScopes BLANK")
			found, err := b.staff.RolesByID(b.as(access.Owner), []uuid.UUID{r.ID.UUID})
			if diff := cmp.Diff(r, found[r.ID.UUID]); diff != "" || err != nil {
				b.Fatal(diff, err)
			}
			found, err = b.staff.RolesByID(b.with(access.OrdersRead), []uuid.UUID{r.ID.UUID})
			if len(found) > 0 || err != nil {
				b.Fatal("who may not read staff finds a role", err)
			}
		},
		"AShopHasAHundredAtMost": func(b bundle) {
			for i := range 100 {
				b.role("Role "+strconv.Itoa(i), access.OrdersRead)
			}
			_, problems, err := b.staff.CreateRole(b.as(access.Owner), staff.RoleInput{Title: ptr("One more"), Scopes: []string{access.OrdersRead}})
			b.expect(problems, err, "input TOO_MANY")
		},
	})
}
