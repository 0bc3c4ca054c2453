package oauth_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/rialtohq/rialto/commerce/access"
	apps "github.com/rialtohq/rialto/commerce/app"
	provider "github.com/rialtohq/rialto/commerce/oauth"
	"github.com/rialtohq/rialto/platform/fault"
)

func TestRefresh(t *testing.T) {
	each(t, map[string]func(b bundle){
		"Rotates": func(b bundle) {
			c := b.tool(access.OrdersRead)
			first := b.token(c)
			for range 3 {
				b.clock.Advance(provider.AccessLifetime + provider.Leeway)
				if _, err := b.actor(first.AccessToken); !fault.Is(err, fault.Unauthenticated) {
					b.Fatalf("a token outlives its end: %v", err)
				}
				next, err := b.refresh(c, first.RefreshToken)
				if err != nil {
					b.Fatal(err)
				}
				if next.RefreshToken == first.RefreshToken || next.RefreshToken == "" {
					b.Fatal("the refresh token stayed the same")
				}
				if got := b.scopes(next.AccessToken); !slices.Equal(got, []string{access.OrdersRead}) {
					b.Error(got)
				}
				first = next
			}
		},
		"ReuseEndsAll": func(b bundle) {
			c := b.tool(access.OrdersRead)
			first := b.token(c)
			other := b.token(c)
			next, err := b.refresh(c, first.RefreshToken)
			if err != nil {
				b.Fatal(err)
			}
			_, err = b.refresh(c, first.RefreshToken)
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
			for _, token := range []string{first.AccessToken, next.AccessToken} {
				if _, err := b.actor(token); !fault.Is(err, fault.Unauthenticated) {
					b.Errorf("an access token of the family is still good: %v", err)
				}
			}
			_, err = b.refresh(c, next.RefreshToken)
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Errorf("the newest of the family: %s", got)
			}
			if _, err := b.refresh(c, other.RefreshToken); err != nil {
				b.Errorf("another family ended too: %v", err)
			}
		},
		"TwiceAtOnce": func(b bundle) {
			c := b.tool(access.OrdersRead)
			first := b.token(c)
			var wait sync.WaitGroup
			var mu sync.Mutex
			var given []*oauth2.Token
			for range 8 {
				wait.Go(func() {
					if next, err := b.refresh(c, first.RefreshToken); err == nil {
						mu.Lock()
						given = append(given, next)
						mu.Unlock()
					}
				})
			}
			wait.Wait()
			if len(given) != 1 {
				b.Fatalf("a refresh token was used %d times", len(given))
			}
			if _, err := b.actor(given[0].AccessToken); !fault.Is(err, fault.Unauthenticated) {
				b.Errorf("the family goes on: %v", err)
			}
		},
		"LessScope": func(b bundle) {
			c := b.tool(access.OrdersRead, access.ProductsRead)
			first := b.token(c)
			less := b.endpoint(c, "/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.RefreshToken}, "scope": {access.OrdersRead}})
			if got := b.scopes(less["access_token"].(string)); !slices.Equal(got, []string{access.OrdersRead}) {
				b.Error(got)
			}
			again, err := b.refresh(c, less["refresh_token"].(string))
			if err != nil {
				b.Fatal(err)
			}
			if got := b.scopes(again.AccessToken); len(got) != 2 {
				b.Errorf("what was granted became less for good: %v", got)
			}
		},
		"MoreScope": func(b bundle) {
			c := b.tool(access.OrdersRead, access.ProductsRead)
			c.Scopes = []string{access.OrdersRead}
			first := b.token(c)
			got := b.endpoint(c, "/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.RefreshToken}, "scope": {access.ProductsRead}})
			if got["error"] != "invalid_scope" {
				b.Error(got)
			}
			if _, err := b.refresh(c, first.RefreshToken); err != nil {
				b.Errorf("a refusal used the token up: %v", err)
			}
		},
		"OfAnotherApp": func(b bundle) {
			first := b.token(b.tool(access.OrdersRead))
			_, err := b.refresh(b.tool(access.OrdersRead), first.RefreshToken)
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
		},
		"OfAnotherShop": func(b bundle) {
			first := b.token(b.tool(access.OrdersRead))
			other := setup(b.T, b.db)
			_, err := other.refresh(other.tool(access.OrdersRead), first.RefreshToken)
			if got := errorCode(b, err); got != "invalid_grant" {
				b.Error(got)
			}
		},
	})
}

// endpoint sends a form of an app to an endpoint and gives what the answer says.
func (b bundle) endpoint(c *client, at string, form url.Values) map[string]any {
	b.Helper()
	return b.post(at, form, "Authorization", basic(c.ClientID, c.ClientSecret)).json(b)
}

func basic(id, secret string) string {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return r.Header.Get("Authorization")
}

// own asks for a token of the app's own.
func (b bundle) own(c *client, scopes ...string) (*oauth2.Token, error) {
	own := clientcredentials.Config{ClientID: c.ClientID, ClientSecret: c.ClientSecret, TokenURL: c.Endpoint.TokenURL, Scopes: scopes, AuthStyle: c.Endpoint.AuthStyle}
	return own.Token(b.ctx)
}

func TestClientCredentials(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OK": func(b bundle) {
			c := b.tool(access.OrdersRead, access.ProductsRead)
			token, err := b.own(c, access.OrdersRead)
			if err != nil {
				b.Fatal(err)
			}
			actor, err := b.actor(token.AccessToken)
			if err != nil || actor.Kind != access.App || actor.ID != c.app || actor.Shop != b.shop || !slices.Equal(actor.Scopes.List(), []string{access.OrdersRead}) {
				b.Errorf("the token is taken for %+v: %v", actor, err)
			}
			if token.RefreshToken != "" {
				b.Error("an app that has a secret got a refresh token (RFC 6749, section 4.4.3)")
			}
		},
		"SecretInTheBody": func(b bundle) {
			c := b.tool(access.OrdersRead)
			c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
			if _, err := b.own(c); err != nil {
				b.Error(err)
			}
		},
		"WrongSecret": func(b bundle) {
			c := b.tool(access.OrdersRead)
			c.ClientSecret += "x"
			_, err := b.own(c)
			if got := errorCode(b, err); got != "invalid_client" {
				b.Error(got)
			}
			a := b.post("/oauth/token", url.Values{"grant_type": {"client_credentials"}}, "Authorization", basic(c.ClientID, c.ClientSecret))
			if a.status != http.StatusUnauthorized || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Basic ") {
				b.Errorf("%d %v", a.status, a.header)
			}
			unknown := b.post("/oauth/token", url.Values{"grant_type": {"client_credentials"}}, "Authorization", basic(b.shop.String(), c.ClientSecret))
			if diff := cmp.Diff(a.body, unknown.body); diff != "" {
				b.Errorf("an app that is there can be told from one that is not: %s", diff)
			}
		},
		"NoSecret": func(b bundle) {
			c := b.tool(access.OrdersRead)
			c.ClientSecret = ""
			_, err := b.own(c)
			if got := errorCode(b, err); got != "invalid_client" {
				b.Error(got)
			}
		},
		"SecretsOverlap": func(b bundle) {
			c := b.tool(access.OrdersRead)
			system := access.With(b.ctx, access.Actor{Kind: access.System, Shop: b.shop})
			_, secret, problems, err := b.apps.RotateSecret(system, c.app, time.Hour)
			if err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			old, next := *c, *c
			next.ClientSecret = secret
			for _, one := range []*client{&old, &next} {
				if _, err := b.own(one); err != nil {
					b.Error(err)
				}
			}
			b.clock.Advance(time.Hour)
			if _, err := b.own(&next); err != nil {
				b.Error(err)
			}
			_, err = b.own(&old)
			if got := errorCode(b, err); got != "invalid_client" {
				b.Error(got)
			}
		},
		"PublicApp": func(b bundle) {
			_, err := b.own(b.register(apps.Public, []string{callback}, access.OrdersRead))
			if got := errorCode(b, err); got != "unauthorized_client" {
				b.Error(got)
			}
		},
		"MoreScope": func(b bundle) {
			c := b.tool(access.OrdersRead)
			for _, scope := range []string{access.ProductsRead, "openid", "offline_access"} {
				_, err := b.own(c, scope)
				if got := errorCode(b, err); got != "invalid_scope" {
					b.Errorf("%s: %s", scope, got)
				}
			}
		},
		"NoUserInfo": func(b bundle) {
			token, err := b.own(b.tool(access.OrdersRead))
			if err != nil {
				b.Fatal(err)
			}
			a := b.send(http.MethodGet, "/oauth/userinfo", nil, []string{"Authorization", "Bearer " + token.AccessToken})
			if a.status != http.StatusForbidden || !strings.Contains(a.header.Get("WWW-Authenticate"), "insufficient_scope") {
				b.Errorf("%d %v", a.status, a.header)
			}
		},
	})
}

