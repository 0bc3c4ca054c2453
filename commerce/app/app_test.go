package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func TestCreate(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OK": func(b bundle) {
			a, secret, problems, err := b.apps.Create(b.owner(), app.Input{
				Title: ptr(" Label printer "), Kind: app.Confidential, Scopes: []string{access.OrdersRead, access.OrdersRead, access.InventoryWrite},
				RedirectURIs: []string{"https://labels.example/cb?x=1", "http://127.0.0.1:9999/cb", "http://[::1]/cb", "http://localhost/cb"}, Locations: []uuid.UUID{b.place},
			})
			b.expect(problems, err)
			if !strings.HasPrefix(secret, "ras_") || len(secret) < 40 {
				b.Fatalf("secret %q", secret)
			}
			want := &app.App{
				ID: a.ID, Title: "Label printer", Kind: app.Confidential, AccessScopes: []string{access.InventoryWrite, access.OrdersRead},
				RedirectURIs: []string{"https://labels.example/cb?x=1", "http://127.0.0.1:9999/cb", "http://[::1]/cb", "http://localhost/cb"},
				LocationIDs:  []gid.ID{gid.New("Location", b.place)}, CreatedAt: b.clock.Now(), UpdatedAt: b.clock.Now(),
			}
			if diff := cmp.Diff(want, a); diff != "" {
				b.Fatal(diff)
			}
			found, err := b.apps.ByIDs(b.owner(), []uuid.UUID{a.ID.UUID})
			if diff := cmp.Diff(want, found[a.ID.UUID]); diff != "" || err != nil {
				b.Fatal(diff, err)
			}
			if diff := cmp.Diff([]string{"app.created"}, b.actions()); diff != "" {
				b.Fatal(diff)
			}
		},
		"OnlyTheHashOfTheSecretIsKept": func(b bundle) {
			a, secret := b.create(access.OrdersRead)
			var kept []byte
			if err := b.db.QueryRow(b.ctx, "SELECT secret_hash FROM app WHERE shop_id = $1 AND id = $2", a.ID.UUID).Scan(&kept); err != nil {
				b.Fatal(err)
			}
			if want := sha256.Sum256([]byte(secret)); !bytes.Equal(want[:], kept) {
				b.Fatalf("kept %x", kept)
			}
			for _, e := range b.record() {
				if strings.Contains(e, secret) {
					b.Fatalf("the secret is in the record: %s", e)
				}
			}
		},
		"PublicAppsHaveNoSecret": func(b bundle) {
			a, secret, problems, err := b.apps.Create(b.owner(), app.Input{Title: ptr("Page"), Kind: app.Public, Scopes: []string{access.OrdersRead}})
			if b.expect(problems, err); secret != "" {
				b.Fatal("a public app got a secret")
			}
			_, _, problems, err = b.apps.RotateSecret(b.owner(), a.ID.UUID, 0)
			b.expect(problems, err, "appId CONFLICT")
			_, _, problems, err = b.apps.CreateKey(b.owner(), a.ID.UUID, app.KeyInput{Title: "k", Scopes: []string{access.OrdersRead}})
			b.expect(problems, err, "appId CONFLICT")
			c, err := b.apps.Client(context.Background(), a.ID.UUID)
			if err != nil || c.Proves("", b.clock.Now()) {
				b.Fatal("an empty secret proves a public app", err)
			}
		},
		"BadInputIsNamed": func(b bundle) {
			_, _, problems, err := b.apps.Create(b.owner(), app.Input{})
			b.expect(problems, err, "input.title BLANK", "input.accessScopes BLANK", "input.kind INVALID")
			_, _, problems, err = b.apps.Create(b.owner(), app.Input{
				Title: ptr("a\nb"), Kind: "SECRET", Scopes: []string{"orders:read", "orders:eat"}, RedirectURIs: []string{"https://a.example/", "ftp://a.example/", "https://a.example/"},
				Locations: []uuid.UUID{b.place, uuid.New()},
			})
			b.expect(problems, err, "input.title INVALID", "input.redirectUris.1 INVALID", "input.redirectUris.2 INVALID", "input.accessScopes.1 INVALID", "input.locationIds.1 NOT_FOUND", "input.kind INVALID")
			_, _, problems, err = b.apps.Create(b.owner(), app.Input{
				Title: ptr(strings.Repeat("x", 256)), Kind: app.Public, Scopes: []string{access.OrdersRead}, RedirectURIs: make([]string, 21), Locations: make([]uuid.UUID, 251),
			})
			b.expect(problems, err, "input.title TOO_LONG", "input.redirectUris TOO_MANY", "input.locationIds TOO_MANY")
		},
		"NobodyGivesWhatTheyMayNotDo": func(b bundle) {
			in := app.Input{Title: ptr("App"), Kind: app.Public, Scopes: []string{access.OrdersRead, access.OrdersRefund}}
			for name, ctx := range map[string]context.Context{
				"nobody": b.ctx, "without apps:write": b.with(access.OrdersRead, access.OrdersRefund), "without orders:refund": b.with(access.AppsWrite, access.OrdersRead),
				"kept to a location": access.With(b.ctx, access.Actor{Kind: access.App, Scopes: access.NewScopes(access.AllScopes...), Locations: []uuid.UUID{b.place}}),
				"customer":           access.With(b.ctx, access.Actor{Kind: access.Customer, Scopes: access.NewScopes(access.AllScopes...)}),
			} {
				if _, _, _, err := b.apps.Create(ctx, in); !fault.Is(err, fault.Forbidden) {
					b.Fatalf("%s made an app: %v", name, err)
				}
			}
			_, _, problems, err := b.apps.Create(b.with(access.AppsWrite, access.OrdersRead, access.OrdersRefund), in)
			b.expect(problems, err)
		},
	})
}

