package breaker

import (
	"context"
	"log/slog"
	"time"

	"github.com/rialtohq/rialto/platform/clock"
)

// PatientConfig is what a [Patient] is made of. A zero value means what is said beside it.
type PatientConfig struct {
	// Patience is how long an answer is waited for: 25 ms. Rest is how long it is left alone after a failure: 1 s.
	Patience, Rest time.Duration
	Clock          clock.Clock
	Log            *slog.Logger
	// Away and Back are what is logged when it stops answering, and when it answers again.
	Away, Back string
}

// Patient asks something that can be done without: it waits a moment for the answer, and after a failure does not ask for a
// while. It is safe for concurrent use.
type Patient struct {
	*Breaker
	patience   time.Duration
	log        *slog.Logger
	away, back string
}

// NewPatient makes one.
func NewPatient(c PatientConfig) *Patient {
	if c.Patience == 0 {
		c.Patience = 25 * time.Millisecond
	}
	if c.Rest == 0 {
		c.Rest = time.Second
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Patient{Breaker: New(c.Rest, c.Clock), patience: c.Patience, log: c.Log, away: c.Away, back: c.Back}
}

// Ask asks a question, whose context ends when patience does and not when the asker's ends: who goes away says nothing of
// whether it answers. It reports whether there was an answer.
func (p *Patient) Ask(ctx context.Context, question func(ctx context.Context) error) bool {
	if !p.Ready() {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.patience)
	defer cancel()
	if err := question(ctx); err != nil {
		if p.Failed() {
			p.log.WarnContext(ctx, p.away, "error", err)
		}
		return false
	}
	if p.Answered() {
		p.log.InfoContext(ctx, p.back)
	}
	return true
}
