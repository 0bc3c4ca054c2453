package ratelimit

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"time"

	"github.com/rialtohq/rialto/platform/breaker"
	"github.com/rialtohq/rialto/platform/clock"
)

// Guarded asks common buckets, and a share of this process where these do not answer: nobody waits for a limiter, and no
// request fails for want of one. After a failure the common buckets are left alone for a moment, then tried again.
type Guarded struct {
	common   Limiter
	own      *Memory
	log      *slog.Logger
	patience time.Duration
	share    float64
	breaker  *breaker.Breaker
	away     func(bool)
}

var _ Limiter = (*Guarded)(nil)

// GuardedConfig is what a [Guarded] is made of. A zero value means the default beside it.
type GuardedConfig struct {
	Common Limiter
	Clock  clock.Clock
	Log    *slog.Logger
	// Patience is how long an answer is waited for in all: 50 ms, so that a request can wait for the trip that is under way, and
	// then make its own ([Redis] bounds each by 25 ms). Who waited in vain for a trip to begin goes by this process's share, and the
	// common buckets are asked all the same for the next.
	Patience time.Duration
	// Rest is how long the common buckets are left alone after a failure: 1 s.
	Rest time.Duration
	// Replicas is among how many processes the limits are shared while each decides for itself: 2.
	Replicas int
	// Away is told when the common buckets stop answering, and when they do again. It may be nil.
	Away func(bool)
}

// NewGuarded makes one.
func NewGuarded(c GuardedConfig) *Guarded {
	if c.Patience == 0 {
		c.Patience = 50 * time.Millisecond
	}
	if c.Rest == 0 {
		c.Rest = time.Second
	}
	if c.Replicas < 1 {
		c.Replicas = 2
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Away == nil {
		c.Away = func(bool) {}
	}
	return &Guarded{common: c.Common, own: NewMemory(c.Clock), log: c.Log, patience: c.Patience, share: 1 / float64(c.Replicas), breaker: breaker.New(c.Rest, c.Clock), away: c.Away}
}

// Take asks the common buckets, or else this process's share. It never fails.
func (g *Guarded) Take(ctx context.Context, points int64, buckets []Bucket) (Outcome, error) {
	if g.breaker.Ready() {
		patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.patience)
		defer cancel()
		out, err := g.common.Take(patient, points, buckets)
		if err == nil {
			g.answered(ctx)
			return out, nil
		}
		g.failed(ctx, err)
	}
	out, err := g.own.Take(ctx, points, g.shares(buckets))
	out.Local = true
	return out, err
}

// Return gives points back to where they were most likely taken. It never fails: points come back by themselves.
func (g *Guarded) Return(ctx context.Context, points int64, buckets []Bucket) error {
	if !g.breaker.Ready() {
		return g.own.Return(ctx, points, g.shares(buckets))
	}
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.patience)
	defer cancel()
	if err := g.common.Return(patient, points, buckets); err != nil {
		g.failed(ctx, err)
	}
	return nil
}

func (g *Guarded) answered(ctx context.Context) {
	if g.breaker.Answered() {
		g.log.InfoContext(ctx, "the common rate limits answer again")
		g.away(false)
	}
}

// failed notes that the buckets did not answer, unless it is only that this request had no time left for it.
func (g *Guarded) failed(ctx context.Context, err error) {
	if errors.Is(err, errLeft) {
		return
	}
	if g.breaker.Failed() {
		g.log.WarnContext(ctx, "the common rate limits do not answer: this process goes by its own share", "error", err)
		g.away(true)
	}
}

// shares are the buckets as far as they are this process's.
func (g *Guarded) shares(buckets []Bucket) []Bucket {
	out := make([]Bucket, len(buckets))
	for i, b := range buckets {
		b.Limit.Capacity = max(1, int64(math.Floor(float64(b.Limit.Capacity)*g.share)))
		b.Limit.PerSecond *= g.share
		out[i] = b
	}
	return out
}
