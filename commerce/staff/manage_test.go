package staff_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

const cacheFor = 5 * time.Second // what identity believes without asking

func (b bundle) signedOut(token string) {
	b.Helper()
	if _, err := b.ids.Lookup(b.ctx, token); !fault.Is(err, fault.Unauthenticated) {
		b.Fatalf("err = %v; want UNAUTHENTICATED", err)
	}
}

func TestList(t *testing.T) {
	each(t, map[string]func(b bundle){
		"FindsTheShopsOwn": func(b bundle) {
			ann, bob := b.create("ann", access.Support), b.create("bob_%", access.Catalog)
			setup(b.T, b.db)
			_, problems, err := b.staff.AssignRole(b.as(access.Owner), ann.ID.UUID, access.Catalog)
			b.expect(problems, err)
			_, problems, err = b.staff.Update(b.as(access.Owner), bob.ID.UUID, staff.UpdateInput{Active: ptr(false)})
			b.expect(problems, err)
			owner := b.owner.ID.UUID
			for query, want := range map[string][]uuid.UUID{
				"":                             {owner, ann.ID.UUID, bob.ID.UUID},
				"role:catalog":                 {ann.ID.UUID, bob.ID.UUID},
				"role:catalog active:true":     {ann.ID.UUID},
				"active:false":                 {bob.ID.UUID},
				"ADA":                          {owner},
				"email:ANN-":                   {ann.ID.UUID},
				"bob_%":                        {bob.ID.UUID},
				"b_":                           nil,
				"role:emperor":                 nil,
				"ann role:support active:true": {ann.ID.UUID},
			} {
				page, err := b.staff.List(b.ctx, query, keyset.Args{})
				var got []uuid.UUID
				for _, m := range page.Items {
					got = append(got, m.ID.UUID)
				}
				if diff := cmp.Diff(want, got); diff != "" || err != nil {
					b.Fatalf("%q: %s %v", query, diff, err)
				}
			}
			page, err := b.staff.List(b.ctx, "role:support", keyset.Args{})
			if err != nil || !cmp.Equal(page.Items[0].Roles, []string{access.Catalog, access.Support}) {
				b.Fatal(page.Items, err)
			}
		},
		"PagesWalkThroughAll": func(b bundle) {
			want := []uuid.UUID{b.owner.ID.UUID, b.create("a", access.Support).ID.UUID, b.create("c", access.Support).ID.UUID}
			var got []uuid.UUID
			args := keyset.Args{First: ptr(1)}
			for {
				page, err := b.staff.List(b.ctx, "", args)
				if err != nil || len(page.Items) != 1 {
					b.Fatal(page.Items, err)
				}
				got = append(got, page.Items[0].ID.UUID)
				if !page.HasNext {
					break
				}
				args.After = page.End()
			}
			if diff := cmp.Diff(want, got); diff != "" {
				b.Fatal(diff)
			}
		},
		"WhatCannotBeMeantIsRefused": func(b bundle) {
			for _, query := range []string{"active:maybe", "shoe:42", "a a a a a a a a a a a"} {
				if _, err := b.staff.List(b.ctx, query, keyset.Args{}); !fault.Is(err, fault.Invalid) {
					b.Fatalf("%q: %v", query, err)
				}
			}
			if _, err := b.staff.List(b.ctx, "", keyset.Args{First: ptr(251)}); !fault.Is(err, fault.Invalid) {
				b.Fatal(err)
			}
		},
		"ByIdMembersSeeThemselvesAndReadersAll": func(b bundle) {
			m := b.create("support", access.Support)
			foreign := setup(b.T, b.db)
			ids := []uuid.UUID{b.owner.ID.UUID, m.ID.UUID, foreign.owner.ID.UUID}
			for name, tc := range map[string]struct {
				who  access.Actor
				want int
			}{
				"self":     {access.Actor{Kind: access.Staff, ID: m.ID.UUID}, 1},
				"reader":   {access.Actor{Kind: access.Staff, ID: m.ID.UUID, Scopes: access.NewScopes(access.StaffRead)}, 2},
				"app":      {access.Actor{Kind: access.App, ID: m.ID.UUID}, 0},
				"customer": {access.Actor{Kind: access.Customer, ID: m.ID.UUID}, 0},
				"nobody":   {access.Actor{}, 0},
			} {
				found, err := b.staff.Visible(access.With(b.ctx, tc.who), ids)
				if err != nil || len(found) != tc.want {
					b.Fatalf("%s sees %d: %v", name, len(found), err)
				}
			}
		},
	})
}