func TestRevocation(t *testing.T) {
	each(t, map[string]func(b bundle){
		"RefreshToken": func(b bundle) {
			c := b.tool(access.OrdersRead)
			token := b.token(c)
			b.revoke(c, token.RefreshToken)
			b.gone(c, token)
		},
		"AccessToken": func(b bundle) {
			c := b.tool(access.OrdersRead)
			token := b.token(c)
			b.revoke(c, token.AccessToken)
			b.gone(c, token)
		},
		"OwnToken": func(b bundle) {
			c := b.tool(access.OrdersRead)
			one, err1 := b.own(c)
			two, err2 := b.own(c)
			if err1 != nil || err2 != nil {
				b.Fatal(err1, err2)
			}
			b.scopes(one.AccessToken) // it was looked at before, and is remembered as good
			b.revoke(c, one.AccessToken)
			b.revoke(c, one.AccessToken)
			if _, err := b.actor(one.AccessToken); !fault.Is(err, fault.Unauthenticated) {
				b.Errorf("the token is still good: %v", err)
			}
			if _, err := b.actor(two.AccessToken); err != nil {
				b.Errorf("another token ended too: %v", err)
			}
		},
		"OfAnotherApp": func(b bundle) {
			c, other := b.tool(access.OrdersRead), b.tool(access.OrdersRead)
			token := b.token(c)
			b.revoke(other, token.AccessToken)
			b.revoke(other, token.RefreshToken)
			b.scopes(token.AccessToken)
			if _, err := b.refresh(c, token.RefreshToken); err != nil {
				b.Error(err)
			}
		},
		"UnknownIsNoError": func(b bundle) { b.revoke(b.tool(access.OrdersRead), "ror_unknown") },
	})
}

