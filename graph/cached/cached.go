// Package cached keeps whole answers to queries that are the same for everybody: in the memory of the process, bounded by bytes,
// and where there is a Redis, there for all processes.
//
// An answer is kept with the tables that were read for it, of some of them with what the rows belong to, and the moment before they
// were read. It is given again while none of
// them has changed since (see platform/generation) and it is not older than its document allows. So whoever changes a product
// drops no entry and knows of none, and an answer that was made before the change cannot be put in the place of one that was
// made after it.
//
// However many ask for what is not there, one of them makes it: in a process the others wait for it, in a deployment its process
// holds a lease. What is asked for often is made anew before it is too old; where that fails, what is unchanged though too old is
// given.
//
// It does not know who may see an answer: a [Key] must hold all that the answer depends on. It keeps no answer with errors, and
// none for which a table was read that is not one of [Tables].
//
// Invariant: whoever asks after a change was acknowledged in this process is given what was made after it, whoever else waits
// for the same.
package cached

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"

	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/generation"
)

// Result says where an answer came from, as it stands in the Rialto-Cache header.
type Result string

// The results.
const (
	HitMemory Result = "hit-l1"
	HitRedis  Result = "hit-l2"
	Miss      Result = "miss"
	// Shared is an answer that was made for another request, which asked for the same at the same time.
	Shared Result = "shared"
	// Stale is an answer that is older than it should be, because a new one could not be made.
	Stale Result = "stale"
	// Bypass is an answer that is not for the cache.
	Bypass Result = "bypass"
)

// Key names an answer: a shop's, under a hash of everything else that it depends on.
type Key struct {
	Shop uuid.UUID
	Hash [32]byte
}

// flight names what is done once for all who ask for an answer at the same time.
func (k Key) flight(what string) string { return what + string(k.Shop[:]) + string(k.Hash[:]) }

// Kept is an answer that is kept. It is never changed.
type Kept struct {
	// Data is the value of the data entry.
	Data json.RawMessage
	// At is when it was made, and MaxAge how long it is given without being made anew.
	At     time.Time
	MaxAge time.Duration
	// Tags are of what it was made, Moment the one before that was read. Tables are those among it.
	Tags, Tables []string
	Moment       generation.Moment
	// ETag remembers the name of the data's content.
	ETag wire.Tag
}

// Made is what making an answer came to.
type Made struct {
	// Answer is nil where nobody waits for it any more.
	Answer *wire.Answer
	// Tables are those that were read for it, Rows what the rows belong to of those of which that is known.
	Tables []string
	Rows   map[string][]uuid.UUID
	// Shared says that another made it, who asked for the same at the same time: its data is not to be changed.
	Shared bool
	moment generation.Moment
	tags   []string
}

// Config is what a [Store] is made of. A zero value means what is said beside it; Generations is required.
type Config struct {
	Generations *generation.Generations
	// Bytes bounds what is kept in memory: 64 MiB. Less than zero keeps nothing there. MaxEntry is the largest answer that is kept: 1 MiB.
	Bytes, MaxEntry int
	// Remote is where all processes keep answers; nil has none.
	Remote *Remote
	Clock  clock.Clock
	// Timeout is how long making an answer may take, whoever still waits for it: 10 s.
	Timeout time.Duration
	// Observe is told of each lookup; it may be nil.
	Observe func(Result)
}

// Store keeps answers. It is safe for concurrent use.
type Store struct {
	forgetful   bool // nothing is kept in memory
	generations *generation.Generations
	memory      *otter.Cache[Key, *Kept]
	maxEntry    int
	remote      *Remote
	clock       clock.Clock
	timeout     time.Duration
	observe     func(Result)
	flights     singleflight.Group
	// refreshing bounds how many are made anew at once, anew holds which.
	refreshing chan struct{}
	anew       sync.Map
}

