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
	// ofFresh is the part of what a bucket was seen to hold that may be owed to it while that is no older than fresh; ofKnown while
	// it is no older than known.
	ofFresh, ofKnown = 100, 1000
	fresh, known     = time.Second, 10 * time.Second
	// settleEvery is how long points stay on a tab at most.
	settleEvery = 25 * time.Millisecond
	// maxTabs bounds how many buckets have one.
	maxTabs = 20_000
	// atOnce is how many buckets are settled in one request.
	atOnce = 64
)

// Tab is a limiter that charges many requests together a moment later, so that these do not wait for a round trip to the buckets.
// Who is let through is owed to each of their buckets: a hundredth of what the bucket was seen to hold within the last second at
// most, by each process. Whoever asks for more, or of a bucket that was not seen lately or that holds little, pays at once; the nearer
// a bucket is to empty, the less may be owed to it, so that it is exact where it refuses. What is owed is charged within a fortieth
// of a second, and even where the bucket has been emptied by others meanwhile: it then holds less than nothing, and all wait until
// that is made up for. So no more comes through than from one bucket, but for a moment what is owed.
//
// What a request is given back is first taken off what is owed, and else goes with what is charged next. Attempts ([Bucket.Fixed])
// are asked for each time.
type Tab struct {
	Limiter
	clock clock.Clock
	tabs  *otter.Cache[string, *tab]
	loop  *runner.Loop

	mu sync.Mutex
	// heard counts the answers that were taken in.
	heard uint64
	// owing are the tabs with something on them.
	owing []*tab
}

// tab is what one bucket is owed. It is guarded by the mutex of all.
type tab struct {
	bucket Bucket
	// left are the points that the bucket held at a moment, full how long it was until it was full; nothing is known of it where at
	// is zero.
	left int64
	full time.Duration
	at   time.Time
	// owed are the points on the tab, sent those that are being charged; negative, what is given back. Neither is a part of left.
	owed, sent int64
	// heard is which of all answers was the last that told of it.
	heard uint64
	// listed is whether it is among those with something on them.
	listed bool
}

// NewTab makes one of a limiter. Until it is started, nothing is settled by itself.
func NewTab(l Limiter, c clock.Clock) *Tab {
	t := &Tab{Limiter: l, clock: c}
	t.tabs = otter.Must(&otter.Options[string, *tab]{MaximumSize: maxTabs, ExpiryCalculator: otter.ExpiryAccessing[string, *tab](known)})
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
	var room [4]*tab
	tabs, now := t.find(room[:0], buckets), t.clock.Now()
	t.mu.Lock()
	if out, ok := t.put(points, buckets, tabs, now); ok {
		t.mu.Unlock()
		return out, nil
	}
	paid := buckets
	for i, b := range tabs {
		if owed := b.send(); owed != 0 {
			if &paid[0] == &buckets[0] {
				paid = slices.Clone(buckets)
			}
			paid[i].Owed = owed
		}
	}
	heard := t.heard
	t.mu.Unlock()
	out, err := t.Limiter.Take(ctx, points, paid)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen(tabs, paid, out, err, now, heard)
	return out, err
}

// Return takes points off what is owed, and has what is more given back soon. It never fails and never waits.
func (t *Tab) Return(_ context.Context, points int64, buckets []Bucket) error {
	var room [4]*tab
	tabs, now := t.find(room[:0], buckets), t.clock.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, b := range tabs {
		if buckets[i].Fixed > 0 {
			continue
		}
		if b == nil {
			b = &tab{bucket: buckets[i]}
			t.tabs.Set(b.bucket.Key, b)
		}
		if b.owed -= points; !b.at.IsZero() {
			b.owed += max(0, b.holds(now)-b.bucket.Limit.Capacity) // no bucket is fuller than full
		}
		t.list(b)
	}
	return nil
}

// find are the tabs of buckets; nil for those that have none.
func (t *Tab) find(tabs []*tab, buckets []Bucket) []*tab {
	for i := range buckets {
		var b *tab
		if buckets[i].Fixed == 0 {
			b, _ = t.tabs.GetIfPresent(buckets[i].Key)
		}
		tabs = append(tabs, b)
	}
	return tabs
}

// put puts a request on all its tabs, where there is room on each.
func (t *Tab) put(points int64, buckets []Bucket, tabs []*tab, now time.Time) (out Outcome, ok bool) {
	for i, b := range tabs {
		if b == nil || b.bucket.Limit != buckets[i].Limit || !b.bears(points, now) {
			return out, false
		}
	}
	out = Outcome{Allowed: true, Refusing: -1, States: make([]State, len(tabs))}
	for i, b := range tabs {
		b.owed += points
		t.list(b)
		out.States[i] = b.state(now)
		if !b.bears(b.owed, now) { // more than half of what may be owed: it is time
			t.loop.Wake()
		}
	}
	return out, true
}

