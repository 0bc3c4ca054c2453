package identity

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// The kinds of storefront token: a public one may be seen by every shopper; a private one stays on a server, whose word
// on the shopper's address is then believed.
const (
	Public  = "public"
	Private = "private"
)

// StorefrontToken opens the storefront half of the API of one shop.
type StorefrontToken struct {
	ID    uuid.UUID
	Kind  string
	Title string
	// Token is the secret itself. It is set when the token is made, and kept nowhere.
	Token string
	// Prefix is the token's first characters, to recognize it by.
	Prefix string
	Scopes []string
	// App is the storefront that shows it; nil where it belongs to none.
	App       uuid.UUID
	CreatedAt time.Time
	// ExpiresAt is nil for a token that does not end.
	ExpiresAt *time.Time
}

// StorefrontInput describes a token to be made.
type StorefrontInput struct {
	// Kind is [Public] or [Private].
	Kind string
	// Title tells people what it is for.
	Title string
	// Scopes are what its holder may do beyond what is public; none of them may be a scope of staff.
	Scopes []string
	// App is the app of the shop that shows it, and whose operations it may run; nil for none.
	App uuid.UUID
	// ExpiresAt ends it; nil never does.
	ExpiresAt *time.Time
	// Token fixes the secret instead of drawing one: for the demo shop, whose token stands in its documentation.
	Token string
}

// storefront is a looked-up token.
type storefront struct {
	actor   access.Actor
	kind    string
	expires time.Time // zero: never
}

// CreateStorefront makes a storefront token for the context's shop. Fails with [fault.Invalid] where the kind is neither
// of the two or a scope is one of staff, and with [fault.Conflict] where a fixed token is taken.
func (s *Service) CreateStorefront(ctx context.Context, in StorefrontInput) (t StorefrontToken, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		t, err = s.CreateStorefrontTx(ctx, tx, in)
		return err
	})
	if database.IsUnique(err) {
		err = fault.Wrap(err, fault.Conflict, "This storefront token is in use already.")
	}
	return t, err
}

// CreateStorefrontTx is [Service.CreateStorefront] within a transaction; a fixed token that is taken breaks the
// transaction with a unique violation.
func (s *Service) CreateStorefrontTx(ctx context.Context, tx database.Tx, in StorefrontInput) (StorefrontToken, error) {
	t, err := s.newStorefront(in)
	if err != nil {
		return t, err
	}
	d := digestOf(t.Token)
	tx.AfterCommit(func() { s.tokens.Drop(d) })
	return t, insertStorefront(ctx, tx, t, d[:])
}

func (s *Service) newStorefront(in StorefrontInput) (StorefrontToken, error) {
	t := StorefrontToken{ID: s.newID(), Kind: in.Kind, Title: in.Title, Token: in.Token, Scopes: in.Scopes, App: in.App, CreatedAt: s.clock.Now(), ExpiresAt: in.ExpiresAt}
	if in.Kind != Public && in.Kind != Private {
		return t, fault.New(fault.Invalid, "A storefront token is %q or %q.", Public, Private)
	}
	for _, scope := range in.Scopes {
		if slices.Contains(access.AllScopes, scope) {
			return t, fault.New(fault.Invalid, "A storefront token cannot hold %s: only staff can.", scope)
		}
	}
	if t.Token == "" {
		prefix := prefixPublic
		if in.Kind == Private {
			prefix = prefixPrivate
		}
		var err error
		if t.Token, err = s.mint(prefix, nil); err != nil {
			return t, err
		}
	}
	if len(t.Token) < 16 || len(t.Token) > maxToken || isHandle(t.Token) {
		return t, fault.New(fault.Invalid, "A storefront token has 16 to %d characters.", maxToken)
	}
	t.Prefix = t.Token[:8]
	return t, nil
}

const maxToken = 200

// RevokeStorefront ends a token of the context's shop. Fails with [fault.NotFound] where there is none.
func (s *Service) RevokeStorefront(ctx context.Context, id uuid.UUID) error {
	return s.db.InTx(ctx, func(tx database.Tx) error { return s.RevokeStorefrontTx(ctx, tx, id) })
}

// RevokeStorefrontTx is [Service.RevokeStorefront] within a transaction, when that commits.
func (s *Service) RevokeStorefrontTx(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	ended, err := endStorefront(ctx, tx, id, s.clock.Now())
	if err == nil && !ended {
		err = fault.New(fault.NotFound, "There is no such storefront token.")
	}
	if err == nil {
		s.ForgetStorefrontsTx(tx)
	}
	return err
}

// ForgetStorefrontsTx drops what is remembered of all storefront tokens when the transaction commits: call it where a change alters
// what they open, such as the end of the app that they belong to.
func (s *Service) ForgetStorefrontsTx(tx database.Tx) { tx.AfterCommit(s.tokens.Flush) }

// AdoptStorefrontTx gives a token of the context's shop, which is named by its first eight characters or in whole, to an app of the
// shop, whose operations it may then run, and tells its id. Fails with [fault.NotFound] where there is no such token, and with
// [fault.Conflict] where several begin so.
func (s *Service) AdoptStorefrontTx(ctx context.Context, tx database.Tx, token string, app uuid.UUID) (uuid.UUID, error) {
	adopted, err := adoptStorefront(ctx, tx, token, app)
	switch {
	case err != nil:
		return uuid.Nil, err
	case len(adopted) == 0:
		return uuid.Nil, fault.New(fault.NotFound, "This shop has no such storefront token. Give its first eight characters and no more, or the whole token.")
	case len(adopted) > 1:
		return uuid.Nil, fault.New(fault.Conflict, "%d storefront tokens begin with %q. Give the whole token.", len(adopted), token)
	}
	s.ForgetStorefrontsTx(tx)
	return adopted[0], nil
}

// Storefronts gives a page of the tokens of the context's shop that are in force.
func (s *Service) Storefronts(ctx context.Context, w keyset.Window) ([]StorefrontToken, error) {
	return listStorefronts(ctx, s.db, w, s.clock.Now())
}

// StorefrontsByID gives tokens of the context's shop that are in force.
func (s *Service) StorefrontsByID(ctx context.Context, ids []uuid.UUID) ([]StorefrontToken, error) {
	return storefrontsByID(ctx, s.db, ids, s.clock.Now())
}

// CountStorefrontsTx counts the tokens of the context's shop that are in force.
func (s *Service) CountStorefrontsTx(ctx context.Context, tx database.Tx) (int, error) {
	return countStorefronts(ctx, tx, s.clock.Now())
}

// LookupStorefront tells which shop a storefront token opens, whatever shop the context is bound to. Fails with
// [fault.Unauthenticated] where the token is unknown, ended or revoked.
func (s *Service) LookupStorefront(ctx context.Context, token string) (access.Actor, error) {
	found, err := s.storefront(ctx, token)
	if err != nil {
		return access.Actor{}, err
	}
	return found.actor, nil
}

func (s *Service) storefront(ctx context.Context, token string) (*storefront, error) {
	if token == "" || len(token) > maxToken {
		return nil, refused()
	}
	d := digestOf(token)
	now := s.clock.Now()
	found, ok, err := s.tokens.Get(d, now, func() (*storefront, bool, error) {
		return findStorefront(database.AllShops(ctx), s.db, d)
	})
	if err != nil {
		return nil, err
	}
	if !ok || !found.expires.IsZero() && !found.expires.After(now) {
		return nil, refused()
	}
	return found, nil
}