const (
	// grace is for how long after its time an answer is kept, to be given where no new one can be made.
	grace = 10 * time.Minute
	// overhead is about what an entry takes beside its data.
	overhead = 512
	// refreshers is how many answers are made anew at once before their time.
	refreshers = 4
	// early is the part of its time after which an answer that is asked for is made anew.
	early = 0.8
	// tries is how often who waited for another's answer waits once more, when it was out of date when it came.
	tries = 3
)

// New makes a store.
func New(c Config) *Store {
	if c.Bytes == 0 {
		c.Bytes = 64 << 20
	}
	if c.MaxEntry == 0 {
		c.MaxEntry = 1 << 20
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Observe == nil {
		c.Observe = func(Result) {}
	}
	return &Store{
		generations: c.Generations, maxEntry: c.MaxEntry, forgetful: c.Bytes < 0, remote: c.Remote, clock: c.Clock, timeout: c.Timeout, observe: c.Observe, refreshing: make(chan struct{}, refreshers),
		memory: otter.Must(&otter.Options[Key, *Kept]{
			MaximumWeight:    uint64(max(c.Bytes, 1)),                                               //nolint:gosec // it is positive
			Weigher:          func(_ Key, k *Kept) uint32 { return uint32(len(k.Data) + overhead) }, //nolint:gosec // bounded by MaxEntry
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[Key, *Kept]) time.Duration { return e.Value.MaxAge + grace }),
		}),
	}
}

// Bytes is about how much memory the answers take that are kept in this process.
func (s *Store) Bytes() uint64 { return s.memory.WeightedSize() }

// Forget drops what is kept in this process; what is kept in Redis stays.
func (s *Store) Forget() { s.memory.InvalidateAll() }

// Generations are those that the answers are held against.
func (s *Store) Generations() *generation.Generations { return s.generations }

// Observe counts an answer that did not come out of [Store.Get] or [Store.Fill].
func (s *Store) Observe(r Result) { s.observe(r) }

// Get gives an answer that is kept and may be given, and where it came from; [Miss] where there is none. Old is then one that
// nothing but its age speaks against; it may be nil.
func (s *Store) Get(ctx context.Context, key Key) (kept *Kept, from Result, old *Kept) {
	if kept, ok := s.memory.GetIfPresent(key); ok && s.holds(key, kept) {
		if s.young(kept) {
			s.observe(HitMemory)
			return kept, HitMemory, nil
		}
		old = kept
	}
	if s.remote != nil {
		if kept := s.fetch(ctx, key); kept != nil && s.holds(key, kept) {
			if s.young(kept) {
				s.observe(HitRedis)
				return kept, HitRedis, nil
			}
			old = kept
		}
	}
	return nil, Miss, old
}

// fetch reads an entry from Redis, once for all who ask for it now, and keeps it in memory.
func (s *Store) fetch(ctx context.Context, key Key) *Kept {
	got, _, _ := s.flights.Do(key.flight("get"), func() (any, error) {
		kept := s.remote.get(ctx, key)
		if kept != nil {
			s.remember(key, kept)
		}
		return kept, nil
	})
	return got.(*Kept) //nolint:forcetypeassert // nothing else is given
}

func (s *Store) holds(key Key, k *Kept) bool {
	return s.generations.Holds(key.Shop, k.Moment, k.Tags, s.Age(k))
}

func (s *Store) young(k *Kept) bool { return s.Age(k) < k.MaxAge }

// Age is how old an answer is; one from the future, which somebody who set the clock back made, is too old.
func (s *Store) Age(k *Kept) time.Duration {
	age := s.clock.Now().Sub(k.At)
	if age < -time.Second {
		return k.MaxAge + grace
	}
	return max(0, age)
}

