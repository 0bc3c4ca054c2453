// Package access says who acts and what they may do: actors, their scopes, and the roles that give staff their scopes.
//
// It decides nothing about a single field or object: the schema states each field's rule, graph/access plans it, and
// services ask for the owner of a thing. It imports nothing of ours.
//
// Invariants: an actor belongs to exactly one shop; an unknown role gives no scope.
package access

import (
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"
)

// Kind is what sort of actor this is.
type Kind string

// The kinds of actor.
const (
	Anonymous  Kind = ""           // nobody yet: only the door knows these
	Storefront Kind = "storefront" // a storefront's token, for a shopper who has not signed in
	Customer   Kind = "customer"   // a signed-in shopper
	Staff      Kind = "staff"      // a signed-in staff member
	App        Kind = "app"        // a program that shows a key or a token of its own
	System     Kind = "system"     // Rialto itself: consumers, sweeps, the command line
)

// Actor is who acts in a request.
type Actor struct {
	Kind Kind
	// Shop is the shop that the actor acts in.
	Shop uuid.UUID
	// ID is the customer's, staff member's or app's id; the token's for a storefront.
	ID uuid.UUID
	// Session is the id of the session that the actor signed in with, or of an app's key; nil for a bare token.
	Session uuid.UUID
	// Scopes are what the actor may do.
	Scopes Scopes
	// Roles are those of a member of staff, built in or made by the shop; what they allow is in Scopes already.
	Roles []string
	// Via is the app that a member of staff acts through, nil where they act by themselves.
	Via uuid.UUID
	// Client is the app that the shown credentials belong to: that of the storefront token, or the one that the session was
	// opened through. Nil where they belong to none. See [Actor.Program].
	Client uuid.UUID
	// Private says that a secret storefront token was shown: only then is a buyer's address in a header believed.
	Private bool
	// Locations are the only locations of stock that an app may touch; empty is all of them.
	Locations []uuid.UUID
}

// Program is the app that the actor acts as or through; nil where there is none.
func (a Actor) Program() uuid.UUID {
	switch {
	case a.Kind == App:
		return a.ID
	case a.Via != uuid.Nil:
		return a.Via
	}
	return a.Client
}

// Can reports whether the actor has a scope.
func (a Actor) Can(scope string) bool { return a.Scopes.Has(scope) }

// Works reports whether the actor works for the shop: staff, or an app. What such an actor may do, its scopes say.
func (a Actor) Works() bool { return a.Kind == Staff || a.Kind == App }

// Covers reports whether the actor may do everything that a set of scopes allows, wherever it allows it: only such an
// actor may hand them on. Rialto itself may; who is kept to some locations may not.
func (a Actor) Covers(scopes Scopes) bool {
	if a.Kind == System {
		return true
	}
	for scope := range scopes.set {
		if !a.Can(scope) {
			return false
		}
	}
	return a.Works() && len(a.Locations) == 0
}

// Touches reports whether the actor may touch the stock of a location.
func (a Actor) Touches(location uuid.UUID) bool {
	return len(a.Locations) == 0 || slices.Contains(a.Locations, location)
}

// Label names the actor for audit trails and logs: its kind and id, nothing personal.
func (a Actor) Label() string {
	if a.ID == uuid.Nil {
		return string(a.Kind)
	}
	return string(a.Kind) + ":" + a.ID.String()
}

type (
	actorKey   struct{}
	addressKey struct{}
)

// With gives a context in which an actor acts.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, actorKey{}, a) }

// From is the actor of a context; [Anonymous] where there is none.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// WithAddress gives a context of a request that came from a network, such as "203.0.113.0/24": never a full address.
func WithAddress(ctx context.Context, network string) context.Context {
	return context.WithValue(ctx, addressKey{}, network)
}

// AddressFrom is the network that a context's request came from; empty where that is not known.
func AddressFrom(ctx context.Context) string {
	network, _ := ctx.Value(addressKey{}).(string)
	return network
}

// Scopes is a set of scopes. The zero value holds none. It is never changed once made.
type Scopes struct {
	set map[string]struct{}
	key string
}

// NewScopes makes a set.
func NewScopes(scopes ...string) Scopes {
	set := make(map[string]struct{}, len(scopes))
	for _, s := range scopes {
		set[s] = struct{}{}
	}
	key := ""
	for _, s := range slices.Sorted(maps.Keys(set)) {
		key += s + " "
	}
	return Scopes{set: set, key: key}
}

// Has reports whether a scope is in the set.
func (s Scopes) Has(scope string) bool { _, ok := s.set[scope]; return ok }

// Key is the same for equal sets, and for no others: what a plan is kept by.
func (s Scopes) Key() string { return s.key }

// List gives the scopes in alphabetical order.
func (s Scopes) List() []string { return slices.Sorted(maps.Keys(s.set)) }
