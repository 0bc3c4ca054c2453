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
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

func TestKeys(t *testing.T) {
	each(t, map[string]func(b bundle){
		"ActAsTheirApp": func(b bundle) {
			a, _ := b.create(access.OrdersRead, access.ProductsRead)
			k, token := b.key(a, access.OrdersRead)
			actor := b.good(token)
			if actor.Kind != access.App || actor.Shop != b.shop || actor.ID != a.ID.UUID || actor.Session != k.ID.UUID || actor.Private {
				b.Fatalf("%+v", actor)
			}
			if diff := cmp.Diff([]string{access.OrdersRead}, actor.Scopes.List()); diff != "" {
				b.Fatal(diff)
			}
			if want := "app:" + a.ID.UUID.String(); actor.Label() != want {
				b.Fatal(actor.Label())
			}
		},
		"AreShownOnceAndKeptAsHashes": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, token := b.key(a, access.OrdersRead)
			var kept []byte
			if err := b.db.QueryRow(b.ctx, "SELECT key_hash FROM api_key WHERE shop_id = $1 AND id = $2", k.ID.UUID).Scan(&kept); err != nil {
				b.Fatal(err)
			}
			if want := sha256.Sum256([]byte(token)); !bytes.Equal(want[:], kept) || !strings.HasPrefix(token, "rak_") || len(token) != 47 {
				b.Fatalf("%q is kept as %x", token, kept)
			}
			for _, e := range b.record() {
				if strings.Contains(e, token) {
					b.Fatalf("the key is in the record: %s", e)
				}
			}
		},
		"AreFoundByTheirFirstCharacters": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, token := b.key(a, access.OrdersRead)
			other, _ := b.key(a, access.OrdersRead)
			find := func(query string, app *uuid.UUID) (out []uuid.UUID) {
				page, err := b.apps.Keys(b.owner(), app, query, keyset.Args{})
				if err != nil {
					b.Fatal(err)
				}
				for _, k := range page.Items {
					out = append(out, k.ID.UUID)
				}
				return out
			}
			nobody := uuid.New()
			for _, tc := range []struct {
				query string
				app   *uuid.UUID
				want  []uuid.UUID
			}{
				{"", nil, []uuid.UUID{k.ID.UUID, other.ID.UUID}},
				{"prefix:rak_", &a.ID.UUID, []uuid.UUID{k.ID.UUID, other.ID.UUID}},
				{k.Prefix, nil, []uuid.UUID{k.ID.UUID}},
				{"prefix:" + k.Prefix[:11], nil, []uuid.UUID{k.ID.UUID}},
				{token, nil, []uuid.UUID{k.ID.UUID}},
				{"prefix:rak%", nil, nil},
				{"", &nobody, nil},
			} {
				if diff := cmp.Diff(tc.want, find(tc.query, tc.app)); diff != "" {
					b.Fatalf("%q: %s", tc.query, diff)
				}
			}
			if _, err := b.apps.Keys(b.owner(), nil, "two words", keyset.Args{}); !fault.Is(err, fault.Invalid) {
				b.Fatal(err)
			}
		},
		"EndWhenTheirTimeHasCome": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			ends := b.clock.Now().Add(time.Hour)
			_, token, problems, err := b.apps.CreateKey(b.owner(), a.ID.UUID, app.KeyInput{Title: "k", Scopes: []string{access.OrdersRead}, ExpiresAt: &ends})
			b.expect(problems, err)
			b.clock.Advance(time.Hour - time.Microsecond)
			b.good(token)
			b.clock.Advance(time.Microsecond)
			b.refused(token)
			_, _, problems, err = b.apps.CreateKey(b.owner(), a.ID.UUID, app.KeyInput{Title: "k", Scopes: []string{access.OrdersRead}, ExpiresAt: &ends})
			b.expect(problems, err, "input.expiresAt INVALID")
		},
		"RevokedEndsAtOnceHereAndSoonElsewhere": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, token := b.key(a, access.OrdersRead)
			elsewhere := b.process()
			if _, err := elsewhere.Bearer(context.Background(), token); err != nil {
				b.Fatal(err)
			}
			b.good(token)
			ended, problems, err := b.apps.RevokeKey(b.owner(), k.ID.UUID)
			if b.expect(problems, err); ended.RevokedAt == nil {
				b.Fatalf("%+v", ended)
			}
			b.refused(token)
			b.clock.Advance(5 * time.Second)
			if _, err := elsewhere.Bearer(context.Background(), token); !fault.Is(err, fault.Unauthenticated) {
				b.Fatal(err)
			}
			_, problems, err = b.apps.RevokeKey(b.owner(), k.ID.UUID)
			b.expect(problems, err, "apiKeyId CONFLICT")
			_, _, problems, err = b.apps.RotateKey(b.owner(), k.ID.UUID, 0)
			b.expect(problems, err, "apiKeyId CONFLICT")
		},
		"EndInAllProcessesThatHearOfIt": func(b bundle) {
			var ears []func([]byte)
			share := func(_ string, hear func([]byte)) func([]byte) {
				ears = append(ears, hear)
				return func(message []byte) {
					for _, ear := range ears {
						ear(message)
					}
				}
			}
			config := app.Config{DB: b.db, Clock: b.clock, Audit: b.staff, Secrets: b.ids, Locations: places{}, CacheFor: time.Hour, Share: share}
			one, two := app.New(config), app.New(config)
			a, _ := b.create(access.OrdersRead)
			k, token := b.key(a, access.OrdersRead)
			if _, err := two.Bearer(context.Background(), token); err != nil {
				b.Fatal(err)
			}
			_, problems, err := one.RevokeKey(b.owner(), k.ID.UUID)
			b.expect(problems, err)
			if _, err := two.Bearer(context.Background(), token); !fault.Is(err, fault.Unauthenticated) {
				b.Fatal(err)
			}
		},
		"EndWithTheirApp": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, token := b.key(a, access.OrdersRead)
			b.good(token)
			_, problems, err := b.apps.Revoke(b.owner(), a.ID.UUID)
			b.expect(problems, err)
			b.refused(token)
			found, err := b.apps.KeysByID(b.owner(), []uuid.UUID{k.ID.UUID})
			if err != nil || found[k.ID.UUID].RevokedAt == nil {
				b.Fatal(found, err)
			}
			_, _, problems, err = b.apps.CreateKey(b.owner(), a.ID.UUID, app.KeyInput{Title: "k", Scopes: []string{access.OrdersRead}})
			b.expect(problems, err, "appId CONFLICT")
		},
		"RotatedWithOverlap": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, old := b.key(a, access.OrdersRead)
			b.good(old)
			fresh, token, problems, err := b.apps.RotateKey(b.owner(), k.ID.UUID, time.Hour)
			if b.expect(problems, err); fresh.Title != k.Title || fresh.AppID != k.AppID || fresh.ExpiresAt != nil || token == old {
				b.Fatalf("%+v", fresh)
			}
			b.clock.Advance(time.Hour - time.Second)
			b.good(old)
			b.good(token)
			b.clock.Advance(time.Second)
			b.refused(old)
			b.good(token)
		},
		"ARotatedKeyLivesAsLongAsTheOneBefore": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			ends := b.clock.Now().Add(24 * time.Hour)
			k, old, _, err := b.apps.CreateKey(b.owner(), a.ID.UUID, app.KeyInput{Title: "k", Scopes: []string{access.OrdersRead}, ExpiresAt: &ends})
			if err != nil {
				b.Fatal(err)
			}
			b.clock.Advance(23 * time.Hour)
			fresh, _, problems, err := b.apps.RotateKey(b.owner(), k.ID.UUID, 2*time.Hour)
			if b.expect(problems, err); !fresh.ExpiresAt.Equal(b.clock.Now().Add(24 * time.Hour)) {
				b.Fatalf("%v", fresh.ExpiresAt)
			}
			b.clock.Advance(time.Hour)
			b.refused(old) // its own end came before that of the overlap
		},
		"NobodyMakesOneThatMayDoMore": func(b bundle) {
			a, _ := b.create(access.OrdersRead, access.OrdersRefund)
			in := app.KeyInput{Title: "k", Scopes: []string{access.OrdersRead, access.OrdersRefund}}
			_, _, _, err := b.apps.CreateKey(b.with(access.AppsWrite, access.OrdersRead), a.ID.UUID, in)
			b.forbidden(err)
			_, _, _, err = b.apps.CreateKey(b.with(access.OrdersRead, access.OrdersRefund), a.ID.UUID, in)
			b.forbidden(err)
			k, _ := b.key(a, access.OrdersRefund)
			_, token, _, err := b.apps.RotateKey(b.with(access.AppsWrite, access.OrdersRead), k.ID.UUID, 0)
			if b.forbidden(err); token != "" {
				b.Fatal("a refused rotation showed a key")
			}
			_, _, err = b.apps.RevokeKey(b.with(access.OrdersRead), k.ID.UUID)
			b.forbidden(err)
			_, _, problems, err := b.apps.CreateKey(b.owner(), a.ID.UUID, app.KeyInput{Title: "", Scopes: []string{access.ProductsRead, "x"}})
			b.expect(problems, err, "input.title BLANK", "input.accessScopes.0 INVALID", "input.accessScopes.1 INVALID")
			_, _, problems, err = b.apps.RotateKey(b.owner(), k.ID.UUID, -time.Second)
			b.expect(problems, err, "overlapMinutes INVALID")
		},
		"OfAnotherShopDoNotMix": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			_, token := b.key(a, access.OrdersRead)
			foreign := setup(b.T, b.db)
			public, err := foreign.ids.CreateStorefront(foreign.ctx, identity.StorefrontInput{Kind: identity.Public, Title: "t"})
			if err != nil {
				b.Fatal(err)
			}
			_, err = b.ids.Authenticate(context.Background(), identity.Credentials{StorefrontPublic: public.Token, Bearer: token})
			if !fault.Is(err, fault.Unauthenticated) {
				b.Fatal(err)
			}
			// Whatever shop the context is bound to, a key leads to its own.
			if actor, err := foreign.apps.Bearer(foreign.ctx, token); err != nil || actor.Shop != b.shop {
				b.Fatal(actor, err)
			}
		},
		"NoOtherTokenIsAKey": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			_, token := b.key(a, access.OrdersRead)
			for _, bad := range []string{"rak_", token[:46], token + "A", "rak_" + strings.Repeat("A", 43), "rak_" + strings.Repeat("A", 100_000), strings.ToUpper(token)} {
				b.refused(bad)
			}
		},
		"EveryWriteIsInTheRecord": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, _ := b.key(a, access.OrdersRead)
			fresh, _, _, _ := b.apps.RotateKey(b.owner(), k.ID.UUID, time.Hour)
			_, _, _ = b.apps.RevokeKey(b.owner(), fresh.ID.UUID)
			_, _, _, _ = b.apps.RotateSecret(b.owner(), a.ID.UUID, time.Hour)
			_, _, _ = b.apps.Update(b.owner(), a.ID.UUID, app.Input{Title: ptr("x")})
			_, _, _ = b.apps.Revoke(b.owner(), a.ID.UUID)
			want := []string{"app.created", "api_key.created", "api_key.rotated", "api_key.revoked", "app.secret_rotated", "app.updated", "app.revoked"}
			if diff := cmp.Diff(want, b.actions()); diff != "" {
				b.Fatal(diff)
			}
		},
	})
}

