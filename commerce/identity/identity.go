// Package identity knows who is at the door: passwords, the sessions of customers and staff, and the tokens of
// storefronts. [Service.Authenticate] turns what a request shows into an actor, or refuses it.
//
// It is not about what an actor may do (see commerce/access), and it does not own accounts: commerce/customer and
// commerce/staff check a password through it and then open a session with it. To answer one lookup with one statement
// it reads the state of their rows, and never writes them.
//
// Invariants: no token, handle or password is kept, only hashes; a handle names its shop and is good in no other; an
// ended session is refused at once in the process that ended it, and in every other where they keep sessions in one place
// ([Config.Sessions]); elsewhere as soon as it hears of it, and within [Config.CacheFor] in any case; what is wrong with a refused token is never told.
package identity

import (
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/aside"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// How long a session lives when it is not used. Each use moves its end ahead by as much.
const (
	CustomerLifetime = 30 * 24 * time.Hour
	StaffLifetime    = 12 * time.Hour
)

// Config is what the service needs. Only DB is required.
type Config struct {
	DB *database.DB
	// Clock defaults to the machine's.
	Clock clock.Clock
	// Random gives the bits of tokens and salts; the default is the system's generator.
	Random io.Reader
	// NewID makes the ids of rows; the default is UUIDv7.
	NewID func() uuid.UUID
	// PasswordMemory bounds, in bytes, what all password hashes at work take together; 0 is 152 MiB, eight at a time.
	PasswordMemory int64
	// Breached is the list of passwords that nobody may choose, beside those that are common; nil has none.
	Breached *Breached
	// CacheFor is how long a looked-up token is believed without asking the database; 0 is 5 seconds, negative never.
	CacheFor time.Duration
	// Share joins what is remembered in all processes of a deployment, so that what one of them ends is ended in all of
	// them at once; nil leaves it to CacheFor.
	Share aside.Channel
	// Sessions keeps looked-up sessions for all processes of a deployment, so that none of them asks the database for what
	// another knows, and what one ends is ended in all when it answers; nil keeps them in each process.
	Sessions *aside.Store
	// Alone says that no other process works on this database, so that sessions can be believed for longer: a minute.
	Alone bool
	// CacheSize bounds the number of tokens remembered, good ones and unknown ones each; 0 is 20,000.
	CacheSize int
	// Log gets what is wrong but refuses nobody, such as a session whose end could not be moved.
	Log *slog.Logger
}

// Service answers who somebody is. It is safe for concurrent use.
type Service struct {
	db        *database.DB
	clock     clock.Clock
	random    io.Reader
	newID     func() uuid.UUID
	log       *slog.Logger
	passwords *Hasher
	breached  *Breached
	sessions  *aside.Cache[digest, *session]
	tokens    *aside.Cache[digest, *storefront]
	bearers   []Bearers
}

// New makes the service.
func New(c Config) *Service {
	s := &Service{db: c.DB, clock: c.Clock, random: c.Random, newID: c.NewID, log: c.Log, breached: c.Breached}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	if s.newID == nil {
		s.newID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if c.CacheFor == 0 {
		c.CacheFor = 5 * time.Second
	}
	if c.CacheSize == 0 {
		c.CacheSize = 20_000
	}
	s.passwords = NewHasher(c.PasswordMemory, s.random)
	sessionsFor := c.CacheFor
	if c.Alone {
		sessionsFor = time.Minute
	}
	s.sessions = aside.New[digest, *session](sessionsFor, c.CacheSize)
	s.tokens = aside.New[digest, *storefront](c.CacheFor, c.CacheSize)
	s.sessions.Share(c.Share, "sessions", digest.bytes, readDigest)
	s.sessions.Keep(c.Sessions, "sessions", sessionForm)
	s.tokens.Share(c.Share, "storefront-tokens", digest.bytes, readDigest)
	return s
}

// Passwords hashes and checks passwords, within the bound on memory that the whole process shares.
func (s *Service) Passwords() *Hasher { return s.passwords }

// refused is the one answer to every token that is not good, so that it tells nothing.
func refused() error {
	return fault.New(fault.Unauthenticated, "The token is unknown or has ended. Check the storefront token, or sign in again.")
}
