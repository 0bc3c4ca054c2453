package cached_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect/sql/schema"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/rialtohq/rialto/ent/generated/migrate"
	"github.com/rialtohq/rialto/graph/cached"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/generation"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

const minute = time.Minute

// process keeps answers; what it makes is a number that grows.
type process struct {
	*cached.Store
	generations *generation.Generations
	made        *atomic.Int64
}

// deployment is several processes over one Redis; or, without, one.
type deployment struct {
	processes []process
	clock     *clock.Manual
	client    *redis.Client
	prefix    string
	made      atomic.Int64
	shop      uuid.UUID
}

func deploy(t testing.TB, processes int, withRedis bool, change ...func(*cached.Config)) *deployment {
	t.Helper()
	d := &deployment{clock: clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), prefix: "test-" + uuid.NewString() + ":", shop: uuid.New()}
	if withRedis {
		d.client = ratelimittest.Redis(t)
	}
	var ears []func([]byte)
	quiet := slog.New(slog.DiscardHandler)
	for range processes {
		g := generation.Config{Clock: d.clock, Prefix: d.prefix, Patience: 10 * time.Second, Log: quiet, Share: func(_ string, hear func([]byte)) func([]byte) {
			ears = append(ears, hear)
			return func(m []byte) {
				for _, ear := range ears {
					ear(m)
				}
			}
		}}
		c := cached.Config{Clock: d.clock}
		if withRedis {
			client := ratelimittest.Redis(t)
			g.Client = client
			c.Remote = cached.NewRemote(cached.RemoteConfig{Client: client, Prefix: d.prefix, Secret: strings.Repeat("s", 32), Clock: d.clock, Patience: 10 * time.Second, Log: quiet})
		}
		c.Generations = generation.New(g)
		for _, f := range change {
			f(&c)
		}
		d.processes = append(d.processes, process{Store: cached.New(c), generations: c.Generations, made: &d.made})
	}
	return d
}

func (d *deployment) key(name string) cached.Key {
	return cached.Key{Shop: d.shop, Hash: sha256.Sum256([]byte(name))}
}

// number makes an answer of the product table.
func (p process) number(context.Context) cached.Made {
	return answer(fmt.Sprint(p.made.Add(1)), "product")
}

func answer(data string, tables ...string) cached.Made {
	return cached.Made{Answer: &wire.Answer{Data: json.RawMessage(data)}, Tables: tables}
}

// ask is what a handler does: look, and have it made where there is nothing.
func (p process) ask(t testing.TB, key cached.Key) string {
	if kept, _, _ := p.Get(t.Context(), key); kept != nil {
		return string(kept.Data)
	}
	return string(p.Fill(t.Context(), key, minute, p.number).Answer.Data)
}

func (p process) want(t testing.TB, key cached.Key, want string) {
	t.Helper()
	if got := p.ask(t, key); got != want {
		t.Errorf("it is %s; want %s", got, want)
	}
}

func TestAnswersHoldUntilWhatTheyAreMadeOfChanges(t *testing.T) {
	t.Parallel()
	for _, withRedis := range []bool{false, true} {
		t.Run(fmt.Sprint(withRedis), func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1, withRedis)
			p, key := d.processes[0], d.key("x")
			p.want(t, key, "1")
			p.want(t, key, "1")
			p.generations.Changed(d.shop, uuid.NewString(), "page")
			p.want(t, key, "1")
			p.generations.Changed(d.shop, uuid.NewString(), "product")
			p.want(t, key, "2")
			p.generations.Changed(d.shop, uuid.NewString(), "market") // what a buyer's country means
			p.want(t, key, "3")
			p.generations.Changed(uuid.New(), uuid.NewString(), "product") // of another shop
			p.want(t, key, "3")
			d.clock.Advance(minute)
			p.want(t, key, "4")
		})
	}
}

func TestAProcessGivesWhatAnotherMade(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2, true)
	one, two, key := d.processes[0], d.processes[1], d.key("x")
	one.want(t, key, "1")
	if _, from, _ := two.Get(t.Context(), key); from != cached.HitRedis {
		t.Errorf("it came from %q", from)
	}
	if _, from, _ := two.Get(t.Context(), key); from != cached.HitMemory {
		t.Errorf("then from %q", from)
	}
	two.generations.Changed(d.shop, uuid.NewString(), "product")
	one.want(t, key, "2")
	two.want(t, key, "2")
}

