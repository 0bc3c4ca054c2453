package ratelimit

import (
	"context"
	"sync"
)

const (
	// waiting is how many returns may wait; beyond, points are left to come back by themselves.
	waiting = 4096
	// givers is how many are made at once.
	givers = 4
)

// Later is a limiter whose points are given back in the background: an answer does not wait for it. Where too many wait,
// or the process dies, points are not given back; buckets fill all the same.
type Later struct {
	Limiter
	queue chan due

	mu   sync.Mutex
	quit chan struct{} // nil while nothing runs
	done *sync.WaitGroup
}

type due struct {
	points  int64
	buckets []Bucket
}

// NewLater makes one of a limiter. Until it is started, returns wait.
func NewLater(l Limiter) *Later { return &Later{Limiter: l, queue: make(chan due, waiting)} }

// Start begins to give back.
func (l *Later) Start(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	quit, done := make(chan struct{}), &sync.WaitGroup{}
	l.quit, l.done = quit, done
	ctx = context.WithoutCancel(ctx)
	for range givers {
		done.Go(func() { l.give(ctx, quit) })
	}
	return nil
}

// give gives back what comes, and when it is to end what is still there.
func (l *Later) give(ctx context.Context, quit <-chan struct{}) {
	for {
		select {
		case d := <-l.queue:
			_ = l.Limiter.Return(ctx, d.points, d.buckets) // points come back by themselves
			continue
		default:
		}
		select {
		case d := <-l.queue:
			_ = l.Limiter.Return(ctx, d.points, d.buckets)
		case <-quit:
			return
		}
	}
}

// Stop returns when what waited was given back, or when the context ends.
func (l *Later) Stop(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quit == nil {
		return nil
	}
	close(l.quit)
	l.quit = nil
	ended := make(chan struct{})
	go func() { l.done.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Return has points given back soon. It never fails and never waits.
func (l *Later) Return(_ context.Context, points int64, buckets []Bucket) error {
	select {
	case l.queue <- due{points, buckets}:
	default:
	}
	return nil
}
