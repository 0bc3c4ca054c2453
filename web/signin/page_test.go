package signin_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/commerce/federation"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/web/signin"
)

// scripted answers every sign-in in one way.
type scripted struct{ err error }

func (s scripted) Start(_ context.Context, in federation.Start) (federation.Started, error) {
	return federation.Started{URL: "https://accounts.test/" + in.Shop + "/" + in.Provider, Browser: "secret"}, s.err
}

func (s scripted) Finish(_ context.Context, a federation.Answer) (string, error) {
	return "https://shop.test/?browser=" + a.Browser, s.err
}

func ask(c signin.Config, address string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	c.Log = slog.New(slog.DiscardHandler)
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for _, cookie := range cookies {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	signin.New(c).ServeHTTP(w, r)
	return w
}

func TestPage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		status int
		says   string
	}{
		"Stopped":  {&federation.Stopped{Reason: federation.Unverified, Title: "<b>Bold</b> Co", Text: "Words & more."}, http.StatusForbidden, "&lt;b&gt;Bold&lt;/b&gt; Co"},
		"Busy":     {fault.New(fault.Unavailable, "pool"), http.StatusServiceUnavailable, "Too busy"},
		"Deadline": {context.DeadlineExceeded, http.StatusServiceUnavailable, "Too busy"},
		"Ours":     {errors.New("the inner word"), http.StatusInternalServerError, "Something broke on our side"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, address := range []string{"/signin/shop/one/start?return_to=x", "/signin/callback?state=x"} {
				w := ask(signin.Config{Providers: scripted{c.err}}, address)
				body := w.Body.String()
				if w.Code != c.status || !strings.Contains(body, c.says) || strings.Contains(body, "inner word") || strings.Contains(body, "<b>") {
					t.Errorf("%s: %d %s", address, w.Code, body)
				}
				if len(w.Result().Cookies()) > 0 {
					t.Errorf("%s: a cookie", address)
				}
				// The one style of the page is the one that its policy lets work.
				sum := sha256.Sum256([]byte(regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(body)[1]))
				if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(w.Header().Get("Content-Security-Policy"), want) {
					t.Errorf("%s: the policy %q lacks %s", address, w.Header().Get("Content-Security-Policy"), want)
				}
			}
		})
	}
}

func TestCookieOfASecureSite(t *testing.T) {
	t.Parallel()
	c := signin.Config{Providers: scripted{}, Secure: true}
	w := ask(c, "/signin/shop/one/start?return_to=x")
	got := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || len(got) != 1 || got[0].Name != "__Host-rialto_signin" || got[0].Path != "/" || !got[0].Secure || !got[0].HttpOnly {
		t.Fatalf("%d %v", w.Code, got)
	}
	// One that a connection without TLS could have left is not looked at.
	for _, known := range []struct{ name, want string }{{signin.SecureCookieName, "https://shop.test/?browser=secret"}, {signin.CookieName, "https://shop.test/?browser="}} {
		w = ask(c, "/signin/callback?state=x", &http.Cookie{Name: known.name, Value: "secret"})
		if w.Header().Get("Location") != known.want {
			t.Errorf("%s: led to %s", known.name, w.Header().Get("Location"))
		}
	}
}

func TestParametersComeOnce(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"/signin/shop/one/start?return_to=x&return_to=y", "/signin/callback?state=x&code=1&code=2"} {
		if w := ask(signin.Config{Providers: scripted{}}, address); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
}
