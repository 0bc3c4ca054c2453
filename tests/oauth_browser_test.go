package tests

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"golang.org/x/oauth2"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
)

// A member of staff lets a tool act for them, in a browser: what they see, what they can do wrong, and where they land.
func TestAToolIsLetInInABrowser(t *testing.T) {
	tab, complaints := browser(t)
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		t.Helper()
		w := &shift{App: a, who: a.Owner(t)}
		v := &visit{tool: newTool(t, w), App: a, tab: newTab(t, tab), complaints: complaints}
		t.Run("AWrongPasswordStaysOnThePage", v.wrongPassword)
		t.Run("AllowedLandsInTheTool", v.allowed)
		t.Run("ACodeIsGoodOnce", v.replayed)
		t.Run("CanceledLandsInTheTool", v.canceled)
		t.Run("AnotherVerifierGetsNothing", v.wrongVerifier)
		t.Run("AnotherAddressIsNotGoneTo", v.mismatch)
		t.Run("AnUsedRefreshTokenEndsAll", v.refreshReused)
		t.Run("SignedOutEverywhereTheToolIsToo", v.signedOut)
		if heard := complaints(); len(heard) > 0 {
			t.Errorf("the browser complained: %q", heard)
		}
	})
}

// newTab opens a tab of its own in a running browser.
func newTab(t *testing.T, browser context.Context) context.Context {
	t.Helper()
	tab, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	return tab
}

// tool is a program of somebody else's, with a page to start from and one to come back to. It shows what became of it.
type tool struct {
	*httptest.Server
	config oauth2.Config

	mu       sync.Mutex
	verifier string
	token    *oauth2.Token
	back     string // where the browser came back to, whole
	tamper   bool   // hand in another verifier
}

