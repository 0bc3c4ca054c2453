package oauth_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"
	"golang.org/x/net/html"
	"golang.org/x/oauth2"

	"github.com/rialtohq/rialto/commerce/access"
	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/identity"
	provider "github.com/rialtohq/rialto/commerce/oauth"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/web/oauth"
)

const (
	password = "a warm loaf at dawn"
	callback = "https://tool.example/callback?from=rialto"
)

// bundle is a shop with a member of staff, and the authorization server over HTTP.
type bundle struct {
	*testing.T
	ctx      context.Context
	shop     uuid.UUID
	db       *database.DB
	clock    *clock.Manual
	ids      *identity.Service
	staff    *staff.Service
	apps     *apps.Service
	provider *provider.Service
	url      string
	email    string
	member   uuid.UUID
}

func setup(t *testing.T, db *database.DB) bundle {
	t.Helper()
	ctx, shop := databasetest.Shop(t, db)
	b := bundle{T: t, ctx: ctx, shop: shop, db: db, clock: clock.NewManual(time.Now()), email: shop.String() + "@example.com"}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	b.url = server.URL
	b.ids = identity.New(identity.Config{DB: db, Clock: b.clock})
	b.staff = staff.New(staff.Config{DB: db, Clock: b.clock, Identity: b.ids})
	b.apps = apps.New(apps.Config{DB: db, Clock: b.clock, Audit: b.staff, Secrets: b.ids, Locations: noPlaces{}})
	b.provider = b.process()
	b.ids.Accept(b.provider)
	handler = oauth.New(oauth.Config{Provider: b.provider, ShopName: func(context.Context, uuid.UUID) (string, error) { return "Oak & Ash", nil }, Log: slog.New(slog.DiscardHandler)})
	owner, err := b.staff.EnsureOwner(ctx, b.email, "Ada King", password)
	if err != nil {
		t.Fatal(err)
	}
	b.member = owner.ID.UUID
	return b
}

// process is the service as another replica of the deployment has it.
func (b bundle) process() *provider.Service {
	return provider.New(provider.Config{DB: b.db, Clock: b.clock, Identity: b.ids, Staff: b.staff, Apps: b.apps, Issuer: b.url})
}

type noPlaces struct{}

func (noPlaces) LocationIDs(context.Context) ([]uuid.UUID, error) { return nil, nil }

func each(t *testing.T, tests map[string]func(b bundle)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) { test(setup(t, db)) })
		}
	})
}

// client is an app that staff may use, with what a library for such apps needs to know.
type client struct {
	oauth2.Config
	app uuid.UUID
}

// register makes an app of the shop.
func (b bundle) register(kind string, redirects []string, scopes ...string) *client {
	b.Helper()
	title := "Stock <Tool>"
	ctx := access.With(b.ctx, access.Actor{Kind: access.System, Shop: b.shop})
	a, secret, problems, err := b.apps.Create(ctx, apps.Input{Title: &title, Kind: kind, RedirectURIs: redirects, Scopes: scopes})
	if err != nil || len(problems) > 0 {
		b.Fatal(problems, err)
	}
	found, err := oidc.NewProvider(b.ctx, b.url)
	if err != nil {
		b.Fatal(err)
	}
	endpoint := found.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if kind == apps.Public {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &client{app: a.ID.UUID, Config: oauth2.Config{ClientID: a.ClientID(), ClientSecret: secret, Endpoint: endpoint, RedirectURL: redirects[0], Scopes: append([]string{"openid"}, scopes...)}}
}

func (b bundle) tool(scopes ...string) *client {
	b.Helper()
	return b.register(apps.Confidential, []string{callback}, scopes...)
}

// answer is what came back over HTTP.
type answer struct {
	status int
	header http.Header
	body   string
	to     *url.URL // where a redirect leads
}

// get and post are a browser that follows nothing by itself.
func (b bundle) get(at string) answer { b.Helper(); return b.send(http.MethodGet, at, nil, nil) }

func (b bundle) post(at string, form url.Values, header ...string) answer {
	b.Helper()
	return b.send(http.MethodPost, at, form, header)
}

func (b bundle) send(method, at string, form url.Values, header []string) answer {
	b.Helper()
	if strings.HasPrefix(at, "/") {
		at = b.url + at
	}
	req, err := http.NewRequestWithContext(b.ctx, method, at, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: string(body)}
	if at := res.Header.Get("Location"); at != "" {
		if a.to, err = url.Parse(at); err != nil {
			b.Fatal(err)
		}
	}
	return a
}

// json reads the body of an answer of an endpoint.
func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := json.Unmarshal([]byte(a.body), &out); err != nil {
		t.Fatalf("%d %q: %v", a.status, a.body, err)
	}
	return out
}

// form reads the form of a page as a browser would send it: where to, and every field that is filled in.
func (b bundle) form(page string) (to string, fields url.Values) {
	b.Helper()
	fields = url.Values{}
	tokens := html.NewTokenizer(strings.NewReader(page))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return to, fields
		case html.StartTagToken:
			token := tokens.Token()
			attributes := map[string]string{}
			for _, a := range token.Attr {
				attributes[a.Key] = a.Val
			}
			switch token.Data {
			case "form":
				to = attributes["action"]
			case "input":
				fields.Set(attributes["name"], attributes["value"])
			}
		}
	}
}

// allow opens the page for a request, signs the member in and presses the button.
func (b bundle) allow(at, email string) answer {
	b.Helper()
	page := b.get(at)
	if page.status != http.StatusOK {
		b.Fatalf("no page: %d %s", page.status, page.body)
	}
	to, fields := b.form(page.body)
	fields.Set("email", email)
	fields.Set("password", password)
	fields.Set("answer", "allow")
	return b.post(to, fields, "Sec-Fetch-Site", "same-origin")
}

// code walks an app through the page and gives the code with the verifier that redeems it.
func (b bundle) code(c *client, options ...oauth2.AuthCodeOption) (code, verifier string) {
	b.Helper()
	verifier = oauth2.GenerateVerifier()
	a := b.allow(c.AuthCodeURL("state of the tool", append(options, oauth2.S256ChallengeOption(verifier))...), b.email)
	if a.status != http.StatusSeeOther || a.to.Query().Get("code") == "" {
		b.Fatalf("no code: %d %s %s", a.status, a.to, a.body)
	}
	return a.to.Query().Get("code"), verifier
}

// token walks an app through the whole flow.
func (b bundle) token(c *client, options ...oauth2.AuthCodeOption) *oauth2.Token {
	b.Helper()
	code, verifier := b.code(c, options...)
	t, err := c.Exchange(b.ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		b.Fatal(err)
	}
	return t
}

// refresh asks for the next tokens.
func (b bundle) refresh(c *client, token string) (*oauth2.Token, error) {
	return c.TokenSource(b.ctx, &oauth2.Token{RefreshToken: token}).Token()
}

// actor is who the API takes a token for.
func (b bundle) actor(token string) (access.Actor, error) {
	return b.ids.Authenticate(b.ctx, identity.Credentials{Bearer: token})
}

// scopes are what a token allows; it must be good.
func (b bundle) scopes(token string) []string {
	b.Helper()
	a, err := b.actor(token)
	if err != nil {
		b.Fatal(err)
	}
	return a.Scopes.List()
}
