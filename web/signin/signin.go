// Package signin is where browsers begin and end a sign-in at an outside provider: an address that leads to the provider, and
// one that the provider leads back to.
//
// It decides nothing about who somebody is (see commerce/federation). It keeps the one cookie of this deployment: a secret by
// which the browser that comes back is known to be the one that left. No page reads it, no other address gets it, and it
// ends with the sign-in.
//
// Where a sign-in does not go on, a page in one piece says so in words. It cannot be framed, loads nothing and is kept by no
// cache.
package signin

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/rialtohq/rialto/commerce/federation"
	"github.com/rialtohq/rialto/platform/fault"
)

// CookieName is the name of the browser's secret. Where the connection is secure, browsers take one of this name from nobody
// who could not have made such a connection.
const (
	CookieName       = "rialto_signin"
	SecureCookieName = "__Host-" + CookieName
)

// Providers signs people in; *federation.Service does.
type Providers interface {
	Start(ctx context.Context, in federation.Start) (federation.Started, error)
	Finish(ctx context.Context, a federation.Answer) (to string, err error)
}

// Config is what the handler is made of. Providers must be set.
type Config struct {
	Providers Providers
	// Secure says that browsers reach this deployment by https.
	Secure bool
	Log    *slog.Logger // slog.Default()
}

// New makes the handler of everything below [federation.Path].
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &server{c}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+federation.Path+"{shop}/{provider}/start", s.start)
	mux.HandleFunc("GET "+federation.CallbackPath, s.callback)
	mux.HandleFunc(federation.Path, func(w http.ResponseWriter, r *http.Request) {
		s.page(w, http.StatusNotFound, "There is nothing here", "Go back to the shop and sign in again.")
	})
	return mux
}

type server struct{ Config }

// start sends a browser to a provider.
func (s *server) start(w http.ResponseWriter, r *http.Request) {
	query, ok := once(r, "return_to", "state")
	if !ok {
		s.page(w, http.StatusBadRequest, "This address is not complete", "Go back to the shop and sign in again.")
		return
	}
	started, err := s.Providers.Start(r.Context(), federation.Start{
		Shop: r.PathValue("shop"), Provider: r.PathValue("provider"), ReturnTo: query["return_to"], State: query["state"], Browser: s.browser(r),
	})
	if err != nil {
		s.stopped(w, r, err)
		return
	}
	s.remember(w, started.Browser, int(federation.FlowLifetime.Seconds()))
	s.send(w, r, started.URL)
}

// callback takes a browser that comes back from a provider (RFC 6749, section 4.1.2).
func (s *server) callback(w http.ResponseWriter, r *http.Request) {
	query, ok := once(r, "state", "code", "iss", "error")
	if !ok {
		s.page(w, http.StatusBadRequest, "This answer cannot be read", "Go back to the shop and sign in again.")
		return
	}
	to, err := s.Providers.Finish(r.Context(), federation.Answer{
		State: query["state"], Code: query["code"], Issuer: query["iss"], Error: query["error"], Browser: s.browser(r),
	})
	if err != nil {
		s.stopped(w, r, err)
		return
	}
	s.remember(w, "", -1)
	s.send(w, r, to)
}

// once reads parameters, of which each may come once (RFC 6749, section 3.1).
func once(r *http.Request, names ...string) (map[string]string, bool) {
	query := r.URL.Query()
	out := make(map[string]string, len(names))
	for _, name := range names {
		if len(query[name]) > 1 {
			return nil, false
		}
		out[name] = query.Get(name)
	}
	return out, true
}

// cookiePath is where the browser shows the secret: where sign-ins begin and end. Browsers take a cookie by the secure name,
// which no other host of the domain can set, for all paths only.
func (s *server) cookiePath() string {
	if s.Secure {
		return "/"
	}
	return strings.TrimSuffix(federation.Path, "/")
}

func (s *server) cookieName() string {
	if s.Secure {
		return SecureCookieName
	}
	return CookieName
}

// browser is the secret that the browser was given; empty is none.
func (s *server) browser(r *http.Request) string {
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return ""
	}
	return c.Value
}

// remember gives the browser its secret. It comes back with a page that the browser is led to from elsewhere (Lax), which is
// how a provider sends it here.
func (s *server) remember(w http.ResponseWriter, secret string, age int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // secure wherever the deployment is reached by https
		Name: s.cookieName(), Value: secret, Path: s.cookiePath(), MaxAge: age, HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode,
	})
}

func (s *server) send(w http.ResponseWriter, r *http.Request, to string) {
	guard(w)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// stopped answers with why a sign-in does not go on.
func (s *server) stopped(w http.ResponseWriter, r *http.Request, err error) {
	if why, ok := federation.StoppedBy(err); ok {
		status := http.StatusForbidden
		switch why.Reason {
		case federation.Unknown:
			status = http.StatusNotFound
		case federation.NoReturn, federation.Lost:
			status = http.StatusBadRequest
		case federation.Silent, federation.Distrusted:
			status = http.StatusBadGateway
		}
		s.page(w, status, why.Title, why.Text)
		return
	}
	if code := fault.CodeOf(err); code == fault.Unavailable || code == fault.Timeout || errors.Is(err, context.DeadlineExceeded) {
		w.Header().Set("Retry-After", "3")
		s.page(w, http.StatusServiceUnavailable, "Too busy", "Go back to the shop and sign in again in a moment.")
		return
	}
	s.Log.ErrorContext(r.Context(), "a sign-in failed", "error", err)
	s.page(w, http.StatusInternalServerError, "Something broke on our side", "Nothing is wrong with your account. Please try again in a moment.")
}
