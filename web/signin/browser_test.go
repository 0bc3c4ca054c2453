package signin_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
)

func browsersGoAstray(t *testing.T, p *premises) {
	lost := func(t *testing.T, got page) {
		t.Helper()
		refused(t, got, http.StatusBadRequest, "This sign-in has ended")
	}
	t.Run("Cookie", func(t *testing.T) {
		begun := p.visitor().open(t, p.startURL("directory", storefrontBack))
		if len(begun.cookie) != 1 {
			t.Fatal(begun.cookie)
		}
		c := *begun.cookie[0]
		if c.Name != "rialto_signin" || c.Path != "/signin" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 600 || len(c.Value) != 43 || c.Domain != "" {
			t.Errorf("%+v", c)
		}
	})
	t.Run("OtherBrowser", func(t *testing.T) {
		v := p.visitor()
		back := v.atProvider(t, v.toProvider(t, "directory"), person(unique("mallory")))
		lost(t, p.visitor().open(t, back)) // no cookie at all
		other := p.visitor()
		other.toProvider(t, "directory")
		lost(t, other.open(t, back)) // the cookie of another sign-in
		v.open(t, back).token(t)     // and the attempts took nothing from whose it is
	})
	t.Run("Replayed", func(t *testing.T) {
		v := p.visitor()
		back := v.atProvider(t, v.toProvider(t, "directory"), person(unique("once")))
		cookies := v.client.Jar.Cookies(must(url.Parse(back)))
		v.open(t, back).token(t)
		if left := v.client.Jar.Cookies(must(url.Parse(back))); len(left) > 0 {
			t.Errorf("the cookie outlives the sign-in: %v", left)
		}
		lost(t, v.open(t, back))
		v.client.Jar.SetCookies(must(url.Parse(back)), cookies)
		lost(t, v.open(t, back))
	})
	t.Run("WrongState", func(t *testing.T) {
		v := p.visitor()
		back := must(url.Parse(v.atProvider(t, v.toProvider(t, "directory"), person(unique("state")))))
		query := back.Query()
		state := query.Get("state")
		for _, bad := range []string{"", "x", state + "x", uuid.NewString() + state[36:], strings.ToUpper(state)} {
			query.Set("state", bad)
			back.RawQuery = query.Encode()
			lost(t, v.open(t, back.String()))
		}
		query["state"] = []string{state, state}
		back.RawQuery = query.Encode()
		refused(t, v.open(t, back.String()), http.StatusBadRequest, "This answer cannot be read")
	})
	t.Run("ForeignReturn", func(t *testing.T) {
		for _, foreign := range []string{
			"", "/account", "https://evil.test/", storefrontBack + "&more=1", "http://localhost:3000/account/back", "http://localhost:3000/other", "javascript:alert(1)",
			storefrontBack + "#x", "//evil.test/", "https://" + demoDomain(t, p) + "@evil.test/", "https://" + demoDomain(t, p) + ".evil.test/", `https://` + demoDomain(t, p) + `\@evil.test/`,
			"http://" + demoDomain(t, p) + "/", p.URL + "0/",
		} {
			refused(t, p.visitor().open(t, p.startURL("directory", foreign)), http.StatusBadRequest, "This shop does not send you there")
		}
		for _, own := range []string{"https://" + demoDomain(t, p) + "/account", p.URL + "/playground"} {
			if got := p.visitor().open(t, p.startURL("directory", own)); got.status != http.StatusSeeOther {
				t.Errorf("%s: %d %q", own, got.status, got.title)
			}
		}
	})
	t.Run("Denied", func(t *testing.T) {
		got := p.visitor().walk(t, "directory", person(unique("no"), "fault", "denied"))
		if got.to == nil || got.to.Query().Get("error") != "access_denied" || got.to.Query().Get("token") != "" || got.to.Host != "localhost:3000" || got.to.Query().Get("state") != "the storefront's own" {
			t.Errorf("%d %v", got.status, got.to)
		}
	})
}

