package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

func (b bundle) storefronts() (titles []string) {
	b.Helper()
	page, err := b.apps.StorefrontTokens(b.owner(), keyset.Args{})
	if err != nil {
		b.Fatal(err)
	}
	for _, t := range page.Items {
		if t.AccessToken != nil {
			b.Error("a token is shown again")
		}
		titles = append(titles, t.Title)
	}
	return titles
}

func codesOf(problems fault.Problems) string {
	var out []string
	for _, p := range problems {
		out = append(out, strings.Join(p.Field, ".")+" "+p.Code)
	}
	return strings.Join(out, ", ")
}

func TestStorefrontTokensOfStaff(t *testing.T) {
	each(t, map[string]func(b bundle){
		"ShownOnceAndEndedAtOnce": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			made, problems, err := b.apps.CreateStorefront(b.owner(), app.StorefrontInput{Title: " Web ", Kind: "PRIVATE", Scopes: []string{"unauthenticated_read"}, App: &a.ID.UUID})
			if err != nil || len(problems) > 0 || made.AccessToken == nil || !strings.HasPrefix(*made.AccessToken, "rpv_") || made.Title != "Web" || *made.AppID != a.ID {
				b.Fatalf("%+v %v %v", made, problems, err)
			}
			actor, err := b.ids.LookupStorefront(b.ctx, *made.AccessToken)
			if err != nil || !actor.Private || actor.Client != a.ID.UUID || !actor.Can("unauthenticated_read") {
				b.Fatal(actor, err)
			}
			if got := strings.Join(b.storefronts(), " "); got != "Web" {
				b.Error(got)
			}
			problems, err = b.apps.DeleteStorefront(b.owner(), made.ID.UUID)
			if err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			if _, err := b.ids.LookupStorefront(b.ctx, *made.AccessToken); !fault.Is(err, fault.Unauthenticated) {
				b.Error(err)
			}
			problems, err = b.apps.DeleteStorefront(b.owner(), made.ID.UUID)
			if got := codesOf(problems); got != "input.id NOT_FOUND" || err != nil {
				b.Error(got, err)
			}
			for _, action := range []string{"storefront_token.created", "storefront_token.deleted"} {
				var n int
				if err := b.db.QueryRow(b.ctx, `SELECT count(*) FROM audit_entry WHERE shop_id = $1 AND action = $2`, action).Scan(&n); err != nil || n != 1 {
					b.Error(action, n, err)
				}
			}
		},
		"EndsWithItsApp": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			made, _, err := b.apps.CreateStorefront(b.owner(), app.StorefrontInput{Title: "Web", App: &a.ID.UUID})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := b.ids.LookupStorefront(b.ctx, *made.AccessToken); err != nil {
				b.Fatal(err)
			}
			if _, problems, err := b.apps.Revoke(b.owner(), a.ID.UUID); err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			if _, err := b.ids.LookupStorefront(b.ctx, *made.AccessToken); !fault.Is(err, fault.Unauthenticated) {
				b.Error("it is good without its app", err)
			}
			if got := b.storefronts(); len(got) != 0 {
				b.Error(got)
			}
		},
		"AdoptionIsRecorded": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			made, _, err := b.apps.CreateStorefront(b.owner(), app.StorefrontInput{Title: "Web"})
			if err != nil {
				b.Fatal(err)
			}
			if err := b.apps.AdoptStorefront(b.owner(), made.Prefix, a.ID.UUID); err != nil {
				b.Fatal(err)
			}
			if actor, err := b.ids.LookupStorefront(b.ctx, *made.AccessToken); err != nil || actor.Client != a.ID.UUID {
				b.Error(actor, err)
			}
			var n int
			if err := b.db.QueryRow(b.ctx, `SELECT count(*) FROM audit_entry WHERE shop_id = $1 AND action = 'storefront_token.adopted' AND resource = $2`, made.ID.String()).Scan(&n); err != nil || n != 1 {
				b.Error(n, err)
			}
			if err := b.apps.AdoptStorefront(b.owner(), "rpt_none", a.ID.UUID); !fault.Is(err, fault.NotFound) {
				b.Error(err)
			}
		},
		"AdoptionByTheWholeToken": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			made, _, err := b.apps.CreateStorefront(b.owner(), app.StorefrontInput{Title: "Web"})
			if err != nil {
				b.Fatal(err)
			}
			token := *made.AccessToken
			if err := b.apps.AdoptStorefront(b.owner(), token[:12], a.ID.UUID); !fault.Is(err, fault.NotFound) {
				b.Error(err)
			}
			if err := b.apps.AdoptStorefront(b.owner(), token, a.ID.UUID); err != nil {
				b.Error(err)
			}
			if actor, err := b.ids.LookupStorefront(b.ctx, token); err != nil || actor.Client != a.ID.UUID {
				b.Error(actor, err)
			}
		},
		"WhatIsWrongIsTold": func(b bundle) {
			past, nobody := b.clock.Now(), uuid.New()
			for want, in := range map[string]app.StorefrontInput{
				"input.title BLANK":            {},
				"input.kind INVALID":           {Title: "x", Kind: "SECRET"},
				"input.accessScopes.0 INVALID": {Title: "x", Scopes: []string{access.OrdersRead}},
				"input.accessScopes.1 INVALID": {Title: "x", Scopes: []string{"unauthenticated_read", "Not a scope"}},
				"input.expiresAt INVALID":      {Title: "x", ExpiresAt: &past},
				"input.appId NOT_FOUND":        {Title: "x", App: &nobody},
			} {
				_, problems, err := b.apps.CreateStorefront(b.owner(), in)
				if got := codesOf(problems); got != want || err != nil {
					b.Errorf("%q, want %q: %v", got, want, err)
				}
			}
		},
		"OnlyForWhoMayChangeApps": func(b bundle) {
			made, _, err := b.apps.CreateStorefront(b.owner(), app.StorefrontInput{Title: "Web", ExpiresAt: ptr(b.clock.Now().Add(time.Hour))})
			if err != nil {
				b.Fatal(err)
			}
			for _, who := range [][]string{{access.AppsRead}, {access.OrdersWrite}, nil} {
				if _, _, err := b.apps.CreateStorefront(b.with(who...), app.StorefrontInput{Title: "x"}); !fault.Is(err, fault.Forbidden) {
					b.Error(who, err)
				}
				if _, err := b.apps.DeleteStorefront(b.with(who...), made.ID.UUID); !fault.Is(err, fault.Forbidden) {
					b.Error(who, err)
				}
			}
			if found, err := b.apps.StorefrontTokensByID(b.with(access.OrdersRead), []uuid.UUID{made.ID.UUID}); err != nil || len(found) != 0 {
				b.Error(found, err)
			}
			foreign := setup(b.T, b.db)
			problems, err := foreign.apps.DeleteStorefront(foreign.owner(), made.ID.UUID)
			if got := codesOf(problems); got != "input.id NOT_FOUND" || err != nil {
				b.Error(got, err)
			}
			b.clock.Advance(time.Hour)
			if got := b.storefronts(); len(got) != 0 {
				b.Error("what has ended is listed", got)
			}
		},
	})
}
