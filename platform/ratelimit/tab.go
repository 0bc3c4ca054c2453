package ratelimit

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/runner"
)

const (
	// onTab is the most points that a request may cost to be put on a tab.
	onTab = 10
	// maxOwed is how many points a tab holds at most. It is also a thousandth of each bucket at most, and what comes back to
	// it in a hundredth of a second.
	maxOwed, ofCapacity, ofSecond = 100, 1000, 100
	// settleEvery is how long points stay on a tab, knownFor for how long after a request its payer has one.
	settleEvery, knownFor = 100 * time.Millisecond, 10 * time.Second
	// maxTabs bounds who has one.
	maxTabs = 20_000
)

// Tab is a limiter that charges small requests a moment later, many at once: what is answered from memory does not wait for a
// round trip to the buckets. Who was let through by the buckets a moment ago has a tab; who owes a thousandth of a bucket has to pay
// at once, and so has everybody where the bucket was last seen nearly empty. So many processes let through what one would, but for a
// thousandth, or for what each can answer in a tenth of a second. Small buckets and those of attempts are asked each time.
type Tab struct {
	Limiter
	clock clock.Clock
	tabs  *otter.Cache[string, *tab]
	loop  *runner.Loop

	mu   sync.Mutex
	owed []*tab // those to be settled
}

// tab is what some buckets are owed.
type tab struct {
	payer   string
	buckets []Bucket

	mu sync.Mutex
	// states are those of the buckets at a moment, owed what was let through since.
	states []State
	at     time.Time
	owed   int64
}

// NewTab makes one of a limiter. Until it is started, tabs are settled only where they are full.
func NewTab(l Limiter, c clock.Clock) *Tab {
	t := &Tab{Limiter: l, clock: c}
	t.tabs = otter.Must(&otter.Options[string, *tab]{MaximumSize: maxTabs, ExpiryCalculator: otter.ExpiryAccessing[string, *tab](knownFor)})
	t.loop = runner.NewLoop("points on tabs", settleEvery, func(ctx context.Context) error { t.Settle(ctx); return nil })
	return t
}

// Start begins to settle.
func (t *Tab) Start(ctx context.Context) error { return t.loop.Start(ctx) }

// Stop settles what is owed, and ends.
func (t *Tab) Stop(ctx context.Context) error {
	err := t.loop.Stop(ctx)
	t.Settle(ctx)
	return err
}

// Take implements [Limiter].
func (t *Tab) Take(ctx context.Context, points int64, buckets []Bucket) (Outcome, error) {
	most := mostOwed(buckets)
	if points > min(most, onTab) {
		return t.Limiter.Take(ctx, points, buckets)
	}
	payer := payerOf(buckets)
	known, ok := t.tabs.GetIfPresent(payer)
	if !ok {
		now := t.clock.Now()
		out, err := t.Limiter.Take(ctx, points, buckets)
		if err == nil && out.Allowed {
			t.tabs.Set(payer, &tab{payer: payer, buckets: slices.Clone(buckets), states: out.States, at: now})
		}
		return out, err
	}
	out, first, ok := known.put(points, most, t.clock.Now())
	if first {
		t.mu.Lock()
		t.owed = append(t.owed, known)
		t.mu.Unlock()
	}
	if ok {
		return out, nil
	}
	return t.pay(ctx, known, points)
}

// put puts points on a tab, where there is room. First says that nothing else was on it.
func (b *tab) put(points, most int64, now time.Time) (out Outcome, first, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.owed+points > most {
		return out, false, false
	}
	states := b.after(b.owed+points, now)
	if slices.ContainsFunc(states, func(s State) bool { return s.Available <= most }) {
		return out, false, false
	}
	first = b.owed == 0
	b.owed += points
	return Outcome{Allowed: true, Refusing: -1, States: states}, first, true
}

// after are the states of the buckets at a moment, without what is owed.
func (b *tab) after(owed int64, now time.Time) []State {
	states := slices.Clone(b.states)
	passed := max(0, now.Sub(b.at))
	for i := range states {
		limit, s := b.buckets[i].Limit, &states[i]
		s.Available = min(limit.Capacity, s.Available+int64(limit.PerSecond*passed.Seconds())) - owed
		s.Full = max(0, s.Full-passed) + time.Duration(float64(owed)/limit.PerSecond*float64(time.Second))
	}
	return states
}

// pay asks the buckets for what is on a tab, and what a request costs beside it. Who cannot pay both has no tab any more.
func (t *Tab) pay(ctx context.Context, b *tab, points int64) (Outcome, error) {
	if points += b.take(); points == 0 {
		return Outcome{Allowed: true, Refusing: -1}, nil
	}
	now := t.clock.Now()
	out, err := t.Limiter.Take(ctx, points, b.buckets)
	if err != nil || !out.Allowed {
		t.tabs.Invalidate(b.payer)
		return out, err
	}
	b.seen(out.States, now)
	return out, nil
}

// take empties a tab.
func (b *tab) take() (owed int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	owed, b.owed = b.owed, 0
	return owed
}

func (b *tab) seen(states []State, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.states, b.at = states, at
}

// Settle charges what is owed. What the buckets do not have any more, or cannot be asked for, is let go; who owed it is asked
// to pay at once from then on.
func (t *Tab) Settle(ctx context.Context) {
	t.mu.Lock()
	owed := t.owed
	t.owed = nil
	t.mu.Unlock()
	for _, b := range owed {
		_, _ = t.pay(ctx, b, 0) // who cannot is told by their next request
	}
}

// mostOwed is how many points buckets may be owed; zero where they are asked each time.
func mostOwed(buckets []Bucket) int64 {
	most := int64(maxOwed)
	if len(buckets) == 0 {
		return 0
	}
	for _, b := range buckets {
		if b.Fixed > 0 {
			return 0
		}
		most = min(most, b.Limit.Capacity/ofCapacity, int64(b.Limit.PerSecond/ofSecond))
	}
	return most
}

func payerOf(buckets []Bucket) string {
	keys := make([]string, len(buckets))
	for i, b := range buckets {
		keys[i] = b.Key
	}
	return strings.Join(keys, "\x00")
}
