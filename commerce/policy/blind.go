package policy

import (
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
)

// blind is what of a resource makes no difference to the policies of an action. A list of fifty orders whose policies ask for
// scopes and owners is then one question or two, not fifty. The zero value looks at all.
type blind struct {
	identity bool // which one it is
	owner    bool // who its customer is, beyond whether that is who asks
}

// blindOf reads it from policies. What is not known to be harmless makes a difference.
func blindOf(policies []*Policy) blind {
	b := blind{identity: true, owner: true}
	for _, p := range policies {
		tree := p.parsed.AST()
		switch tree.Resource.(type) {
		case ast.ScopeTypeAll, ast.ScopeTypeIs:
		default:
			b.identity = false
		}
		for _, condition := range tree.Conditions {
			b.read(condition.Body)
		}
	}
	return b
}

// read counts how often a condition names the resource, and its customer, and how many of those are harmless.
func (b *blind) read(body ast.IsNode) {
	var named, harmless, customers, compared int
	ast.Inspect(ast.NewNode(body), func(n ast.IsNode) bool {
		switch n := n.(type) {
		case ast.NodeTypeVariable:
			if n.Name == "resource" {
				named++
			}
		case ast.NodeTypeAccess:
			if isVariable(n.Arg, "resource") {
				harmless++
			}
			if isCustomer(n) {
				customers++
			}
		case ast.NodeTypeHas:
			if isVariable(n.Arg, "resource") {
				harmless++
			}
		case ast.NodeTypeIs:
			if isVariable(n.Left, "resource") {
				harmless++
			}
		case ast.NodeTypeEquals:
			compared += comparesOwner(n.BinaryNode)
		case ast.NodeTypeNotEquals:
			compared += comparesOwner(n.BinaryNode)
		}
		return true
	})
	b.identity = b.identity && named == harmless
	b.owner = b.owner && customers == compared
}

func isVariable(n ast.IsNode, name string) bool {
	v, ok := n.(ast.NodeTypeVariable)
	return ok && string(v.Name) == name
}

// isCustomer is resource.customer.
func isCustomer(n ast.IsNode) bool {
	a, ok := n.(ast.NodeTypeAccess)
	return ok && a.Value == "customer" && isVariable(a.Arg, "resource")
}

// comparesOwner is 1 where resource.customer stands beside principal.
func comparesOwner(n ast.BinaryNode) int {
	if isCustomer(n.Left) && isVariable(n.Right, "principal") || isVariable(n.Left, "principal") && isCustomer(n.Right) {
		return 1
	}
	return 0
}

// alike is the one resource that stands for all which the policies cannot tell apart, as far as the actor goes.
func (b blind) alike(who access.Actor, on Resource) Resource {
	switch r := on.(type) {
	case Order:
		r.ID, r.Customer = b.one(r.ID), b.buyer(who, r.Customer)
		return r
	case Address:
		r.ID, r.Customer = b.one(r.ID), b.buyer(who, r.Customer)
		return r
	}
	return on
}

func (b blind) one(id uuid.UUID) uuid.UUID {
	if b.identity {
		return uuid.Nil
	}
	return id
}

// buyer is nobody, who asks, or somebody else.
func (b blind) buyer(who access.Actor, customer uuid.UUID) uuid.UUID {
	if !b.owner || customer == uuid.Nil || customer == who.ID || who.ID == uuid.Max {
		return customer
	}
	return uuid.Max
}
