package tests

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
)

// viewer is somebody who asks: what they send, and who that makes them. An actor of no kind is nobody, whose requests are
// refused as a whole.
type viewer struct {
	name  string
	who   apptest.Headers
	actor access.Actor
}

// viewers are all sorts of people and programs at a shop's door, good tokens and bad ones.
func viewers(t *testing.T, p, other *premises) []viewer {
	t.Helper()
	w := &shift{App: p.App, who: p.back}
	owner := access.Actor{Kind: access.Staff, Scopes: access.ScopesOf(access.Owner)}
	out := []viewer{
		{"no token", apptest.Headers{storefrontHeader: ""}, access.Actor{}},
		{"storefront", apptest.Headers{}, access.Actor{Kind: access.Storefront}},
		{"private storefront", p.private(t), access.Actor{Kind: access.Storefront}},
		{"customer", bearing(p.secrets["customerAccessToken"]), access.Actor{Kind: access.Customer, ID: plainID(t, p.things["Customer"])}},
		{"other customer", bearing(p.newcomer(t)), access.Actor{Kind: access.Customer, ID: uuid.New()}},
		{"owner", p.back, owner},
		{"owner of another shop", bearing(strings.TrimPrefix(other.back["Authorization"], "Bearer ")), owner},
		{"owner of another shop, at this one's storefront", apptest.Headers{"Authorization": other.back["Authorization"]}, access.Actor{}},
		{"customer of another shop, at this one's storefront", apptest.Headers{"Authorization": "Bearer " + other.secrets["customerAccessToken"]}, access.Actor{}},
	}
	for _, role := range access.Roles[1:] {
		out = append(out, viewer{role.Handle, w.as(t, role.Handle).who, access.Actor{Kind: access.Staff, Scopes: access.ScopesOf(role.Handle)}})
	}
	for _, scope := range access.AllScopes {
		_, _, who := w.program(t, nil, scope)
		out = append(out, viewer{"app that may " + scope, who.who, access.Actor{Kind: access.App, Scopes: access.NewScopes(scope)}})
	}
	out = append(out, keys(t, p)...)
	return append(out, tokens(t, p)...)
}

