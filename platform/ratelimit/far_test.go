package ratelimit_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/platform/ratelimit"
)

// far is a Redis whose every answer takes the same time, and whose buckets are always full.
type far struct {
	redis.UniversalClient
	takes time.Duration
	// first is what the first command is answered with instead.
	first error
	trips atomic.Int64
}

// Process answers a command, unless its time is over before.
func (f *far) Process(ctx context.Context, cmd redis.Cmder) (err error) {
	n := f.trips.Add(1)
	select {
	case <-time.After(f.takes):
		if n == 1 {
			err = f.first
		}
	case <-ctx.Done():
		err = ctx.Err()
	}
	cmd.(*redis.IntSliceCmd).SetVal(make([]int64, 1000))
	cmd.SetErr(err)
	return err
}

// noScript is what a Redis says that has not seen the script yet.
type noScript struct{}

func (noScript) Error() string { return "NOSCRIPT No matching script." }
func (noScript) RedisError()   {}

// askedFar sends requests 3 ms apart through a limiter that asks a far Redis, and tells how many the process decided by itself, how
// often it took the common buckets for away, and how long the slowest waited. It is called in a bubble of synctest.
func askedFar(t *testing.T, f *far, requests int) (local, away int64, slowest time.Duration) {
	t.Helper()
	var decided, gone, most atomic.Int64
	g := ratelimit.NewGuarded(ratelimit.GuardedConfig{Common: ratelimit.NewRedis(f, ""), Away: func(away bool) {
		if away {
			gone.Add(1)
		}
	}})
	b := of("{x}:b", 1_000_000)
	var all sync.WaitGroup
	for range requests {
		all.Go(func() {
			begun := time.Now()
			out, err := g.Take(t.Context(), 1, b)
			if err != nil || !out.Allowed {
				t.Errorf("%+v %v", out, err)
			}
			if out.Local {
				decided.Add(1)
			}
			waited := int64(time.Since(begun))
			for last := most.Load(); last < waited && !most.CompareAndSwap(last, waited); last = most.Load() {
			}
		})
		<-time.After(3 * time.Millisecond)
	}
	all.Wait()
	return decided.Load(), gone.Load(), time.Duration(most.Load())
}

// Who waits for the trip of others to come back, and then makes its own, is not taken for one whom Redis does not answer.
func TestAFarRedisIsAsked(t *testing.T) {
	t.Parallel()
	for _, takes := range []time.Duration{time.Millisecond, 14 * time.Millisecond, 18 * time.Millisecond, 23 * time.Millisecond} {
		t.Run(takes.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &far{takes: takes}
				local, away, slowest := askedFar(t, f, 200)
				if local != 0 || away != 0 || slowest > 2*takes {
					t.Errorf("%d of 200 were decided by the process, which took Redis for away %d times; the slowest waited %v", local, away, slowest)
				}
			})
		})
	}
}

// That the script has to be sent first takes a second trip, which has its own time.
func TestAFarRedisIsSentTheScript(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &far{takes: 18 * time.Millisecond, first: noScript{}}
		local, away, slowest := askedFar(t, f, 200)
		if local > 6 || away != 0 || slowest > 50*time.Millisecond { // those who came first wait for three trips
			t.Errorf("%d of 200 were decided by the process, which took Redis for away %d times; the slowest waited %v", local, away, slowest)
		}
	})
}

// A Redis that takes too long for a trip is left alone, and nobody waits for it longer than for two.
func TestATooFarRedisIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &far{takes: 26 * time.Millisecond}
		local, away, slowest := askedFar(t, f, 200)
		if local != 200 || away != 1 || slowest > 50*time.Millisecond || f.trips.Load() > 4 {
			t.Errorf("%d of 200 were decided by the process in %d trips, which took Redis for away %d times; the slowest waited %v", local, f.trips.Load(), away, slowest)
		}
	})
}
