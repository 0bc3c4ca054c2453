// Package privacy answers two wishes of a person whom the shop keeps data about: to get all of it, and to have it erased.
//
// It is the one place that knows where personal data lies: the registry of [Service.Export] and the list of [Service.Erase]
// name every table with some. A new table that holds any is added to both; TestNothingOfThePersonIsLeft walks all tables.
// It does not decide when somebody is erased: accounts say so (commerce/customer).
//
// Invariants: the books stay right, so an order keeps its lines, amounts, and the country and region that its tax follows
// from; an erasure is whole or not at all, and a second one changes nothing; nobody is erased while they pay; an export is
// kept nowhere.
//
// Who is meant is known by the account. Where its email is verified, orders and carts of a guest with that email are the
// person's too; an email that anybody may have typed in opens nobody else's orders.
// Locks are taken in the order account, carts, orders.
package privacy

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
)

// SubjectErased is the subject of the event that a person was erased ([Erased]): whoever keeps copies drops them.
const SubjectErased = "customer.erased"

// Erased is the payload of [SubjectErased].
type Erased struct {
	CustomerID uuid.UUID `json:"customerId"`
}

// Events takes what happened, within the transaction in which it happened. platform/outbox is one.
type Events interface {
	AppendTx(ctx context.Context, tx database.Tx, subject string, payload any) error
}

// Audit records what was done, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// Sessions ends who is signed in; *identity.Service does.
type Sessions interface {
	RevokeAllTx(ctx context.Context, tx database.Tx, subject uuid.UUID) error
}

// Config is what the service needs. Clock defaults to the machine's; everything else must be set.
type Config struct {
	DB       *database.DB
	Events   Events
	Audit    Audit
	Sessions Sessions
	Clock    clock.Clock
}

// Service exports and erases persons. It is safe for concurrent use. Every verb works in the context's shop.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	return &Service{c}
}

// Sweep erases who is due, at most so many, and counts them. Who is paying right now waits for the next turn.
func (s *Service) Sweep(ctx context.Context, most int) (int, error) {
	due, err := dueAccounts(ctx, s.DB, s.Clock.Now(), most)
	if err != nil {
		return 0, err
	}
	done := 0
	for _, id := range due {
		erased, err := s.Erase(ctx, id)
		if err != nil {
			return done, err
		}
		if erased {
			done++
		}
	}
	return done, nil
}

// person is who is erased, as far as texts may name them.
type person struct {
	id                        uuid.UUID
	email, first, last, phone string
	// proven is the email where it is verified, and else one that nobody has.
	proven string
	erased *time.Time
}