func plainID(t *testing.T, global string) uuid.UUID {
	t.Helper()
	id, _, _ := strings.Cut(global[strings.LastIndex(global, "/")+1:], "?")
	out, err := uuid.Parse(id)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func bearing(token string) apptest.Headers {
	return apptest.Headers{storefrontHeader: "", "Authorization": "Bearer " + token}
}

func (p *premises) private(t *testing.T) apptest.Headers {
	t.Helper()
	ctx := access.With(database.WithShop(t.Context(), p.shop.ID.UUID), access.Actor{Kind: access.System, Shop: p.shop.ID.UUID})
	token, err := p.Identity.CreateStorefront(ctx, identity.StorefrontInput{Kind: identity.Private, Title: "server"})
	if err != nil {
		t.Fatal(err)
	}
	return apptest.Headers{storefrontHeader: "", "Shopify-Storefront-Private-Token": token.Token}
}

// newcomer is a customer who has done nothing yet.
func (p *premises) newcomer(t *testing.T) string {
	t.Helper()
	in := vars{"i": vars{"email": uuid.NewString() + "@rialto.test", "password": "a-newcomer-of-mine"}}
	p.ask(t, p.front, `mutation($i: CustomerCreateInput!) { customerCreate(input: $i) { customerUserErrors { message } } }`, in)
	data := p.ask(t, p.front, `mutation($i: CustomerAccessTokenCreateInput!) { customerAccessTokenCreate(input: $i) { customerAccessToken { accessToken } } }`, in)
	return apptest.String(data, "customerAccessTokenCreate", "customerAccessToken", "accessToken")
}

// keys are keys and sessions that are good no more.
func keys(t *testing.T, p *premises) []viewer {
	t.Helper()
	w := &shift{App: p.App, who: p.back}
	_, id, revoked := w.program(t, nil, access.AllScopes...)
	w.do(t, "apiKeyRevoke", `mutation($k: ID!) { apiKeyRevoke(apiKeyId: $k) { userErrors { code field message } } }`, vars{"k": id})
	app, _, ofRevoked := w.program(t, nil, access.AllScopes...)
	w.do(t, "appRevoke", `mutation($a: ID!) { appRevoke(appId: $a) { userErrors { code field message } } }`, vars{"a": app})
	_, key, expired := w.program(t, nil, access.AllScopes...)
	p.exec(t, "UPDATE api_key SET expires_at = $2 WHERE shop_id = $1 AND id = $3", time.Now().Add(-time.Minute), plainID(t, key))
	leaver := w.as(t, "owner")
	w.do(t, "staffMemberSignOut", `mutation($m: ID!) { staffMemberSignOut(staffMemberId: $m) { userErrors { code field message } } }`,
		vars{"m": apptest.String(w.Query(t, `{ currentStaffMember { id } }`, nil, leaver.who), "currentStaffMember", "id")})
	sleeper := p.newcomer(t)
	p.exec(t, "UPDATE session SET expires_at = $2 WHERE shop_id = $1 AND expires_at > $2 AND id = (SELECT id FROM session WHERE shop_id = $1 ORDER BY id DESC LIMIT 1)", time.Now().Add(-time.Minute))
	return []viewer{
		{"revoked key", revoked.who, access.Actor{}}, {"key of a revoked app", ofRevoked.who, access.Actor{}}, {"expired key", expired.who, access.Actor{}},
		{"owner who signed out everywhere", leaver.who, access.Actor{}}, {"customer whose session expired", bearing(sleeper), access.Actor{}},
		{"key that was never made", bearing("rak_" + strings.Repeat("C", 43)), access.Actor{}}, {"words", bearing("let me in"), access.Actor{}},
	}
}

// exec changes rows of the shop, which is the first argument, behind the app's back.
func (p *premises) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	ctx := database.WithShop(t.Context(), p.shop.ID.UUID)
	if err := p.DB.InTx(ctx, func(tx database.Tx) error {
		done, err := tx.Exec(ctx, statement, args...)
		if err == nil && done != 1 {
			t.Errorf("%s changed %d rows", statement, done)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// tokens are signed tokens: a good one, and those with a fault each, signed with a key of the deployment's own.
func tokens(t *testing.T, p *premises) []viewer {
	t.Helper()
	w := &shift{App: p.App, who: p.back}
	back := "http://127.0.0.1:9911/back"
	made := w.do(t, "appCreate", appCreate, vars{"i": vars{"title": "Tool", "accessScopes": []string{"orders:read", "products:read"}, "redirectUris": []string{back}}})
	token := throughThePage(t, oauth2.Config{
		ClientID: apptest.String(made, "app", "clientId"), ClientSecret: apptest.String(made, "clientSecret"), RedirectURL: back, Scopes: []string{"openid", "orders:read"},
		Endpoint: oauth2.Endpoint{AuthURL: p.URL + "/oauth/authorize", TokenURL: p.URL + "/oauth/token"},
	})
	parts := strings.Split(token.AccessToken, ".")
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	sign := p.signer(t)
	forged := func(key string, value any) apptest.Headers {
		claims := map[string]any{}
		if err := json.Unmarshal(body, &claims); err != nil {
			t.Fatal(err)
		}
		if key != "" {
			claims[key] = value
		}
		return bearing(sign(claims))
	}
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"at+jwt"}`)) + "." + parts[1] + "."
	identity, _ := token.Extra("id_token").(string)
	may := access.Actor{Kind: access.Staff, Scopes: access.NewScopes("orders:read")}
	bad := map[string]apptest.Headers{
		"signed token, alg none": bearing(none), "signed token, its signature cut": bearing(parts[0] + "." + parts[1] + "."), "identity token": bearing(identity), "refresh token": bearing(token.RefreshToken),
		"signed token, wrong audience": forged("aud", "https://elsewhere.test/graphql"), "signed token, wrong issuer": forged("iss", "https://elsewhere.test"),
		"signed token, expired": forged("exp", time.Now().Add(-time.Hour).Unix()), "signed token, not yet": forged("nbf", time.Now().Add(time.Hour).Unix()),
	}
	out := []viewer{{"signed token", bearing(token.AccessToken), may}, {"signed token, by another key of ours", forged("", nil), may}}
	for _, name := range slices.Sorted(maps.Keys(bad)) {
		out = append(out, viewer{name, bad[name], access.Actor{}})
	}
	return out
}

// signer puts a key of its own among the deployment's, and signs claims with it.
func (p *premises) signer(t *testing.T) func(claims any) string {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ctx := database.AllShops(t.Context())
	if err := p.DB.InTx(ctx, func(tx database.Tx) error {
		_, err := tx.SysExec(ctx, `INSERT INTO signing_key (id, kid, algorithm, public, private, sealed, active_at, created_at) VALUES ($1, $2, 'EdDSA', $3, $4, false, $5, $5)`,
			uuid.Must(uuid.NewV7()), "the matrix's", []byte(public), private.Seed(), time.Now().UTC().Add(-time.Hour))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: private, KeyID: "the matrix's"}}, (&jose.SignerOptions{}).WithType("at+jwt"))
	if err != nil {
		t.Fatal(err)
	}
	return func(claims any) string {
		token, err := jwt.Signed(signer).Claims(claims).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
}
