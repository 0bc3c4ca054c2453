// Package customer keeps the accounts of shoppers: opening and changing them, signing in, passwords that are set by a
// mailed link, and the address book.
//
// It is not about who may see an account (the schema's rules and commerce/access), nor about how sessions and passwords
// work (commerce/identity).
//
// Invariants: an email has one account in a shop; a wrong password and an unknown email cannot be told apart, by answer
// or by time; a mailed secret works once; when a password changes, all sessions and all mailed secrets of the account
// end with it; an account always has a default address when it has addresses; an email is verified when mail to it was
// answered or a provider whom the shop believes vouched for it, and no longer when it changes; what was tied to an account
// before its email was verified ends then.
//
// Orders that somebody placed as a guest are not attached to an account that is opened later with the same email:
// opening an account proves nothing about the email, and an order shows its buyer's address.
package customer

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// State is whether an account can be used; the values are those of the API.
type State string

// The states of an account.
const (
	Enabled  State = "ENABLED"
	Disabled State = "DISABLED" // closed by the shop; signing in is refused
	Invited  State = "INVITED"  // opened by the shop; the shopper has set no password yet
	Declined State = "DECLINED" // the shopper did not want it
)

func stateOf(column string) State { return State(strings.ToUpper(column)) }

func (s State) column() string { return strings.ToLower(string(s)) }

// Customer is a shopper's account.
type Customer struct {
	ID               gid.ID
	AcceptsMarketing bool
	// AvatarURL is nil: accounts have no pictures.
	AvatarURL *string
	CreatedAt time.Time
	// DisplayName is the full name, else the email, else the telephone number.
	DisplayName    string
	Email          *string
	FirstName      *string
	LastName       *string
	Locale         *string
	Note           *string
	NumberOfOrders uint64
	Phone          *string
	// SocialLoginProvider is nil: an account may be tied to several providers, and opens without them.
	SocialLoginProvider *SocialLoginProvider
	State               State
	Tags                []string
	// TaxExempt says that no tax is taken of what the customer buys.
	TaxExempt bool
	UpdatedAt time.Time
	// VerifiedEmail says that whoever holds the account has shown that mail to its email reaches them.
	VerifiedEmail bool
	// EmailMarketingConsent tells what the shopper said about advertising mail, and when.
	EmailMarketingConsent *Consent
	// ErasureScheduledAt is when what is known about the person is to be erased, and ErasedAt when it was.
	ErasureScheduledAt, ErasedAt *time.Time
	// Revision changes with every change of the account.
	Revision string

	// DefaultAddressID is the address that checkout starts with; uuid.Nil where the book is empty.
	DefaultAddressID uuid.UUID
}

// SocialLoginProvider is an outside service that signs shoppers in.
type SocialLoginProvider struct{ Handle string }

// Events takes what happened, within the transaction in which it happened. platform/outbox is one.
type Events interface {
	AppendTx(ctx context.Context, tx database.Tx, subject string, payload any) error
}

// The subjects of events, with their payloads.
const (
	// SubjectCreated: an account was opened by its shopper ([Event]).
	SubjectCreated = "customer.created"
	// SubjectOpened: an account was opened by the shop ([Event]). No mail follows from it.
	SubjectOpened = "customer.opened"
	// SubjectDeleted: an account was deleted, with all that belonged to it ([Event]).
	SubjectDeleted = "customer.deleted"
	// SubjectUpdated: an account or its state changed ([Event]).
	SubjectUpdated = "customer.updated"
	// SubjectPasswordChanged: an account's password changed, and its sessions ended ([Event]).
	SubjectPasswordChanged = "customer.password_changed"
	// SubjectRecoveryRequested: somebody wants a link for a new password ([RecoveryRequested]). Whoever sends the mail
	// calls [Service.RecoveryMail], which knows whether there is such an account.
	SubjectRecoveryRequested = "customer.recovery_requested"
	// SubjectActivationRequested: the shop invites who holds an account to set a password ([Event]). Whoever sends the mail calls
	// [Service.ActivationMail].
	SubjectActivationRequested = "customer.activation_requested"
)

// Event is the payload of most events: which account.
type Event struct {
	CustomerID uuid.UUID `json:"customerId"`
}

// RecoveryRequested is the payload of [SubjectRecoveryRequested]. The email is normalized, and may have no account.
type RecoveryRequested struct {
	Email string `json:"email"`
}

// Audit records what staff did, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// Config is what the service needs. DB, Identity and Events are required.
type Config struct {
	DB       *database.DB
	Identity *identity.Service
	Events   Events
	// Audit may be nil: nothing is recorded then.
	Audit Audit
	// Clock defaults to the machine's.
	Clock clock.Clock
	// NewID makes the ids of rows; the default is UUIDv7.
	NewID func() uuid.UUID
	// Policies decide who sees an address; nil is Rialto's own.
	Policies *policy.Engine
	// AccountURL is where mailed links lead, such as https://shop.example/account; "/reset/…" or "/activate/…" follows.
	AccountURL string
	// ErasureDelay is how long an erasure can be canceled; zero is ten days.
	ErasureDelay time.Duration
}

// Service keeps accounts. It is safe for concurrent use. Every verb works in the context's shop.
type Service struct {
	db         *database.DB
	identity   *identity.Service
	events     Events
	audit      Audit
	clock      clock.Clock
	newID      func() uuid.UUID
	policies   *policy.Engine
	accountURL string
	delay      time.Duration
}

// New makes the service.
func New(c Config) *Service {
	s := &Service{db: c.DB, identity: c.Identity, events: c.Events, audit: c.Audit, clock: c.Clock, newID: c.NewID, policies: c.Policies.Or(), accountURL: strings.TrimSuffix(c.AccountURL, "/")}
	if s.delay = c.ErasureDelay; s.delay == 0 {
		s.delay = 10 * 24 * time.Hour
	}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.newID == nil {
		s.newID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	return s
}
