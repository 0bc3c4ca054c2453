package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// tripLasts is how long a trip may last, from when it begins: how long its requests had waited for the one before is not a part
	// of it.
	tripLasts = 25 * time.Millisecond
	// together is how many requests go in one trip at most.
	together = 128
)

// errLeft says that a request's time was over before its trip came back. That tells nothing of the buckets: it may have come late
// for its trip, and what is wrong with the trip itself it tells who still waits for it.
var errLeft = errors.New("not waited for")

// trips have requests go together (group commit): one trip is under way at a time, and who comes meanwhile goes in the next.
type trips struct {
	// ask asks for some requests, and tells each what came of it. It sees to it itself that no trip takes longer than tripLasts.
	ask func(context.Context, []*taker)

	mu       sync.Mutex
	underWay bool
	queue    []*taker
}

// taker is a request on its way.
type taker struct {
	points  int64
	buckets []Bucket
	out     Outcome
	err     error
	// done is closed when the answer is there. It is nil where nobody waits for it.
	done chan struct{}
	// gone is whether nobody waits any more. It is guarded by the mutex of the trips.
	gone bool
}

// join has a request go in the next trip: at once where none is under way.
func (t *trips) join(ctx context.Context, points int64, buckets []Bucket) (Outcome, error) {
	w := &taker{points: points, buckets: buckets}
	t.mu.Lock()
	if t.underWay {
		w.done = make(chan struct{})
		t.queue = append(t.queue, w)
		t.mu.Unlock()
		return t.wait(ctx, w)
	}
	t.underWay = true
	t.mu.Unlock()
	t.travel(ctx, []*taker{w})
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) > 0 {
		go t.goOn(context.WithoutCancel(ctx))
	} else {
		t.underWay = false
	}
	return w.out, w.err
}

// wait waits for a request's answer. Who does not wait any more is not charged: not asked for where it is not on its way yet, and
// given back what it was charged where it is. What was owed before is charged all the same.
func (t *trips) wait(ctx context.Context, w *taker) (Outcome, error) {
	select {
	case <-w.done:
		return w.out, w.err
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.queue, w); i >= 0 {
		t.queue = slices.Delete(t.queue, i, i+1)
		if owed := onlyOwed(w.buckets); len(owed) > 0 {
			t.queue = append(t.queue, &taker{buckets: owed})
		}
	}
	w.gone = true
	select {
	case <-w.done: // it came at the same moment
		return w.out, w.err
	default:
		return Outcome{}, fmt.Errorf("take from buckets: %w: %w", errLeft, context.Cause(ctx))
	}
}

// goOn makes trips until nobody waits for one.
func (t *trips) goOn(ctx context.Context) {
	for {
		t.mu.Lock()
		n := min(len(t.queue), together)
		if n == 0 {
			t.underWay = false
			t.mu.Unlock()
			return
		}
		all := slices.Clone(t.queue[:n])
		t.queue = slices.Delete(t.queue, 0, n)
		t.mu.Unlock()
		t.travel(ctx, all)
		t.arrived(all)
	}
}

// travel makes one trip. Whoever of them goes away meanwhile, it goes on for the others.
func (t *trips) travel(ctx context.Context, all []*taker) { t.ask(context.WithoutCancel(ctx), all) }

// arrived tells who waits. Who went away is given back, in the next trip.
func (t *trips) arrived(all []*taker) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, w := range all {
		if w.done != nil {
			close(w.done)
		}
		if !w.gone || w.err != nil || !w.out.Allowed || w.points == 0 {
			continue
		}
		if back := owing(-w.points, w.buckets); len(back) > 0 {
			t.queue = append(t.queue, &taker{buckets: back})
		}
	}
}

// onlyOwed are the buckets to which something is owed, of which a request takes nothing else.
func onlyOwed(buckets []Bucket) (owed []Bucket) {
	for _, b := range buckets {
		if b.Owed != 0 {
			b.Fixed = 0
			owed = append(owed, b)
		}
	}
	return owed
}
