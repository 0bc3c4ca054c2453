// Package federation signs people in whom somebody else vouches for: providers of identities that speak OpenID Connect, such
// as the directory of a company. A shop says which it believes, for its customers or for its staff.
//
// It is not about pages and cookies (see web/signin), keeps no accounts and no sessions (commerce/customer, commerce/staff and
// commerce/identity do), and is no such provider itself (commerce/oauth is).
//
// Invariants: a sign-in ends in the browser in which it began, once, and within [FlowLifetime]; what a provider says is
// believed only under its own issuer, for our client, with the nonce of this sign-in, signed by a key of its own with one
// of [Algorithms]; an account is tied to a subject only where the provider has verified the email and the account's email
// is known to be its holder's (see [Service.Finish]); an account has at most one subject of a provider; staff are never
// made here; a browser is sent only where the shop allows, with a token that is good once, for [TokenLifetime], in the shop
// that it was made in; of states and tokens only hashes are kept.
//
// Rows are locked in this order: a flow, a provider, an account, what it is tied to. Providers are never called in a transaction.
package federation

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/seal"
)

// How long things live.
const (
	FlowLifetime  = 10 * time.Minute // a sign-in, until it comes back from the provider
	TokenLifetime = time.Minute      // the token that a browser brings back, until it is exchanged
)

// The pages, below the public address.
const (
	Path         = "/signin/"
	CallbackPath = Path + "callback"
)

// Audit records what was done, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// Config is what the service needs. All but Secret, Private, Timeout, Clock, NewID and Log are required.
type Config struct {
	DB        *database.DB
	Identity  *identity.Service
	Customers *customer.Service
	Staff     *staff.Service
	Shops     *shop.Service
	Audit     Audit
	// PublicURL is how browsers reach this deployment, without a slash at its end.
	PublicURL string
	// Secret seals client secrets in the database; empty keeps them as they are.
	Secret string
	// Private lets providers be at private addresses and without TLS: for development and tests.
	Private bool
	// Timeout bounds each call to a provider; 0 is 4 seconds.
	Timeout time.Duration
	// Clock defaults to the machine's.
	Clock clock.Clock
	// NewID makes the ids of rows; the default is UUIDv7.
	NewID func() uuid.UUID
	// Log gets why a provider was not believed, which is told to nobody else.
	Log *slog.Logger
}

// Service signs people in through providers. It is safe for concurrent use.
type Service struct {
	db        *database.DB
	identity  *identity.Service
	customers *customer.Service
	staff     *staff.Service
	shops     *shop.Service
	audit     Audit
	publicURL string
	private   bool
	seal      seal.Sealer
	client    *http.Client
	parties   *parties
	clock     clock.Clock
	newID     func() uuid.UUID
	log       *slog.Logger
}

// New makes the service. No provider is called before somebody signs in through it.
func New(c Config) *Service {
	if c.Timeout == 0 {
		c.Timeout = 4 * time.Second
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.NewID == nil {
		c.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	client := newClient(c.Timeout, c.Private)
	return &Service{
		db: c.DB, identity: c.Identity, customers: c.Customers, staff: c.Staff, shops: c.Shops, audit: c.Audit,
		publicURL: strings.TrimSuffix(c.PublicURL, "/"), private: c.Private, seal: seal.New(c.Secret, "client secrets of identity providers"),
		client: client, parties: newParties(client, c.Private, c.Clock), clock: c.Clock, newID: c.NewID, log: c.Log,
	}
}

// CallbackURL is where providers send browsers back to: what a shop registers with its provider.
func (s *Service) CallbackURL() string { return s.publicURL + CallbackPath }

// Sweep forgets sign-ins and tokens that ran out, of all shops, at most so many.
func (s *Service) Sweep(ctx context.Context, most int) (int, error) {
	return database.DeleteBefore(ctx, s.db, "sign_in_flow", "expires_at", s.clock.Now(), most)
}