// record is everything that the record holds, as text.
func (b bundle) record() []string {
	b.Helper()
	rows, err := b.db.Query(b.ctx, "SELECT CAST(data AS TEXT) FROM audit_entry WHERE shop_id = $1")
	out, err := database.Scan(rows, err, func(scan func(...any) error) (text string, err error) { return text, scan(&text) })
	if err != nil || len(out) == 0 {
		b.Fatal(out, err)
	}
	return out
}

func TestLastUse(t *testing.T) {
	used := func(b bundle, k *app.Key) *time.Time {
		b.Helper()
		found, err := b.apps.KeysByID(b.owner(), []uuid.UUID{k.ID.UUID})
		if err != nil {
			b.Fatal(err)
		}
		return found[k.ID.UUID].LastUsedAt
	}
	write := func(b bundle, s *app.Service) {
		b.Helper()
		if err := s.WriteUses(database.AllShops(context.Background())); err != nil {
			b.Fatal(err)
		}
	}
	each(t, map[string]func(b bundle){
		"IsWrittenBehind": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, token := b.key(a, access.OrdersRead)
			other, _ := b.key(a, access.OrdersRead)
			b.good(token) // also makes the cache warm
			ctx, statements := database.Recording(context.Background(), false)
			for range 1000 {
				b.clock.Advance(time.Millisecond)
				if _, err := b.apps.Bearer(ctx, token); err != nil {
					b.Fatal(err)
				}
			}
			if n := statements.Count(); n != 0 || used(b, k) != nil {
				b.Fatalf("%d statements while the key was used, last use %v", n, used(b, k))
			}
			last := b.clock.Now()
			b.clock.Advance(time.Second)
			ctx, statements = database.Recording(database.AllShops(context.Background()), false)
			if err := b.apps.WriteUses(ctx); err != nil {
				b.Fatal(err)
			}
			if n := statements.Count(); n != 1 || !used(b, k).Equal(last) || used(b, other) != nil {
				b.Fatalf("%d statements, last use %v, want %v", n, used(b, k), last)
			}
			ctx, statements = database.Recording(database.AllShops(context.Background()), false)
			if err := b.apps.WriteUses(ctx); err != nil || statements.Count() != 0 {
				b.Fatal("what was written is written again", err)
			}
		},
		"ACrashLosesOnlyWhatCameAfterTheLastWrite": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, token := b.key(a, access.OrdersRead)
			crashing := b.process()
			if _, err := crashing.Bearer(context.Background(), token); err != nil {
				b.Fatal(err)
			}
			before := b.clock.Now()
			write(b, crashing)
			b.clock.Advance(59 * time.Second)
			if _, err := crashing.Bearer(context.Background(), token); err != nil {
				b.Fatal(err)
			}
			crashing = nil // it never writes again
			if got := used(b, k); crashing != nil || !got.Equal(before) {
				b.Fatalf("last use %v, want %v", got, before)
			}
		},
		"StoppingWritesWhatIsLeft": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, token := b.key(a, access.OrdersRead)
			writer := b.apps.Writer()
			if err := writer.Start(database.AllShops(context.Background())); err != nil {
				b.Fatal(err)
			}
			b.good(token)
			if err := writer.Stop(database.AllShops(context.Background())); err != nil {
				b.Fatal(err)
			}
			if got := used(b, k); got == nil || !got.Equal(b.clock.Now()) {
				b.Fatalf("last use %v", got)
			}
		},
		"NeverGoesBack": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, token := b.key(a, access.OrdersRead)
			slow := b.process()
			if _, err := slow.Bearer(context.Background(), token); err != nil {
				b.Fatal(err)
			}
			b.clock.Advance(time.Minute)
			b.good(token)
			later := b.clock.Now()
			write(b, b.apps)
			write(b, slow)
			if got := used(b, k); !got.Equal(later) {
				b.Fatalf("last use %v, want %v", got, later)
			}
		},
		"WhatCouldNotBeWrittenIsKept": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, token := b.key(a, access.OrdersRead)
			b.good(token)
			gone, cancel := context.WithCancel(database.AllShops(context.Background()))
			cancel()
			if err := b.apps.WriteUses(gone); err == nil {
				b.Fatal("a write in a context that has ended succeeded")
			}
			write(b, b.apps)
			if got := used(b, k); got == nil || !got.Equal(b.clock.Now()) {
				b.Fatalf("last use %v", got)
			}
		},
		"RefusedKeysAreNotUsed": func(b bundle) {
			a, _ := b.create(access.OrdersRead)
			k, token := b.key(a, access.OrdersRead)
			if _, problems, err := b.apps.RevokeKey(b.owner(), k.ID.UUID); err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			b.refused(token)
			if write(b, b.apps); used(b, k) != nil {
				b.Fatal("a refused key was used")
			}
		},
	})
}