func TestRedirectURIs(t *testing.T) {
	t.Parallel()
	b := setup(t, databasetest.SQLite(t))
	for uri, ok := range map[string]bool{
		"https://a.example":             true,
		"https://a.example/cb?a=b":      true,
		"http://127.0.0.1/cb":           true,
		"http://127.8.8.8:80/cb":        true,
		"http://[::1]:3000/":            true,
		"http://localhost:3000/":        true,
		"http://a.example/cb":           false, // could be read on its way
		"http://127.0.0.1.evil.example": false,
		"http://localhost.evil.example": false,
		"https://a.example/cb#x":        false,
		"https://a.example/cb#":         false,
		"https://user@a.example/":       false,
		"https://a.example@evil/":       false,
		"https://*.a.example/":          false,
		"https:///cb":                   false,
		"https://:443/cb":               false,
		"//a.example/cb":                false,
		"/cb":                           false,
		"javascript:alert(1)":           false,
		"data:text/html,x":              false,
		"com.example.app:/cb":           false,
		"https://a.example/c b":         false,
		"https://a.example\\@evil/":     false,
		"https://a.example/\n":          false,
		"https://ä.example/":            false,
		"":                              false,
		"https://a.example/" + strings.Repeat("x", 2048): false,
	} {
		_, _, problems, err := b.apps.Create(b.owner(), app.Input{Title: ptr("A"), Kind: app.Public, Scopes: []string{access.OrdersRead}, RedirectURIs: []string{uri}})
		if err != nil || (len(problems) == 0) != ok {
			t.Errorf("%q: problems %d, err %v", uri, len(problems), err)
		}
	}
}