// Fill has an answer made, by one of all who ask for it, and keeps it for maxAge where it may be kept. Make runs on the goroutine
// of one of them, whose end does not end it.
func (s *Store) Fill(ctx context.Context, key Key, maxAge time.Duration, mk func(ctx context.Context) Made) Made {
	for range tries {
		mine := false
		got, _, _ := s.flights.Do(key.flight("fill"), func() (any, error) {
			mine = true
			return s.lead(ctx, key, maxAge, mk), nil
		})
		made := got.(Made) //nolint:forcetypeassert // nothing else is given
		if mine {
			s.observe(made.result())
			return made
		}
		// Who came while it was made may have seen a change that it was made before.
		if made.Answer != nil && permitted(made.Tables) && s.generations.Holds(key.Shop, made.moment, made.tags, 0) {
			made.Shared = true
			s.observe(Shared)
			return made
		}
	}
	s.observe(Miss)
	return s.make(ctx, key, mk)
}

func (m Made) result() Result {
	if m.Shared {
		return Shared
	}
	return Miss
}

// lead makes an answer for all processes, or waits for the one that does.
func (s *Store) lead(ctx context.Context, key Key, maxAge time.Duration, mk func(ctx context.Context) Made) Made {
	if kept, ok := s.memory.GetIfPresent(key); ok && s.holds(key, kept) && s.young(kept) { // of the flight before
		return shared(kept)
	}
	if s.remote != nil {
		release, kept := s.remote.lease(ctx, key, func(k *Kept) bool { return s.holds(key, k) && s.young(k) })
		defer release()
		if kept != nil {
			s.remember(key, kept)
			return shared(kept)
		}
	}
	made := s.make(ctx, key, mk)
	s.keep(ctx, key, maxAge, made)
	return made
}

func shared(k *Kept) Made {
	return Made{Answer: &wire.Answer{Class: wire.Answered, Data: k.Data}, Tables: k.Tables, Shared: true, moment: k.Moment, tags: k.Tags}
}

// make has an answer made, after the moment that it is held against.
func (s *Store) make(ctx context.Context, key Key, mk func(ctx context.Context) Made) Made {
	moment := s.generations.Now(key.Shop)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer cancel()
	made := mk(ctx)
	made.moment, made.tags = moment, readTags(made.Tables, made.Rows)
	return made
}

// keep keeps an answer that may be kept.
func (s *Store) keep(ctx context.Context, key Key, maxAge time.Duration, made Made) {
	a := made.Answer
	if a == nil || a.Class != wire.Answered || len(a.Errors) > 0 || len(a.Data) == 0 || len(a.Data) > s.maxEntry || !permitted(made.Tables) {
		return
	}
	k := &Kept{Data: a.Data, At: s.clock.Now(), MaxAge: maxAge, Tags: made.tags, Tables: generation.Sorts(made.tags), Moment: made.moment}
	if !s.holds(key, k) {
		return
	}
	s.remember(key, k)
	if s.remote != nil {
		s.remote.put(ctx, key, k)
	}
}

// remember keeps an answer in memory.
func (s *Store) remember(key Key, k *Kept) {
	if !s.forgetful && len(k.Data) <= s.maxEntry {
		s.memory.Set(key, k)
	}
}

// Aging reports whether an answer will soon be too old.
func (s *Store) Aging(k *Kept) bool { return float64(s.Age(k)) >= early*float64(k.MaxAge) }

// Refresh has an answer made anew that will soon be too old, without anybody waiting for it; where many are made already, later.
func (s *Store) Refresh(ctx context.Context, key Key, k *Kept, mk func(ctx context.Context) Made) {
	if !s.Aging(k) {
		return
	}
	if _, begun := s.anew.LoadOrStore(key, struct{}{}); begun {
		return
	}
	select {
	case s.refreshing <- struct{}{}:
	default:
		s.anew.Delete(key)
		return
	}
	ctx = context.WithoutCancel(ctx)
	go func() {
		defer func() {
			s.anew.Delete(key)
			<-s.refreshing
		}()
		if last, ok := s.memory.GetIfPresent(key); ok && last != k && s.holds(key, last) {
			return // it was made anew meanwhile
		}
		s.keep(ctx, key, k.MaxAge, s.make(ctx, key, mk))
	}()
}
