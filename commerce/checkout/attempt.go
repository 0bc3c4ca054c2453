package checkout

import (
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/gid"
)

// State is how far an attempt has come.
type State string

// The states. From Charging it goes to Completed, or to Failed, by way of Returning where money has to be given back.
const (
	Charging  State = "charging"  // everything is held; the gateway is being asked, or its answer is not known
	Returning State = "returning" // it was or may have been charged, and cannot be delivered: the charge is taken back
	Completed State = "completed" // there is an order
	Failed    State = "failed"    // nothing is held, nothing was charged
)

// AttemptType is the type of attempts in global ids.
const AttemptType = "CheckoutAttempt"

// Attempt is one try to buy a cart.
type Attempt struct {
	ID           uuid.UUID
	CartID       uuid.UUID
	Token        string // the client's own name for it
	State        State
	Gateway      string
	PaymentToken string
	PaymentKey   string
	Amount       money.Money
	Snapshot     cart.Snapshot
	ErrorCode    string
	ErrorMessage string
	OrderID      *uuid.UUID
	LeaseUntil   *time.Time
	Tries        int
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// PublicID names the attempt for whoever has the key of its cart.
func (a *Attempt) PublicID(key string) gid.ID {
	return gid.ID{Type: AttemptType, UUID: a.ID, Key: key}
}

func (a *Attempt) live() bool { return a.State == Charging || a.State == Returning }

// ref is the name under which stock, discounts and gift cards are held.
func (a *Attempt) ref() string { return a.ID.String() }

// lines are what is taken from stock.
func (a *Attempt) lines() []inventory.Line {
	out := make([]inventory.Line, len(a.Snapshot.Lines))
	for i, l := range a.Snapshot.Lines {
		out[i] = inventory.Line{VariantID: l.VariantID, Quantity: l.Quantity}
	}
	return out
}
