package server

import (
	"net/http"
	"strings"

	"github.com/rialtohq/rialto/graph/wire"
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
	Password   http.Handler // choosing a password by a mailed link, at /staff/password
	SignIn     http.Handler // signing in at outside providers, below /signin/
	Home       http.Handler // the front page: where to go from here
}

// Route is an address and who answers it. The pattern is that of http.ServeMux.
type Route struct {
	Pattern string
	Handler http.Handler
}

// Routes is every route of the public port but health.
func (h Handlers) Routes() []Route {
	return []Route{
		{"/graphql", h.GraphQL},
		{"/graphql/{" + wire.DocumentInPath + "}", h.GraphQL}, // a registered operation by its id
		{"/api/{version}/graphql.json", h.GraphQL},            // as clients of other storefront APIs spell it
		{"/api/{version}/graphql", h.GraphQL},
		{"GET /playground", h.Playground},
		{"GET /playground/", h.Playground},
		{"GET /files/", h.Files},
		{"/uploads/", h.Uploads},
		{"/checkout/", h.Checkout},
		{"/orders/", h.Checkout},
		{"/oauth/", h.OAuth},
		{"GET /.well-known/openid-configuration", h.OAuth},
		{"GET /.well-known/oauth-authorization-server", h.OAuth},
		{"GET /signin/", h.SignIn},
		{"/staff/password", h.Password},
		{"GET /{$}", h.Home},
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
			routes.Handle(r.Pattern, r.Handler)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /livez", c.Health.Live())
	mux.Handle("GET /readyz", c.Health.Ready(false))
	mux.Handle("/", middleware.Chain(routes, c.middleware()...))
	return mux
}
