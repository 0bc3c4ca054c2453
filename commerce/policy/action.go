package policy

import (
	"slices"

	"github.com/cedar-policy/cedar-go"
)

// Action is what somebody wants to do with a resource.
type Action string

// The actions that policies speak of. They are words of operators' files, and never change meaning.
const (
	OrderView       Action = "order:view"
	OrderContact    Action = "order:contact" // see email and phone number
	OrderRefund     Action = "order:refund"
	AddressView     Action = "address:view"
	LocationRead    Action = "location:read"
	LocationWrite   Action = "location:write"
	LocationOpen    Action = "location:open" // say what a new variant begins with
	LocationFulfill Action = "location:fulfill"
	LocationRestock Action = "location:restock"
	ProductView     Action = "product:view"
)

var actions = []Action{
	OrderView, OrderContact, OrderRefund, AddressView, LocationRead, LocationWrite, LocationOpen, LocationFulfill, LocationRestock, ProductView,
}

// Actions lists them all.
func Actions() []Action { return slices.Clone(actions) }

// Settled reports whether statements decide the action as well, for lists that no policy could walk through one by one.
// Operators' files cannot change those: a list would not follow them.
func (a Action) Settled() bool { return a == OrderView || a == AddressView || a == ProductView }

// Valid reports whether there is such an action.
func (a Action) Valid() bool { return slices.Contains(actions, a) }

func (a Action) uid() cedar.EntityUID { return cedar.NewEntityUID("Action", cedar.String(a)) }