// What was read before a change cannot be put away after it, in whatever process.
func TestAStaleFillIsNotKept(t *testing.T) {
	t.Parallel()
	for _, processes := range []int{1, 3} {
		t.Run(fmt.Sprint(processes), func(t *testing.T) {
			t.Parallel()
			d := deploy(t, processes, processes > 1)
			one, last, key := d.processes[0], d.processes[processes-1], d.key("x")
			value := "old"
			read := func(context.Context) cached.Made { return answer(`"`+value+`"`, "product") }
			one.Fill(t.Context(), key, minute, func(ctx context.Context) cached.Made {
				made := read(ctx)
				value = "new" // committed, and told, while the answer is on its way
				last.generations.Changed(d.shop, uuid.NewString(), "product")
				return made
			})
			for i, p := range d.processes {
				if kept, from, old := p.Get(t.Context(), key); kept != nil || old != nil {
					t.Errorf("process %d has it from %s", i, from)
				}
			}
			if got := last.Fill(t.Context(), key, minute, read); string(got.Answer.Data) != `"new"` {
				t.Errorf("after the change it is %s", got.Answer.Data)
			}
		})
	}
}

// This is the race that moments are there for: where an answer's moment is not from before its reads, it is kept although it is old, and
// given to everybody. TestAStaleFillIsNotKept is the same with the moment where it belongs.
func TestAStaleFillWithoutProtection(t *testing.T) {
	t.Parallel()
	d := deploy(t, 3, true)
	one, last, key := d.processes[0], d.processes[2], d.key("x")
	read := answer(`"old"`, "product")
	last.generations.Changed(d.shop, uuid.NewString(), "product")
	one.Fill(t.Context(), key, minute, func(context.Context) cached.Made { return read })
	for i, p := range d.processes {
		if kept, _, _ := p.Get(t.Context(), key); kept == nil || string(kept.Data) != `"old"` {
			t.Errorf("process %d is not given what was read too early: %v", i, kept)
		}
	}
}

// Who comes after a change is not given what others wait for since before it.
func TestWhoComesLaterIsNotGivenWhatWasMadeBefore(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1, false)
	p, key := d.processes[0], d.key("x")
	reading, read := make(chan struct{}), make(chan struct{})
	var leader sync.WaitGroup
	leader.Go(func() {
		p.Fill(t.Context(), key, minute, func(context.Context) cached.Made {
			close(reading)
			<-read
			return answer(`"old"`, "product")
		})
	})
	<-reading
	p.generations.Changed(d.shop, uuid.NewString(), "product")
	var follower sync.WaitGroup
	follower.Go(func() {
		made := p.Fill(t.Context(), key, minute, func(context.Context) cached.Made { return answer(`"new"`, "product") })
		if string(made.Answer.Data) != `"new"` {
			t.Errorf("it is %s", made.Answer.Data)
		}
	})
	close(read)
	leader.Wait()
	follower.Wait()
}

func TestAThousandHaveItMadeOnce(t *testing.T) {
	t.Parallel()
	d := deploy(t, 3, true)
	var wg sync.WaitGroup
	for i := range 1000 {
		wg.Go(func() { d.processes[i%3].want(t, d.key("x"), "1") })
	}
	wg.Wait()
	if n := d.made.Load(); n != 1 {
		t.Errorf("it was made %d times", n)
	}
}

func TestWhileRedisIsAwayEachProcessMakesItOnce(t *testing.T) {
	t.Parallel()
	away := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	t.Cleanup(func() { _ = away.Close() })
	quiet := slog.New(slog.DiscardHandler)
	d := deploy(t, 3, false, func(c *cached.Config) {
		c.Remote = cached.NewRemote(cached.RemoteConfig{Client: away, Rest: time.Hour, Log: quiet})
		c.Generations = generation.New(generation.Config{Client: away, Rest: time.Hour, Log: quiet})
	})
	var wg sync.WaitGroup
	for i := range 1000 {
		wg.Go(func() { d.processes[i%3].ask(t, d.key("x")) })
	}
	wg.Wait()
	if n := d.made.Load(); n < 1 || n > 3 {
		t.Errorf("it was made %d times", n)
	}
}