func TestUpdate(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OKAndWhatIsLeftOutStays": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			b.clock.Advance(time.Hour)
			got, problems, err := b.apps.Update(b.owner(), a.ID.UUID, app.Input{Title: ptr("Printer"), Locations: []uuid.UUID{b.place}})
			b.expect(problems, err)
			want := *a
			want.Title, want.UpdatedAt, want.LocationIDs = "Printer", b.clock.Now(), []gid.ID{gid.New("Location", b.place)}
			if diff := cmp.Diff(&want, got); diff != "" {
				b.Fatal(diff)
			}
			page, err := b.staff.AuditLog(b.owner(), "action:app.updated", keyset.Args{})
			if err != nil || len(page.Items) != 1 {
				b.Fatal(page.Items, err)
			}
			before, _ := page.Items[0].Before.(map[string]any)
			after, _ := page.Items[0].After.(map[string]any)
			if before["title"] != "Label printer" || after["title"] != "Printer" {
				b.Fatalf("%v %v", before, after)
			}
		},
		"KeysLoseAtOnceWhatTheAppLoses": func(b bundle) {
			a, _ := b.create(access.OrdersRead, access.ProductsRead)
			_, token := b.key(a, access.OrdersRead, access.ProductsRead)
			b.good(token)
			_, problems, err := b.apps.Update(b.owner(), a.ID.UUID, app.Input{Scopes: []string{access.ProductsRead}, Locations: []uuid.UUID{b.place}})
			b.expect(problems, err)
			actor := b.good(token)
			if diff := cmp.Diff([]string{access.ProductsRead}, actor.Scopes.List()); diff != "" || !actor.Touches(b.place) || actor.Touches(uuid.New()) {
				b.Fatalf("%s %+v", diff, actor)
			}
		},
		"NobodyChangesWhatMayDoMore": func(b bundle) {
			a, _ := b.create(access.OrdersRead, access.OrdersRefund)
			narrow := b.with(access.AppsWrite, access.OrdersRead)
			_, _, err := b.apps.Update(narrow, a.ID.UUID, app.Input{RedirectURIs: []string{"https://evil.example/"}})
			b.forbidden(err)
			_, _, _, err = b.apps.RotateSecret(narrow, a.ID.UUID, 0)
			b.forbidden(err)
			small, _ := b.create(access.OrdersRead)
			_, _, err = b.apps.Update(narrow, small.ID.UUID, app.Input{Scopes: []string{access.OrdersRefund}})
			b.forbidden(err)
			found, err := b.apps.ByIDs(b.owner(), []uuid.UUID{a.ID.UUID})
			if diff := cmp.Diff(a, found[a.ID.UUID]); diff != "" || err != nil {
				b.Fatal(diff, err)
			}
			// To end it, nobody needs to hold what it may do.
			_, problems, err := b.apps.Revoke(narrow, a.ID.UUID)
			b.expect(problems, err)
		},
		"BadInputChangesNothing": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			_, problems, err := b.apps.Update(b.owner(), a.ID.UUID, app.Input{Title: ptr(" "), Scopes: []string{}})
			b.expect(problems, err, "input.title BLANK", "input.accessScopes BLANK")
			found, err := b.apps.ByIDs(b.owner(), []uuid.UUID{a.ID.UUID})
			if diff := cmp.Diff(a, found[a.ID.UUID]); diff != "" || err != nil {
				b.Fatal(diff, err)
			}
		},
		"AnotherShopsAppsAreAbsent": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, _ := b.key(a, access.OrdersRead)
			foreign := setup(b.T, b.db)
			_, problems, err := foreign.apps.Update(foreign.owner(), a.ID.UUID, app.Input{Title: ptr("Mine")})
			b.expect(problems, err, "appId NOT_FOUND")
			_, _, problems, err = foreign.apps.RotateSecret(foreign.owner(), a.ID.UUID, 0)
			b.expect(problems, err, "appId NOT_FOUND")
			_, problems, err = foreign.apps.Revoke(foreign.owner(), a.ID.UUID)
			b.expect(problems, err, "appId NOT_FOUND")
			_, _, problems, err = foreign.apps.CreateKey(foreign.owner(), a.ID.UUID, app.KeyInput{Title: "k", Scopes: []string{access.OrdersRead}})
			b.expect(problems, err, "appId NOT_FOUND")
			_, _, problems, err = foreign.apps.RotateKey(foreign.owner(), k.ID.UUID, 0)
			b.expect(problems, err, "apiKeyId NOT_FOUND")
			_, problems, err = foreign.apps.RevokeKey(foreign.owner(), k.ID.UUID)
			b.expect(problems, err, "apiKeyId NOT_FOUND")
			apps, err := foreign.apps.ByIDs(foreign.owner(), []uuid.UUID{a.ID.UUID})
			keys, errKeys := foreign.apps.KeysByID(foreign.owner(), []uuid.UUID{k.ID.UUID})
			list, errList := foreign.apps.List(foreign.owner(), "", keyset.Args{})
			if len(apps)+len(keys)+len(list.Items) > 0 || err != nil || errKeys != nil || errList != nil {
				b.Fatal(apps, keys, list.Items, err, errKeys, errList)
			}
			if len(foreign.actions()) > 0 {
				b.Fatal("the record of the other shop has something")
			}
		},
		"WhoMayNotReadAppsFindsNone": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, _ := b.key(a, access.OrdersRead)
			apps, err := b.apps.ByIDs(b.with(access.OrdersRead), []uuid.UUID{a.ID.UUID})
			keys, errKeys := b.apps.KeysByID(b.with(access.OrdersRead), []uuid.UUID{k.ID.UUID})
			if len(apps)+len(keys) > 0 || err != nil || errKeys != nil {
				b.Fatal(apps, keys, err, errKeys)
			}
		},
		"ListedByTheWordsOfTheirTitles": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			other, _, problems, err := b.apps.Create(b.owner(), app.Input{Title: ptr("Stock 100% sync"), Kind: app.Public, Scopes: []string{access.InventoryRead}})
			b.expect(problems, err)
			for query, want := range map[string][]uuid.UUID{"": {a.ID.UUID, other.ID.UUID}, "PRINT label": {a.ID.UUID}, "100%": {other.ID.UUID}, "label sync": nil, "_": nil} {
				page, err := b.apps.List(b.owner(), query, keyset.Args{})
				var got []uuid.UUID
				for _, a := range page.Items {
					got = append(got, a.ID.UUID)
				}
				if diff := cmp.Diff(want, got); diff != "" || err != nil {
					b.Fatalf("%q: %s %v", query, diff, err)
				}
			}
			first := 1
			page, err := b.apps.List(b.owner(), "", keyset.Args{First: &first})
			if err != nil || len(page.Items) != 1 || !page.HasNext {
				b.Fatal(page.Items, err)
			}
			page, err = b.apps.List(b.owner(), "", keyset.Args{First: &first, After: page.End()})
			if err != nil || len(page.Items) != 1 || page.Items[0].ID != other.ID || page.HasNext {
				b.Fatal(page.Items, err)
			}
		},
	})
}

