// Package staff keeps the people who run shops: their sign-in, the roles that they hold in a shop, the roles that a shop
// made for itself, and the record of what was done.
//
// An account is one for all shops of a deployment; roles are held in each shop apart, and a shop knows only of those
// who hold a role in it. What a built-in role allows is commerce/access's; sessions and passwords are commerce/identity's.
//
// Invariants: nobody makes, changes, gives or takes a role that allows what they may not do themselves; a role that
// somebody holds is not deleted; a shop never loses its last active owner; a wrong password, an unknown email and an
// account without a role in the shop cannot be told apart; a mailed secret is kept as its hash, sets one password, and ends with any
// change of it, which ends every session in every shop; the record of what was done is only ever added to.
//
// Rows are locked in this order: a role, the assignments of a member, the owners, an account, its secrets.
package staff

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// StaffMember is somebody who works for the context's shop.
type StaffMember struct { //nolint:revive // the name that the API has for it
	ID        gid.ID
	Active    bool
	CreatedAt time.Time
	Email     string
	// FirstName is the full name up to its last word, LastName the last word; nil where the account has none.
	FirstName *string
	LastName  *string
	// Name is the full name, else the email.
	Name string
	// Roles are the roles held in the shop, by handle, in alphabetical order.
	Roles []string
	// Invited says that the member has not chosen a password yet.
	Invited bool
	// AccessScopes is what the member may do in the shop, in alphabetical order.
	AccessScopes []string
}

// IsShopOwner reports whether the shop belongs to the member.
func (m *StaffMember) IsShopOwner() bool {
	for _, r := range m.Roles {
		if r == access.Owner {
			return true
		}
	}
	return false
}

// named fills the parts of the name from the full name.
func (m *StaffMember) named(full string) {
	full = strings.TrimSpace(full)
	m.Name = full
	if full == "" {
		m.Name = m.Email
		return
	}
	first, last := full, ""
	if i := strings.LastIndexByte(full, ' '); i > 0 {
		first, last = strings.TrimSpace(full[:i]), full[i+1:]
	}
	m.FirstName = &first
	if last != "" {
		m.LastName = &last
	}
}

// The reasons for refusing a sign-in or sign-out (values of the API's StaffAccessTokenErrorCode) and changes to the
// staff (values of StaffErrorCode).
const (
	CodeBlank         = "BLANK"
	CodeConflict      = "CONFLICT"
	CodeDisabled      = "STAFF_MEMBER_DISABLED"
	CodeInvalid       = "INVALID"
	CodeNotFound      = "NOT_FOUND"
	CodeTaken         = "TAKEN"
	CodeTokenInvalid  = "TOKEN_INVALID"
	CodeTooLong       = "TOO_LONG"
	CodeTooMany       = "TOO_MANY_ATTEMPTS"
	CodeFull          = "TOO_MANY"
	CodeUnknownMember = "UNIDENTIFIED_STAFF_MEMBER"
)

// Events takes what happened, within the transaction in which it happened. platform/outbox is one.
type Events interface {
	AppendTx(ctx context.Context, tx database.Tx, subject string, payload any) error
}

// silence tells nobody.
type silence struct{}

func (silence) AppendTx(context.Context, database.Tx, string, any) error { return nil }

// Config is what the service needs. DB and Identity are required.
type Config struct {
	DB       *database.DB
	Identity *identity.Service
	// Events takes what happened; nil tells nobody, so that no mail is written.
	Events Events
	// PasswordURL is the page where a mailed secret is used.
	PasswordURL string
	// Clock defaults to the machine's.
	Clock clock.Clock
	// NewID makes the ids of rows; the default is UUIDv7.
	NewID func() uuid.UUID
}

// Service keeps the staff. It is safe for concurrent use. Every verb works in the context's shop.
type Service struct {
	db       *database.DB
	identity *identity.Service
	clock    clock.Clock
	newID    func() uuid.UUID
	events   Events
	// passwordURL is where mailed secrets are used.
	passwordURL string
}

// New makes the service.
func New(c Config) *Service {
	s := &Service{db: c.DB, identity: c.Identity, clock: c.Clock, newID: c.NewID, events: c.Events, passwordURL: c.PasswordURL}
	if s.events == nil {
		s.events = silence{}
	}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.newID == nil {
		s.newID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	return s
}
