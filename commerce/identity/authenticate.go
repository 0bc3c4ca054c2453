package identity

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/fault"
)

// Credentials are what a request shows of itself, each empty where it shows none.
type Credentials struct {
	// StorefrontPublic is a public storefront token.
	StorefrontPublic string
	// StorefrontPrivate is a private storefront token.
	StorefrontPrivate string
	// Bearer is a session's handle, a public storefront token, or one of those that [Service.Accept] was told of.
	Bearer string
}

// Bearers know who shows a bearer token of a kind that is kept or signed elsewhere, above this package.
type Bearers interface {
	// Claims reports, by its form alone, whether a token is of this kind.
	Claims(token string) bool
	// Bearer tells who shows it. Fails with [fault.Unauthenticated] where it is not good (see [Refused]).
	Bearer(ctx context.Context, token string) (access.Actor, error)
}

// Accept lets a further kind of bearer token in. It is called while the process is put together, before any request.
func (s *Service) Accept(b Bearers) { s.bearers = append(s.bearers, b) }

// Refused is the one answer to every token that is not good, whoever reads it.
func Refused() error { return refused() }

// Authenticate tells who sends a request, and in which shop. The session of a customer or a member of staff wins over
// storefront tokens beside it; everything that is shown must be good and of one shop, so that a token that has ended
// is never mistaken for a request without one. The actor is Private when a private storefront token was shown. Fails
// with [fault.Unauthenticated] where nothing was shown or anything shown is refused.
func (s *Service) Authenticate(ctx context.Context, c Credentials) (access.Actor, error) {
	var room [3]access.Actor
	shown := room[:0]
	private, client := false, uuid.Nil
	for _, t := range []struct{ token, kind string }{{c.StorefrontPublic, Public}, {c.StorefrontPrivate, Private}} {
		if t.token == "" {
			continue
		}
		actor, err := s.storefrontOf(ctx, t.token, t.kind)
		if err != nil {
			return access.Actor{}, err
		}
		shown = append(shown, actor)
		private = private || t.kind == Private
		if actor.Client != uuid.Nil {
			client = actor.Client
		}
	}
	if c.Bearer != "" {
		actor, err := s.bearer(ctx, c.Bearer)
		if err != nil {
			return access.Actor{}, err
		}
		shown = append(shown, actor)
	}
	if len(shown) == 0 {
		return access.Actor{}, fault.New(fault.Unauthenticated, "Send a storefront token, or sign in and send your access token.")
	}
	// The last one shown weighs most: a bearer over a private token over a public one.
	actor := shown[len(shown)-1]
	for _, other := range shown {
		if other.Shop != actor.Shop {
			return access.Actor{}, refused()
		}
		// A storefront token sent as bearer adds nothing to a private one.
		if actor.Kind == access.Storefront && other.Private {
			actor = other
		}
	}
	actor.Private = private
	if client != uuid.Nil { // the token shown now says more than the one that a session was opened with
		actor.Client = client
	}
	return actor, nil
}

func (s *Service) bearer(ctx context.Context, token string) (access.Actor, error) {
	if isHandle(token) {
		return s.Lookup(ctx, token)
	}
	for _, b := range s.bearers {
		if b.Claims(token) {
			return b.Bearer(ctx, token)
		}
	}
	return s.storefrontOf(ctx, token, Public)
}

// storefrontOf looks a token up that was shown in the place for one kind. A private token in a public place is refused:
// it may have been built into a web page, and should be found out at once.
func (s *Service) storefrontOf(ctx context.Context, token, kind string) (access.Actor, error) {
	found, err := s.storefront(ctx, token)
	if err != nil {
		return access.Actor{}, err
	}
	if found.kind != kind {
		return access.Actor{}, refused()
	}
	return found.actor, nil
}
