// Package app keeps the programs that use a shop's API in a name of their own: apps with their client secrets, and the API
// keys that act as them.
//
// It does not know how a person lets an app act for them, nor what a scope opens. It lets its keys in at the door that
// commerce/identity keeps (see [Service.Bearer]).
//
// Invariants: secrets and keys are shown once, and only their hashes are kept; nobody gives an app or a key what they may
// not do themselves; a key allows what both it and its app may do, at the app's locations; what is revoked or rotated out
// is refused at once in the process that did it, and in every other where they keep what they know in one place ([Config.Kept]);
// elsewhere as soon as it hears of it, and within [Config.CacheFor] in any case; when a key was last used is known to a minute or two, and a crash loses no more than that.
//
// Rows are locked in this order: an app, its keys.
package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/aside"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/lastuse"
)

// The kinds of app: values of the API's AppKind.
const (
	// Confidential apps run on a server and can keep a secret.
	Confidential = "CONFIDENTIAL"
	// Public apps cannot keep one, such as a page in a browser. They have no secret and no keys.
	Public = "PUBLIC"
)

// The types of apps and keys in their global ids.
const (
	Type    = "App"
	KeyType = "ApiKey"
)

// The reasons for refusing a change: values of the API's StaffErrorCode.
const (
	CodeBlank    = "BLANK"
	CodeConflict = "CONFLICT"
	CodeInvalid  = "INVALID"
	CodeNotFound = "NOT_FOUND"
	CodeTooLong  = "TOO_LONG"
	CodeTooMany  = "TOO_MANY"
)

// App is a program that uses the API of the context's shop.
type App struct {
	ID    gid.ID
	Title string
	// Handle is its name on the command line; empty where it needs none.
	Handle string
	// Mode says which documents it may send; empty is the deployment's setting.
	Mode Operations
	// Kind is [Confidential] or [Public].
	Kind string
	// RedirectURIs are where people may be sent back to, each exactly as it is written.
	RedirectURIs []string
	// AccessScopes are the most that the app may be given, in alphabetical order.
	AccessScopes []string
	// LocationIDs are the only locations whose stock the app may touch; empty is all of them.
	LocationIDs []gid.ID
	// PreviousSecretEndsAt is until when the secret before the one in force is good; nil where there is none.
	PreviousSecretEndsAt *time.Time
	CreatedAt, UpdatedAt time.Time
	RevokedAt            *time.Time
}

// ClientID names the app where it authenticates itself.
func (a *App) ClientID() string { return a.ID.UUID.String() }

// facts is what the audit trail keeps of an app.
func (a *App) facts() map[string]any {
	return map[string]any{
		"title": a.Title, "kind": a.Kind, "operations": a.Mode, "redirectUris": a.RedirectURIs, "accessScopes": a.AccessScopes, "locationIds": a.LocationIDs,
	}
}

// Audit records what was done, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// Secrets makes secrets of 256 random bits; *identity.Service does.
type Secrets interface{ NewSecret() (string, error) }

// Locations knows the ids of the shop's locations of stock.
type Locations interface {
	LocationIDs(ctx context.Context) ([]uuid.UUID, error)
}

// Config is what the service needs. DB, Audit, Secrets and Locations are required.
type Config struct {
	DB        *database.DB
	Audit     Audit
	Secrets   Secrets
	Locations Locations
	// Storefronts keeps the tokens of storefronts; without it there are none.
	Storefronts Storefronts
	// Kept keeps what was looked up for all processes of a deployment, so that what one of them ends is ended in all when it answers;
	// nil keeps it in each process.
	Kept *aside.Store
	// Clock defaults to the machine's.
	Clock clock.Clock
	// NewID makes the ids of rows; the default is UUIDv7.
	NewID func() uuid.UUID
	// CacheFor is how long a looked-up key is believed without asking the database; 0 is 5 seconds, negative never.
	CacheFor time.Duration
	// Share joins what is remembered in all processes of a deployment, so that a key that one of them ends is ended in all
	// of them at once; nil leaves it to CacheFor.
	Share aside.Channel
	// CacheSize bounds the number of keys remembered, good ones and unknown ones each; 0 is 20,000.
	CacheSize int
	// Log gets failures that refuse nobody; the default is the process's.
	Log *slog.Logger
}

// Service keeps apps and keys. It is safe for concurrent use. Every verb works in the context's shop, unless it says
// otherwise.
type Service struct {
	db        *database.DB
	audit     Audit
	secrets   Secrets
	locations Locations
	// storefronts are nil where there are none.
	storefronts Storefronts
	clock       clock.Clock
	newID       func() uuid.UUID
	log         *slog.Logger
	keys        *aside.Cache[digest, *bearer]
	clients     *aside.Cache[uuid.UUID, *Client]
	// modes are which documents apps may send; what was known last stays in force for a day while the database is away.
	modes *aside.Cache[uuid.UUID, sends]
	uses  *lastuse.Notes[uuid.UUID]
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.NewID == nil {
		c.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	if c.CacheFor == 0 {
		c.CacheFor = 5 * time.Second
	}
	if c.CacheSize == 0 {
		c.CacheSize = 20_000
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &Service{
		db: c.DB, audit: c.Audit, secrets: c.Secrets, locations: c.Locations, storefronts: c.Storefronts, clock: c.Clock, newID: c.NewID, log: c.Log,
		keys: aside.New[digest, *bearer](c.CacheFor, c.CacheSize), clients: aside.New[uuid.UUID, *Client](c.CacheFor, c.CacheSize),
		modes: aside.Lasting[uuid.UUID, sends](c.CacheFor, 24*time.Hour, c.CacheSize), uses: usesOf(c.DB, c.Log),
	}
	s.keys.Share(c.Share, "api-keys", digest.bytes, readDigest)
	s.clients.Share(c.Share, "apps", writeID, readID)
	s.keys.Keep(c.Kept, "api-keys", bearerForm)
	s.clients.Keep(c.Kept, "apps", clientForm)
	s.modes.Share(c.Share, "app-modes", writeID, readID)
	return s
}

// mayWrite refuses whoever may not change apps, or would hand on scopes that they do not hold.
func mayWrite(ctx context.Context, scopes []string) error {
	actor := access.From(ctx)
	if actor.Kind == access.System || actor.Can(access.AppsWrite) && actor.Covers(access.NewScopes(scopes...)) {
		return nil
	}
	return fault.New(fault.Forbidden, "You may not give an app what you may not do yourself.")
}

// mayEnd refuses whoever may not change apps. To take something away, nobody needs to hold it.
func mayEnd(ctx context.Context) error { return mayWrite(ctx, nil) }

func mayRead(ctx context.Context) bool {
	a := access.From(ctx)
	return a.Kind == access.System || a.Can(access.AppsRead) || a.Can(access.AppsWrite)
}

func writeID(id uuid.UUID) []byte { return id[:] }

func readID(b []byte) (uuid.UUID, bool) { id, err := uuid.FromBytes(b); return id, err == nil }
