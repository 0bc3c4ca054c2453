package ratelimit_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/ratelimit"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

// held is a hook of a Redis client that counts trips, and holds each until it is let go.
type held struct {
	ratelimittest.Outage
	begun, goOn chan struct{}
	trips       atomic.Int64
}

func (h *held) hold(cmd redis.Cmder) {
	if !strings.HasPrefix(cmd.Name(), "eval") {
		return // of a new connection
	}
	h.trips.Add(1)
	if h.begun != nil {
		h.begun <- struct{}{}
		<-h.goOn
	}
}

func (h *held) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		h.hold(cmd)
		return next(context.WithoutCancel(ctx), cmd)
	}
}

func (h *held) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		h.hold(cmds[0])
		return next(context.WithoutCancel(ctx), cmds)
	}
}

func setupTrips(t *testing.T) (*ratelimit.Redis, *held) {
	t.Helper()
	client := ratelimittest.Redis(t)
	l := ratelimit.NewRedis(client, "test-"+uuid.NewString()+":")
	var err error
	for range 100 { // so that Redis knows the script; on a busy machine, connecting can take longer than a trip may
		if _, err = l.Take(t.Context(), 0, of("{x}:first", 1)); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	h := &held{begun: make(chan struct{}), goOn: make(chan struct{})}
	client.AddHook(h)
	return l, h
}

func of(key string, capacity int64) []ratelimit.Bucket {
	return []ratelimit.Bucket{{Layer: "test", Key: key, Limit: ratelimit.Limit{Capacity: capacity, PerSecond: 1e-3}}}
}

// until waits until so many wait.
func until(t *testing.T, l *ratelimit.Redis, waiting int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); l.Waiting() != waiting; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d wait; want %d", l.Waiting(), waiting)
		}
	}
}

// Who comes while a trip is under way goes with all the others in the next, and each is decided by itself.
func TestTripsAreShared(t *testing.T) {
	t.Parallel()
	l, h := setupTrips(t)
	shared := of("{x}:shared", 10)
	var allowed, own atomic.Int64
	var all sync.WaitGroup
	take := func(buckets []ratelimit.Bucket, count *atomic.Int64) {
		all.Go(func() {
			out, err := l.Take(context.WithoutCancel(t.Context()), 1, buckets)
			if err != nil {
				t.Error(err)
			}
			if out.Allowed {
				count.Add(1)
			}
		})
	}
	take(shared, &allowed)
	<-h.begun
	for i := range 20 {
		take(append(of(fmt.Sprintf("{x}:own:%d", i), 5), shared...), &allowed)
		take(of(fmt.Sprintf("{%d}:own", i%3), 5), &own) // lies elsewhere in a cluster
	}
	until(t, l, 40)
	h.goOn <- struct{}{}
	<-h.begun
	h.goOn <- struct{}{}
	all.Wait()
	if allowed.Load() != 10 || own.Load() != 15 {
		t.Errorf("%d and %d were let through; want 10 and 15", allowed.Load(), own.Load())
	}
	if n := h.trips.Load(); n != 2 {
		t.Errorf("%d trips; want 2", n)
	}
}

// Who goes away takes nothing, and the others get what they asked for.
func TestTripsGoOnWithoutWhoGoesAway(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"BeforeTheTrip": false, "UnderWay": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, h := setupTrips(t)
			b := of("{x}:b", 100)
			outs := make(chan ratelimit.Outcome, 2)
			var all sync.WaitGroup
			take := func(ctx context.Context, points int64, buckets []ratelimit.Bucket) {
				all.Go(func() {
					out, err := l.Take(ctx, points, buckets)
					switch {
					case ctx.Err() != nil && !errors.Is(err, context.Canceled):
						t.Errorf("who went away got %v", err)
					case ctx.Err() == nil && err != nil:
						t.Error(err)
					case err == nil:
						outs <- out
					}
				})
			}
			take(context.WithoutCancel(t.Context()), 1, b)
			<-h.begun
			gone, leave := context.WithCancel(t.Context())
			owed := of("{x}:b", 100)
			owed[0].Owed = 3
			all.Add(1)
			left := make(chan struct{})
			go func() {
				defer all.Done()
				defer close(left)
				if _, err := l.Take(gone, 50, owed); !errors.Is(err, context.Canceled) {
					t.Errorf("who went away got %v", err)
				}
			}()
			until(t, l, 1)
			take(context.WithoutCancel(t.Context()), 1, b)
			until(t, l, 2)
			if !late {
				leave()
				<-left
			}
			h.goOn <- struct{}{}
			<-h.begun
			leave()
			<-left
			h.goOn <- struct{}{}
			if late {
				<-h.begun // what it was charged comes back
				h.goOn <- struct{}{}
			}
			all.Wait()
			for range 2 {
				if out := <-outs; !out.Allowed {
					t.Errorf("%+v", out)
				}
			}
			go func() { <-h.begun; h.goOn <- struct{}{} }()
			out, err := l.Take(t.Context(), 0, b)
			if err != nil || out.States[0].Available != 95 { // two took one each, and three were owed
				t.Errorf("%+v %v", out, err)
			}
		})
	}
}

// Many processes that let requests through before these are charged let through what one would that charges them at once.
func TestReplicasWithTabsShareOneBudget(t *testing.T) {
	t.Parallel()
	const capacity, perSecond, replicas, clients = 200_000, 20_000, 3, 8
	prefix := "test-" + uuid.NewString() + ":"
	limit := ratelimit.Limit{Capacity: capacity, PerSecond: perSecond}
	b := []ratelimit.Bucket{{Layer: "token", Key: "{x}:token", Limit: limit}, {Layer: "shop", Key: "{x}:shop", Limit: ratelimit.Limit{Capacity: 10 * capacity, PerSecond: 10 * perSecond}}}
	var spent, refused, empty, trips atomic.Int64 // empty is when it was certain that nothing was left, in ns from the start
	var all sync.WaitGroup
	var tabs []*ratelimit.Tab
	for range replicas {
		client, h := ratelimittest.Redis(t), &held{}
		client.AddHook(h)
		tab := ratelimit.NewTab(ratelimit.NewRedis(client, prefix), clock.System{})
		if err := tab.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		tabs = append(tabs, tab)
		t.Cleanup(func() { trips.Add(h.trips.Load()) })
	}
	start := time.Now()
	const lasts = 2 * time.Second
	for i := range replicas * clients {
		tab := tabs[i%replicas]
		all.Go(func() {
			ctx := context.WithoutCancel(t.Context())
			for n := i; time.Since(start) < lasts; n++ {
				points, back := int64(100+37*(n%7)), int64(10*(n%5))
				sent := time.Since(start)
				out, err := tab.Take(ctx, points, b)
				if err != nil {
					t.Error(err)
					return
				}
				if !out.Allowed {
					refused.Add(1)
					for last := empty.Load(); last < int64(sent) && !empty.CompareAndSwap(last, int64(sent)); last = empty.Load() {
					}
					continue
				}
				spent.Add(points - back)
				if err := tab.Return(ctx, back, b); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	most := capacity + perSecond*time.Since(start).Seconds()
	least := capacity + perSecond*time.Duration(empty.Load()).Seconds() - 322
	for _, tab := range tabs {
		if err := tab.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d points spent, %d requests refused; %.0f to %.0f are right", spent.Load(), refused.Load(), least, most)
	if n := float64(spent.Load()); refused.Load() == 0 || n > 1.01*most || n < 0.97*least { // what is given back is on its way for a while
		t.Errorf("%.0f points were spent, and %d requests refused; %.0f to %.0f are right", n, refused.Load(), least, most)
	}
}
