// Package outbox makes events as certain as what caused them: an event is a row, written in the transaction of its
// cause, and a relay carries committed rows to the bus. Its other half is the [Inbox], by which a consumer has the
// effect of an event once, however often the event comes.
//
// It is not a log of what happened: a row is gone once the bus has it. It is not a queue with an order either: events
// are published roughly oldest first, and retries overtake.
//
// Invariants: an event is published if and only if its transaction was committed; it leaves the table only after the
// bus has acknowledged it, so a crash at any point publishes it again under the same id, and never loses it; the relay
// never reads "what came after the last id", because ids are committed out of order.
package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/runner"
)

// Event is something that happened in a shop.
type Event struct {
	// ID names the event for ever; AppendTx makes one where it is zero.
	ID uuid.UUID
	// Type is "<domain>.<event>", in small letters: order.created.
	Type string
	// Shop it happened in: the context's. It is given only where the context is bound to all shops.
	Shop uuid.UUID
	// Aggregate is the global id of what it happened to; may be empty.
	Aggregate string
	// Payload is written as JSON. On receipt it is a json.RawMessage: see [Event.Decode].
	Payload any
	// DueAt is when it is published, to the second; zero is now.
	DueAt time.Time
	// At is when it was appended, set on receipt.
	At time.Time
	// Attempt counts deliveries to the consumer from 1, set on receipt.
	Attempt int
}

// Decode reads the payload of a received event. What cannot be read will not be readable next time: the error is
// [bus.Permanent].
func (e Event) Decode(into any) error {
	raw, _ := e.Payload.(json.RawMessage)
	if err := json.Unmarshal(raw, into); err != nil {
		return bus.Permanent(fmt.Errorf("outbox: payload of %s %s: %w", e.Type, e.ID, err))
	}
	return nil
}

// Publisher takes messages and returns once they are kept; *bus.Bus is one.
type Publisher interface {
	Publish(ctx context.Context, messages ...bus.Message) error
}

// Config says where events lie and where they go.
type Config struct {
	DB  *database.DB
	Bus Publisher // may be nil where the outbox is never started
	// Clock says what is due; nil is the system's.
	Clock clock.Clock
	// Every is how often the relay looks although nobody woke it; 0 is a second.
	Every time.Duration
	// Batch is how many events are published together; 0 is 500.
	Batch int
	// Log takes failures; nil is the default logger.
	Log *slog.Logger
	// OnRelay is told how many events were published and how long the oldest had been due, for metrics. May be nil.
	OnRelay func(n int, waited time.Duration)
}

// pace is how long after the beginning of a turn the relay takes the next: many commits lead to few transactions of its own.
const pace = 50 * time.Millisecond

// Outbox appends events, and relays them while it is started. It is safe for concurrent use.
type Outbox struct {
	config  Config
	relay   *runner.Loop
	listen  *runner.Loop // PostgreSQL only
	running atomic.Bool
	newID   func() uuid.UUID
}

var _ runner.Part = (*Outbox)(nil)

// New makes an outbox.
func New(c Config) *Outbox {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Every <= 0 {
		c.Every = time.Second
	}
	if c.Batch <= 0 {
		c.Batch = 500
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	o := &Outbox{config: c, newID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) }}
	o.relay = runner.NewLoop("outbox relay", c.Every, func(ctx context.Context) error { _, err := o.Relay(ctx); return err })
	o.relay.Log, o.relay.MaxPause, o.relay.Pace = c.Log, 5*time.Second, pace
	if c.DB.Dialect() == database.PostgreSQL {
		o.listen = runner.NewLoop("outbox listen", c.Every, o.hear)
		o.listen.Log = c.Log
	}
	return o
}

// Start starts the relay. On PostgreSQL every replica runs one; on SQLite the owner of the file runs the only one.
func (o *Outbox) Start(ctx context.Context) error {
	if o.config.Bus == nil {
		return errors.New("outbox: there is no bus to relay to")
	}
	if err := o.relay.Start(ctx); err != nil {
		return err
	}
	o.running.Store(true)
	if o.listen == nil {
		return nil
	}
	return o.listen.Start(ctx)
}

// Stop stops the relay. What it was about to publish stays in the table.
func (o *Outbox) Stop(ctx context.Context) error {
	o.running.Store(false)
	var err error
	if o.listen != nil {
		err = o.listen.Stop(ctx)
	}
	return errors.Join(err, o.relay.Stop(ctx))
}

// AppendTx writes events in the transaction of their cause, with the trace of the context, and wakes the relay once
// they are committed. It fails on an event that could never be published, and where the context names no shop.
func (o *Outbox) AppendTx(ctx context.Context, tx database.Tx, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	now, due := o.config.Clock.Now(), false
	rows := make([]row, 0, len(events))
	for _, e := range events {
		r, err := o.row(ctx, e, now)
		if err != nil {
			return err
		}
		rows = append(rows, r)
		due = due || !r.due.After(now)
	}
	if err := insertEvents(ctx, tx, rows); err != nil {
		return fmt.Errorf("outbox: append: %w", err)
	}
	if !due {
		return nil // the relay's own pace will do
	}
	tx.AfterCommit(o.relay.Wake)
	if tx.Dialect() != database.PostgreSQL || o.running.Load() {
		return nil
	}
	// Nobody relays in this process: tell those who do. Not done where the relay runs here, because PostgreSQL lets
	// transactions that notify commit only one after the other.
	return notify(ctx, tx)
}

func (o *Outbox) row(ctx context.Context, e Event, now time.Time) (row, error) {
	if err := bus.CheckSubject(e.Type); err != nil {
		return row{}, fmt.Errorf("outbox: %w", err)
	}
	shop, err := database.Shop(ctx)
	switch {
	case err != nil && e.Shop == uuid.Nil:
		return row{}, fmt.Errorf("outbox: %s: %w", e.Type, err)
	case err != nil:
		shop = e.Shop
	case e.Shop != uuid.Nil && e.Shop != shop:
		return row{}, fmt.Errorf("outbox: %s: the event is of another shop than its context", e.Type)
	}
	payload, err := json.Marshal(e.Payload)
	if err != nil {
		return row{}, fmt.Errorf("outbox: payload of %s: %w", e.Type, err)
	}
	if len(payload) > bus.MaxPayload {
		return row{}, fmt.Errorf("outbox: payload of %s has %d bytes, more than %d: refer to what is large", e.Type, len(payload), bus.MaxPayload)
	}
	r := row{id: e.ID, shop: shop, subject: e.Type, payload: payload, due: e.DueAt.UTC(), created: now, headers: map[string]string{}}
	if r.id == uuid.Nil {
		r.id = o.newID()
	}
	if e.DueAt.IsZero() {
		r.due = now
	}
	if e.Aggregate != "" {
		r.headers[headerAggregate] = e.Aggregate
	}
	bus.InjectTrace(ctx, r.headers)
	return r, nil
}

// Backlog is what waits in the outbox.
type Backlog struct {
	// Due counts the events that could be published now; it stops at 100,000.
	Due int
	// Waited is how long the oldest of them has been due.
	Waited time.Duration
}

// Backlog counts what waits, for metrics and health.
func (o *Outbox) Backlog(ctx context.Context) (Backlog, error) {
	now := o.config.Clock.Now()
	due, oldest, err := backlog(ctx, o.config.DB, now)
	if err != nil || due == 0 {
		return Backlog{}, err
	}
	return Backlog{Due: due, Waited: now.Sub(oldest)}, nil
}
