// Package oauth lets apps act with signed access tokens: in the name of a member of staff who agreed on the consent page
// (authorization code with PKCE, refresh tokens), or in their own name (client credentials). It keeps the keys that sign,
// and tells who shows a token.
//
// It is not about HTTP (see web/oauth), it checks no password itself (commerce/staff does), and it does not make apps
// (commerce/app does). What follows the standards names the section where that is not obvious.
//
// Invariants: no code and no refresh token is kept, only hashes; each is used once, and one that comes twice ends all that
// it ever gave; a token never allows more than was granted, than the app may have, and than the member may do at that
// moment; a token that was ended is refused at once in the process that ended it, and in every other where they keep what they know in
// one place ([Config.Kept]); elsewhere as soon as it hears of it, and within [Config.CacheFor] in any case; which of the checks a refused token failed is never told.
//
// Locks are taken in the order member of staff, code or refresh token, its family, session.
package oauth

import (
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"

	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/aside"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/seal"
)

// How long things live.
const (
	AccessLifetime = 10 * time.Minute // a signed token, access or identity
	CodeLifetime   = time.Minute      // an authorization code, which is redeemed at once
	// RefreshLifetime is how long an app may go without asking for a new access token: as long as a session of staff.
	RefreshLifetime = identity.StaffLifetime
	// OfflineLifetime is the same for an app that was allowed to work while nobody is there (scope offline_access).
	OfflineLifetime = 30 * 24 * time.Hour
	// Leeway is how far the clocks of two machines may be apart.
	Leeway = 30 * time.Second
	// keepUsed is how long what was used is remembered, so that using it again is noticed.
	keepUsed = 24 * time.Hour
)

// Config is what the service needs. DB, Identity, Staff, Apps and Issuer are required.
type Config struct {
	DB       *database.DB
	Identity *identity.Service
	Staff    *staff.Service
	Apps     *apps.Service
	// Issuer is the public address of this deployment, without a slash at its end: who signs tokens, and for whose API.
	Issuer string
	// Secret seals the private parts of signing keys in the database; empty keeps them as they are.
	Secret string
	// Clock defaults to the machine's.
	Clock clock.Clock
	// Random gives the bits of codes, tokens and keys; the default is the system's generator.
	Random io.Reader
	// NewID makes the ids of rows; the default is UUIDv7.
	NewID func() uuid.UUID
	// CacheFor is how long a token is believed not to have ended; 0 is 5 seconds, negative never.
	CacheFor time.Duration
	// Share joins what is remembered in all processes of a deployment, so that a token that one of them ends is ended in all
	// of them at once; nil leaves it to CacheFor.
	Share aside.Channel
	// Kept keeps for all processes which tokens have not ended, so that what one of them ends is ended in all when it answers; nil leaves
	// that to each process.
	Kept *aside.Store
	// Log gets what is worth knowing and refuses nobody, such as the theft of a token.
	Log *slog.Logger
}

// Service is the authorization server. It is safe for concurrent use.
type Service struct {
	db       *database.DB
	identity *identity.Service
	staff    *staff.Service
	apps     *apps.Service
	clock    clock.Clock
	random   io.Reader
	newID    func() uuid.UUID
	log      *slog.Logger
	issuer   string
	keys     *keyring
	// alive are the tokens that have not been ended by themselves.
	alive *aside.Cache[digest, struct{}]
	read  *aside.Cache[digest, *accessClaims]
}

// New makes the service. Signing keys are made when the first token is asked for.
func New(c Config) *Service {
	s := &Service{db: c.DB, identity: c.Identity, staff: c.Staff, apps: c.Apps, clock: c.Clock, random: c.Random, newID: c.NewID, log: c.Log, issuer: c.Issuer}
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
	s.keys = &keyring{db: s.db, clock: s.clock, random: s.random, newID: s.newID, seal: seal.New(c.Secret, "signing key")}
	s.alive = aside.New[digest, struct{}](c.CacheFor, 20_000)
	s.alive.Share(c.Share, "ended-tokens", digest.bytes, readDigest)
	s.alive.Keep(c.Kept, "access-tokens", aside.Form[digest, struct{}]{
		Key:   aside.Hashed[digest],
		Write: func(struct{}) any { return 1 }, Read: func([]byte) (struct{}, error) { return struct{}{}, nil },
	})
	if c.Share != nil {
		s.keys.told = c.Share("signing-keys", func([]byte) { s.keys.forget() })
	}
	s.read = aside.New[digest, *accessClaims](AccessLifetime, 20_000)
	return s
}

// Issuer is the public address that tokens are signed under.
func (s *Service) Issuer() string { return s.issuer }

// Audience is the API that access tokens are for (RFC 9068, section 2.2).
func (s *Service) Audience() string { return s.issuer + "/graphql" }
