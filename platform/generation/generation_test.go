package generation_test

import (
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/generation"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

// world is three processes of a deployment, what they tell each other, and a database of which only the versions are known.
type world struct {
	clock    *clock.Manual
	process  []*generation.Generations
	away     []*ratelimittest.Outage
	ears     []func([]byte)
	deaf     bool // messages are lost
	versions map[string]int
	events   []event
	shop     uuid.UUID
	client   *redis.Client
	prefix   string
}

func newWorld(t testing.TB, processes int, withRedis bool) *world {
	t.Helper()
	w := &world{clock: clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), versions: map[string]int{}, shop: uuid.New(), prefix: "test-" + uuid.NewString() + ":"}
	if withRedis {
		w.client = ratelimittest.Redis(t)
	}
	for range processes {
		c := generation.Config{Clock: w.clock, Prefix: w.prefix, Patience: 5 * time.Second, Log: slog.New(slog.DiscardHandler)}
		away := &ratelimittest.Outage{}
		if withRedis {
			own := ratelimittest.Redis(t)
			own.AddHook(away)
			c.Client = own
		}
		c.Share = func(_ string, hear func([]byte)) func([]byte) {
			w.ears = append(w.ears, hear)
			return func(message []byte) {
				if w.deaf {
					return
				}
				for _, ear := range w.ears {
					ear(message)
				}
			}
		}
		w.process, w.away = append(w.process, generation.New(c)), append(w.away, away)
	}
	return w
}

// read is what a process read at a moment.
type read struct {
	tag     string
	version int
	moment  generation.Moment
	at      time.Time
}

func (w *world) read(by int, tag string) read {
	m := w.process[by].Now(w.shop)
	return read{tag: tag, version: w.versions[tag], moment: m, at: w.clock.Now()}
}

func (w *world) holds(by int, r read) bool {
	return w.process[by].Holds(w.shop, r.moment, []string{r.tag}, w.clock.Now().Sub(r.at))
}

func (w *world) change(by int, tag string) {
	w.versions[tag]++
	id := uuid.NewString()
	w.process[by].Changed(w.shop, id, tag)
	w.events = append(w.events, event{id, tag})
}

// event is what the outbox repeats of a change.
type event struct{ id, tag string }

// repeat has a process that reaches Redis tell once more of what was changed.
func (w *world) repeat() {
	for p, away := range w.away {
		if !away.Load() {
			for _, e := range w.events {
				w.process[p].Changed(w.shop, e.id, e.tag)
			}
			w.events = nil
			return
		}
	}
}

func both(t *testing.T, test func(t *testing.T, withRedis bool)) {
	t.Run("process", func(t *testing.T) { t.Parallel(); test(t, false) })
	t.Run("redis", func(t *testing.T) { t.Parallel(); test(t, true) })
}

func TestWhatWasReadBeforeAChangeDoesNotHold(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, withRedis bool) {
		w := newWorld(t, 2, withRedis)
		a, b, other := w.read(0, "a"), w.read(0, "b"), w.read(1, "a")
		for by := range 2 {
			if !w.holds(by, a) && (withRedis || by == 0) {
				t.Errorf("process %d: nothing has changed, and it does not hold", by)
			}
		}
		w.change(0, "a")
		if w.holds(0, a) || w.holds(1, other) || withRedis && w.holds(1, a) {
			t.Error("what changed holds")
		}
		if !w.holds(0, b) {
			t.Error("what has not changed does not hold")
		}
		if !w.holds(0, w.read(0, "a")) {
			t.Error("what was read after the change does not hold")
		}
		w.process[0].Changed(w.shop, uuid.NewString(), generation.Everything)
		if w.holds(0, b) {
			t.Error("something holds after everything changed")
		}
	})
}

func TestAChangeCountsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, true)
	change := uuid.NewString()
	m := w.process[0].Changed(w.shop, change, "a")
	r := w.read(1, "a")
	if again := w.process[1].Changed(w.shop, change, "a"); again != m || !w.holds(1, r) {
		t.Errorf("it counted twice: %v and %v", m, again)
	}
	// Its process may have ended before it told: then the repeat is the first.
	if late := w.process[1].Changed(w.shop, uuid.NewString(), "a"); late == m || w.holds(0, r) {
		t.Error("the repeat of what was never told does nothing")
	}
}

func TestWhoHearsNothingAsksAfterASecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, true)
	r := w.read(1, "a")
	w.deaf = true
	w.change(0, "a")
	w.clock.Advance(time.Second)
	if w.holds(1, r) {
		t.Error("it holds a second after the change")
	}
	r = w.read(1, "a")
	m := w.process[0].Changed(w.shop, uuid.NewString(), "a")
	if w.process[1].At(w.shop, m); w.holds(1, r) {
		t.Error("it holds for who was told of the moment of the change")
	}
}

// A later change that was heard of says nothing of one before it that was not.
func TestAMomentIsKnownOnlyFromRedis(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, true)
	r := w.read(1, "a")
	w.deaf = true
	m := w.process[0].Changed(w.shop, uuid.NewString(), "a")
	w.deaf = false
	w.process[0].Changed(w.shop, uuid.NewString(), "b")
	w.away[1].Store(true)
	if w.process[1].At(w.shop, m) && w.holds(1, r) {
		t.Error("it is said to know of a change that it has not heard of")
	}
	w.away[1].Store(false)
	w.clock.Advance(time.Second)
	if !w.process[1].At(w.shop, m) || w.holds(1, r) {
		t.Error("it holds although Redis told of the change")
	}
}

func TestNothingOldHoldsAfterAnOutage(t *testing.T) {
	t.Parallel()
	for name, away := range map[string][]int{"FromTheWriter": {0}, "FromAll": {0, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 2, true)
			before := []read{w.read(0, "a"), w.read(1, "a")}
			for _, p := range away {
				w.away[p].Store(true)
			}
			w.change(0, "a")
			during := w.read(0, "a")
			if !w.holds(0, during) {
				t.Error("while Redis is away, what was read just now does not hold")
			}
			w.clock.Advance(5 * time.Second)
			if away := len(away) == 2; away && w.holds(0, during) {
				t.Error("while Redis is away, what was read some time ago holds")
			}
			for p := range 2 {
				w.away[p].Store(false)
			}
			w.clock.Advance(2 * time.Second)
			for p := range 2 {
				for _, r := range before {
					if w.holds(p, r) {
						t.Errorf("process %d believes what was read before", p)
					}
				}
				if !w.holds(p, w.read(p, "a")) {
					t.Errorf("process %d believes nothing any more", p)
				}
			}
		})
	}
}

func TestNothingHoldsOnceNumbersAreLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, true)
	w.change(0, "b")
	r := w.read(1, "a")
	if !w.holds(1, r) {
		t.Fatal("it does not hold")
	}
	if err := w.client.Del(t.Context(), w.client.Keys(t.Context(), w.prefix+"*").Val()...).Err(); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Second)
	if w.holds(1, r) || w.holds(0, r) {
		t.Error("it holds although nobody knows what has changed")
	}
}

// TestSchedules runs reads, changes, outages, lost messages and the passing of time in any order. Nobody is ever given something
// older than a change that their own process made, nor one older than a change of another for longer than is promised.
func TestSchedules(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, withRedis bool) {
		steps := 100_000
		if os.Getenv("RIALTO_TEST_LONG") != "" {
			steps = 2_000_000
		}
		if withRedis {
			steps = 20_000
		}
		random := rand.New(rand.NewPCG(1, uint64(steps)))
		w := newWorld(t, 3, withRedis)
		tags := append([]string{"a", "b"}, generation.Rows("b", []uuid.UUID{uuid.New()})...)
		type since struct {
			version int
			at      time.Time
		}
		own := [3]map[string]int{{}, {}, {}} // the last version that a process made itself
		others := map[string][]since{}       // all changes, in order
		kept := [3][]read{}                  // what processes have put away
		given, refused := 0, 0
		for range steps {
			p, tag := random.IntN(3), tags[random.IntN(3)]
			switch random.IntN(24) {
			case 0, 1, 2, 3, 4:
				kept[p] = append(kept[p], w.read(p, tag))
				if len(kept[p]) > 20 {
					kept[p] = kept[p][1:]
				}
			case 5:
				w.change(p, tag)
				own[p][tag] = w.versions[tag]
				others[tag] = append(others[tag], since{w.versions[tag], w.clock.Now()})
			case 6:
				w.clock.Advance(time.Duration(random.IntN(900)) * time.Millisecond)
				if withRedis { // on its own, a process keeps its count for itself
					w.repeat()
				}
			case 7:
				if withRedis && random.IntN(10) == 0 {
					off := !w.away[p].Load()
					w.away[p].Store(off)
				}
			case 8:
				w.deaf = withRedis && random.IntN(4) == 0
			default:
				if len(kept[p]) == 0 {
					continue
				}
				r := kept[p][random.IntN(len(kept[p]))]
				if !w.holds(p, r) {
					refused++
					continue
				}
				given++
				if r.version < own[p][r.tag] {
					t.Fatalf("process %d gives version %d after it made %d", p, r.version, own[p][r.tag])
				}
				bound := time.Second
				if withRedis { // while one cannot be told, what was read lately is believed
					bound = 6 * time.Second
				}
				for _, c := range others[r.tag] {
					if c.version > r.version && w.clock.Now().Sub(c.at) > bound {
						t.Fatalf("process %d gives version %d, %v after %d was made", p, r.version, w.clock.Now().Sub(c.at), c.version)
					}
				}
			}
		}
		if given == 0 || refused == 0 {
			t.Errorf("%d were given and %d refused: nothing was tried", given, refused)
		}
		t.Logf("%d steps: %d given, %d refused", steps, given, refused)
	})
}

