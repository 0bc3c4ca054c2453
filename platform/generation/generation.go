// Package generation numbers what changes in a shop, so that what was read before a change is known to be old.
//
// Each shop has a clock, which counts its changes, and for each sort of thing that changes, a tag, the moment of its last change.
// Who reads asks for the moment first. What was read is good for as long as none of the tags that it depends on has changed
// since: [Generations.Holds]. So a change costs the same however much was made of what it changed, and what was read before a
// change can never pass for what was read after it, however late it is put away.
//
// It keeps nothing but numbers: in the process, and where there is a Redis, there for all processes of a deployment.
//
// Invariants: in the process that made a change, nothing older holds once [Generations.Changed] has returned. In the others it
// does not once they hear of it (some milliseconds), nor for longer than a second where they do not, save that while Redis is
// away and they cannot be told, what was read in the last five seconds is believed. Where it is not known what has changed,
// nothing of the shop holds.
package generation

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/singleflight"

	"github.com/rialtohq/rialto/platform/breaker"
	"github.com/rialtohq/rialto/platform/clock"
)

// Everything is the tag of all things of a shop: each read depends on it.
const Everything = "*"

// How long numbers are believed.
const (
	// recheck is after how long Redis is asked again, although nobody told of a change.
	recheck = time.Second
	// alone is how long what was read is believed while Redis cannot be asked.
	alone = 5 * time.Second
	// keep is how long numbers are kept in Redis after a shop's last change or first read; then all begins anew.
	keep = 7 * 24 * time.Hour
	// repeats is how long a change is remembered that might be told of again.
	repeats = 10 * time.Minute
)

// Config is what [Generations] are made of. A zero value means what is said beside it.
type Config struct {
	// Client is the Redis of all processes; nil keeps the numbers in this one.
	Client redis.UniversalClient
	// Prefix begins every key there.
	Prefix string
	// Share joins the processes of a deployment: what is told is heard by each of them. Nil tells nobody.
	Share func(name string, hear func(message []byte)) (tell func(message []byte))
	Clock clock.Clock
	Log   *slog.Logger
	// OnChange is told of what changed here or elsewhere, before anything is read that counts as read after it. It must be quick.
	OnChange func(shop uuid.UUID, tags []string)
	// Patience is how long Redis is waited for: 25 ms. Rest is how long it is left alone after a failure: 1 s.
	Patience, Rest time.Duration
}

// Generations are those of all shops. They are safe for concurrent use.
type Generations struct {
	client   redis.UniversalClient
	prefix   string
	clock    clock.Clock
	redis    *breaker.Patient
	tell     func([]byte)
	onChange func(uuid.UUID, []string)
	flights  singleflight.Group
	shops    sync.Map // of *shop by uuid.UUID
}

// New makes them.
func New(c Config) *Generations {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	g := &Generations{client: c.Client, prefix: c.Prefix, clock: c.Clock, tell: func([]byte) {}, onChange: c.OnChange, redis: breaker.NewPatient(breaker.PatientConfig{
		Patience: c.Patience, Rest: c.Rest, Clock: c.Clock, Log: c.Log,
		Away: "the numbers of changes are not to be had: answers are kept for a moment only", Back: "the numbers of changes are to be had again",
	})}
	if g.onChange == nil {
		g.onChange = func(uuid.UUID, []string) {}
	}
	if c.Share != nil {
		g.tell = c.Share("generations", g.hear)
	}
	return g
}

// Moment is when something was read, by a shop's clock. It can be written as JSON.
type Moment struct {
	// Epoch names the count: another one began where numbers were lost.
	Epoch string `json:"e"`
	// At is the count.
	At int64 `json:"n"`
}

// shop is what this process knows of a shop's numbers.
type shop struct {
	told  func(tags []string)
	known atomic.Pointer[numbers]
	// owed is whether a change could not be told to Redis: a new count is to begin there before it is believed again.
	owed atomic.Bool
}

// numbers are never changed once they are known, save for those of rows, which only grow.
type numbers struct {
	epoch string
	at    int64
	tags  map[string]int64 // of sorts of things
	rows  *rows            // of things; shared by all numbers of an epoch
	// whole is up to which moment Redis told of all changes: of those after it some may not be known.
	whole int64
	// asked is when they were got from Redis; zero while they are to be got again.
	asked time.Time
	// ours is whether the count was begun by this process alone, because Redis could not be asked.
	ours bool
}

// news are changes that a process is told of.
type news struct {
	epoch string
	at    int64
	tags  map[string]int64
	// since is after which moment they are all: [all] where there are none before. asked is when Redis told of them; zero where it was not asked
	// and they are those of one change.
	since int64
	asked time.Time
}

// begun are the numbers of a count that this process begins by itself.
func begun() *numbers {
	return &numbers{epoch: uuid.NewString(), rows: &rows{}, whole: all, ours: true}
}

func (g *Generations) of(id uuid.UUID) *shop {
	if s, ok := g.shops.Load(id); ok {
		return s.(*shop) //nolint:forcetypeassert // nothing else is kept there
	}
	s := &shop{told: func(tags []string) { g.onChange(id, tags) }}
	s.known.Store(begun())
	kept, _ := g.shops.LoadOrStore(id, s)
	return kept.(*shop) //nolint:forcetypeassert // as above
}

// Now is the moment of a shop: what is read after it, and depends on what does not change after it, holds.
func (g *Generations) Now(id uuid.UUID) Moment {
	n := g.current(id)
	return Moment{Epoch: n.epoch, At: n.at}
}