func (b bundle) revoke(c *client, token string) {
	b.Helper()
	a := b.post("/oauth/revoke", url.Values{"token": {token}}, "Authorization", basic(c.ClientID, c.ClientSecret))
	if a.status != http.StatusOK {
		b.Errorf("%d %s", a.status, a.body)
	}
}

// gone checks that nothing of a grant is good any more.
func (b bundle) gone(c *client, token *oauth2.Token) {
	b.Helper()
	if _, err := b.actor(token.AccessToken); !fault.Is(err, fault.Unauthenticated) {
		b.Errorf("the access token is still good: %v", err)
	}
	_, err := b.refresh(c, token.RefreshToken)
	if got := errorCode(b, err); got != "invalid_grant" {
		b.Error(got)
	}
}

func TestIntrospection(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OK": func(b bundle) {
			c := b.tool(access.OrdersRead)
			token := b.token(c)
			got := b.endpoint(c, "/oauth/introspect", url.Values{"token": {token.AccessToken}})
			for name, want := range map[string]any{
				"active": true, "scope": "openid orders:read", "client_id": c.ClientID, "sub": b.member.String(), "iss": b.url, "token_type": "Bearer", "shop": b.shop.String(),
				"exp": float64(b.clock.Now().Add(provider.AccessLifetime).Unix()),
			} {
				if got[name] != want {
					b.Errorf("%s is %v, want %v", name, got[name], want)
				}
			}
			if got := b.endpoint(c, "/oauth/introspect", url.Values{"token": {token.RefreshToken}}); got["active"] != true || got["sub"] != b.member.String() {
				b.Errorf("the refresh token: %v", got)
			}
			if _, err := b.refresh(c, token.RefreshToken); err != nil {
				b.Fatal(err)
			}
			b.inactive(c, token.RefreshToken)
			b.clock.Advance(provider.AccessLifetime + provider.Leeway)
			b.inactive(c, token.AccessToken)
		},
		"Inactive": func(b bundle) {
			c, other := b.tool(access.OrdersRead), b.tool(access.OrdersRead)
			token := b.token(c)
			for _, t := range []string{"nothing", "eyJhbGciOiJub25lIn0.e30.", token.AccessToken, token.RefreshToken} {
				b.inactive(other, t)
			}
			if err := b.ids.RevokeAll(b.ctx, b.member); err != nil {
				b.Fatal(err)
			}
			b.inactive(c, token.AccessToken)
			b.inactive(c, token.RefreshToken)
		},
		"PublicApp": func(b bundle) {
			c := b.register(apps.Public, []string{callback}, access.OrdersRead)
			a := b.post("/oauth/introspect", url.Values{"client_id": {c.ClientID}, "token": {"t"}})
			if a.status != http.StatusUnauthorized || a.json(b)["error"] != "invalid_client" {
				b.Errorf("%d %s", a.status, a.body)
			}
		},
	})
}

