// Package access decides, before an operation runs, which of its fields the caller may not have, and keeps those fields
// from being resolved.
//
// The schema states the rules (@public, @authenticated, @requiresScopes, @policy), a field's own or its type's. [Rules]
// reads them once, per field of each concrete type. A [Planner] walks an operation over every concrete type that its
// selections can reach, through interfaces, unions and fragments alike, and makes a [Plan]: the reachable fields that
// this caller is refused. [Guard] is the gqlgen extension that puts the plan in force. Field directives themselves never
// run: gqlgen calls a type's directive only where that type is the declared one, so not through `node`.
//
// What a caller may not use it does not see either: [Views] are the parts of the schema that introspection tells of.
//
// It is not about records: whose order is returned is decided by the lookup, and a hidden record is absent.
//
// Invariants: a field without a rule stops the start; a field that an interface declares too is open only where both
// rules are met; a refusal falls before the resolver runs; @skip and @include never make a plan smaller.
package access

import (
	iam "github.com/rialtohq/rialto/commerce/access"
)

// Coordinate names a field of a concrete object type.
type Coordinate struct{ Object, Field string }

// String gives the usual spelling, `Product.title`.
func (c Coordinate) String() string { return c.Object + "." + c.Field }

func (c Coordinate) compare(other Coordinate) int {
	switch {
	case c == other:
		return 0
	case c.Object < other.Object, c.Object == other.Object && c.Field < other.Field:
		return -1
	default:
		return 1
	}
}

// signedIn reports whether somebody in particular acts. Kinds that are not listed count as nobody, so that a kind added
// later is refused until someone decides about it.
func signedIn(by iam.Actor) bool {
	switch by.Kind {
	case iam.Customer, iam.Staff, iam.App, iam.System:
		return true
	default:
		return false
	}
}
