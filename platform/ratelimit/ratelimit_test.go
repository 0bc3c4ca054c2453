package ratelimit_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/ratelimit"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	ratelimittest.Run(t, ratelimit.NewMemory(c), func() { c.Advance(time.Millisecond) }, 0)
}

func TestRedis(t *testing.T) {
	t.Parallel()
	ratelimittest.Run(t, ratelimit.NewRedis(ratelimittest.Redis(t), "test-"+uuid.NewString()+":"), func() {}, 0) // Redis goes by its own clock
}

// A bucket in Redis goes away by itself once it is full.
func TestRedisForgetsFullBuckets(t *testing.T) {
	t.Parallel()
	c := ratelimittest.Redis(t)
	prefix := "test-" + uuid.NewString() + ":"
	b := ratelimit.Bucket{Key: "{x}", Limit: ratelimit.Limit{Capacity: 100, PerSecond: 1e4}}
	if _, err := ratelimit.NewRedis(c, prefix).Take(t.Context(), 100, []ratelimit.Bucket{b}); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for c.Exists(t.Context(), prefix+"{x}").Val() != 0 {
		if time.Now().After(deadline) {
			t.Fatal("the bucket is still there")
		}
	}
}

func TestMemoryForgetsFullBuckets(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	m := ratelimit.NewMemory(c)
	for round := range 20 {
		for i := range 20_000 {
			b := ratelimit.Bucket{Key: fmt.Sprint(round, i), Limit: ratelimit.Limit{Capacity: 10, PerSecond: 10}}
			if _, err := m.Take(t.Context(), 1, []ratelimit.Bucket{b}); err != nil {
				t.Fatal(err)
			}
		}
		c.Advance(time.Second)
	}
	if n := m.Len(); n > 150_000 {
		t.Errorf("%d buckets are kept", n)
	}
}

// broken is a limiter that may be out of order.
type broken struct {
	ratelimit.Limiter
	down  atomic.Bool
	calls atomic.Int64
}

func (b *broken) Take(ctx context.Context, points int64, buckets []ratelimit.Bucket) (ratelimit.Outcome, error) {
	b.calls.Add(1)
	if b.down.Load() {
		<-ctx.Done() // it does not even say so
		return ratelimit.Outcome{}, errors.New("no answer")
	}
	return b.Limiter.Take(ctx, points, buckets)
}

func TestGuarded(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	common := &broken{Limiter: ratelimit.NewMemory(c)}
	var told []bool
	g := ratelimit.NewGuarded(ratelimit.GuardedConfig{Common: common, Clock: c, Patience: time.Millisecond, Replicas: 4, Away: func(away bool) { told = append(told, away) }})
	b := []ratelimit.Bucket{{Layer: "token", Key: "{x}", Limit: ratelimit.Limit{Capacity: 100, PerSecond: 0.001}}}
	take := func(points int64) ratelimit.Outcome {
		t.Helper()
		out, err := g.Take(t.Context(), points, b)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if out := take(50); !out.Allowed || out.Local {
		t.Fatalf("%+v", out)
	}
	common.down.Store(true)
	if out := take(20); !out.Allowed || !out.Local || out.States[0].Available != 5 {
		t.Fatalf("a quarter of 100 less 20: %+v", out)
	}
	if out := take(20); out.Allowed {
		t.Fatalf("%+v", out)
	}
	if n := common.calls.Load(); n != 2 {
		t.Errorf("asked %d times while at rest", n)
	}
	c.Advance(2 * time.Second)
	if out := take(20); out.Allowed || !out.Local { // asked in vain: what is owed still is
		t.Fatalf("%+v", out)
	}
	common.down.Store(false)
	c.Advance(2 * time.Second)
	if out := take(50); out.Allowed || out.Local || out.States[0].Available != 30 {
		t.Fatalf("what was taken before is still taken, and what the share let through: %+v", out)
	}
	if out := take(30); !out.Allowed || out.Local || out.States[0].Available != 0 {
		t.Fatalf("it is charged once: %+v", out)
	}
	if len(told) != 2 || !told[0] || told[1] {
		t.Errorf("told %v", told)
	}
}

// Three processes that share a Redis let through what one would.
func TestReplicasShareOneBudget(t *testing.T) {
	t.Parallel()
	prefix := "test-" + uuid.NewString() + ":"
	b := []ratelimit.Bucket{{Layer: "token", Key: "{x}", Limit: ratelimit.Limit{Capacity: 500, PerSecond: 0.001}}}
	var allowed atomic.Int64
	done := make(chan error, 3)
	for range 3 {
		replica := ratelimit.NewRedis(ratelimittest.Redis(t), prefix)
		go func() {
			for range 400 {
				out, err := replica.Take(context.WithoutCancel(t.Context()), 1, b)
				if err != nil {
					done <- err
					return
				}
				if out.Allowed {
					allowed.Add(1)
				}
			}
			done <- nil
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if allowed.Load() != 500 {
		t.Errorf("%d were let through; want 500", allowed.Load())
	}
}

func BenchmarkTake(b *testing.B) {
	buckets := func() []ratelimit.Bucket {
		limit := ratelimit.Limit{Capacity: 1 << 40, PerSecond: 1e9}
		return []ratelimit.Bucket{{Key: "{x}:shop", Limit: limit}, {Key: "{x}:token", Limit: limit}, {Key: "{x}:address", Limit: limit}}
	}()
	run := func(b *testing.B, l ratelimit.Limiter) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := l.Take(b.Context(), 100, buckets); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("Memory", func(b *testing.B) { run(b, ratelimit.NewMemory(clock.System{})) })
	b.Run("Redis", func(b *testing.B) { run(b, ratelimit.NewRedis(ratelimittest.Redis(b), "bench-"+uuid.NewString()+":")) })
	b.Run("Tab", func(b *testing.B) {
		tab := ratelimit.NewTab(ratelimit.NewRedis(ratelimittest.Redis(b), "bench-"+uuid.NewString()+":"), clock.System{})
		if err := tab.Start(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = tab.Stop(context.Background()) })
		run(b, tab)
	})
	b.Run("RedisManyAtOnce", func(b *testing.B) {
		l := ratelimit.NewRedis(ratelimittest.Redis(b), "bench-"+uuid.NewString()+":")
		b.ReportAllocs()
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := l.Take(context.Background(), 100, buckets); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
