package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/runner"
)

// EventBreached is published when somebody reaches a rate limit, and once a minute while they go on.
const EventBreached = "rate_limit.breached"

const (
	breachEvery = time.Minute
	breachesMax = 1000 // of different actors and layers at a time; more are counted together
)

// breaches tells the log and the bus of rate limits that were reached, of each actor and layer once a minute with how often:
// who does not hold back must not fill either. The tally is this process's.
type breaches struct {
	clock   clock.Clock
	log     *slog.Logger
	publish func(context.Context, ...bus.Message) error
	loop    *runner.Loop

	mu    sync.Mutex
	known map[breachKey]*breached
}

type breachKey struct {
	shop         uuid.UUID
	layer, actor string
}

type breached struct {
	last  graph.Breach
	times int
	told  time.Time
}

func newBreaches(c clock.Clock, log *slog.Logger, publish func(context.Context, ...bus.Message) error) *breaches {
	b := &breaches{clock: c, log: log, publish: publish, known: map[breachKey]*breached{}}
	b.loop = runner.NewLoop("rate limits reached", breachEvery, b.tell)
	b.loop.Log = log
	return b
}

// note counts a breach. It never waits.
func (b *breaches) note(of graph.Breach) {
	key := breachKey{of.Shop, of.Layer, of.Actor}
	b.mu.Lock()
	k, ok := b.known[key]
	if !ok && len(b.known) >= breachesMax {
		key = breachKey{layer: of.Layer}
		k, ok = b.known[key]
	}
	if !ok {
		k = &breached{}
		b.known[key] = k
	}
	k.last = of
	k.times++
	b.mu.Unlock()
	if !ok {
		b.loop.Wake()
	}
}

// Breached is what [EventBreached] carries.
type Breached struct {
	// Layer is the sort of bucket that had too little, Actor the kind and id of who asked; empty stands for many.
	Layer string `json:"layer"`
	Actor string `json:"actor,omitempty"`
	// Times is how often it had since the event before, in the process that tells.
	Times int `json:"times"`
	// Points are what the last request would have cost, RetryAfterMs how long it has to wait.
	Points       int64 `json:"points"`
	RetryAfterMs int64 `json:"retryAfterMs"`
}

// tell tells of what is due, and forgets who held back for a while.
func (b *breaches) tell(ctx context.Context) error {
	var messages []bus.Message
	var errs []error
	for key, of := range b.due() {
		what := Breached{Layer: key.layer, Actor: key.actor, Times: of.times, Points: of.last.Points, RetryAfterMs: of.last.RetryAfter.Milliseconds()}
		b.log.WarnContext(ctx, "a rate limit was reached", "served", of.last.Served, "layer", what.Layer, "actor", what.Actor, "shop", key.shop, "times", what.Times, "points", what.Points, "retry_after_ms", what.RetryAfterMs)
		payload, err := json.Marshal(what)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		messages = append(messages, bus.Message{ID: uuid.Must(uuid.NewV7()).String(), Subject: EventBreached, Shop: key.shop, Payload: payload})
	}
	if len(messages) > 0 {
		if err := b.publish(ctx, messages...); err != nil { // the log has it
			errs = append(errs, fmt.Errorf("rate limits reached: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (b *breaches) due() map[breachKey]breached {
	now := b.clock.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	due := map[breachKey]breached{}
	for key, k := range b.known {
		switch {
		case now.Sub(k.told) < breachEvery:
		case k.times == 0:
			delete(b.known, key)
		default:
			due[key] = *k
			k.times, k.told = 0, now
		}
	}
	return due
}