// Holds reports whether what was read at a moment, and took so long since, still is as it was: nothing that it depends on has
// changed. Of numbers that cannot be asked for, only what was read just now holds.
func (g *Generations) Holds(id uuid.UUID, m Moment, tags []string, age time.Duration) bool {
	n := g.current(id)
	if n.epoch != m.Epoch || n.tags[Everything] > m.At {
		return false
	}
	for _, tag := range tags {
		if n.of(tag) > m.At {
			return false
		}
	}
	return g.client == nil || age < alone || g.fresh(n)
}

// At reports whether this process knows of all changes up to a moment that somebody was told of; it asks Redis where not.
func (g *Generations) At(id uuid.UUID, m Moment) bool {
	past := func(epoch string, at int64) bool { return epoch == m.Epoch && at >= m.At }
	if g.client == nil {
		n := g.current(id)
		return past(n.epoch, n.at)
	}
	// That a later change was heard of says nothing of one before it: only what Redis tells as a whole does. A question that others had
	// asked already may have been answered before the moment, so the next one is waited for.
	for range 2 {
		if n := g.fetch(id); n != nil && past(n.epoch, n.at) {
			return true
		}
	}
	return false
}

func (g *Generations) fresh(n *numbers) bool {
	age := g.clock.Now().Sub(n.asked)
	return !n.ours && age >= 0 && age < recheck
}

// current are the numbers of a shop, from Redis where they were not asked for lately.
func (g *Generations) current(id uuid.UUID) *numbers {
	s := g.of(id)
	n := s.known.Load()
	if g.client == nil || g.fresh(n) || !g.redis.Ready() {
		return n
	}
	return g.ask(id)
}

// Changed tells that things of a shop have changed: it is called after the change was committed, and before anybody is told of
// it. The change's id keeps it from being told of twice; whoever repeats it gives the same one. It gives the moment from which the change is seen.
func (g *Generations) Changed(id uuid.UUID, change string, tags ...string) Moment {
	if g.client == nil {
		n := g.of(id).advance(tags)
		g.tell(message{Shop: id, Tags: tags}.encode())
		return Moment{Epoch: n.epoch, At: n.at}
	}
	s := g.of(id)
	var n *news
	done := !s.owed.Load() && g.redis.Ask(context.Background(), func(ctx context.Context) (err error) {
		n, err = g.bump(ctx, id, change, tags)
		return err
	})
	if !done {
		return g.lose(id)
	}
	s.take(n)
	g.tell(message{Shop: id, Epoch: n.epoch, At: n.at, Tags: tags}.encode())
	return Moment{Epoch: n.epoch, At: n.at}
}

// lose begins a count of this process's own, because a change could not be written; all others are told to do so too.
func (g *Generations) lose(id uuid.UUID) Moment {
	n := g.of(id).lost()
	g.tell(message{Shop: id, Lost: true}.encode())
	return Moment{Epoch: n.epoch, At: n.at}
}

// lost forgets the shop's numbers, and has a new count begun in Redis as soon as it answers.
func (s *shop) lost() *numbers {
	s.owed.Store(true)
	n := begun()
	s.told([]string{Everything})
	s.known.Store(n)
	return n
}

// advance counts a change in this process.
func (s *shop) advance(tags []string) *numbers {
	s.told(tags)
	for {
		old := s.known.Load()
		n := &numbers{epoch: old.epoch, at: old.at + 1, rows: old.rows, whole: old.whole, asked: old.asked, ours: old.ours}
		n.tags = n.rows.grow(old.tags, changed(tags, n.at))
		if s.known.CompareAndSwap(old, n) {
			return n
		}
	}
}

// changed are tags as of one moment.
func changed(tags []string, at int64) map[string]int64 {
	out := make(map[string]int64, len(tags))
	for _, tag := range tags {
		out[tag] = at
	}
	return out
}

// take joins news with the numbers known.
func (s *shop) take(n *news) {
	for {
		old := s.known.Load()
		if s.owed.Load() {
			return
		}
		next, sorts := old.joined(n)
		if len(sorts) > 0 {
			s.told(sorts)
		}
		if s.known.CompareAndSwap(old, next) {
			return
		}
	}
}

// joined are numbers with news, and the sorts of things that changed between.
func (n *numbers) joined(later *news) (next *numbers, sorts []string) {
	if n.epoch != later.epoch {
		if later.asked.IsZero() || later.since != all { // which count is in force is to be asked, and until then nothing holds
			return begun(), []string{Everything}
		}
		next = &numbers{epoch: later.epoch, at: later.at, rows: &rows{}, whole: later.at, asked: later.asked}
		next.tags = next.rows.grow(nil, later.tags)
		return next, []string{Everything}
	}
	next = &numbers{epoch: n.epoch, at: max(n.at, later.at), rows: n.rows, whole: n.whole, asked: n.asked}
	if later.asked.After(n.asked) {
		next.asked = later.asked
	}
	if !later.asked.IsZero() && later.since <= n.whole {
		next.whole = max(n.whole, later.at)
	}
	for tag, at := range later.tags {
		if _, row := rowOf(tag); !row && n.tags[tag] < at {
			sorts = append(sorts, tag)
		}
	}
	next.tags = n.rows.grow(n.tags, later.tags)
	return next, sorts
}

// String writes a moment for a header.
func (m Moment) String() string { return m.Epoch + "." + strconv.FormatInt(m.At, 10) }

// ParseMoment reads what [Moment.String] wrote.
func ParseMoment(text string) (m Moment, ok bool) {
	epoch, at, found := strings.Cut(text, ".")
	n, err := strconv.ParseInt(at, 10, 64)
	if !found || err != nil || len(epoch) != len(uuid.Nil.String()) {
		return m, false
	}
	return Moment{Epoch: epoch, At: n}, true
}
