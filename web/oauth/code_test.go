package oauth_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"github.com/rialtohq/rialto/commerce/access"
	apps "github.com/rialtohq/rialto/commerce/app"
	provider "github.com/rialtohq/rialto/commerce/oauth"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/fault"
)

// errorCode is what an OAuth library reports of a refusal.
func errorCode(t testing.TB, err error) string {
	t.Helper()
	e, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		t.Fatalf("no refusal: %v", err)
	}
	return e.ErrorCode
}

func TestCodeFlow(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OK": func(b bundle) {
			c := b.tool(access.OrdersRead, access.ProductsWrite)
			c.Scopes = append(c.Scopes, "profile", "email")
			verifier := oauth2.GenerateVerifier()
			a := b.allow(c.AuthCodeURL("state & more", oauth2.S256ChallengeOption(verifier), oidc.Nonce("of this tab")), b.email)
			if a.status != http.StatusSeeOther || !strings.HasPrefix(a.to.String(), "https://tool.example/callback?") {
				b.Fatalf("%d to %s", a.status, a.to)
			}
			back := a.to.Query()
			if back.Get("state") != "state & more" || back.Get("iss") != b.url || back.Get("from") != "rialto" {
				b.Fatalf("the answer came back as %v", back)
			}
			token, err := c.Exchange(b.ctx, back.Get("code"), oauth2.VerifierOption(verifier))
			if err != nil {
				b.Fatal(err)
			}
			actor, err := b.actor(token.AccessToken)
			if err != nil || actor.Kind != access.Staff || actor.ID != b.member || actor.Shop != b.shop {
				b.Fatalf("the token is taken for %+v: %v", actor, err)
			}
			if diff := cmp.Diff([]string{access.OrdersRead, access.ProductsWrite}, actor.Scopes.List()); diff != "" {
				b.Error(diff)
			}
			b.checkIdentity(c, token)
		},
		"PublicApp": func(b bundle) {
			c := b.register(apps.Public, []string{callback}, access.OrdersRead)
			if got := b.scopes(b.token(c).AccessToken); !slices.Equal(got, []string{access.OrdersRead}) {
				b.Error(got)
			}
		},
		"Replay": func(b bundle) {
			c := b.tool(access.OrdersRead)
			code, verifier := b.code(c)
			token, err := c.Exchange(b.ctx, code, oauth2.VerifierOption(verifier))
			if err != nil {
				b.Fatal(err)
			}
			_, err = c.Exchange(b.ctx, code, oauth2.VerifierOption(verifier))
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
			if _, err := b.actor(token.AccessToken); !fault.Is(err, fault.Unauthenticated) {
				b.Errorf("what a stolen code gave is still good: %v", err)
			}
			_, err = b.refresh(c, token.RefreshToken)
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
		},
		"TwiceAtOnce": func(b bundle) {
			c := b.tool(access.OrdersRead)
			code, verifier := b.code(c)
			var wait sync.WaitGroup
			var mu sync.Mutex
			good := 0
			for range 8 {
				wait.Go(func() {
					if _, err := c.Exchange(b.ctx, code, oauth2.VerifierOption(verifier)); err == nil {
						mu.Lock()
						good++
						mu.Unlock()
					}
				})
			}
			wait.Wait()
			if good != 1 {
				b.Errorf("a code was redeemed %d times", good)
			}
		},
		"WrongVerifier": func(b bundle) {
			c := b.tool(access.OrdersRead)
			code, verifier := b.code(c)
			_, err := c.Exchange(b.ctx, code, oauth2.VerifierOption(oauth2.GenerateVerifier()))
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
			if _, err := c.Exchange(b.ctx, code, oauth2.VerifierOption(verifier)); err != nil {
				b.Errorf("who guessed wrong spoiled the code: %v", err)
			}
		},
		"NoVerifier": func(b bundle) {
			c := b.tool(access.OrdersRead)
			code, _ := b.code(c)
			_, err := c.Exchange(b.ctx, code)
			if got := errorCode(b, err); got != "invalid_request" {
				b.Error(got)
			}
		},
		"Late": func(b bundle) {
			c := b.tool(access.OrdersRead)
			code, verifier := b.code(c)
			b.clock.Advance(provider.CodeLifetime)
			_, err := c.Exchange(b.ctx, code, oauth2.VerifierOption(verifier))
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
		},
		"OtherRedirectAtTheEnd": func(b bundle) {
			c := b.register(apps.Confidential, []string{callback, "https://tool.example/other"}, access.OrdersRead)
			code, verifier := b.code(c)
			c.RedirectURL = "https://tool.example/other"
			_, err := c.Exchange(b.ctx, code, oauth2.VerifierOption(verifier))
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
		},
		"CodeOfAnotherApp": func(b bundle) {
			code, verifier := b.code(b.tool(access.OrdersRead))
			_, err := b.tool(access.OrdersRead).Exchange(b.ctx, code, oauth2.VerifierOption(verifier))
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
		},
	})
}

