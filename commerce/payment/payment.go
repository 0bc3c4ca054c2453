// Package payment speaks with payment gateways and keeps the record of what was asked of them and what came of it.
//
// It does not decide what is charged or when: checkout and order do, and they resume after a crash. The way is always the
// same: [Service.BeginTx] in one transaction, the gateway's call outside any, [Service.SettleTx] in another. The key that
// the transaction's row carries is the key that the gateway knows the call by, so that a call whose answer was lost can be
// repeated or looked up, and moves money once.
//
// Invariants: a key stands for one movement of money, ever; a settled transaction does not change its outcome.
package payment

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Kind is what a transaction is.
type Kind string

// The kinds of transaction.
const (
	Sale   Kind = "sale"
	Refund Kind = "refund"
	Void   Kind = "void"
)

// Status is how a transaction stands.
type Status string

// The states of a transaction. Only [Pending] ever changes.
const (
	Pending Status = "pending" // not called yet, or the outcome is unknown
	Success Status = "success"
	Failure Status = "failure" // the gateway said no
	Broken  Status = "error"   // it failed, and surely no money moved
)

// Transaction is one movement of money at a gateway, or the try.
type Transaction struct {
	ID        gid.ID
	OrderID   uuid.UUID // nil until there is an order
	AttemptID uuid.UUID // the checkout attempt it belongs to, if any
	ParentID  uuid.UUID // the transaction it builds on, such as the sale of a refund
	Kind      Kind
	Gateway   string
	Key       string // what the gateway knows it by
	PaymentID string // the gateway's own reference; empty until it answered
	Amount    money.Money
	Status    Status
	ErrorCode *Code  // nil unless it failed or its outcome is unknown
	Message   string // why, for people
	Test      bool   // at a gateway that moves no real money
	CreatedAt time.Time
	// ProcessedAt is when it was settled; nil while pending.
	ProcessedAt *time.Time
}

// Config is what the service needs. DB must be set; Clock defaults to the system's, NewID to UUIDv7.
type Config struct {
	DB    *database.DB
	Clock clock.Clock
	NewID func() uuid.UUID
	// Gateways are the gateways by the names that callers use.
	Gateways map[string]Gateway
	// Timeout bounds a call of a gateway; 0 is 8 seconds, so that a shopper is answered within 10.
	Timeout time.Duration
}

// Service keeps transactions and calls gateways. It is safe for concurrent use.
type Service struct {
	db       *database.DB
	clock    clock.Clock
	gateways map[string]Gateway
	timeout  time.Duration
	store    store
}

// New makes a service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.NewID == nil {
		c.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	if c.Timeout == 0 {
		c.Timeout = 8 * time.Second
	}
	return &Service{db: c.DB, clock: c.Clock, gateways: maps.Clone(c.Gateways), timeout: c.Timeout, store: store{newID: c.NewID}}
}

// Gateways lists the names of the gateways, in order.
func (s *Service) Gateways() []string { return slices.Sorted(maps.Keys(s.gateways)) }

// Knows reports whether there is a gateway of that name.
func (s *Service) Knows(gateway string) bool { _, ok := s.gateways[gateway]; return ok }

func (s *Service) gateway(name string) (Gateway, error) {
	if g, ok := s.gateways[name]; ok {
		return g, nil
	}
	return nil, fault.New(fault.Invalid, "there is no payment gateway of this name")
}

// test reports whether a gateway says that it moves no real money.
func (s *Service) test(name string) bool {
	t, ok := s.gateways[name].(interface{ Test() bool })
	return ok && t.Test()
}