// A Redis that took over for another one may lack its last changes: what was read at a moment that it has not reached does not hold.
func TestNothingHoldsOnceTheCountWentBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2, true)
	for range 5 {
		w.change(0, "a")
	}
	old := []read{w.read(0, "a"), w.read(1, "a")}
	if !w.holds(0, old[0]) || !w.holds(1, old[1]) {
		t.Fatal("what was just read does not hold")
	}
	keys, err := w.client.Keys(t.Context(), w.prefix+"*:changes").Result()
	if err != nil || len(keys) != 1 {
		t.Fatalf("%q, %v", keys, err)
	}
	if err := w.client.ZAdd(t.Context(), keys[0], redis.Z{Score: 2, Member: "clock"}, redis.Z{Score: 2, Member: "t:a"}).Err(); err != nil {
		t.Fatal(err)
	}
	w.change(0, "a")
	if w.holds(0, old[0]) {
		t.Error("the process that made a change gives what it read before it")
	}
	w.clock.Advance(1100 * time.Millisecond)
	if w.holds(1, old[1]) {
		t.Error("another process gives it, too, a second later")
	}
	if now := w.read(1, "a"); !w.holds(1, now) {
		t.Error("what is read afterwards does not hold")
	}
}

func TestRowsChangeAlone(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, withRedis bool) {
		w := newWorld(t, 2, withRedis)
		one, other := uuid.MustParse("01990000-0000-7000-8000-000000000001"), uuid.MustParse("01990000-0000-7000-8000-000000000002")
		of := func(id uuid.UUID) []string {
			return append(generation.Rows("stock", []uuid.UUID{id}), generation.Unknown("stock"))
		}
		m := w.process[1].Now(w.shop)
		holds := func(tags []string) bool { return w.process[1].Holds(w.shop, m, tags, 0) }
		w.process[0].Changed(w.shop, "", append(generation.Rows("stock", []uuid.UUID{one}), "stock")...)
		if holds(of(one)) || holds([]string{"stock"}) {
			t.Error("what was made of a thing, or of all, holds after the thing changed")
		}
		if !holds(of(other)) {
			t.Error("what was made of another thing does not hold")
		}
		w.process[0].Changed(w.shop, "", "stock", generation.Unknown("stock"))
		if holds(of(other)) {
			t.Error("what was made of a thing holds after it became unknown which changed")
		}
	})
}

func TestTagsOfRowsAreFewAndFarBetween(t *testing.T) {
	t.Parallel()
	ids := make([]uuid.UUID, 20_000)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
	}
	tags := generation.Rows("stock", ids)
	if len(tags) < 3_900 || len(tags) > 4096 { // of 4096, all but e^-4.9 are met
		t.Errorf("%d ids made one after the other have %d tags", len(ids), len(tags))
	}
	if a, b := generation.Rows("stock", ids[:1])[0], generation.Rows("price", ids[:1])[0]; a == b {
		t.Errorf("stock and price of one thing are both %s", a)
	}
	if got := generation.Sorts([]string{"stock", tags[0], generation.Unknown("price"), "price", generation.Everything}); !slices.Equal(got, []string{"*", "price", "stock"}) {
		t.Errorf("the sorts are %q", got)
	}
}

func TestMomentsAreWritten(t *testing.T) {
	t.Parallel()
	m := generation.Moment{Epoch: uuid.NewString(), At: 7}
	if got, ok := generation.ParseMoment(m.String()); !ok || got != m {
		t.Errorf("%v is read as %v", m, got)
	}
	for _, text := range []string{"", ".", "x.1", m.Epoch, m.Epoch + ".x"} {
		if _, ok := generation.ParseMoment(text); ok {
			t.Errorf("%q is a moment", text)
		}
	}
}
