package ratelimit_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/ratelimit"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

// asked counts how often a limiter is asked.
type asked struct {
	ratelimit.Limiter
	times atomic.Int64
	local atomic.Bool
}

func (a *asked) Take(ctx context.Context, points int64, buckets []ratelimit.Bucket) (ratelimit.Outcome, error) {
	a.times.Add(1)
	out, err := a.Limiter.Take(ctx, points, buckets)
	out.Local = a.local.Load()
	return out, err
}

// A tab keeps what any limiter keeps.
func TestTabIsALimiter(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	ratelimittest.Run(t, ratelimit.NewTab(ratelimit.NewMemory(c), c), func() { c.Advance(time.Millisecond) }, 0.01)
}

func TestTab(t *testing.T) {
	t.Parallel()
	const capacity, perSecond = 200_000, 20_000
	buckets := []ratelimit.Bucket{
		{Layer: "storefront", Key: "{x}:token", Limit: ratelimit.Limit{Capacity: capacity, PerSecond: perSecond}},
		{Layer: "address", Key: "{x}:address", Limit: ratelimit.Limit{Capacity: capacity / 2, PerSecond: perSecond / 2}},
	}
	setup := func() (*ratelimit.Tab, *asked, *clock.Manual) {
		c := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
		a := &asked{Limiter: ratelimit.NewMemory(c)}
		return ratelimit.NewTab(a, c), a, c
	}
	take := func(t *testing.T, l ratelimit.Limiter, points int64) ratelimit.Outcome {
		t.Helper()
		out, err := l.Take(t.Context(), points, buckets)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	t.Run("IsSettledInOne", func(t *testing.T) {
		tab, common, _ := setup()
		for i := range int64(50) {
			out := take(t, tab, 1)
			if !out.Allowed || out.States[0].Available != capacity-i-1 || out.States[1].Available != capacity/2-i-1 {
				t.Fatalf("request %d: %+v", i, out)
			}
		}
		if n := common.times.Load(); n != 1 {
			t.Errorf("asked %d times before", n)
		}
		tab.Settle(t.Context())
		tab.Settle(t.Context())
		if n := common.times.Load(); n != 2 {
			t.Errorf("asked %d times", n)
		}
		if out := take(t, common, 1000); out.States[0].Available != capacity-1050 {
			t.Errorf("%d are left", out.States[0].Available)
		}
	})
	t.Run("IsOwedAHundredthAtMost", func(t *testing.T) {
		tab, common, _ := setup()
		for range 1000 {
			take(t, tab, 10)
		}
		if left := take(t, common, 0).States[1].Available; left > capacity/2-9000 || left < capacity/2-10_000 {
			t.Errorf("%d are left before it is settled", left)
		}
		if n := common.times.Load(); n > 15 {
			t.Errorf("asked %d times", n)
		}
	})
	t.Run("IsOwedLessOfWhatWasNotSeenLately", func(t *testing.T) {
		tab, common, c := setup()
		take(t, tab, 1)
		for i, step := range []struct {
			after  time.Duration
			points int64
			asked  int64
		}{{0, 900, 0}, {2 * time.Second, 900, 1}, {2 * time.Second, 90, 0}, {20 * time.Second, 1, 1}} {
			tab.Settle(t.Context())
			before := common.times.Load()
			c.Advance(step.after)
			take(t, tab, step.points)
			if n := common.times.Load() - before; n != step.asked {
				t.Errorf("step %d: asked %d times", i, n)
			}
		}
	})
	t.Run("FillsMeanwhile", func(t *testing.T) {
		tab, _, c := setup()
		take(t, tab, 1000)
		take(t, tab, 1)
		c.Advance(20 * time.Millisecond) // 400 and 200 points come back
		out := take(t, tab, 1)
		if out.States[0].Available != capacity-1002+400 || out.States[1].Available != capacity/2-1002+200 {
			t.Errorf("%+v", out.States)
		}
		c.Advance(time.Second)
		if out = take(t, tab, 1); out.States[0].Available != capacity-3 {
			t.Errorf("%+v", out.States)
		}
	})
	t.Run("WhatIsOwedIsChargedEvenWhereOthersDrainTheBucket", func(t *testing.T) {
		tab, common, c := setup()
		take(t, tab, 1)
		take(t, tab, 500)
		for _, points := range []int64{10_000, 100, 1} {
			for take(t, common, points).Allowed {
			}
		}
		take(t, tab, 100) // nobody has seen it yet
		tab.Settle(t.Context())
		out := take(t, tab, 1)
		if out.Allowed || out.Refusing != 1 {
			t.Errorf("%+v", out)
		}
		if want := 601 * time.Second / (perSecond / 2); out.RetryAfter < want-time.Millisecond || out.RetryAfter > want+time.Millisecond {
			t.Errorf("it is made up for in %v; want %v", out.RetryAfter, want)
		}
		c.Advance(out.RetryAfter)
		if out = take(t, tab, 1); !out.Allowed {
			t.Errorf("%+v", out)
		}
	})
	t.Run("DearRequestsPayAtOnce", func(t *testing.T) {
		tab, common, _ := setup()
		for range 5 {
			take(t, tab, 1100)
		}
		if n := common.times.Load(); n != 5 {
			t.Errorf("asked %d times", n)
		}
	})
	t.Run("WhatIsOwedGoesWithWhoPaysAtOnce", func(t *testing.T) {
		tab, common, _ := setup()
		take(t, tab, 1)
		take(t, tab, 700)
		out := take(t, tab, 2000)
		if n := common.times.Load(); n != 2 || out.States[1].Available != capacity/2-2701 {
			t.Errorf("asked %d times: %+v", n, out.States)
		}
		tab.Settle(t.Context())
		if left := take(t, common, 0).States[1].Available; left != capacity/2-2701 {
			t.Errorf("%d are left", left)
		}
	})
	t.Run("WhatComesBackIsTakenOffWhatIsOwed", func(t *testing.T) {
		tab, common, _ := setup()
		take(t, tab, 1)
		for range 20 {
			take(t, tab, 700)
			if err := tab.Return(t.Context(), 695, buckets); err != nil {
				t.Fatal(err)
			}
		}
		if n := common.times.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
		tab.Settle(t.Context())
		if left := take(t, common, 0).States[1].Available; left != capacity/2-101 {
			t.Errorf("%d are left", left)
		}
		take(t, tab, 5000) // at once, and given back in a moment
		if err := tab.Return(t.Context(), 4000, buckets); err != nil {
			t.Fatal(err)
		}
		if left := take(t, tab, 0).States[1].Available; left != capacity/2-1101 {
			t.Errorf("%d are left for this process", left)
		}
		tab.Settle(t.Context())
		if left := take(t, common, 0).States[1].Available; left != capacity/2-1101 {
			t.Errorf("%d are left", left)
		}
	})
	t.Run("WhatAShareAnsweredIsNotBelieved", func(t *testing.T) {
		tab, common, _ := setup()
		take(t, tab, 1)
		common.local.Store(true)
		take(t, tab, 5000)
		before := common.times.Load()
		take(t, tab, 1)
		if n := common.times.Load(); n != before+1 {
			t.Errorf("asked %d times; want %d", n, before+1)
		}
	})
	t.Run("NothingIsLostAtTheEnd", func(t *testing.T) {
		tab, common, _ := setup()
		if err := tab.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 500 {
					take(t, tab, 1)
				}
			})
		}
		wg.Wait()
		if err := tab.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left := take(t, common, 1000).States[0].Available; left != capacity-5000 {
			t.Errorf("%d are left, want %d", left, capacity-5000)
		}
	})
}
