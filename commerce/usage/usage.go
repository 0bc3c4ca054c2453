// Package usage counts which places of the GraphQL schema are used, by which operations of which apps: so that nobody has to
// guess whom a change of the schema would break.
//
// It does not know GraphQL: graph/coordinate tells what an operation touches, and graph counts here what has run. It keeps
// coordinates and names of operations, and no value of any request.
//
// Invariants: what is noted is counted exactly, and each place once a request; memory is bounded, and where there is no room for
// one more operation its places are counted all the same, for [Other]; what could not be written is kept for the next time; a
// stop loses nothing, and a crash what was counted since it was last written, a minute or two; counts older than [Keep] go.
package usage

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/runner"
)

const (
	// Keep is how long counts are kept.
	Keep = 90 * 24 * time.Hour
	// Other stands for operations that there was no room for. No operation of GraphQL has such a name.
	Other = "(other)"
	// WriteEvery is how often counts are written: what a crash can lose.
	WriteEvery = time.Minute
)

// Operation is what is run: an operation of a document, and the places that it touches whatever its variables are. It is counted
// by its address, so make it once for a document, and never change it.
type Operation struct {
	// Name is what the document calls it; empty where it has no name.
	Name string
	// Document names the document where it is a registered one, by the beginning of its hash; else it is empty, because a client
	// that writes values into its texts sends a new one each time.
	Document string
	// Coordinates are the places, each once.
	Coordinates []string
}

// Use tells how often a place was used by an operation of an app.
type Use struct {
	Coordinate string
	// App is the app's handle, or its title where it has none; empty for credentials that belong to no app.
	App string
	// Shop and AppID are ids; AppID is nil where App is empty.
	Shop, AppID uuid.UUID
	// Operation is the operation's name, empty where it has none, or [Other]; Document is the beginning of a registered document's
	// hash.
	Operation, Document string
	// Count is how many requests used it, LastUsed when one did last, to the second.
	Count    int64
	LastUsed time.Time
	// by tells operations of apps apart.
	by uuid.UUID
}

// Config is what a [Service] is made of. DB is required.
type Config struct {
	DB    *database.DB
	Clock clock.Clock
	Log   *slog.Logger
	// MaxPlaces is how many places of operations are counted one by one between two writes, as a bound of memory; the default is a
	// million, of which one app's operations can take a quarter.
	MaxPlaces int
}

// Service counts, writes and tells. It is safe for concurrent use.
type Service struct {
	db     *database.DB
	clock  clock.Clock
	log    *slog.Logger
	counts counts
	names  names
	// writing lets one write at a time.
	writing sync.Mutex
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.MaxPlaces == 0 {
		c.MaxPlaces = 1_000_000
	}
	s := &Service{db: c.DB, clock: c.Clock, log: c.Log, counts: counts{most: c.MaxPlaces}}
	s.counts.begin()
	return s
}

// Count notes that an operation of an app ran in a shop, and which places its variables added to those that it always touches.
// App is nil for credentials that belong to no app. It writes nothing, and is quick: requests wait for it.
func (s *Service) Count(shop, app uuid.UUID, op *Operation, added []string) {
	s.counts.add(counted{shop: shop, app: app, op: op}, added, s.clock.Now().Unix())
}

// Writer is the part that writes what was counted: every minute, and a last time when it is stopped.
func (s *Service) Writer() runner.Part {
	loop := runner.NewLoop("usage of the schema", WriteEvery, s.Write)
	loop.Log = s.log
	return runner.Funcs{
		OnStart: loop.Start,
		OnStop:  func(ctx context.Context) error { return errors.Join(loop.Stop(ctx), s.Write(ctx)) },
	}
}

// dayOf is the day of a moment, in days since 1970.
func dayOf(unix int64) int64 { return unix / (24 * 60 * 60) }
