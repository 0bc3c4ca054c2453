package signin_test

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/telemetry/telemetrytest"
)

const (
	shopHandle     = "rialto-demo"
	providerSecret = "what the client shows the provider"
	storefrontBack = "http://localhost:3000/account/back?from=provider"
)

// startProvider builds a provider of identities and runs it as a process of its own; it ends with the test.
func startProvider(t *testing.T) (address string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "provider")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", program, "../../commerce/federation/providertest")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as make builds, so that little is left to compile
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command(program, "-client", "rialto", "-secret", providerSecret)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the provider did not start")
	}
	return lines.Text()
}

// premises is a running shop that believes a provider.
type premises struct {
	*apptest.App
	t        *testing.T
	provider string
	owner    apptest.Headers
	log      *telemetrytest.Log // why a provider was not believed is told nowhere else
}

// believe makes a provider of the shop, with what the input says beside the usual.
func (p *premises) believe(handle, issuer, audience string, more map[string]any) string {
	p.t.Helper()
	in := map[string]any{
		"handle": handle, "title": "The Directory", "issuer": p.provider + "/" + issuer, "clientId": "rialto", "clientSecret": providerSecret, "audience": audience,
		"returnUrls": []string{storefrontBack},
	}
	for k, v := range more {
		in[k] = v
	}
	data := p.Query(p.t, `mutation($in: IdentityProviderCreateInput!) { identityProviderCreate(input: $in) { identityProvider { id } userErrors { code field message } } }`, map[string]any{"in": in}, p.owner)
	id := apptest.String(data, "identityProviderCreate", "identityProvider", "id")
	if id == "" {
		p.t.Fatalf("no provider was made: %v", data)
	}
	return id
}

// visitor is a browser with cookies that goes nowhere by itself.
type visitor struct {
	p      *premises
	client *http.Client
}

