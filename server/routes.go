package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/admit"
	"github.com/rialtohq/rialto/platform/ratelimit"
	"github.com/rialtohq/rialto/server/middleware"
)

// Handlers answer the routes. A route without a handler is absent.
type Handlers struct {
	GraphQL    http.Handler // the storefront's and the staff's door
	Playground http.Handler // the explorer, at /playground and below
	Files      http.Handler // pictures and other files, below /files/
	Uploads    http.Handler // where staff put pictures, below /uploads/
	Checkout   http.Handler // the hosted checkout page, below /checkout/ and /orders/
	OAuth      http.Handler // the authorization server: its page and endpoints below /oauth/, and its documents
	SignIn     http.Handler // signing in at outside providers, below /signin/
	Home       http.Handler // the front page: where to go from here
}

// Route is an address and who answers it. The pattern is that of http.ServeMux.
type Route struct {
	Pattern string
	Handler http.Handler
	// Sort is what requests there have in common; nil for operations, which are priced and let in by themselves.
	Sort *sort
}

// sort is a sort of pages.
type sort struct {
	// name is what its limit is called by.
	name string
	// priority is how much it matters while there is too much to do.
	priority admit.Priority
	// perMinute is how often it may be asked for from one address in a minute, which may be that of an office; 0 is any number.
	perMinute int64
}

// The sorts: where people pay, where they sign in, where staff put pictures, and everything else.
var (
	paying    = &sort{"checkout_page", admit.High, 600}
	signing   = &sort{"sign_in_page", admit.Usual, 120}
	uploading = &sort{"upload", admit.Usual, 600}
	usual     = &sort{"page", admit.Usual, 0}
)

// guard has requests to a sort of pages let in by its limits.
func (c Config) guard(s *sort, h http.Handler) http.Handler {
	if s == nil {
		return h
	}
	h = middleware.Admit(c.Gate, s.priority)(h)
	if s.perMinute == 0 {
		return h
	}
	limit := ratelimit.Limit{Capacity: s.perMinute, PerSecond: float64(s.perMinute) / 60}
	return middleware.Limit(func(ctx context.Context) time.Duration { return c.Wait(ctx, s.name, limit) })(h)
}

// Routes is every route of the public port but health.
func (h Handlers) Routes() []Route {
	return []Route{
		{"/graphql", h.GraphQL, nil},
		{"/graphql/{" + wire.DocumentInPath + "}", h.GraphQL, nil}, // a registered operation by its id
		{"/api/{version}/graphql.json", h.GraphQL, nil},            // as clients of other storefront APIs spell it
		{"/api/{version}/graphql", h.GraphQL, nil},
		{"GET /playground", h.Playground, usual},
		{"GET /playground/", h.Playground, usual},
		{"GET /files/", h.Files, usual},
		{"/uploads/", h.Uploads, uploading},
		{"/checkout/", h.Checkout, paying},
		{"/orders/", h.Checkout, paying},
		{"/oauth/", h.OAuth, signing},
		{"GET /.well-known/openid-configuration", h.OAuth, usual},
		{"GET /.well-known/oauth-authorization-server", h.OAuth, usual},
		{"GET /signin/", h.SignIn, signing},
		{"GET /{$}", h.Home, usual},
	}
}

// anyOrigin tells what pages of other origins may read: the API, what apps that run in a browser need to get a token for
// it, and the files that they show. The pages of this site are nobody else's business.
func anyOrigin(r *http.Request) bool {
	switch r.URL.Path {
	case "/graphql", "/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/oauth/keys":
		return true
	}
	for _, below := range []string{"/graphql/", "/api/", "/files/", "/uploads/", "/.well-known/"} {
		if strings.HasPrefix(r.URL.Path, below) {
			return true
		}
	}
	return false
}

// public is the handler of the public port. Health stands before the middleware: it must answer under load, and nobody
// wants it in the access log.
func public(c Config) http.Handler {
	routes := http.NewServeMux()
	for _, r := range c.Handlers.Routes() {
		if r.Handler != nil {
			routes.Handle(r.Pattern, c.guard(r.Sort, r.Handler))
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /livez", c.Health.Live())
	mux.Handle("GET /readyz", c.Health.Ready(false))
	mux.Handle("/", middleware.Chain(routes, c.middleware()...))
	return mux
}