func (b bundle) inactive(c *client, token string) {
	b.Helper()
	if diff := cmp.Diff(map[string]any{"active": false}, b.endpoint(c, "/oauth/introspect", url.Values{"token": {token}})); diff != "" {
		b.Error(diff)
	}
}

// TestForms sends the endpoints what they must refuse by its form.
func TestForms(t *testing.T) {
	each(t, map[string]func(b bundle){
		"Refused": func(b bundle) {
			c := b.tool(access.OrdersRead)
			good := basic(c.ClientID, c.ClientSecret)
			for name, tc := range map[string]struct {
				at     string
				form   url.Values
				header []string
				want   string
			}{
				"NoGrantType":      {"/oauth/token", url.Values{}, []string{"Authorization", good}, "invalid_request"},
				"UnknownGrantType": {"/oauth/token", url.Values{"grant_type": {"password"}}, []string{"Authorization", good}, "unsupported_grant_type"},
				"Twice":            {"/oauth/token", url.Values{"grant_type": {"client_credentials", "client_credentials"}}, []string{"Authorization", good}, "invalid_request"},
				"InTheAddress":     {"/oauth/token?grant_type=client_credentials", url.Values{}, []string{"Authorization", good}, "invalid_request"},
				"SecretTwice":      {"/oauth/token", url.Values{"grant_type": {"client_credentials"}, "client_secret": {c.ClientSecret}}, []string{"Authorization", good}, "invalid_request"},
				"TwoApps":          {"/oauth/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {b.shop.String()}}, []string{"Authorization", good}, "invalid_request"},
				"Bearer":           {"/oauth/token", url.Values{"grant_type": {"client_credentials"}}, []string{"Authorization", "Bearer x"}, "invalid_client"},
				"Assertion":        {"/oauth/token", url.Values{"grant_type": {"client_credentials"}, "client_assertion": {"x"}}, nil, "invalid_client"},
				"Nobody":           {"/oauth/token", url.Values{"grant_type": {"client_credentials"}}, nil, "invalid_client"},
				"NoForm":           {"/oauth/token", url.Values{}, []string{"Content-Type", "application/json"}, "invalid_request"},
				"NoText":           {"/oauth/token", url.Values{"grant_type": {"\xff"}}, []string{"Authorization", good}, "invalid_request"},
				"TooLong":          {"/oauth/token", url.Values{"grant_type": {strings.Repeat("x", 20<<10)}}, []string{"Authorization", good}, "invalid_request"},
				"NoCode":           {"/oauth/token", url.Values{"grant_type": {"authorization_code"}}, []string{"Authorization", good}, "invalid_request"},
				"NoRefreshToken":   {"/oauth/token", url.Values{"grant_type": {"refresh_token"}}, []string{"Authorization", good}, "invalid_request"},
				"NothingToRevoke":  {"/oauth/revoke", url.Values{}, []string{"Authorization", good}, "invalid_request"},
				"NothingToAsk":     {"/oauth/introspect", url.Values{}, []string{"Authorization", good}, "invalid_request"},
			} {
				b.Run(name, func(t *testing.T) {
					a := b.post(tc.at, tc.form, tc.header...)
					if got := a.json(t); got["error"] != tc.want || a.status < 400 || a.status > 401 || a.header.Get("Cache-Control") != "no-store" {
						t.Errorf("%d %v %s", a.status, got, a.header)
					}
				})
			}
		},
		"OnlyPost": func(b bundle) {
			for _, at := range []string{"/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/consent"} {
				if a := b.get(at); a.status != http.StatusMethodNotAllowed {
					b.Errorf("GET %s: %d", at, a.status)
				}
			}
		},
	})
}

func TestOutageShowsNothing(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OK": func(b bundle) {
			c := b.tool(access.OrdersRead)
			if err := b.db.Close(); err != nil {
				b.Fatal(err)
			}
			b.clock.Advance(time.Minute)
			for _, a := range []answer{
				b.post("/oauth/token", url.Values{"grant_type": {"client_credentials"}}, "Authorization", basic(c.ClientID, c.ClientSecret)),
				b.get(c.AuthCodeURL("s", oauth2.S256ChallengeOption("v"))),
			} {
				if a.status != http.StatusInternalServerError || strings.Contains(a.body, "sql") || strings.Contains(a.body, "database") || strings.Contains(a.body, "closed") {
					b.Errorf("%d %s", a.status, a.body)
				}
			}
		},
	})
}

