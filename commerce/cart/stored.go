package cart

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/money"
)

// State is how far a cart has come.
type State string

// The states of a cart. Only an open one changes.
const (
	Open       State = "open"
	Completing State = "completing" // a checkout is paying for it
	Completed  State = "completed"  // it has become an order
)

// Stored is a cart as it is kept: without a price, and without its key.
type Stored struct {
	ID            uuid.UUID
	KeyHash       []byte
	State         State
	Version       int64 // Version grows with every change.
	Country       string
	Language      string
	Currency      money.Currency // Currency is that of the country's market at the last change.
	CustomerID    *uuid.UUID
	Email         string
	Phone         string
	Note          string
	Attributes    []*Attribute
	DiscountCodes []string
	GiftCards     []uuid.UUID
	Addresses     []StoredAddress
	Billing       *customer.Postal
	Delivery      string // Delivery is the handle of the chosen option; empty while none was chosen.
	Payment       *Payment
	Metafields    []StoredMetafield
	Preferences   *Preferences
	OrderID       *uuid.UUID
	ExpiresAt     time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
	Lines         []StoredLine // Lines are oldest first.
}

// StoredLine is a line as it is kept.
type StoredLine struct {
	ID         uuid.UUID
	VariantID  uuid.UUID
	Quantity   int64
	Attributes []*Attribute
	CreatedAt  time.Time
	key        string // what its attributes are compared by
}

// StoredAddress is a delivery address of a cart.
type StoredAddress struct {
	ID         uuid.UUID       `json:"id"`
	Address    customer.Postal `json:"address"`
	OneTimeUse bool            `json:"one_time_use,omitempty"`
	Selected   bool            `json:"selected,omitempty"`
}

// StoredMetafield is a metafield of a cart.
type StoredMetafield struct {
	ID        uuid.UUID `json:"id"`
	Namespace string    `json:"namespace"`
	Key       string    `json:"key"`
	Type      string    `json:"type"`
	Value     string    `json:"value"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Payment is how a cart is going to be paid: what cartSubmitForCompletion charges.
type Payment struct {
	Amount    money.Money      `json:"amount"`
	Method    PaymentMethod    `json:"method"`
	SessionID string           `json:"session_id,omitempty"` // SessionID is the gateway's token of a direct payment.
	SourceID  string           `json:"source_id,omitempty"`  // SourceID is the client's own reference.
	Billing   *customer.Postal `json:"billing,omitempty"`
}

// PaymentMethod is a way to pay.
type PaymentMethod string

// The ways to pay.
const (
	DirectPayment PaymentMethod = "direct"
	FreePayment   PaymentMethod = "free"
	WalletPayment PaymentMethod = "wallet" // never offered: always refused
)

// Selected is the address the goods go to; nil where none is selected.
func (c *Stored) Selected() *StoredAddress {
	for i := range c.Addresses {
		if c.Addresses[i].Selected {
			return &c.Addresses[i]
		}
	}
	return nil
}

// line finds a line by id; nil where there is none.
func (c *Stored) line(id uuid.UUID) *StoredLine {
	for i := range c.Lines {
		if c.Lines[i].ID == id {
			return &c.Lines[i]
		}
	}
	return nil
}

// same finds the line of a variant with the same attributes, other than one.
func (c *Stored) same(variant uuid.UUID, key string, other uuid.UUID) *StoredLine {
	for i := range c.Lines {
		if l := &c.Lines[i]; l.VariantID == variant && l.key == key && l.ID != other {
			return l
		}
	}
	return nil
}

// remove takes a line out.
func (c *Stored) remove(id uuid.UUID) {
	c.Lines = slices.DeleteFunc(c.Lines, func(l StoredLine) bool { return l.ID == id })
}

// variants are the variants of all lines, each once.
func (c *Stored) variants() []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(c.Lines))
	for i := range c.Lines {
		if id := c.Lines[i].VariantID; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
