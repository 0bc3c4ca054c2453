package oauth

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Credentials are how an app says at an endpoint which it is (RFC 6749, section 2.3).
type Credentials struct {
	ClientID string
	// Secret is empty for a public app.
	Secret string
}

// Authenticate tells which app calls. An unknown app, a revoked one and a wrong secret get the same [Error]; an app that
// can keep a secret must show it, and one that cannot must not have one.
func (s *Service) Authenticate(ctx context.Context, c Credentials) (*apps.Client, error) {
	found, err := s.client(ctx, c.ClientID)
	switch {
	case err != nil:
		return nil, err
	case found.Kind == apps.Public && c.Secret == "", found.Kind != apps.Public && found.Proves(c.Secret, s.clock.Now()):
		return found, nil
	}
	return nil, errClient
}

// errClient is the one answer to whoever is no app, so that it tells nothing.
var errClient = refuse(InvalidClient, "The app is unknown, or its secret is wrong.")

// client finds the app of a client_id. Fails with errClient where there is none or it was revoked.
func (s *Service) client(ctx context.Context, clientID string) (*apps.Client, error) {
	id, err := uuid.Parse(clientID)
	if err != nil || id.String() != clientID { // one spelling only
		return nil, errClient
	}
	found, err := s.apps.Client(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, errClient
	}
	return found, err
}

// allows reports whether an app may have its answers sent to an address: exactly one of those that it registered (RFC
// 9700, section 2.1). A program on somebody's desk listens on whatever port is free, so for a public app the port of a
// loopback address may differ (RFC 8252, section 7.3).
func allows(c *apps.Client, redirectURI string) bool {
	if c.RedirectsTo(redirectURI) {
		return true
	}
	asked, ok := loopback(redirectURI)
	if !ok || c.Kind != apps.Public {
		return false
	}
	return slices.ContainsFunc(c.RedirectURIs, func(registered string) bool {
		r, ok := loopback(registered)
		return ok && r == asked
	})
}

// loopback gives an http address of this machine without its port. The name localhost is not one: it can lead elsewhere.
func loopback(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" || u.User != nil || u.Fragment != "" || strings.Contains(text, "#") {
		return "", false
	}
	address, err := netip.ParseAddr(u.Hostname())
	if err != nil || !address.IsLoopback() {
		return "", false
	}
	return "http://" + address.String() + u.EscapedPath() + "?" + u.RawQuery, true
}

// inShop binds a context to the shop of an app.
func inShop(ctx context.Context, c *apps.Client) context.Context {
	return database.WithShop(ctx, c.Shop)
}
