// Package admit bounds how much is worked on at once, and lets in first what matters most.
//
// A gate has places. What matters least may take no more than half of them, what is usual no more than four fifths, so that
// there is always room for what matters most (a reserve of a fifth is what Stripe writes of for payments). What finds no place
// waits for a short while among its like; when that is in vain, it is refused, which costs nothing, where working on it would
// slow down all the others.
//
// It knows nothing of the work. It does not limit how much somebody asks for in a time: that is platform/ratelimit.
//
// Invariants: never more than the places are taken, nor by a priority more than its share; a free place goes to the one of
// the highest priority that waits longest; no more wait than was said.
package admit

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// Priority is how much something matters: more is more.
type Priority int

// The priorities.
const (
	Low Priority = iota
	Usual
	High
	priorities
)

// String is the priority's name in metrics.
func (p Priority) String() string { return [...]string{"low", "usual", "high"}[p] }

// ErrOverloaded says that there was no place, and none came free while it was waited for.
var ErrOverloaded = errors.New("too much is worked on at once")

// Config is what a [Gate] is made of. A zero value means the default beside it.
type Config struct {
	// Places is how much is worked on at once: 1,024.
	Places int
	// Waiting is how many of a priority may wait: four times the places.
	Waiting int
	// Wait is how long: 500 ms.
	Wait time.Duration
	// OnShed is told of each that is refused. It may be nil.
	OnShed func(Priority)
}

// Gate lets work in. It is safe for concurrent use.
type Gate struct {
	wait    time.Duration
	waiting int
	shed    func(Priority)
	shares  [priorities]int

	mu sync.Mutex
	// taken are all places that are taken, by those of each priority and the ones below it.
	taken  [priorities]int
	queues [priorities]list.List
}

// New makes a gate with all places free.
func New(c Config) *Gate {
	if c.Places <= 0 {
		c.Places = 1024
	}
	if c.Waiting <= 0 {
		c.Waiting = 4 * c.Places
	}
	if c.Wait <= 0 {
		c.Wait = 500 * time.Millisecond
	}
	if c.OnShed == nil {
		c.OnShed = func(Priority) {}
	}
	g := &Gate{wait: c.Wait, waiting: c.Waiting, shed: c.OnShed}
	g.shares = [priorities]int{Low: max(1, c.Places/2), Usual: max(1, c.Places*4/5), High: c.Places}
	return g
}

// Enter takes a place, at once or after a short wait. Whoever entered leaves when done, once. Fails with [ErrOverloaded], or
// with the context's error where that ended first.
func (g *Gate) Enter(ctx context.Context, p Priority) (leave func(), err error) {
	g.mu.Lock()
	if g.free(p) {
		g.take(p)
		g.mu.Unlock()
		return func() { g.leave(p) }, nil
	}
	queue := &g.queues[p]
	if queue.Len() >= g.waiting {
		g.mu.Unlock()
		g.shed(p)
		return nil, ErrOverloaded
	}
	called := make(chan struct{})
	place := queue.PushBack(called)
	g.mu.Unlock()

	timer := time.NewTimer(g.wait)
	defer timer.Stop()
	select {
	case <-called:
		return func() { g.leave(p) }, nil
	case <-timer.C:
		err = ErrOverloaded
	case <-ctx.Done():
		err = ctx.Err()
	}
	g.mu.Lock()
	select {
	case <-called: // at the last moment
		g.mu.Unlock()
		return func() { g.leave(p) }, nil
	default:
	}
	queue.Remove(place)
	g.mu.Unlock()
	if errors.Is(err, ErrOverloaded) {
		g.shed(p)
	}
	return nil, err
}

// free reports whether one more of a priority may have a place: it counts in its own share, and in those above.
func (g *Gate) free(p Priority) bool {
	for q := p; q < priorities; q++ {
		if g.taken[q] >= g.shares[q] {
			return false
		}
	}
	return true
}

func (g *Gate) take(p Priority) {
	for q := p; q < priorities; q++ {
		g.taken[q]++
	}
}

// leave gives a place back, and calls who may come in now.
func (g *Gate) leave(p Priority) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for q := p; q < priorities; q++ {
		g.taken[q]--
	}
	for q := High; q >= Low; q-- {
		for first := g.queues[q].Front(); first != nil && g.free(q); first = g.queues[q].Front() {
			g.take(q)
			close(g.queues[q].Remove(first).(chan struct{}))
		}
	}
}