func TestDiscovery(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OK": func(b bundle) {
			openid, server := b.get("/.well-known/openid-configuration"), b.get("/.well-known/oauth-authorization-server")
			if diff := cmp.Diff(openid.body, server.body); diff != "" || openid.status != http.StatusOK {
				b.Error(openid.status, diff)
			}
			got := openid.json(b)
			for name, path := range map[string]string{
				"authorization_endpoint": "/oauth/authorize", "token_endpoint": "/oauth/token", "userinfo_endpoint": "/oauth/userinfo", "jwks_uri": "/oauth/keys",
				"revocation_endpoint": "/oauth/revoke", "introspection_endpoint": "/oauth/introspect",
			} {
				if got[name] != b.url+path {
					b.Errorf("%s is %v", name, got[name])
				}
				if a := b.get(path); a.status == http.StatusNotFound {
					b.Errorf("nothing is at %s", path)
				}
			}
		},
		"Keys": func(b bundle) {
			a := b.get("/oauth/keys")
			keys, _ := a.json(b)["keys"].([]any)
			if len(keys) != 1 {
				b.Fatal(a.body)
			}
			key, _ := keys[0].(map[string]any)
			if key["kty"] != "OKP" || key["crv"] != "Ed25519" || key["alg"] != "EdDSA" || key["use"] != "sig" || key["kid"] == "" || key["d"] != nil {
				b.Errorf("the key is %v", key)
			}
			if a.header.Get("Cache-Control") != "public, max-age=300" {
				b.Error(a.header)
			}
		},
	})
}
