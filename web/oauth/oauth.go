// Package oauth is the authorization server's HTTP side: the page on which staff sign in and agree to what an app asks for,
// the endpoints that apps call, and the documents by which clients find all that.
//
// It decides nothing about tokens (see commerce/oauth). It is strict about the form of requests: a parameter that comes
// twice, and a secret in an address, are refused.
//
// The page is plain HTML in one piece that works without JavaScript and sets no cookie: nobody stays signed in at it, so no
// other site can agree in somebody's name. It cannot be framed, loads nothing and is kept by no cache.
package oauth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/google/uuid"

	provider "github.com/rialtohq/rialto/commerce/oauth"
)

// Path is where the page and the endpoints are.
const Path = "/oauth/"

// The endpoints, below the public address.
const (
	AuthorizePath  = Path + "authorize"
	ConsentPath    = Path + "consent"
	TokenPath      = Path + "token"
	RevokePath     = Path + "revoke"
	IntrospectPath = Path + "introspect"
	UserInfoPath   = Path + "userinfo"
	KeysPath       = Path + "keys"
	OpenIDPath     = "/.well-known/openid-configuration"       // OpenID Connect Discovery, section 4
	ServerPath     = "/.well-known/oauth-authorization-server" // RFC 8414, section 3
)

// Config is what the handler is made of. Provider and ShopName must be set.
type Config struct {
	Provider *provider.Service
	// ShopName gives the name of a shop that people see.
	ShopName func(ctx context.Context, shop uuid.UUID) (string, error)
	Log      *slog.Logger // slog.Default()
}

// New makes the handler of everything below [Path], and of the two documents.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &server{Config: c}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+AuthorizePath, s.show)
	mux.HandleFunc("POST "+AuthorizePath, s.show)
	mux.HandleFunc("POST "+ConsentPath, s.consent)
	mux.HandleFunc("POST "+TokenPath, s.endpoint(s.token))
	mux.HandleFunc("POST "+RevokePath, s.endpoint(s.revoke))
	mux.HandleFunc("POST "+IntrospectPath, s.endpoint(s.introspect))
	mux.HandleFunc("GET "+UserInfoPath, s.userInfo)
	mux.HandleFunc("POST "+UserInfoPath, s.userInfo)
	mux.HandleFunc("GET "+KeysPath, s.keys)
	mux.HandleFunc("GET "+OpenIDPath, s.discovery)
	mux.HandleFunc("GET "+ServerPath, s.discovery)
	return mux
}

type server struct{ Config }

// refusal gives what an app may know of an error; ok is false for errors that are ours.
func refusal(err error) (*provider.Error, bool) {
	return errors.AsType[*provider.Error](err)
}