func TestUpdate(t *testing.T) {
	each(t, map[string]func(b bundle){
		"NameIsChangedAndRecorded": func(b bundle) {
			m := b.create("support", access.Support)
			got, problems, err := b.staff.Update(b.as(access.Owner), m.ID.UUID, staff.UpdateInput{Name: ptr(" Grace Hopper ")})
			if b.expect(problems, err); got.Name != "Grace Hopper" || *got.LastName != "Hopper" || !got.Active {
				b.Fatalf("%+v", got)
			}
			page, err := b.staff.AuditLog(b.ctx, "action:staff.member_updated", keyset.Args{})
			if err != nil || len(page.Items) != 1 {
				b.Fatal(page.Items, err)
			}
			if diff := cmp.Diff([]any{map[string]any{"name": "support", "active": true}, map[string]any{"name": "Grace Hopper", "active": true}}, []any{page.Items[0].Before, page.Items[0].After}); diff != "" {
				b.Fatal(diff)
			}
			_, problems, err = b.staff.Update(b.as(access.Owner), m.ID.UUID, staff.UpdateInput{Name: ptr("Grace Hopper")})
			b.expect(problems, err)
			if page, _ := b.staff.AuditLog(b.ctx, "action:staff.member_updated", keyset.Args{}); len(page.Items) != 1 {
				b.Fatal("a change that changes nothing is recorded")
			}
		},
		"ClosedIsSignedOutAtOnceAndOpenedAgain": func(b bundle) {
			m := b.create("support", access.Support)
			token := b.signIn("support-" + b.email)
			if _, err := b.ids.Lookup(b.ctx, token); err != nil {
				b.Fatal(err)
			}
			_, problems, err := b.staff.Update(b.as(access.Owner), m.ID.UUID, staff.UpdateInput{Active: ptr(false)})
			b.expect(problems, err)
			b.signedOut(token)
			_, problems, err = b.staff.SignIn(b.ctx, "support-"+b.email, password)
			b.expect(problems, err, "input STAFF_MEMBER_DISABLED")
			_, problems, err = b.staff.Update(b.as(access.Owner), m.ID.UUID, staff.UpdateInput{Active: ptr(true)})
			b.expect(problems, err)
			b.signedOut(token) // what was ended stays so
			b.signIn("support-" + b.email)
		},
		"LastOwnerStaysOpen": func(b bundle) {
			_, problems, err := b.staff.Update(b.as(access.Owner), b.owner.ID.UUID, staff.UpdateInput{Active: ptr(false)})
			b.expect(problems, err, "input.active CONFLICT")
			problems, err = b.staff.Remove(b.as(access.Owner), b.owner.ID.UUID)
			b.expect(problems, err, "staffMemberId CONFLICT")
			second := b.create("second", access.Owner)
			_, problems, err = b.staff.Update(b.as(access.Owner), second.ID.UUID, staff.UpdateInput{Active: ptr(false)})
			b.expect(problems, err)
			// An owner whose account is closed is none to rely on.
			problems, err = b.staff.Remove(b.as(access.Owner), b.owner.ID.UUID)
			b.expect(problems, err, "staffMemberId CONFLICT")
		},
		"OneOwnerStaysWhenAllAreClosedOrRemovedAtOnce": func(b bundle) {
			owners := []uuid.UUID{b.owner.ID.UUID, b.create("second", access.Owner).ID.UUID, b.create("third", access.Owner).ID.UUID}
			var stayed atomic.Int32
			var wg sync.WaitGroup
			for i, id := range owners {
				wg.Go(func() {
					var problems fault.Problems
					var err error
					if i == 1 {
						problems, err = b.staff.Remove(b.as(access.Owner), id)
					} else {
						_, problems, err = b.staff.Update(b.as(access.Owner), id, staff.UpdateInput{Active: ptr(false)})
					}
					if err != nil {
						b.Error(err)
					}
					stayed.Add(int32(len(problems)))
				})
			}
			wg.Wait()
			page, err := b.staff.List(b.ctx, "role:owner active:true", keyset.Args{})
			if stayed.Load() != 1 || err != nil || len(page.Items) != 1 {
				b.Fatalf("%d owners stayed, %d are listed: %v", stayed.Load(), len(page.Items), err)
			}
		},
		"AnAccountOfTwoShopsIsNeithersToChange": func(b bundle) {
			foreign := setup(b.T, b.db)
			m, err := b.staff.Admit(b.ctx, foreign.email, access.Support)
			if err != nil {
				b.Fatal(err)
			}
			_, problems, err := b.staff.Update(b.as(access.Owner), m.ID.UUID, staff.UpdateInput{Active: ptr(false)})
			b.expect(problems, err, "staffMemberId CONFLICT")
			_, problems, err = b.staff.Update(b.as(access.Owner), m.ID.UUID, staff.UpdateInput{Name: ptr("Mallory")})
			b.expect(problems, err, "staffMemberId CONFLICT")
			self := access.With(b.ctx, access.Actor{Kind: access.Staff, Shop: b.shop, ID: m.ID.UUID, Scopes: access.ScopesOf(access.Owner)})
			got, problems, err := b.staff.Update(self, m.ID.UUID, staff.UpdateInput{Name: ptr("Ada Byron")})
			if b.expect(problems, err); got.Name != "Ada Byron" {
				b.Fatalf("%+v", got)
			}
			// Taken out of one shop, the account stays in the other.
			problems, err = b.staff.Remove(b.as(access.Owner), m.ID.UUID)
			b.expect(problems, err)
			foreign.signIn(foreign.email)
		},
		"BadInputAndForeignMembers": func(b bundle) {
			foreign := setup(b.T, b.db)
			_, problems, err := b.staff.Update(b.as(access.Owner), b.owner.ID.UUID, staff.UpdateInput{Name: ptr(" ")})
			b.expect(problems, err, "input.name BLANK")
			_, problems, err = b.staff.Update(b.as(access.Owner), foreign.owner.ID.UUID, staff.UpdateInput{Name: ptr("x")})
			b.expect(problems, err, "staffMemberId NOT_FOUND")
			problems, err = b.staff.Remove(b.as(access.Owner), foreign.owner.ID.UUID)
			b.expect(problems, err, "staffMemberId NOT_FOUND")
			problems, err = b.staff.SignOutEverywhere(b.as(access.Owner), foreign.owner.ID.UUID)
			b.expect(problems, err, "staffMemberId NOT_FOUND")
			if diff := cmp.Diff([]string{"staff.role_assigned"}, foreign.actions(foreign.owner.ID.String())); diff != "" {
				b.Fatal(diff)
			}
		},
		"NobodyChangesWhoMayDoMore": func(b bundle) {
			narrow := b.with(access.StaffWrite, access.OrdersRead)
			for _, ctx := range []context.Context{narrow, b.ctx, b.as(access.Manager)} {
				_, _, err := b.staff.Update(ctx, b.owner.ID.UUID, staff.UpdateInput{Name: ptr("x")})
				b.forbidden(err)
				_, err = b.staff.Remove(ctx, b.owner.ID.UUID)
				b.forbidden(err)
				_, err = b.staff.SignOutEverywhere(access.With(ctx, access.Actor{Kind: access.Staff, ID: uuid.New(), Scopes: access.From(ctx).Scopes}), b.owner.ID.UUID)
				b.forbidden(err)
			}
		},
	})
}

