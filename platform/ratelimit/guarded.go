package ratelimit

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/rialtohq/rialto/platform/breaker"
	"github.com/rialtohq/rialto/platform/clock"
)

// Guarded asks common buckets, and a share of this process where these do not answer: nobody waits for a limiter, and no
// request fails for want of one. After a failure the common buckets are left alone for a moment, then tried again. What the share let through
// meanwhile, and has not filled up again with since, is owed to them: whoever has them fail to answer gains nothing by it.
type Guarded struct {
	common   Limiter
	own      *Memory
	log      *slog.Logger
	patience time.Duration
	share    float64
	breaker  *breaker.Breaker
	away     func(bool)
	clock    clock.Clock

	mu   sync.Mutex
	lent map[string]lent // by bucket, what its share let through
}

// lent are the points that a share of a bucket lacked at a moment. They come back at the rate of the share.
type lent struct {
	points float64
	at     time.Time
}

// mostLent bounds of how many buckets that is known.
const mostLent = 20_000

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
	return &Guarded{common: c.Common, own: NewMemory(c.Clock), log: c.Log, patience: c.Patience, share: 1 / float64(c.Replicas), breaker: breaker.New(c.Rest, c.Clock), away: c.Away, clock: c.Clock, lent: map[string]lent{}}
}

// Take asks the common buckets, or else this process's share. It never fails.
func (g *Guarded) Take(ctx context.Context, points int64, buckets []Bucket) (Outcome, error) {
	if g.breaker.Ready() {
		patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.patience)
		defer cancel()
		charged, owed := g.owing(buckets)
		out, err := g.common.Take(patient, points, charged)
		if err != nil && !errors.Is(err, errLeft) { // what is owed is charged also to who left
			g.owe(owed)
		}
		if err == nil {
			g.answered(ctx)
			return out, nil
		}
		g.failed(ctx, err)
	}
	out, err := g.own.Take(ctx, points, g.shares(buckets))
	out.Local = true
	if err == nil && out.Allowed {
		g.lend(points, buckets)
	}
	return out, err
}

// lend notes what the share let through; less than zero, what came back of it.
func (g *Guarded) lend(points int64, buckets []Bucket) {
	now := g.clock.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.lent) >= mostLent {
		maps.DeleteFunc(g.lent, func(_ string, l lent) bool { return now.Sub(l.at) > time.Minute })
	}
	for _, b := range buckets {
		l, known := g.lent[b.Key]
		if !known && (points < 0 || len(g.lent) >= mostLent) || points < 0 && b.Fixed > 0 {
			continue
		}
		takes := points
		if b.Fixed > 0 {
			takes = b.Fixed
		}
		g.lent[b.Key] = lent{min(g.lacks(l, b, now)+float64(takes), float64(b.Limit.Capacity)*g.share), now}
	}
}

// lacks are the points that a share lacks by now.
func (g *Guarded) lacks(l lent, b Bucket, now time.Time) float64 {
	return max(0, l.points-max(0, now.Sub(l.at).Seconds())*b.Limit.PerSecond*g.share)
}

// owing are buckets with what their shares let through owed to them, which is on its way from here on; it is told apart, by key.
func (g *Guarded) owing(buckets []Bucket) (charged []Bucket, owed map[string]lent) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.lent) == 0 {
		return buckets, nil
	}
	now := g.clock.Now()
	charged, owed = slices.Clone(buckets), map[string]lent{}
	for i, b := range buckets {
		if l, ok := g.lent[b.Key]; ok {
			charged[i].Owed += int64(math.Ceil(g.lacks(l, b, now)))
			owed[b.Key] = l
			delete(g.lent, b.Key)
		}
	}
	return charged, owed
}

// owe takes back what was not charged, beside what the share let through meanwhile.
func (g *Guarded) owe(owed map[string]lent) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, l := range owed {
		if now, ok := g.lent[key]; ok {
			l = lent{l.points + now.points, now.at}
		}
		g.lent[key] = l
	}
}

// Return gives points back to where they were most likely taken. It never fails: points come back by themselves.
func (g *Guarded) Return(ctx context.Context, points int64, buckets []Bucket) error {
	if !g.breaker.Ready() {
		g.lend(-points, buckets)
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