// A process that ends while it makes an answer keeps the others waiting for the rest of its lease.
func TestALeaseEnds(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1, true)
	key := d.key("x")
	if err := d.client.Set(t.Context(), d.processes[0].LeaseName(key), "who ended", 50*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	d.processes[0].want(t, key, "1")
}

func TestWhatIsNotKept(t *testing.T) {
	t.Parallel()
	failed := answer("1", "product")
	failed.Answer.Errors = gqlerror.List{{Message: "not allowed"}}
	for name, made := range map[string]cached.Made{
		"Errors": failed, "AnotherTable": answer("1", "orders", "product"), "TooLarge": answer(`"`+strings.Repeat("x", 2000)+`"`, "product"),
		"Refused": {Answer: wire.Refuse(wire.Unavailable, "OVERLOADED", "Try again.")}, "Nobody": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1, false, func(c *cached.Config) { c.MaxEntry = 1000 })
			p, key := d.processes[0], d.key("x")
			p.Fill(t.Context(), key, minute, func(context.Context) cached.Made { return made })
			if kept, from, old := p.Get(t.Context(), key); kept != nil || old != nil {
				t.Errorf("it is kept: %s", from)
			}
		})
	}
}

func TestAFloodOfKeysStaysInItsBounds(t *testing.T) {
	t.Parallel()
	const bound, keys = 4 << 20, 100_000
	d := deploy(t, 1, false, func(c *cached.Config) { c.Bytes = bound })
	p := d.processes[0]
	data := `"` + strings.Repeat("x", 2000) + `"`
	most := uint64(0)
	for i := range keys {
		p.Fill(t.Context(), d.key(fmt.Sprint(i)), minute, func(context.Context) cached.Made { return answer(data, "product") })
		if i%1000 == 0 {
			p.CleanUp()
			most = max(most, p.Bytes())
		}
	}
	if most == 0 || most > bound {
		t.Errorf("%d bytes of %d", most, bound)
	}
}

// What is asked for shortly before its time is over is made anew without anybody waiting; an old answer is offered while nothing
// but its age speaks against it.
func TestAgeing(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1, false)
	p, key := d.processes[0], d.key("x")
	p.want(t, key, "1")
	again := make(chan struct{})
	refresh := func() {
		kept, _, _ := p.Get(t.Context(), key)
		p.Refresh(t.Context(), key, kept, func(ctx context.Context) cached.Made {
			defer close(again)
			return p.number(ctx)
		})
	}
	d.clock.Advance(minute / 2)
	refresh() // too early: a second call would close the channel twice
	d.clock.Advance(minute/2 - time.Second)
	refresh()
	<-again
	p.Idle()
	p.want(t, key, "2")
	d.clock.Advance(minute)
	if kept, _, old := p.Get(t.Context(), key); kept != nil || old == nil || string(old.Data) != "2" {
		t.Errorf("an old answer is not offered: %v %v", kept, old)
	}
	p.generations.Changed(d.shop, uuid.NewString(), "product")
	if _, _, old := p.Get(t.Context(), key); old != nil {
		t.Error("an answer is offered that is not true any more")
	}
}

func TestNobodyMakesAnswersUpWithoutTheSecret(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2, true)
	one, two, key, other := d.processes[0], d.processes[1], d.key("x"), d.key("y")
	one.want(t, key, "1")
	entry := d.client.Get(t.Context(), one.Name(key)).Val()
	for _, forged := range []string{"", "x", entry[:len(entry)-1] + "x", `{"at":1}` + "\n" + `"evil"`} {
		d.client.Set(t.Context(), one.Name(other), forged, minute)
		if kept, _, _ := two.Get(t.Context(), other); kept != nil {
			t.Errorf("%q is believed", forged)
		}
	}
	d.client.Set(t.Context(), one.Name(other), entry, minute)
	if kept, _, _ := two.Get(t.Context(), other); kept != nil {
		t.Error("an answer is believed that was given to another question")
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	if !slices.IsSorted(cached.Tables) {
		t.Error("they are not in order")
	}
	for _, name := range cached.Tables {
		name, _, _ := strings.Cut(name, ".") // of a column that counts as a table, its table
		if !slices.ContainsFunc(migrate.Tables, func(t *schema.Table) bool { return t.Name == name }) {
			t.Errorf("there is no table %s", name)
		}
	}
}
