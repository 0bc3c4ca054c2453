package graph

import (
	"context"

	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/graph/access"
)

// objectPolicies are the policies that the schema names: each asks the service that an object belongs to. What is not the
// kind of object that a policy is about is refused.
type objectPolicies struct{ orders *order.Service }

var _ access.Policies = objectPolicies{}

// Has reports whether the schema may name a policy.
func (objectPolicies) Has(name string) bool { return name == string(policy.OrderContact) }

// Decide asks about an object.
func (p objectPolicies) Decide(ctx context.Context, name string, object any) bool {
	o, ok := object.(*order.Order)
	return ok && o != nil && name == string(policy.OrderContact) && p.orders.SeesContact(ctx, o)
}
