package runner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Loop is a part that does one piece of work again and again: at once when it starts, then when it is woken, and at
// the latest after its interval. Work that fails or panics is logged and done again after a pause that grows with
// every failure in a row; waking does not shorten that pause.
type Loop struct {
	// Log takes failures; nil is the default logger.
	Log *slog.Logger
	// MinPause and MaxPause bound the pause after failures; 0 is 100 ms and 30 s.
	MinPause, MaxPause time.Duration
	// Pace is how long after the beginning of a turn the next may begin, so that calls that come one after another lead to
	// fewer turns. A loop that has been at rest for as long is woken at once. 0 is no limit.
	Pace time.Duration

	name  string
	every time.Duration
	work  func(ctx context.Context) error
	wake  chan struct{}

	mu     sync.Mutex
	cancel context.CancelFunc
	done   chan struct{} // closed when the goroutine has ended
	turned chan struct{} // closed and made anew after every turn
}

var _ Part = (*Loop)(nil)

// NewLoop makes a loop. Its work obeys its context, which ends when the loop is stopped.
func NewLoop(name string, every time.Duration, work func(ctx context.Context) error) *Loop {
	return &Loop{name: name, every: every, work: work, wake: make(chan struct{}, 1), turned: make(chan struct{})}
}

// Wake asks for a turn as soon as the present one is over. It never blocks, and many calls may lead to one turn. A
// loop that does not run remembers one call.
func (l *Loop) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Start begins the loop. It fails when the loop runs already.
func (l *Loop) Start(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cancel != nil {
		return fmt.Errorf("loop %s runs already", l.name)
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l.cancel, l.done = cancel, make(chan struct{})
	go l.run(run, l.done)
	return nil
}

// Stop ends the work's context and waits for the work to return.
func (l *Loop) Stop(ctx context.Context) error {
	l.mu.Lock()
	cancel, done := l.cancel, l.done
	l.mu.Unlock()
	if cancel == nil {
		return nil
	}
	cancel()
	select {
	case <-done:
	case <-ctx.Done():
		return fmt.Errorf("loop %s did not stop in time: %w", l.name, context.Cause(ctx))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done == done {
		l.cancel, l.done = nil, nil
	}
	return nil
}

// Until waits until a condition holds, and looks at it now and after every turn: no clock is involved. It fails when
// ctx ends first. The condition runs on the caller's goroutine, perhaps while the next turn is under way.
func (l *Loop) Until(ctx context.Context, holds func() bool) error {
	for {
		l.mu.Lock()
		turned := l.turned
		l.mu.Unlock()
		if holds() {
			return nil
		}
		select {
		case <-turned:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (l *Loop) run(ctx context.Context, done chan struct{}) {
	defer close(done)
	failures := 0
	for ctx.Err() == nil {
		began := time.Now()
		err := guard(func() error { return l.work(ctx) })
		if ctx.Err() != nil {
			err = nil // stopped: what the work made of that is no failure
		}
		wake, pause := (<-chan struct{})(l.wake), l.every
		if err != nil {
			failures++
			wake, pause = nil, l.pause(failures)
			l.report(ctx, err, failures, pause)
		} else {
			failures = 0
		}
		l.turn()
		if left := l.Pace - time.Since(began); left > 0 {
			rest(ctx, nil, left)
		}
		rest(ctx, wake, pause)
	}
}

// rest waits for the end of a pause, of the context, or for a call.
func rest(ctx context.Context, wake <-chan struct{}, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

func (l *Loop) turn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.turned)
	l.turned = make(chan struct{})
}

func (l *Loop) pause(failures int) time.Duration {
	least, most := l.MinPause, l.MaxPause
	if least <= 0 {
		least = 100 * time.Millisecond
	}
	if most <= 0 {
		most = 30 * time.Second
	}
	return Backoff(failures, least, most)
}

func (l *Loop) report(ctx context.Context, err error, failures int, pause time.Duration) {
	log := l.Log
	if log == nil {
		log = slog.Default()
	}
	attrs := []any{"part", l.name, "error", err, "failures", failures, "pause", pause}
	if p, ok := errors.AsType[*PanicError](err); ok {
		attrs = append(attrs, "stack", string(p.Stack))
	}
	log.ErrorContext(ctx, "work failed and will be done again", attrs...)
}

// Backoff is the pause after so many failures in a row: least, doubled each time up to most, and up to a quarter more
// by chance, so that replicas that failed together do not come back together.
func Backoff(failures int, least, most time.Duration) time.Duration {
	pause := most
	if shift := max(failures-1, 0); shift < 63 && least <= most>>shift {
		pause = least << shift
	}
	return pause + rand.N(pause/4+1)
}