// checkIdentity reads the ID token with a library, and asks for the same at the userinfo endpoint.
func (b bundle) checkIdentity(c *client, token *oauth2.Token) {
	b.Helper()
	found, err := oidc.NewProvider(b.ctx, b.url)
	if err != nil {
		b.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := found.VerifierContext(b.ctx, &oidc.Config{ClientID: c.ClientID, Now: b.clock.Now}).Verify(b.ctx, raw)
	if err != nil {
		b.Fatal(err)
	}
	if err := id.VerifyAccessToken(token.AccessToken); err != nil {
		b.Error(err)
	}
	var claims struct{ Name, Email string }
	if err := id.Claims(&claims); err != nil || id.Nonce != "of this tab" || id.Subject != b.member.String() || claims.Name != "Ada King" || claims.Email != b.email {
		b.Errorf("the ID token says %+v of %s with %q: %v", claims, id.Subject, id.Nonce, err)
	}
	info, err := found.UserInfo(b.ctx, oauth2.StaticTokenSource(token))
	if err != nil || info.Subject != id.Subject || info.Email != b.email {
		b.Errorf("userinfo says %+v: %v", info, err)
	}
}

// TestRequests has an app ask for what it may not have: a page as long as the address is not known to be the app's, an
// answer to the app from then on.
func TestRequests(t *testing.T) {
	each(t, map[string]func(b bundle){
		"Shown": func(b bundle) {
			c := b.tool(access.OrdersRead)
			for name, change := range map[string]func(q url.Values){
				"UnknownApp":       func(q url.Values) { q.Set("client_id", b.shop.String()) },
				"NoApp":            func(q url.Values) { q.Del("client_id") },
				"ForeignRedirect":  func(q url.Values) { q.Set("redirect_uri", "https://evil.example/callback?from=rialto") },
				"NearRedirect":     func(q url.Values) { q.Set("redirect_uri", callback+"&more=1") },
				"OtherPort":        func(q url.Values) { q.Set("redirect_uri", "https://tool.example:8443/callback?from=rialto") },
				"NoRedirect":       func(q url.Values) { q.Del("redirect_uri") },
				"TwoRedirects":     func(q url.Values) { q.Add("redirect_uri", "https://evil.example/") },
				"ScriptAsRedirect": func(q url.Values) { q.Set("redirect_uri", "javascript:alert(1)") },
			} {
				b.Run(name, func(t *testing.T) {
					a := b.ask(c, change)
					if a.status != http.StatusBadRequest || a.to != nil || !strings.Contains(a.body, "<h1>") {
						t.Errorf("%d to %v: %s", a.status, a.to, a.body)
					}
				})
			}
		},
		"Sent": func(b bundle) {
			c := b.tool(access.OrdersRead)
			for name, tc := range map[string]struct {
				change func(q url.Values)
				want   string
			}{
				"NoChallenge":      {func(q url.Values) { q.Del("code_challenge") }, "invalid_request"},
				"PlainChallenge":   {func(q url.Values) { q.Set("code_challenge_method", "plain") }, "invalid_request"},
				"NoMethod":         {func(q url.Values) { q.Del("code_challenge_method") }, "invalid_request"},
				"BadChallenge":     {func(q url.Values) { q.Set("code_challenge", "short") }, "invalid_request"},
				"NoResponseType":   {func(q url.Values) { q.Del("response_type") }, "invalid_request"},
				"Implicit":         {func(q url.Values) { q.Set("response_type", "token") }, "unsupported_response_type"},
				"Fragment":         {func(q url.Values) { q.Set("response_mode", "fragment") }, "invalid_request"},
				"MoreScope":        {func(q url.Values) { q.Set("scope", access.OrdersRead+" "+access.StaffWrite) }, "invalid_scope"},
				"UnknownScope":     {func(q url.Values) { q.Set("scope", "everything") }, "invalid_scope"},
				"Silent":           {func(q url.Values) { q.Set("prompt", "none") }, "login_required"},
				"RequestObject":    {func(q url.Values) { q.Set("request", "eyJ") }, "request_not_supported"},
				"RequestElsewhere": {func(q url.Values) { q.Set("request_uri", "https://tool.example/r") }, "request_uri_not_supported"},
			} {
				b.Run(name, func(t *testing.T) {
					a := b.ask(c, tc.change)
					if a.status != http.StatusSeeOther || a.to.Host != "tool.example" || a.to.Query().Get("error") != tc.want || a.to.Query().Get("state") != "state of the tool" {
						t.Errorf("%d to %v", a.status, a.to)
					}
				})
			}
		},
		"LoopbackPort": func(b bundle) {
			desk := b.register(apps.Public, []string{"http://127.0.0.1/callback"}, access.OrdersRead)
			desk.RedirectURL = "http://127.0.0.1:49152/callback"
			b.token(desk)
			for _, other := range []string{"http://127.0.0.1:49152/other", "http://127.0.0.2:49152/callback", "http://localhost:49152/callback", "https://127.0.0.1:49152/callback", "http://127.0.0.1:49152@evil.example/callback"} {
				if a := b.ask(desk, func(q url.Values) { q.Set("redirect_uri", other) }); a.status != http.StatusBadRequest {
					b.Errorf("%s: %d", other, a.status)
				}
			}
			server := b.register(apps.Confidential, []string{"http://127.0.0.1/callback"}, access.OrdersRead)
			if a := b.ask(server, func(q url.Values) { q.Set("redirect_uri", "http://127.0.0.1:49152/callback") }); a.status != http.StatusBadRequest {
				b.Errorf("an app with a secret chose its port: %d", a.status)
			}
		},
	})
}

// ask opens the page for a request that is good but for a change.
func (b bundle) ask(c *client, change func(q url.Values)) answer {
	b.Helper()
	at, err := url.Parse(c.AuthCodeURL("state of the tool", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
	if err != nil {
		b.Fatal(err)
	}
	q := at.Query()
	change(q)
	at.RawQuery = q.Encode()
	return b.get(at.String())
}

func TestPage(t *testing.T) {
	each(t, map[string]func(b bundle){
		"SaysWhoAndWhat": func(b bundle) {
			a := b.ask(b.tool(access.OrdersRead, access.InventoryWrite), func(q url.Values) { q.Set("state", `"><script>alert(1)</script>`) })
			for _, want := range []string{
				"Stock &lt;Tool&gt; asks for access to Oak &amp; Ash", "See orders, with the names and addresses on them.", "Change how much is in stock.", "Know that it is you", "tool.example",
			} {
				if !strings.Contains(a.body, want) {
					b.Errorf("the page does not say %q:\n%s", want, a.body)
				}
			}
			if strings.Contains(a.body, "<script") {
				b.Error("the page holds a script")
			}
		},
		"Guarded": func(b bundle) {
			a := b.ask(b.tool(access.OrdersRead), func(url.Values) {})
			policy := a.header.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self' https://tool.example", "style-src 'sha256-"} {
				if !strings.Contains(policy, want) {
					b.Errorf("the policy is %q, without %q", policy, want)
				}
			}
			if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Set-Cookie") != "" || a.header.Get("Referrer-Policy") != "no-referrer" {
				b.Error(a.header)
			}
			style := a.body[strings.Index(a.body, "<style>")+len("<style>") : strings.Index(a.body, "</style>")]
			if sum := sha256.Sum256([]byte(style)); !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
				b.Error("the policy does not name the style of the page")
			}
		},
		"Cancel": func(b bundle) {
			to, fields := b.form(b.ask(b.tool(access.OrdersRead), func(url.Values) {}).body)
			fields.Set("answer", "deny")
			a := b.post(to, fields)
			if a.status != http.StatusSeeOther || a.to.Query().Get("error") != "access_denied" || a.to.Query().Get("code") != "" {
				b.Errorf("%d to %v", a.status, a.to)
			}
		},
		"WrongPassword": func(b bundle) {
			to, fields := b.form(b.ask(b.tool(access.OrdersRead), func(url.Values) {}).body)
			fields.Set("answer", "allow")
			fields.Set("email", b.email)
			fields.Set("password", "not the one it is")
			a := b.post(to, fields)
			if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "do not belong to an account") || strings.Contains(a.body, "not the one it is") {
				b.Errorf("%d %s", a.status, a.body)
			}
			for range 6 {
				a = b.post(to, fields)
			}
			if !strings.Contains(a.body, "Too many attempts") {
				b.Errorf("guessing goes on: %s", a.body)
			}
		},
		"FromAnotherSite": func(b bundle) {
			to, fields := b.form(b.ask(b.tool(access.OrdersRead), func(url.Values) {}).body)
			fields.Set("answer", "allow")
			fields.Set("email", b.email)
			fields.Set("password", password)
			if a := b.post(to, fields, "Sec-Fetch-Site", "cross-site"); a.status != http.StatusBadRequest || a.to != nil {
				b.Errorf("%d to %v", a.status, a.to)
			}
		},
		"StaffOfAnotherShop": func(b bundle) {
			other := setup(b.T, b.db)
			a := b.allow(b.tool(access.OrdersRead).AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())), other.email)
			if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "do not belong to an account") {
				b.Errorf("%d to %v", a.status, a.to)
			}
		},
		"NothingToGive": func(b bundle) {
			c := b.tool(access.StaffWrite)
			c.Scopes = []string{access.StaffWrite}
			email := b.hire(access.Warehouse)
			a := b.allow(c.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())), email)
			if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "may not do anything of what the app asks for") {
				b.Errorf("%d to %v: %s", a.status, a.to, a.body)
			}
		},
	})
}