func demoDomain(t *testing.T, p *premises) string {
	t.Helper()
	s, err := p.Shops.Current(shopContext(t, p))
	if err != nil || s.Domain == "" {
		t.Fatalf("%q: %v", s.Domain, err)
	}
	return s.Domain
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func distrusted(t *testing.T, p *premises) {
	t.Run("Tokens", func(t *testing.T) {
		for fault, why := range map[string]string{
			"nonce": "the token is another sign-in's", "audience": "expected audience", "audiences": "the token was made for another client",
			"party": "the token was made for another client", "issuer": "issued by a different provider", "unsigned": "malformed jwt", "shared": "malformed jwt",
			"foreign": "failed to verify signature", "expired": "token is expired", "future": "the token is from the future", "no_subject": "the token names no subject",
			"other_answer": "the answer is not this provider's",
		} {
			t.Run(fault, func(t *testing.T) {
				before := p.log.Len()
				refused(t, p.visitor().walk(t, "directory", person(unique("x"), "fault", fault, "alg", "EdDSA")), http.StatusBadGateway, "We could not make sure that this is you")
				if said := p.log.Since(before); !strings.Contains(said, "was not believed") || !strings.Contains(said, why) {
					t.Errorf("it was not refused because %q, but: %s", why, said)
				}
			})
		}
	})
	t.Run("AnswersThatNameNobody", func(t *testing.T) {
		p.believe("named", "named", "CUSTOMER", map[string]any{"createAccounts": true})
		v := p.visitor()
		back := must(url.Parse(v.atProvider(t, v.toProvider(t, "named"), person(unique("named")))))
		query := back.Query()
		query.Del("iss")
		back.RawQuery = query.Encode()
		refused(t, v.open(t, back.String()), http.StatusBadGateway, "We could not make sure that this is you")
		p.visitor().walk(t, "named", person(unique("named"))).token(t)
	})
	t.Run("Refused", func(t *testing.T) {
		refused(t, p.visitor().walk(t, "directory", person(unique("x"), "fault", "broken")), http.StatusForbidden, "The Directory did not sign you in")
	})
	t.Run("SecretInTheForm", func(t *testing.T) {
		p.believe("poster", "poster", "CUSTOMER", map[string]any{"createAccounts": true})
		p.visitor().walk(t, "poster", person(unique("post"))).token(t)
	})
	t.Run("WrongSecret", func(t *testing.T) {
		p.believe("wrong-secret", "good", "CUSTOMER", map[string]any{"clientSecret": "not this one"})
		refused(t, p.visitor().walk(t, "wrong-secret", person(unique("x"))), http.StatusBadGateway, "We could not make sure that this is you")
	})
	t.Run("Unreachable", func(t *testing.T) {
		silent := "The Directory does not answer"
		for handle, issuer := range map[string]string{"liar": "liar", "weak": "weak", "slow": "slow", "nowhere": "nowhere/at/all"} {
			p.believe(handle, issuer, "CUSTOMER", nil)
			refused(t, p.visitor().open(t, p.startURL(handle, storefrontBack)), http.StatusBadGateway, silent)
		}
		p.believe("down", "good", "CUSTOMER", map[string]any{"issuer": "http://127.0.0.1:1"})
		refused(t, p.visitor().open(t, p.startURL("down", storefrontBack)), http.StatusBadGateway, silent)
		for _, fault := range []string{"token_down", "token_slow"} {
			refused(t, p.visitor().walk(t, "directory", person(unique("x"), "fault", fault)), http.StatusBadGateway, silent)
		}
	})
}

func otherShops(t *testing.T, p *premises) {
	handle := unique("other")
	other, err := p.Shops.Create(t.Context(), shop.Shop{Handle: handle, Name: "Other", Email: "other@rialto.test", Currency: "USD", Country: "US", Language: "EN", MoneyFormat: "${{amount}}"},
		[]shop.Market{{Handle: "home", Name: "Home", Countries: []string{"US"}, Languages: []string{"EN"}, Currency: "USD", Rate: "1", Enabled: true}})
	if err != nil {
		t.Fatal(err)
	}
	start := p.URL + "/signin/" + handle + "/directory/start?return_to=" + url.QueryEscape(storefrontBack)
	refused(t, p.visitor().open(t, start), http.StatusNotFound, "There is no such way to sign in")
	refused(t, p.visitor().open(t, p.URL+"/signin/no-such-shop/directory/start"), http.StatusNotFound, "There is no such way to sign in")
	refused(t, p.visitor().open(t, p.URL+"/signin/"), http.StatusNotFound, "There is nothing here")

	// A token of one shop is nothing in another.
	token := p.visitor().walk(t, "directory", person(unique("shopper"))).token(t)
	there := database.WithShop(t.Context(), other.ID.UUID)
	if opened, problems, err := p.SignIn.SignInCustomer(there, token); err != nil || opened != nil || len(problems) != 1 {
		t.Errorf("%v %v %v", opened, problems, err)
	}
	p.customerOf(t, token)
}

func providerSettings(t *testing.T, p *premises) {
	id := p.believe("changing", "good", "CUSTOMER", map[string]any{"createAccounts": true})
	name := unique("kept")
	p.customerOf(t, p.visitor().walk(t, "changing", person(name)).token(t))
	update := func(in map[string]any) {
		t.Helper()
		data := p.Query(t, `mutation($id: ID!, $in: IdentityProviderUpdateInput!) { identityProviderUpdate(identityProviderId: $id, input: $in) { identityProvider { enabled createAccounts } userErrors { message } } }`,
			map[string]any{"id": id, "in": in}, p.owner)
		if apptest.At(data, "identityProviderUpdate", "identityProvider") == nil {
			t.Fatal(data)
		}
	}
	update(map[string]any{"createAccounts": false})
	refused(t, p.visitor().walk(t, "changing", person(unique("new"))), http.StatusForbidden, "There is no account with your email")
	waiting := p.visitor().walk(t, "changing", person(name)).token(t)
	v := p.visitor()
	underWay := v.atProvider(t, v.toProvider(t, "changing"), person(name))
	update(map[string]any{"enabled": false})
	refused(t, p.visitor().open(t, p.startURL("changing", storefrontBack)), http.StatusNotFound, "There is no such way to sign in")
	refused(t, v.open(t, underWay), http.StatusNotFound, "There is no such way to sign in")
	if got := p.codes(t, exchangeCustomer, "customerAccessTokenCreateWithMultipass", "customerUserErrors", waiting); !slices.Equal(got, []string{"INVALID_MULTIPASS_REQUEST"}) {
		t.Error(got)
	}
	update(map[string]any{"enabled": true, "linkAccounts": false})
	p.customerOf(t, p.visitor().walk(t, "changing", person(name)).token(t)) // what was tied stays tied

	data := p.Query(t, `mutation($id: ID!) { identityProviderDelete(identityProviderId: $id) { deletedIdentityProviderId userErrors { message } } }`, map[string]any{"id": id}, p.owner)
	if apptest.String(data, "identityProviderDelete", "deletedIdentityProviderId") != id {
		t.Fatal(data)
	}
	refused(t, p.visitor().open(t, p.startURL("changing", storefrontBack)), http.StatusNotFound, "There is no such way to sign in")

	// The secret is nowhere in the clear.
	var kept []byte
	var sealed bool
	if err := p.DB.QueryRow(shopContext(t, p), "SELECT client_secret, sealed FROM identity_provider WHERE shop_id = $1 AND handle = $2", "directory").Scan(&kept, &sealed); err != nil {
		t.Fatal(err)
	}
	if !sealed || strings.Contains(string(kept), providerSecret) {
		t.Errorf("the secret is kept as %q", kept)
	}
}