func TestClientSecrets(t *testing.T) {
	proves := func(b bundle, id uuid.UUID, secret string) bool {
		b.Helper()
		c, err := b.apps.Client(context.Background(), id)
		if err != nil || c.Shop != b.shop {
			b.Fatal(c, err)
		}
		return c.Proves(secret, b.clock.Now())
	}
	each(t, map[string]func(b bundle){
		"RotatedWithOverlap": func(b bundle) {
			a, first := b.create(access.OrdersRead)
			shown, second, problems, err := b.apps.RotateSecret(b.owner(), a.ID.UUID, time.Hour)
			if b.expect(problems, err); !shown.PreviousSecretEndsAt.Equal(b.clock.Now().Add(time.Hour)) || first == second {
				b.Fatalf("%+v", shown)
			}
			b.clock.Advance(time.Hour - time.Second)
			if !proves(b, a.ID.UUID, first) || !proves(b, a.ID.UUID, second) || proves(b, a.ID.UUID, "ras_x") || proves(b, a.ID.UUID, "") {
				b.Fatal("within the overlap, both secrets are good, and no other")
			}
			b.clock.Advance(time.Second)
			if proves(b, a.ID.UUID, first) || !proves(b, a.ID.UUID, second) {
				b.Fatal("after the overlap, only the new secret is good")
			}
		},
		"ASecondRotationEndsTheFirstSecret": func(b bundle) {
			a, first := b.create(access.OrdersRead)
			_, second, _, _ := b.apps.RotateSecret(b.owner(), a.ID.UUID, time.Hour)
			_, third, problems, err := b.apps.RotateSecret(b.owner(), a.ID.UUID, time.Hour)
			b.expect(problems, err)
			if proves(b, a.ID.UUID, first) || !proves(b, a.ID.UUID, second) || !proves(b, a.ID.UUID, third) {
				b.Fatal("the two newest secrets are good, and no other")
			}
		},
		"WithoutOverlapTheOldOneEndsAtOnce": func(b bundle) {
			a, first := b.create(access.OrdersRead)
			_, _, problems, err := b.apps.RotateSecret(b.owner(), a.ID.UUID, 0)
			b.expect(problems, err)
			if proves(b, a.ID.UUID, first) {
				b.Fatal("the old secret is still good")
			}
		},
		"OverlapHasItsBounds": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			for _, overlap := range []time.Duration{-time.Second, app.MaxOverlap + time.Second} {
				_, secret, problems, err := b.apps.RotateSecret(b.owner(), a.ID.UUID, overlap)
				if b.expect(problems, err, "overlapMinutes INVALID"); secret != "" {
					b.Fatal("a refused rotation showed a secret")
				}
			}
		},
		"RevokedAppsAreAbsent": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			_, problems, err := b.apps.Revoke(b.owner(), a.ID.UUID)
			b.expect(problems, err)
			for _, id := range []uuid.UUID{a.ID.UUID, uuid.New()} {
				if _, err := b.apps.Client(context.Background(), id); !fault.Is(err, fault.NotFound) {
					b.Fatal(err)
				}
			}
			_, _, problems, err = b.apps.RotateSecret(b.owner(), a.ID.UUID, 0)
			b.expect(problems, err, "appId CONFLICT")
			_, problems, err = b.apps.Revoke(b.owner(), a.ID.UUID)
			b.expect(problems, err, "appId CONFLICT")
		},
	})
}

// What an app may send, and its name beside it, is asked on the way of requests: it is read once, and anew when it changed.
func TestWhatAnAppSendsIsRemembered(t *testing.T) {
	each(t, map[string]func(b bundle){
		"WithItsHandle": func(b bundle) {
			a, made, err := b.apps.Named(access.With(b.ctx, access.Actor{Kind: access.System, Shop: b.shop}), "web")
			if err != nil || !made {
				b.Fatal(made, err)
			}
			for _, mode := range []app.Operations{app.LogUnknown, app.RegisteredOnly} {
				_, problems, err := b.apps.SetOperations(b.owner(), a.ID.UUID, mode)
				b.expect(problems, err)
				ctx, statements := database.Recording(context.Background(), false)
				for range 100 {
					sends, err := b.apps.OperationsOf(ctx, a.ID.UUID)
					handle, err2 := b.apps.HandleOf(ctx, a.ID.UUID)
					if sends != mode || handle != "web" || err != nil || err2 != nil {
						b.Fatal(sends, handle, err, err2)
					}
				}
				if n := statements.Count(); n != 1 {
					b.Errorf("%d statements; want 1", n)
				}
			}
		},
	})
}