// hire makes a member of staff with one role.
func (b bundle) hire(role string) (email string) {
	b.Helper()
	email = role + "-" + b.shop.String() + "@example.com"
	system := access.With(b.ctx, access.Actor{Kind: access.System, Shop: b.shop})
	_, problems, err := b.staff.Create(system, staff.CreateInput{Email: email, Name: role, Password: password, Role: role})
	if err != nil || len(problems) > 0 {
		b.Fatal(problems, err)
	}
	return email
}

// endsWithThePassword has a member's password changed while an app holds tokens and a code of theirs: none is good afterwards.
func (b bundle) endsWithThePassword(change func() (fault.Problems, error)) {
	b.Helper()
	c := b.tool(access.OrdersRead)
	token := b.token(c)
	code, verifier := b.code(c)
	if problems, err := change(); err != nil || len(problems) > 0 {
		b.Fatal(problems, err)
	}
	if _, err := b.actor(token.AccessToken); !fault.Is(err, fault.Unauthenticated) {
		b.Errorf("the access token is still good: %v", err)
	}
	_, err := b.refresh(c, token.RefreshToken)
	if got := errorCode(b, err); got != "invalid_grant" {
		b.Error("refresh:", got)
	}
	_, err = c.Exchange(b.ctx, code, oauth2.VerifierOption(verifier))
	if got := errorCode(b, err); got != "invalid_grant" {
		b.Error("code:", got)
	}
}

