// Package breaker leaves alone for a moment what did not answer, so that nobody waits for it in vain.
//
// It does not know what is asked, nor how long anybody waits.
package breaker

import (
	"sync/atomic"
	"time"

	"github.com/rialtohq/rialto/platform/clock"
)

// Breaker remembers whether something answers. It is safe for concurrent use.
type Breaker struct {
	rest  time.Duration
	clock clock.Clock
	// until is when it is asked again, in microseconds of Unix time; 0 while it answers.
	until atomic.Int64
}

// New makes a breaker of something that answers, and that is left alone for so long after each failure. A nil clock is the
// machine's.
func New(rest time.Duration, c clock.Clock) *Breaker {
	if c == nil {
		c = clock.System{}
	}
	return &Breaker{rest: rest, clock: c}
}

// Ready reports whether it is to be asked.
func (b *Breaker) Ready() bool { return b.until.Load() <= b.clock.Now().UnixMicro() }

// Answered tells that it did; again is whether it had failed before.
func (b *Breaker) Answered() (again bool) { return b.until.Load() != 0 && b.until.Swap(0) != 0 }

// Failed tells that it did; first is whether it had answered before.
func (b *Breaker) Failed() (first bool) {
	return b.until.Swap(b.clock.Now().Add(b.rest).UnixMicro()) == 0
}
