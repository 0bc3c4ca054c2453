// Package ratelimit lets requests spend points from several buckets at once: from all of them, or from none.
//
// A bucket is a generic cell rate algorithm (GCRA; ITU-T I.371, a leaky bucket that is kept as one moment): it holds up to a
// capacity of points and is filled at a rate. What a request was charged too much is given back. [Memory] keeps buckets in
// this process and [Redis] for many, with the same behavior; [Guarded] is the second with a share of the first to fall back to;
// and [Tab], around any of them, lets requests through at once and charges them together a moment later.
//
// It is not about what a request costs (graph/cost) nor about who has which buckets (graph): keys and limits are given.
//
// Invariants: of concurrent requests, [Memory] and [Redis] charge no more than capacity + rate × time, where a request of more
// points than the bucket holds counts as a full bucket. Each process with a [Tab] may have let through up to 1 % more of what it
// last saw the bucket hold, which the bucket then owes: it holds less than nothing until that is made up for, and it is let go only
// where the buckets cannot be asked. While they cannot, each process with a [Guarded] lets through its share of capacity and rate
// besides. A refused request is charged nothing but what was owed before ([Bucket.Owed]). A bucket that is full takes no memory
// after a while.
package ratelimit

import (
	"context"
	"math"
	"time"
)

// Limit is how much a bucket holds, and how fast it fills. Both are more than zero.
type Limit struct {
	// Capacity is in points.
	Capacity int64
	// PerSecond is how many points come back each second.
	PerSecond float64
}

// Bucket is a bucket by name. Keys of one request must have one part in braces in common, so that they lie in one place
// of a Redis Cluster.
type Bucket struct {
	// Layer says what sort of bucket it is, for metrics and headers: "address", "token".
	Layer string
	Key   string
	Limit Limit
	// Fixed is what any request takes of this bucket, where that is more than zero, whatever it takes of the others. It is
	// never given back: so attempts are counted, of which a cheap one is one as well.
	Fixed int64
	// Owed are points that are charged before the request is looked at, and stay charged where it is refused: what somebody was
	// let through for already. The bucket may come to hold less than nothing by it. Negative, they are given back.
	Owed int64
}

// owes is what is owed to the bucket, as time.
func (b Bucket) owes() int64 {
	if b.Owed < 0 {
		return -b.Limit.span(-b.Owed)
	}
	return b.Limit.span(b.Owed)
}

// owing are the buckets to which something is owed, of those that points come back to.
func owing(points int64, buckets []Bucket) []Bucket {
	out := make([]Bucket, 0, len(buckets))
	for _, b := range buckets {
		if b.Fixed == 0 {
			b.Owed = points
			out = append(out, b)
		}
	}
	return out
}

// takes is what a request of some points takes of the bucket, as time.
func (b Bucket) takes(points int64) int64 {
	if b.Fixed > 0 {
		points = b.Fixed
	}
	return b.Limit.span(points)
}

// State is a bucket after a request.
type State struct {
	// Available are the points that are left, rounded down.
	Available int64
	// Full is how long until it is full again.
	Full time.Duration
}

// Outcome is what came of a request.
type Outcome struct {
	Allowed bool
	// Refusing is the place, among the buckets, of the one that took longest to have enough; -1 where it is allowed.
	Refusing int
	// RetryAfter is how long until the same request would be let through, if nobody else asked; 0 where it is allowed.
	RetryAfter time.Duration
	// States are those of the buckets, in their order.
	States []State
	// Local says that a share of this process decided, because the common buckets could not be asked.
	Local bool
}

// Limiter is where buckets are kept.
type Limiter interface {
	// Take charges points to every bucket, or to none. More points than a bucket holds at most are charged as much as it
	// holds. Fails where the buckets cannot be asked.
	Take(ctx context.Context, points int64, buckets []Bucket) (Outcome, error)
	// Return gives points back that were taken and not needed, but to the buckets that take a fixed number.
	Return(ctx context.Context, points int64, buckets []Bucket) error
}

// span is how long a bucket takes to fill by some points, in microseconds: the unit of the algorithm.
func (l Limit) span(points int64) int64 {
	points = min(points, l.Capacity)
	return int64(math.Ceil(float64(points) * 1e6 / l.PerSecond))
}

// whole is how long an empty bucket takes to fill.
func (l Limit) whole() int64 { return l.span(l.Capacity) }

// state is the state of a bucket that will be full at a moment, in microseconds from now.
func (l Limit) state(full int64) State {
	full = max(full, 0)
	return State{
		Available: max(0, int64(math.Floor(float64(l.whole()-full)*l.PerSecond/1e6+1e-6))),
		Full:      time.Duration(full) * time.Microsecond,
	}
}

// decide judges a request: fulls are the moments, from now, at which each bucket would be full again without it, what is owed charged.
func decide(points int64, buckets []Bucket, fulls []int64) Outcome {
	out := Outcome{Allowed: true, Refusing: -1, States: make([]State, len(buckets))}
	for i, b := range buckets {
		late := max(fulls[i], 0) + b.takes(points) - b.Limit.whole()
		if wait := time.Duration(late) * time.Microsecond; late > 0 && wait > out.RetryAfter {
			out.Allowed, out.Refusing, out.RetryAfter = false, i, wait
		}
	}
	for i, b := range buckets {
		full := fulls[i]
		if out.Allowed {
			full = max(full, 0) + b.takes(points)
		}
		out.States[i] = b.Limit.state(full)
	}
	return out
}
