// Package ratelimittest is the suite that every limiter passes, and the Redis that tests of limits use.
package ratelimittest

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/platform/ratelimit"
)

// slow fills so slowly that a test sees nothing of it.
const slow = 1e-3

// Redis is a client of the Redis that RIALTO_TEST_REDIS_URL names. Without one the test is skipped, unless RIALTO_TEST_REQUIRED
// says that there must be one.
func Redis(t testing.TB) *redis.Client {
	t.Helper()
	url := os.Getenv("RIALTO_TEST_REDIS_URL")
	if url == "" {
		if os.Getenv("RIALTO_TEST_REQUIRED") != "" {
			t.Fatal("RIALTO_TEST_REDIS_URL is required here and not set")
		}
		t.Skip("RIALTO_TEST_REDIS_URL is not set")
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(options)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Run runs the suite on a limiter. Tick lets a moment pass for one that goes by a clock of the test. Over is how much more than a bucket
// holds many who ask at once may be let through, as a part of it.
func Run(t *testing.T, limiter ratelimit.Limiter, tick func(), over float64) {
	t.Helper()
	s := suite{limiter, tick, over}
	for name, test := range map[string]func(*testing.T){
		"TakenUntilEmpty": s.taken, "AllOrNone": s.allOrNone, "Returned": s.returned, "ReturnedNoFurtherThanFull": s.returnedTooMuch,
		"FillsAgain": s.fills, "MoreThanItHolds": s.more, "ExactWhenManyAsk": s.exact, "NothingToPay": s.nothing, "AttemptsAreKept": s.attempts,
	} {
		t.Run(name, test)
	}
}

type suite struct {
	limiter ratelimit.Limiter
	tick    func()
	over    float64
}

// bucket is a bucket of its own.
func bucket(capacity int64, perSecond float64) ratelimit.Bucket {
	return ratelimit.Bucket{Layer: "test", Key: "{test}:" + uuid.NewString(), Limit: ratelimit.Limit{Capacity: capacity, PerSecond: perSecond}}
}

func (s suite) take(t *testing.T, points int64, buckets ...ratelimit.Bucket) ratelimit.Outcome {
	t.Helper()
	out, err := s.limiter.Take(t.Context(), points, buckets)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// left takes nothing, to see what is left.
func (s suite) left(t *testing.T, b ratelimit.Bucket) int64 {
	t.Helper()
	return s.take(t, 0, b).States[0].Available
}

func same(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

func (s suite) taken(t *testing.T) {
	b := bucket(10, slow)
	first := s.take(t, 4, b)
	same(t, true, first.Allowed)
	same(t, int64(6), first.States[0].Available)
	same(t, true, s.take(t, 6, b).Allowed)
	refused := s.take(t, 1, b)
	same(t, false, refused.Allowed)
	same(t, 0, refused.Refusing)
	if want := 1000 * time.Second; refused.RetryAfter < want-time.Minute || refused.RetryAfter > want {
		t.Errorf("retry after %v; want %v", refused.RetryAfter, want)
	}
}

func (s suite) allOrNone(t *testing.T) {
	wide, narrow := bucket(100, slow), bucket(5, slow)
	out := s.take(t, 5, wide, narrow)
	same(t, true, out.Allowed)
	same(t, int64(95), out.States[0].Available)
	out = s.take(t, 3, wide, narrow)
	same(t, false, out.Allowed)
	same(t, 1, out.Refusing)
	same(t, int64(95), out.States[0].Available)
	same(t, int64(95), s.left(t, wide))
}

// attempts takes of one bucket by points and of another one each time, which is not given back.
func (s suite) attempts(t *testing.T) {
	points, attempts := bucket(100, slow), bucket(2, slow)
	attempts.Fixed = 1
	for range 2 {
		same(t, true, s.take(t, 40, points, attempts).Allowed)
		if err := s.limiter.Return(t.Context(), 40, []ratelimit.Bucket{points, attempts}); err != nil {
			t.Fatal(err)
		}
	}
	out := s.take(t, 40, points, attempts)
	same(t, false, out.Allowed)
	same(t, 1, out.Refusing)
	same(t, int64(100), s.left(t, points))
	if err := s.limiter.Return(t.Context(), 1, []ratelimit.Bucket{attempts}); err != nil {
		t.Fatal(err)
	}
	same(t, false, s.take(t, 0, attempts).Allowed)
}

func (s suite) returned(t *testing.T) {
	b := bucket(10, slow)
	s.take(t, 10, b)
	if err := s.limiter.Return(t.Context(), 4, []ratelimit.Bucket{b}); err != nil {
		t.Fatal(err)
	}
	same(t, int64(4), s.left(t, b))
	same(t, true, s.take(t, 4, b).Allowed)
	same(t, false, s.take(t, 1, b).Allowed)
}

func (s suite) returnedTooMuch(t *testing.T) {
	b := bucket(10, slow)
	s.take(t, 2, b)
	for range 3 {
		if err := s.limiter.Return(t.Context(), 9, []ratelimit.Bucket{b}); err != nil {
			t.Fatal(err)
		}
	}
	same(t, int64(10), s.left(t, b))
	same(t, true, s.take(t, 10, b).Allowed)
	same(t, false, s.take(t, 1, b).Allowed)
}

func (s suite) fills(t *testing.T) {
	b := bucket(100, 1000)
	s.take(t, 100, b)
	out := s.take(t, 100, b)
	same(t, false, out.Allowed)
	if out.RetryAfter <= 0 || out.RetryAfter > 100*time.Millisecond {
		t.Fatalf("retry after %v", out.RetryAfter)
	}
	for deadline := time.Now().Add(10 * time.Second); !s.take(t, 100, b).Allowed; s.tick() {
		if time.Now().After(deadline) {
			t.Fatal("it is not full after the time that it said")
		}
	}
}

func (s suite) more(t *testing.T) {
	b := bucket(10, slow)
	same(t, true, s.take(t, 1000, b).Allowed)
	same(t, false, s.take(t, 1000, b).Allowed)
}

func (s suite) nothing(t *testing.T) {
	b := bucket(10, slow)
	same(t, true, s.take(t, 0, b).Allowed)
	s.take(t, 10, b)
	same(t, true, s.take(t, 0, b).Allowed)
}

func (s suite) exact(t *testing.T) {
	b := bucket(1000, slow)
	var allowed atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 200 {
				out, err := s.limiter.Take(context.WithoutCancel(t.Context()), 1, []ratelimit.Bucket{b})
				if err != nil {
					t.Error(err)
					return
				}
				if out.Allowed {
					allowed.Add(1)
				}
			}
		})
	}
	all.Wait()
	if n := allowed.Load(); n < 1000 || float64(n) > 1000*(1+s.over) {
		t.Errorf("of 1000 points, %d were let through", n)
	}
}
