// Package inventory knows how many units of a variant lie where, and promises each unit to at most one buyer.
//
// It knows nothing of prices, carts or orders: a promise is held under an opaque [Ref], and a sale names what it was for
// in a text of the caller's.
//
// Invariants:
//   - On hand is the sum of the movements of a level, and reserved the sum of its promises ([Service.Verify] proves it).
//   - 0 ≤ reserved ≤ on hand, except where a variant may be oversold: promises are made of free units only, and neither a
//     count nor an adjustment takes away what is promised.
//   - Incoming is the sum of what transfers in progress bring to a level. It is part of no other number: nothing is sold
//     that has not been received.
//   - A location that is not active holds nothing.
//   - A Ref holds at most one promise per variant and location; a Ref's verbs take turns.
//
// Locks are taken in one order, so that verbs do not deadlock: the transfer, the Ref, its promises, locations, then levels
// by (variant, location). What ends or moves promises of levels, and not of a Ref, looks for them once it has the levels.
package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/coalesce"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/generation"
	"github.com/rialtohq/rialto/platform/gid"
)

// MaxQuantity is the most units that one line or level may name.
const MaxQuantity = 1_000_000_000

// Ref names who holds a promise: a checkout's id, for one. It is opaque here; at most 200 bytes.
type Ref string

// Line asks for units of a variant.
type Line struct {
	VariantID uuid.UUID
	Quantity  int64
}

// Allocation is units of a variant taken from one location. Order lines keep them, so that a return finds its way back.
type Allocation struct {
	VariantID  uuid.UUID `json:"variantId"`
	LocationID uuid.UUID `json:"locationId"`
	Quantity   int64     `json:"quantity"`
}

// Shortage is a variant of which fewer units are free than were asked for. A variant that is not there has none.
type Shortage struct {
	VariantID uuid.UUID
	Requested int64
	Available int64 // never below zero
}

// OutOfStock is the error of a reservation that could not be met; nothing was promised. Lines are in variant order.
type OutOfStock struct{ Lines []Shortage }

// Error gives the text for logs.
func (e OutOfStock) Error() string {
	if len(e.Lines) == 1 {
		l := e.Lines[0]
		return fmt.Sprintf("inventory: %d of variant %s asked for, %d available", l.Requested, l.VariantID, l.Available)
	}
	return fmt.Sprintf("inventory: %d variants fall short", len(e.Lines))
}

// Location is a place that holds stock.
type Location struct {
	ID     gid.ID
	Handle string
	Name   string
	// Priority says which location is emptied first: the smallest number.
	Priority       int
	Active         bool
	FulfillsOnline bool
	Address        Address
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Level is the stock of a variant at a location.
type Level struct {
	ID        gid.ID
	VariantID uuid.UUID
	Location  Location
	OnHand    int64
	Reserved  int64
	Incoming  int64 // on its way here; it cannot be sold before it is received
	UpdatedAt time.Time
}

// Availability is how much of a variant can be sold now, over all locations that serve the online shop.
type Availability struct {
	// Available is on hand less reserved; below zero where more was sold than was there. 0 where nothing is counted.
	Available int64
	Tracked   bool // stock is counted
	Oversell  bool // it may be sold beyond what is there
	ForSale   bool // at least one unit can be bought now
}

// Reason says why stock moved: a word in small letters. Staff may use words of their own.
type Reason string

// The reasons that Rialto itself gives.
const (
	Received   Reason = "received"
	Correction Reason = "correction"
	Sale       Reason = "sale"
	Return     Reason = "return"
	Import     Reason = "import"
	Moved      Reason = "moved"
	Shipped    Reason = "transfer_shipped"
	Arrived    Reason = "transfer_received"
	SentBack   Reason = "transfer_canceled"
)

// Movement is an entry of the stock ledger. It is never edited.
type Movement struct {
	ID         uuid.UUID
	VariantID  uuid.UUID
	LocationID uuid.UUID
	Delta      int64
	After      *int64 // on hand after it; nil of movements from before this was kept
	Reason     Reason
	Ref        string // what it was for, in the caller's words
	Actor      string // who did it: an access label
	CreatedAt  time.Time
}

// ChangedSubject is the subject of the event [Changed].
const ChangedSubject = "inventory.changed"

// Changed says that variants went out of stock or came back: their availability crossed zero. A reader looks up the
// present state, since events may come late or twice.
type Changed struct {
	Variants []uuid.UUID `json:"variants"`
}

// Events takes events in the transaction that causes them.
type Events interface {
	AppendTx(ctx context.Context, tx database.Tx, subject string, payload any) error
}

// Audit records what staff did, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// Config is what the service needs. DB must be set; Clock defaults to the system's, Events and Audit to none, NewID to
// UUIDv7, Policies to Rialto's own.
type Config struct {
	DB       *database.DB
	Clock    clock.Clock
	Events   Events
	Audit    Audit
	Policies *policy.Engine
	NewID    func() uuid.UUID
}

// Service keeps the stock of shops. It is safe for concurrent use, in any number of processes on one database.
type Service struct {
	db       *database.DB
	clock    clock.Clock
	events   Events
	audit    Audit
	policies *policy.Engine
	store    store
	queue    *coalesce.Queue[key, ask, *generation.Noted]
}

// New makes a service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.NewID == nil {
		c.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	s := &Service{
		db: c.DB, clock: c.Clock, events: c.Events, audit: c.Audit, policies: c.Policies.Or(), store: store{newID: c.NewID},
	}
	s.queue = coalesce.New[key](buyersAtOnce, answerWithin, s.answer)
	return s
}