func TestRemove(t *testing.T) {
	each(t, map[string]func(b bundle){
		"EveryRoleAndSessionIsGone": func(b bundle) {
			m := b.create("support", access.Support)
			_, problems, err := b.staff.AssignRole(b.as(access.Owner), m.ID.UUID, access.Catalog)
			b.expect(problems, err)
			token := b.signIn("support-" + b.email)
			problems, err = b.staff.Remove(b.as(access.Owner), m.ID.UUID)
			b.expect(problems, err)
			b.signedOut(token)
			if found, err := b.staff.ByIDs(b.ctx, []uuid.UUID{m.ID.UUID}); err != nil || len(found) > 0 {
				b.Fatal(found, err)
			}
			_, problems, err = b.staff.SignIn(b.ctx, "support-"+b.email, password)
			b.expect(problems, err, "input UNIDENTIFIED_STAFF_MEMBER")
			problems, err = b.staff.Remove(b.as(access.Owner), m.ID.UUID)
			b.expect(problems, err, "staffMemberId NOT_FOUND")
			want := []string{"staff.member_created", "staff.role_assigned", "staff.role_assigned", "staff.member_removed"}
			if diff := cmp.Diff(want, b.actions(m.ID.String())); diff != "" {
				b.Fatal(diff)
			}
		},
	})
}

func TestSignOutEverywhere(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OneselfWithoutAnyScope": func(b bundle) {
			m := b.create("support", access.Support)
			other := b.signIn(b.email)
			tokens := []string{b.signIn("support-" + b.email), b.signIn("support-" + b.email)}
			actor, err := b.ids.Lookup(b.ctx, tokens[0])
			if err != nil {
				b.Fatal(err)
			}
			problems, err := b.staff.SignOutEverywhere(access.With(b.ctx, actor), m.ID.UUID)
			b.expect(problems, err)
			for _, token := range tokens {
				b.signedOut(token)
			}
			if _, err := b.ids.Lookup(b.ctx, other); err != nil {
				b.Fatal("somebody else was signed out too", err)
			}
			if got := b.actions(m.ID.String()); got[len(got)-1] != "staff.signed_out_everywhere" {
				b.Fatal(got)
			}
		},
		"SomebodyElseWithTheScopeToChangeStaff": func(b bundle) {
			m := b.create("support", access.Support)
			token := b.signIn("support-" + b.email)
			problems, err := b.staff.SignOutEverywhere(b.as(access.Owner), m.ID.UUID)
			b.expect(problems, err)
			b.signedOut(token)
		},
	})
}