// TestGrantEnds has what was granted end, or become less, before the token does.
func TestGrantEnds(t *testing.T) {
	each(t, map[string]func(b bundle){
		"RoleTaken": func(b bundle) {
			system := access.With(b.ctx, access.Actor{Kind: access.System, Shop: b.shop})
			m, problems, err := b.staff.Create(system, staff.CreateInput{Email: "two@" + b.shop.String() + ".example.com", Name: "Two", Password: password, Role: access.Warehouse})
			if err == nil && len(problems) == 0 {
				_, problems, err = b.staff.AssignRole(system, m.ID.UUID, access.Finance)
			}
			if err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			b.email = m.Email
			token := b.token(b.tool(access.OrdersRefund, access.InventoryWrite)).AccessToken
			if got := b.scopes(token); !slices.Equal(got, []string{access.InventoryWrite, access.OrdersRefund}) {
				b.Fatal(got)
			}
			if problems, err := b.staff.RemoveRole(system, m.ID.UUID, access.Finance); err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			if got := b.scopes(token); !slices.Equal(got, []string{access.InventoryWrite}) {
				b.Errorf("a role was taken, and the token still allows %v", got)
			}
		},
		"SignedOutEverywhere": func(b bundle) {
			c := b.tool(access.OrdersRead)
			token := b.token(c)
			if err := b.ids.RevokeAll(b.ctx, b.member); err != nil {
				b.Fatal(err)
			}
			if _, err := b.actor(token.AccessToken); !fault.Is(err, fault.Unauthenticated) {
				b.Errorf("the token is still good: %v", err)
			}
			_, err := b.refresh(c, token.RefreshToken)
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
		},
		"PasswordReset": func(b bundle) {
			b.endsWithThePassword(func() (fault.Problems, error) {
				mail, ok, err := b.staff.RecoveryMail(b.ctx, b.email)
				if err != nil || !ok {
					b.Fatal(ok, err)
				}
				_, secret, _ := strings.Cut(mail.URL, "token=")
				return b.staff.ResetPassword(b.ctx, secret, "another long password")
			})
		},
		"PasswordChanged": func(b bundle) {
			b.endsWithThePassword(func() (fault.Problems, error) {
				self := access.With(b.ctx, access.Actor{Kind: access.Staff, Shop: b.shop, ID: b.member})
				_, problems, err := b.staff.ChangePassword(self, password, "another long password")
				return problems, err
			})
		},
		"AppRevoked": func(b bundle) {
			c := b.tool(access.OrdersRead)
			token := b.token(c)
			if _, problems, err := b.apps.Revoke(access.With(b.ctx, access.Actor{Kind: access.System, Shop: b.shop}), c.app); err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			if _, err := b.actor(token.AccessToken); !fault.Is(err, fault.Unauthenticated) {
				b.Errorf("the token is still good: %v", err)
			}
			_, err := b.refresh(c, token.RefreshToken)
			if got := errorCode(b, err); got != "invalid_client" {
				b.Error(got)
			}
		},
		"AppMayLess": func(b bundle) {
			c := b.tool(access.OrdersRead, access.ProductsRead)
			token := b.token(c).AccessToken
			if _, problems, err := b.apps.Update(access.With(b.ctx, access.Actor{Kind: access.System, Shop: b.shop}), c.app, apps.Input{Scopes: []string{access.ProductsRead}}); err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			if got := b.scopes(token); !slices.Equal(got, []string{access.ProductsRead}) {
				b.Errorf("the app may less, and the token still allows %v", got)
			}
		},
		"Unused": func(b bundle) {
			c := b.tool(access.OrdersRead)
			away := *c
			away.Scopes = append(slices.Clone(c.Scopes), "offline_access")
			short, long := b.token(c), b.token(&away)
			b.clock.Advance(provider.RefreshLifetime)
			_, err := b.refresh(c, short.RefreshToken)
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
			next, err := b.refresh(&away, long.RefreshToken)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := b.actor(next.AccessToken); err != nil {
				b.Error(err)
			}
			b.clock.Advance(provider.OfflineLifetime)
			_, err = b.refresh(&away, next.RefreshToken)
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
		},
		"Swept": func(b bundle) {
			c := b.tool(access.OrdersRead)
			b.token(c)
			if n, err := b.provider.Sweep(b.ctx, 100); err != nil || n != 0 {
				b.Fatalf("%d rows in use were swept: %v", n, err)
			}
			b.clock.Advance(provider.RefreshLifetime + 24*time.Hour + time.Second)
			if _, err := b.provider.Sweep(b.ctx, 100); err != nil {
				b.Fatal(err)
			}
			for _, table := range []string{"oauth_request", "oauth_token"} {
				var n int
				if err := b.db.QueryRow(b.ctx, "SELECT count(*) FROM "+table+" WHERE shop_id = $1").Scan(&n); err != nil || n != 0 {
					b.Errorf("%s keeps %d rows: %v", table, n, err)
				}
			}
		},
		"Recorded": func(b bundle) {
			c := b.tool(access.OrdersRead)
			b.token(c)
			var actor, resource string
			if err := b.db.QueryRow(b.ctx, "SELECT actor, resource FROM audit_entry WHERE shop_id = $1 AND action = 'app.authorized'").Scan(&actor, &resource); err != nil {
				b.Fatal(err)
			}
			if actor != "staff:"+b.member.String() || resource != "gid://rialto/App/"+c.app.String() {
				b.Errorf("the record says that %s did it to %s", actor, resource)
			}
		},
	})
}