func newTool(t *testing.T, w *shift) *tool {
	t.Helper()
	o := &tool{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /start", o.start)
	mux.HandleFunc("GET /back", o.backAgain)
	o.Server = httptest.NewServer(mux)
	t.Cleanup(o.Close)
	made := w.do(t, "appCreate", appCreate, vars{"i": vars{"title": "Label printer", "accessScopes": []string{"orders:read"}, "redirectUris": []string{o.URL + "/back"}}})
	o.config = oauth2.Config{
		ClientID: apptest.String(made, "app", "clientId"), ClientSecret: apptest.String(made, "clientSecret"), RedirectURL: o.URL + "/back", Scopes: []string{"orders:read", "offline_access"},
		Endpoint: oauth2.Endpoint{AuthURL: w.URL + "/oauth/authorize", TokenURL: w.URL + "/oauth/token"},
	}
	return o
}

func (o *tool) start(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.verifier = oauth2.GenerateVerifier()
	http.Redirect(w, r, o.config.AuthCodeURL("of the tool", oauth2.S256ChallengeOption(o.verifier)), http.StatusFound)
}

func (o *tool) backAgain(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.back = r.URL.String()
	q := r.URL.Query()
	outcome := q.Get("error")
	if code := q.Get("code"); code != "" {
		verifier := o.verifier
		if o.tamper {
			verifier = oauth2.GenerateVerifier()
		}
		token, err := o.config.Exchange(r.Context(), code, oauth2.VerifierOption(verifier))
		outcome = "let in"
		if err != nil {
			outcome = "refused: " + problem(err)
		} else {
			o.token = token
		}
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = fmt.Fprintf(w, `<!doctype html><link rel="icon" href="data:,"><p id="outcome">%s %s</p>`, outcome, q.Get("state"))
}

// problem is the OAuth error code of a failed request for a token.
func problem(err error) string {
	failed, ok := err.(*oauth2.RetrieveError) //nolint:errorlint // the library returns it as it is
	if !ok {
		return err.Error()
	}
	return failed.ErrorCode
}

// visit is somebody at a browser.
type visit struct {
	*apptest.App
	tool       *tool
	tab        context.Context
	complaints func() []string
}

func (v *visit) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(v.tab, steps...); err != nil {
		t.Fatal(err)
	}
}

func (v *visit) read(t *testing.T, what chromedp.Action[string]) string {
	t.Helper()
	text, err := chromedp.Run(v.tab, what)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// outcome is what the tool's page says, once the browser is there.
func (v *visit) outcome(t *testing.T) string {
	t.Helper()
	v.do(t, chromedp.WaitVisible(chromedp.CSS("#outcome")))
	return v.read(t, chromedp.Text(chromedp.CSS("#outcome")))
}

func signIn(password string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(chromedp.WaitVisible(chromedp.CSS("#password")), chromedp.SetValue(chromedp.CSS("#email"), demo.OwnerEmail), chromedp.SetValue(chromedp.CSS("#password"), password), chromedp.Click(chromedp.CSS("button.main")))
}

func (v *visit) wrongPassword(t *testing.T) {
	v.do(t, chromedp.Navigate(v.tool.URL+"/start"), chromedp.WaitVisible(chromedp.CSS("h1")))
	page := v.read(t, chromedp.Text(chromedp.CSS("main")))
	for _, want := range []string{"Label printer asks for access to", "See orders, with the names and addresses on them."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q: %s", want, page)
		}
	}
	v.do(t, signIn("not the password"), chromedp.WaitVisible(chromedp.CSS(".alert")))
	same(t, demo.OwnerEmail, v.read(t, chromedp.Value(chromedp.CSS("#email"))))
	same(t, "", v.read(t, chromedp.Value(chromedp.CSS("#password"))))
	if address := v.read(t, chromedp.Location()); !strings.HasPrefix(address, v.URL) {
		t.Errorf("led to %s", address)
	}
	v.complaints() // a refused form is told of in the browser's log
}

func (v *visit) allowed(t *testing.T) {
	v.do(t, chromedp.Navigate(v.tool.URL+"/start"), signIn(demo.OwnerPassword))
	same(t, "let in of the tool", v.outcome(t))
	w := (&shift{App: v.App}).bearer(v.tool.token.AccessToken)
	same(t, "OK", w.verdict(t, `{ orders(first: 1) { nodes { id } } }`, nil))
	same(t, "FORBIDDEN", w.verdict(t, `{ customers(first: 1) { nodes { id } } }`, nil))
}

// replayed opens the address once more, as a browser's history would: the code buys nothing, and ends what it bought.
func (v *visit) replayed(t *testing.T) {
	token := v.tool.token
	v.do(t, chromedp.Navigate(v.tool.URL+v.tool.back))
	same(t, "refused: invalid_grant of the tool", v.outcome(t))
	same(t, "UNAUTHENTICATED", (&shift{App: v.App}).bearer(token.AccessToken).verdict(t, `{ shop { name } }`, nil))
}

func (v *visit) canceled(t *testing.T) {
	v.do(t, chromedp.Navigate(v.tool.URL+"/start"), chromedp.WaitVisible(chromedp.CSS("#password")), chromedp.Click(chromedp.CSS(`button[value="deny"]`)))
	same(t, "access_denied of the tool", v.outcome(t))
}

func (v *visit) wrongVerifier(t *testing.T) {
	v.tool.tamper = true
	defer func() { v.tool.tamper = false }()
	v.do(t, chromedp.Navigate(v.tool.URL+"/start"), signIn(demo.OwnerPassword))
	same(t, "refused: invalid_grant of the tool", v.outcome(t))
}

// mismatch asks for the code to be sent elsewhere: it is said on our own page, and nothing is gone to.
func (v *visit) mismatch(t *testing.T) {
	c := v.tool.config
	c.RedirectURL = v.tool.URL + "/elsewhere"
	v.do(t, chromedp.Navigate(c.AuthCodeURL("state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()))), chromedp.WaitVisible(chromedp.CSS(`[role="alert"]`)))
	address := v.read(t, chromedp.Location())
	if at, err := url.Parse(address); err != nil || at.Path != "/oauth/authorize" || !strings.HasPrefix(address, v.URL) {
		t.Errorf("led to %s", address)
	}
	v.complaints() // the page's status is told of in the browser's log
}

func (v *visit) refresh(t *testing.T, token string) (*oauth2.Token, error) {
	t.Helper()
	return v.tool.config.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token}).Token()
}

func (v *visit) refreshReused(t *testing.T) {
	v.do(t, chromedp.Navigate(v.tool.URL+"/start"), signIn(demo.OwnerPassword))
	same(t, "let in of the tool", v.outcome(t))
	first := v.tool.token.RefreshToken
	second, err := v.refresh(t, first)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{first, second.RefreshToken} { // the thief's, and with it the owner's
		if _, err := v.refresh(t, token); err == nil || problem(err) != "invalid_grant" {
			t.Fatalf("refreshed: %v", err)
		}
	}
	same(t, "UNAUTHENTICATED", (&shift{App: v.App}).bearer(second.AccessToken).verdict(t, `{ shop { name } }`, nil))
}

// signedOut ends all that the member is signed in to, and so what acts for them.
func (v *visit) signedOut(t *testing.T) {
	v.do(t, chromedp.Navigate(v.tool.URL+"/start"), signIn(demo.OwnerPassword))
	same(t, "let in of the tool", v.outcome(t))
	token := v.tool.token
	w := &shift{App: v.App, who: v.Owner(t)}
	me := apptest.String(w.Query(t, `{ currentStaffMember { id } }`, nil, w.who), "currentStaffMember", "id")
	w.do(t, "staffMemberSignOut", `mutation($m: ID!) { staffMemberSignOut(staffMemberId: $m) { userErrors { code field message } } }`, vars{"m": me})
	same(t, "UNAUTHENTICATED", w.bearer(token.AccessToken).verdict(t, `{ shop { name } }`, nil))
	if _, err := v.refresh(t, token.RefreshToken); err == nil || problem(err) != "invalid_grant" {
		t.Fatalf("refreshed: %v", err)
	}
}
