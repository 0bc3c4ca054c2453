// Package operation keeps the GraphQL documents that the apps of a shop have registered: trusted documents, which a client
// asks for by id instead of sending their text.
//
// It does not know GraphQL: graph/persisted reads manifests, checks documents before they are registered and decides which
// app may run what.
//
// A release is pending, in force or retired: what is registered is in force at once, or pending until its release is activated; it
// is served while it is in force.
//
// Invariants: a document is kept byte for byte, under the SHA-256 of its text; within a release an id names one text for
// good; what is registered or retired is in force at once in the process that did it, in every other as soon as it hears of
// it, and within [Config.CacheFor] in any case; while the database is away, what was known last stays in force; when a
// document was last used is known to a minute or two, and a crash loses no more than that.
package operation

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/aside"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/lastuse"
	"github.com/rialtohq/rialto/platform/runner"
)

// Document is an executable document with the id that its app's manifest gives it.
type Document struct {
	// Alias is that id: at most [MaxAlias] characters without blanks.
	Alias string
	// Hash is the [HashOf] the body.
	Hash string
	// Name is the operation's name, Kind query or mutation: of the first where there are several.
	Name, Kind string
	// Body is the text.
	Body string
	// Points are what the dearest operation costs at most.
	Points int64
	// Statements is how many SQL statements the query that takes most takes at most, however long its lists are; 0 where
	// nothing is said: of mutations, and where the values of variables decide.
	Statements int
}

// Registered is a document that a release of an app registered.
type Registered struct {
	Document
	App     uuid.UUID
	Release string
	// LastUsedAt is nil where it was not used yet, RetiredAt where it is in force.
	CreatedAt             time.Time
	LastUsedAt, RetiredAt *time.Time
}

// Release is what an app registered together.
type Release struct {
	App  uuid.UUID
	Name string
	// Operations is how many documents it has: Active of them are in force, Pending wait for it, and the others are retired. Points
	// is what the dearest of them costs, Statements the most that one takes.
	Operations, Active, Pending int
	Points                      int64
	Statements                  int
	// Queries says whether there is a query among them: of mutations no statements are known.
	Queries   bool
	CreatedAt time.Time
	// LastUsedAt is when one of its documents was used last.
	LastUsedAt, RetiredAt *time.Time
}

// Limits of what is registered.
const (
	MaxAlias    = 200    // characters of an id
	MaxRelease  = 100    // characters of a release's name
	MaxTogether = 10_000 // documents registered at once
	// Quiet is for how long a document must not have been used before its release is retired without force.
	Quiet = 30 * 24 * time.Hour
)

// HashOf names a text: its SHA-256 in lower-case hex.
func HashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// Audit records what was done, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// Config is what the service needs. DB and Audit are required.
type Config struct {
	DB    *database.DB
	Audit Audit
	// Clock defaults to the machine's.
	Clock clock.Clock
	// NewID makes the ids of rows; the default is UUIDv7.
	NewID func() uuid.UUID
	// CacheFor is how long a looked-up id is believed without asking the database; 0 is 5 seconds, negative never.
	CacheFor time.Duration
	// Share joins what is remembered in all processes of a deployment; nil leaves it to CacheFor.
	Share aside.Channel
	// Log gets failures that refuse nobody; the default is the process's.
	Log *slog.Logger
}

// Service keeps documents. It is safe for concurrent use. Every verb works in the context's shop.
type Service struct {
	db    *database.DB
	audit Audit
	clock clock.Clock
	newID func() uuid.UUID
	log   *slog.Logger
	// known are the documents by the ids that clients send; while the database is away it answers for a day.
	known *aside.Cache[key, []found]
	uses  *lastuse.Notes[use]
}

// key is an id that a client sent, in its shop.
type key struct {
	shop uuid.UUID
	id   string
}

const (
	cacheSize = 50_000
	cacheKeep = 24 * time.Hour
)

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
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &Service{
		db: c.DB, audit: c.Audit, clock: c.Clock, newID: c.NewID, log: c.Log,
		known: aside.Lasting[key, []found](c.CacheFor, cacheKeep, cacheSize),
		uses:  lastuse.New(lastuse.Config[use]{Name: "uses of operations", DB: c.DB, Most: maxUses, Compare: use.compare, Write: writeUses, Log: c.Log}),
	}
	// A registration changes many ids at once, and is rare: all is forgotten, in every process.
	s.known.Share(c.Share, "operations", func(key) []byte { return nil }, func([]byte) (key, bool) { return key{}, false })
	return s
}

// maxUses is how many documents may be in use between two writes.
const maxUses = 50_000

// use is a document of an app that is run.
type use struct {
	app  uuid.UUID
	hash string
}

func (u use) compare(other use) int {
	return cmp.Or(bytes.Compare(u.app[:], other.app[:]), cmp.Compare(u.hash, other.hash))
}

// WriteUses writes down when documents were used last since it did so before. What could not be written is kept for the next time.
func (s *Service) WriteUses(ctx context.Context) error { return s.uses.Write(ctx) }

// Writer is the part that writes uses: every minute, and a last time when it is stopped.
func (s *Service) Writer() runner.Part { return s.uses.Part() }
