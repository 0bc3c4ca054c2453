package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
)

var _ identity.Bearers = (*Service)(nil)

// bearer is a looked-up key.
type bearer struct {
	actor   access.Actor
	expires time.Time // zero: never
}

// keyLength is how long every key is: its prefix and 32 bytes in base64url.
const keyLength = len(keyPrefix) + 43

// Claims reports whether a bearer token calls itself an API key.
func (s *Service) Claims(token string) bool { return strings.HasPrefix(token, keyPrefix) }

// Bearer tells which app shows a key, whatever shop the context is bound to, and notes that it was used. What the actor may
// do is what both the key and its app may. Fails with [fault.Unauthenticated] where the key is unknown, ended or revoked,
// or its app is.
func (s *Service) Bearer(ctx context.Context, token string) (access.Actor, error) {
	if len(token) != keyLength {
		return access.Actor{}, identity.Refused()
	}
	d := digestOf(token)
	now := s.clock.Now()
	found, ok, err := s.keys.Get(d, now, func() (*bearer, bool, error) { return findBearer(database.AllShops(ctx), s.db, d) })
	if err != nil {
		return access.Actor{}, err
	}
	if !ok || !found.expires.IsZero() && !found.expires.After(now) {
		return access.Actor{}, identity.Refused()
	}
	if !s.uses.Note(found.actor.Shop, found.actor.Session, now) {
		s.log.WarnContext(ctx, "too many API keys are in use to note when each was used last", "most", maxUses)
	}
	return found.actor, nil
}

// actorOf is the app of a key, with what both may do.
func actorOf(shop, app, key uuid.UUID, ofKey, ofApp []string, locations []uuid.UUID) access.Actor {
	both := slices.DeleteFunc(slices.Clone(ofKey), func(scope string) bool { return !slices.Contains(ofApp, scope) })
	return access.Actor{Kind: access.App, Shop: shop, ID: app, Session: key, Scopes: access.NewScopes(both...), Locations: locations}
}