// bears reports whether so much more may be owed.
func (b *tab) bears(points int64, now time.Time) bool {
	part, age := int64(ofFresh), now.Sub(b.at)
	if age > known {
		return false
	}
	if age > fresh {
		part = ofKnown
	}
	return (b.owed+b.sent+points)*part <= min(b.bucket.Limit.Capacity, b.holds(now))
}

// holds is what the bucket holds now, if nobody else took anything since it was seen. It may be more than the bucket can hold.
func (b *tab) holds(now time.Time) int64 { return b.filled(now) - b.owed - b.sent }

// filled is what the bucket has now of what it was seen to hold, and what came back since.
func (b *tab) filled(now time.Time) int64 {
	passed := max(0, now.Sub(b.at))
	return min(b.bucket.Limit.Capacity, b.left+int64(b.bucket.Limit.PerSecond*passed.Seconds()))
}

// state is the same, as clients are told of it.
func (b *tab) state(now time.Time) State {
	limit := b.bucket.Limit
	full := b.full - max(0, now.Sub(b.at)) + time.Duration(float64(b.owed+b.sent)/limit.PerSecond*float64(time.Second))
	return State{Available: max(0, min(limit.Capacity, b.holds(now))), Full: max(0, full)}
}

// list notes that there is something on a tab.
func (t *Tab) list(b *tab) {
	if !b.listed {
		b.listed = true
		t.owing = append(t.owing, b)
	}
}

// send takes what is owed off a tab, to be charged.
func (b *tab) send() (owed int64) {
	if b == nil {
		return 0
	}
	owed, b.owed = b.owed, 0
	b.sent += owed
	return owed
}

// seen notes what buckets held after a request that was sent at a moment. What a share of this process answered tells nothing of them.
func (t *Tab) seen(tabs []*tab, sent []Bucket, out Outcome, err error, at time.Time, heard uint64) {
	t.heard++
	for i, b := range tabs {
		if b != nil {
			b.sent -= sent[i].Owed
		}
		if sent[i].Fixed > 0 {
			continue
		}
		if err != nil || out.Local {
			if b != nil {
				b.at = time.Time{}
			}
			continue
		}
		if b == nil {
			if b, _ = t.tabs.GetIfPresent(sent[i].Key); b == nil {
				b = &tab{bucket: sent[i]}
				b.bucket.Owed = 0
				t.tabs.Set(b.bucket.Key, b)
			}
		}
		state := out.States[i]
		// Of two that were on their way at once nobody knows which came first: the bucket holds no more than either told, but for what came
		// back since.
		if b.heard > heard && !b.at.IsZero() {
			if before := b.filled(at); before < state.Available {
				state = State{Available: before, Full: b.full}
			}
			if at.Before(b.at) {
				at = b.at
			}
		}
		b.bucket.Limit, b.at, b.left, b.full, b.heard = sent[i].Limit, at, state.Available, state.Full, t.heard
	}
}

// Settle charges what is owed. What the buckets cannot be asked for is let go: who owed it is asked to pay at once from then on.
func (t *Tab) Settle(ctx context.Context) {
	for {
		tabs, buckets, heard := t.due()
		if len(tabs) == 0 {
			return
		}
		now := t.clock.Now()
		out, err := t.Limiter.Take(ctx, 0, buckets)
		t.mu.Lock()
		t.seen(tabs, buckets, out, err, now, heard)
		t.mu.Unlock()
	}
}

// due are tabs with something on them that can be settled in one request, which is on its way now; heard are the answers before it.
func (t *Tab) due() (tabs []*tab, buckets []Bucket, heard uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var place string
	rest := t.owing[:0]
	for _, b := range t.owing {
		switch key := placeOf(b.bucket.Key); {
		case b.owed == 0:
			b.listed = false
		case len(tabs) == atOnce, len(tabs) > 0 && key != place:
			rest = append(rest, b)
		default:
			place, b.listed = key, false
			bucket := b.bucket
			bucket.Owed = b.send()
			tabs, buckets = append(tabs, b), append(buckets, bucket)
		}
	}
	clear(t.owing[len(rest):])
	t.owing = rest
	return tabs, buckets, t.heard
}

// placeOf is where the bucket of a key lies in a cluster: the part in braces, or all of it.
func placeOf(key string) string {
	if _, tag, found := strings.Cut(key, "{"); found {
		if tag, _, found = strings.Cut(tag, "}"); found && tag != "" {
			return tag
		}
	}
	return key
}