func (p *premises) visitor() visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return visitor{p, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is what a browser sees: where it is led, or a title.
type page struct {
	status int
	to     *url.URL
	title  string
	header http.Header
	cookie []*http.Cookie
}

var heading = regexp.MustCompile(`<h1>([^<]*)</h1>`)

func (v visitor) open(t *testing.T, address string) page {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := v.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	out := page{status: res.StatusCode, header: res.Header, cookie: res.Cookies()}
	if to, err := res.Location(); err == nil {
		out.to = to
		return out
	}
	var body strings.Builder
	if _, err := bufio.NewReader(res.Body).WriteTo(&body); err != nil {
		t.Fatal(err)
	}
	if m := heading.FindStringSubmatch(body.String()); m != nil {
		out.title = m[1]
	}
	return out
}

func (p *premises) startURL(handle, returnTo string) string {
	return p.URL + "/signin/" + shopHandle + "/" + handle + "/start?" + url.Values{"return_to": {returnTo}, "state": {"the storefront's own"}}.Encode()
}

// toProvider begins a sign-in and gives the address of the provider's page.
func (v visitor) toProvider(t *testing.T, handle string) *url.URL {
	t.Helper()
	begun := v.open(t, v.p.startURL(handle, storefrontBack))
	if begun.status != http.StatusSeeOther || begun.to == nil || !strings.HasPrefix(begun.to.String(), v.p.provider) {
		t.Fatalf("the browser is not led to the provider: %d %v %q", begun.status, begun.to, begun.title)
	}
	return begun.to
}

// atProvider signs in at the provider as a person, and gives the address that it leads back to.
func (v visitor) atProvider(t *testing.T, to *url.URL, as map[string]string) string {
	t.Helper()
	query := to.Query()
	for k, value := range as {
		query.Set("as_"+k, value)
	}
	signed := *to
	signed.RawQuery = query.Encode()
	back := v.open(t, signed.String())
	if back.to == nil || !strings.HasPrefix(back.to.String(), v.p.URL+"/signin/callback?") {
		t.Fatalf("the provider leads elsewhere: %d %v", back.status, back.to)
	}
	return back.to.String()
}

// walk is a whole sign-in.
func (v visitor) walk(t *testing.T, handle string, as map[string]string) page {
	t.Helper()
	return v.open(t, v.atProvider(t, v.toProvider(t, handle), as))
}

// token is what the browser brings back to the storefront.
func (p page) token(t *testing.T) string {
	t.Helper()
	if p.status != http.StatusSeeOther || p.to == nil || p.to.Query().Get("token") == "" {
		t.Fatalf("no token: %d %v %q", p.status, p.to, p.title)
	}
	rest := *p.to
	query := rest.Query()
	query.Del("token")
	rest.RawQuery = query.Encode()
	want := "http://localhost:3000/account/back?" + url.Values{"from": {"provider"}, "state": {"the storefront's own"}}.Encode()
	if diff := cmp.Diff(want, rest.String()); diff != "" {
		t.Fatal(diff)
	}
	return p.to.Query().Get("token")
}

const exchangeCustomer = `mutation($t: String!) { customerAccessTokenCreateWithMultipass(multipassToken: $t) { customerAccessToken { accessToken expiresAt } customerUserErrors { code field } } }`
const exchangeStaff = `mutation($t: String!) { staffAccessTokenCreateWithProvider(token: $t) { staffAccessToken { accessToken expiresAt } userErrors { code field } } }`

// customerOf exchanges a token and gives the customer's email and name.
func (p *premises) customerOf(t *testing.T, token string) string {
	t.Helper()
	data := p.Query(t, exchangeCustomer, map[string]any{"t": token})
	handle := apptest.String(data, "customerAccessTokenCreateWithMultipass", "customerAccessToken", "accessToken")
	data = p.Query(t, `query($t: String!) { customer(customerAccessToken: $t) { email displayName } }`, map[string]any{"t": handle})
	return apptest.String(data, "customer", "displayName") + " <" + apptest.String(data, "customer", "email") + ">"
}

func (p *premises) codes(t *testing.T, mutation, field, errors, token string) (codes []string) {
	t.Helper()
	list, _ := apptest.At(p.Query(t, mutation, map[string]any{"t": token}), field, errors).([]any)
	for _, e := range list {
		codes = append(codes, apptest.String(e, "code"))
	}
	return codes
}

func unique(name string) string { return name + "-" + uuid.NewString()[:8] }

// person is somebody at the provider.
func person(name string, more ...string) map[string]string {
	out := map[string]string{"sub": name, "email": name + "@people.test", "verified": "true"}
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

func TestSignInAtAProvider(t *testing.T) {
	t.Parallel()
	address := startProvider(t)
	for _, kind := range []apptest.Kind{apptest.Embedded, apptest.Services} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			log := &telemetrytest.Log{}
			a := apptest.Start(t, apptest.Options{
				Kind: kind, App: []app.Option{app.WithLog(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})))},
				Config: func(c *app.Config) {
					c.PrivateProviders, c.Secret = "on", "a secret of this deployment, for nothing but tests"
				},
			})
			p := &premises{App: a, t: t, provider: address, owner: a.Owner(t), log: log}
			p.believe("directory", "good", "CUSTOMER", map[string]any{"createAccounts": true})
			p.believe("staff-directory", "good", "STAFF", map[string]any{"linkAccounts": true})
			t.Run("Customers", func(t *testing.T) { customersSignIn(t, p) })
			t.Run("Staff", func(t *testing.T) { staffSignIn(t, p) })
			t.Run("Browsers", func(t *testing.T) { browsersGoAstray(t, p) })
			t.Run("Distrusted", func(t *testing.T) { distrusted(t, p) })
			t.Run("Shops", func(t *testing.T) { otherShops(t, p) })
			t.Run("Settings", func(t *testing.T) { providerSettings(t, p) })
		})
	}
}

func refused(t *testing.T, got page, status int, title string) {
	t.Helper()
	if got.status != status || got.title != title {
		t.Errorf("%d %q (led to %v), not %d %q", got.status, got.title, got.to, status, title)
	}
	if policy := got.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page is not guarded: %v", got.header)
	}
}

func shopContext(t *testing.T, p *premises) context.Context {
	t.Helper()
	s, err := p.Shops.ByHandle(t.Context(), shopHandle)
	if err != nil {
		t.Fatal(err)
	}
	return database.WithShop(t.Context(), s.ID.UUID)
}
