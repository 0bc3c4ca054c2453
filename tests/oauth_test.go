package tests

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
)

// An app is registered through the API, gets its tokens as a library gets them, and calls the API with them.
func TestAppsActWithSignedTokens(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		w := &shift{App: a, who: a.Owner(t)}
		provider, err := oidc.NewProvider(t.Context(), a.URL)
		if err != nil {
			t.Fatal(err)
		}
		made := w.do(t, "appCreate", appCreate, vars{"i": vars{"title": "Packing station", "accessScopes": []string{"orders:read", "products:read"}, "redirectUris": []string{"http://127.0.0.1:9911/back"}}})
		c := oauth2.Config{
			ClientID: apptest.String(made, "app", "clientId"), ClientSecret: apptest.String(made, "clientSecret"), Endpoint: provider.Endpoint(),
			RedirectURL: "http://127.0.0.1:9911/back", Scopes: []string{"openid", "orders:read"},
		}
		id := apptest.String(made, "app", "id")
		const orders, products = `{ orders(first: 1) { nodes { id } } }`, `mutation { productDelete(input: {id: "gid://rialto/Product/019b0000-0000-7000-8000-000000000000"}) { userErrors { code } } }`

		token := throughThePage(t, c)
		who := w.bearer(token.AccessToken)
		t.Run("AsTheMemberWhoAgreed", func(t *testing.T) {
			same(t, "OK", who.verdict(t, orders, nil))
			same(t, "FORBIDDEN", who.verdict(t, products, nil)) // the owner may, and gave it to nobody
		})
		t.Run("TheRecordNamesBoth", func(t *testing.T) {
			writer := w.do(t, "appCreate", appCreate, vars{"i": vars{"title": "Writer", "accessScopes": []string{"products:write"}, "redirectUris": []string{"http://127.0.0.1:9911/back"}}})
			c := c
			c.ClientID, c.ClientSecret, c.Scopes = apptest.String(writer, "app", "clientId"), apptest.String(writer, "clientSecret"), []string{"products:write"}
			made := w.bearer(throughThePage(t, c).AccessToken).do(t, "productCreate", `mutation { productCreate(product: {title: "Through a tool"}) { product { id } userErrors { code field message } } }`, nil)
			log := w.Query(t, `query($q: String) { auditLog(first: 1, query: $q) { nodes { app { title } staffMember { email } } } }`, vars{"q": "resource:" + apptest.String(made, "product", "id")}, w.who)
			same(t, any(vars{"app": vars{"title": "Writer"}, "staffMember": vars{"email": demo.OwnerEmail}}), apptest.At(log, "auditLog", "nodes", 0))
		})
		t.Run("InItsOwnName", func(t *testing.T) {
			own := clientcredentials.Config{ClientID: c.ClientID, ClientSecret: c.ClientSecret, TokenURL: c.Endpoint.TokenURL}
			mine, err := own.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			same(t, "OK", w.bearer(mine.AccessToken).verdict(t, orders, nil))
			same(t, "FORBIDDEN", w.bearer(mine.AccessToken).verdict(t, products, nil))
		})
		t.Run("AnotherTokenIsRefused", func(t *testing.T) {
			parts := strings.Split(token.AccessToken, ".")
			none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"at+jwt"}`)) + "." + parts[1] + "."
			identity, _ := token.Extra("id_token").(string)
			for _, other := range []string{none, identity, token.RefreshToken, token.AccessToken[:len(token.AccessToken)-4] + "AAAA"} {
				same(t, "UNAUTHENTICATED", w.bearer(other).verdict(t, orders, nil))
			}
		})
		t.Run("ARotatedKeySignsNobodyOut", func(t *testing.T) {
			if _, err := a.OAuth.RotateKeys(t.Context()); err != nil {
				t.Fatal(err)
			}
			same(t, "OK", who.verdict(t, orders, nil))
			same(t, "OK", w.bearer(throughThePage(t, c).AccessToken).verdict(t, orders, nil))
		})
		t.Run("UntilItIsRevoked", func(t *testing.T) {
			w.do(t, "appRevoke", `mutation($a: ID!) { appRevoke(appId: $a) { app { id } userErrors { code field message } } }`, vars{"a": id})
			same(t, "UNAUTHENTICATED", who.verdict(t, orders, nil))
		})
		t.Run("BrowsersMayAsk", func(t *testing.T) {
			for path, want := range map[string]string{"/oauth/token": "*", "/oauth/keys": "*", "/.well-known/openid-configuration": "*", "/oauth/consent": "", "/oauth/authorize": ""} {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Origin", "https://tool.example")
				header, _ := browse(t, req)
				same(t, want, header.Get("Access-Control-Allow-Origin"))
			}
		})
	})
}

// hidden finds the fields that a page fills in itself.
var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// browse sends a request as a browser that follows nothing by itself.
func browse(t *testing.T, req *http.Request) (header http.Header, body string) {
	t.Helper()
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.Header, string(b)
}

// throughThePage signs the demo's owner in on the page of a request, and gives the tokens for the code.
func throughThePage(t *testing.T, c oauth2.Config) *oauth2.Token {
	t.Helper()
	verifier := oauth2.GenerateVerifier()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, page := browse(t, req)
	form := url.Values{"email": {demo.OwnerEmail}, "password": {demo.OwnerPassword}, "answer": {"allow"}}
	for _, field := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(field[1], field[2])
	}
	req, err = http.NewRequestWithContext(t.Context(), http.MethodPost, strings.TrimSuffix(c.Endpoint.AuthURL, "authorize")+"consent", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	header, _ := browse(t, req)
	back, err := url.Parse(header.Get("Location"))
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("the page led to %v: %v", back, err)
	}
	token, err := c.Exchange(t.Context(), back.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	return token
}