func TestAuditLog(t *testing.T) {
	each(t, map[string]func(b bundle){
		"SaysWhoWhatAndFromWhere": func(b bundle) {
			ctx := access.WithAddress(b.as(access.Owner), "203.0.113.0/24")
			r, problems, err := b.staff.CreateRole(ctx, staff.RoleInput{Title: ptr("Pages"), Scopes: []string{access.ContentRead}})
			b.expect(problems, err)
			page, err := b.staff.AuditLog(b.ctx, "action:role.created", keyset.Args{})
			if err != nil || len(page.Items) != 1 {
				b.Fatal(page.Items, err)
			}
			got := page.Items[0]
			want := &staff.AuditEntry{
				ID: got.ID, Actor: "staff:" + b.owner.ID.UUID.String(), ActorKind: access.Staff, ActorID: b.owner.ID.UUID, Action: "role.created", Resource: r.ID.String(),
				After:   map[string]any{"handle": "pages", "title": "Pages", "description": "", "accessScopes": []any{access.ContentRead}},
				Network: ptr("203.0.113.0/24"), CreatedAt: b.clock.Now(),
			}
			if diff := cmp.Diff(want, got); diff != "" {
				b.Fatal(diff)
			}
		},
		"IsSearchedAndPagedNewestFirst": func(b bundle) {
			app := access.With(b.ctx, access.Actor{Kind: access.App, ID: uuid.New(), Scopes: access.NewScopes(access.AllScopes...)})
			write := func(ctx context.Context, action, resource string) {
				b.clock.Advance(time.Hour)
				if err := b.db.InTx(ctx, func(tx database.Tx) error { return b.staff.Audit(ctx, tx, action, resource, nil) }); err != nil {
					b.Fatal(err)
				}
			}
			write(b.as(access.Owner), "role.created", "gid://rialto/Role/1")
			write(app, "role.updated", "gid://rialto/Role/1")
			write(app, "app.updated", "gid://rialto/App/1")
			label := access.From(app).Label()
			for query, want := range map[string][]string{
				"":                             {"app.updated", "role.updated", "role.created", "staff.role_assigned"},
				"actor:app":                    {"app.updated", "role.updated"},
				"actor:" + label:               {"app.updated", "role.updated"},
				"actor:" + b.owner.ID.String(): {"role.created"},
				"actor:system":                 {"staff.role_assigned"},
				"actor:st":                     nil,
				"action:role.*":                {"role.updated", "role.created"},
				"action:role":                  nil,
				"action:%":                     nil,
				"resource:gid://rialto/Role/1 actor:staff": {"role.created"},
				"created_at:>2026-11-23T09:30:00Z":         {"app.updated", "role.updated"},
				"created_at:<=2026-11-23T09:00:00Z":        {"role.created", "staff.role_assigned"},
				"created_at:2026-11-24":                    nil,
			} {
				page, err := b.staff.AuditLog(b.ctx, query, keyset.Args{})
				var got []string
				for _, e := range page.Items {
					got = append(got, e.Action)
				}
				if diff := cmp.Diff(want, got); diff != "" || err != nil {
					b.Fatalf("%q: %s %v", query, diff, err)
				}
			}
			for _, query := range []string{"word", "created_at:yesterday", "created_at:=>2026-01-01", "data:x"} {
				if _, err := b.staff.AuditLog(b.ctx, query, keyset.Args{}); !fault.Is(err, fault.Invalid) {
					b.Fatalf("%q: %v", query, err)
				}
			}
			page, err := b.staff.AuditLog(b.ctx, "", keyset.Args{First: ptr(3)})
			if err != nil || len(page.Items) != 3 || !page.HasNext {
				b.Fatal(page.Items, err)
			}
			page, err = b.staff.AuditLog(b.ctx, "", keyset.Args{First: ptr(3), After: page.End()})
			if err != nil || len(page.Items) != 1 || page.HasNext || page.Items[0].Action != "staff.role_assigned" {
				b.Fatal(page.Items, err)
			}
		},
		"IsOfItsShopOnly": func(b bundle) {
			foreign := setup(b.T, b.db)
			if page, err := foreign.staff.AuditLog(foreign.ctx, "resource:"+b.owner.ID.String(), keyset.Args{}); err != nil || len(page.Items) > 0 {
				b.Fatal(page.Items, err)
			}
		},
	})
}
