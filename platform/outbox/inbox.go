package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/runner"
)

// InboxConfig says where a consumer's records lie.
type InboxConfig struct {
	DB *database.DB
	// Clock dates the records; nil is the system's.
	Clock clock.Clock
	// Keep is how long a record is remembered; 0 is 14 days. It must be longer than the bus keeps events.
	Keep time.Duration
	// Log takes failures; nil is the default logger.
	Log *slog.Logger
}

// Inbox remembers which consumer has had the effect of which event. As a part it forgets old records, hourly.
type Inbox struct {
	*runner.Loop
	config InboxConfig
	newID  func() uuid.UUID
}

var _ runner.Part = (*Inbox)(nil)

// NewInbox makes an inbox.
func NewInbox(c InboxConfig) *Inbox {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Keep <= 0 {
		c.Keep = 14 * 24 * time.Hour
	}
	i := &Inbox{config: c, newID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) }}
	i.Loop = runner.NewLoop("inbox sweep", time.Hour, func(ctx context.Context) error { _, err := i.Sweep(ctx); return err })
	i.Log = c.Log
	return i
}

// OnceTx notes in a transaction that a consumer has the effect of an event, and reports whether that is the first time.
// Where it is not, the caller does nothing.
func (i *Inbox) OnceTx(ctx context.Context, tx database.Tx, consumer string, event uuid.UUID) (first bool, err error) {
	first, err = insertInbox(ctx, tx, i.newID(), consumer, event, i.config.Clock.Now())
	if err != nil {
		return false, fmt.Errorf("inbox: %w", err)
	}
	return first, nil
}

// Handle makes a bus handler of an effect on the database: effect and record are one transaction, bound to the event's
// shop, so that the effect is had once. Like every function of a transaction it may run again after a conflict, and
// calls nothing outside. consumer is the consumer's name on the bus.
func (i *Inbox) Handle(consumer string, effect func(ctx context.Context, tx database.Tx, e Event) error) bus.Handler {
	return func(ctx context.Context, m bus.Message) error {
		e, err := read(m)
		if err != nil {
			return err
		}
		ctx = database.WithShop(ctx, e.Shop)
		return i.config.DB.InTx(ctx, func(tx database.Tx) error {
			first, err := i.OnceTx(ctx, tx, consumer, e.ID)
			if err != nil || !first {
				return err
			}
			// A panic must not pass the transaction's end by.
			return runner.Guard(func() error { return effect(ctx, tx, e) })
		})
	}
}

// HandleOutside makes a bus handler of an effect outside the database: a mail, a call. It is skipped when it is known
// to have been had; a crash between the effect and its record has it again, so it must be safe to repeat under the
// event's id.
func (i *Inbox) HandleOutside(consumer string, effect func(ctx context.Context, e Event) error) bus.Handler {
	return func(ctx context.Context, m bus.Message) error {
		e, err := read(m)
		if err != nil {
			return err
		}
		ctx = database.WithShop(ctx, e.Shop)
		if had, err := hasInbox(ctx, i.config.DB, consumer, e.ID); err != nil || had {
			return err
		}
		if err := effect(ctx, e); err != nil {
			return err
		}
		return i.config.DB.InTx(ctx, func(tx database.Tx) error {
			_, err := i.OnceTx(ctx, tx, consumer, e.ID)
			return err
		})
	}
}

// Sweep forgets records older than Keep and counts them. It works in small transactions, so that nobody waits long.
func (i *Inbox) Sweep(ctx context.Context) (int64, error) {
	const most = 1000
	before := i.config.Clock.Now().Add(-i.config.Keep)
	for total := int64(0); ; {
		var n int64
		err := i.config.DB.InTx(ctx, func(tx database.Tx) (err error) {
			n, err = deleteInbox(ctx, tx, before, most)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("inbox: sweep: %w", err)
		}
		if total += n; n < most {
			return total, nil
		}
	}
}

// read turns a message of the bus back into the event it was.
func read(m bus.Message) (Event, error) {
	id, err := uuid.Parse(m.ID)
	if err != nil || m.Shop == uuid.Nil {
		return Event{}, bus.Permanent(fmt.Errorf("inbox: message %q of %s is no event of a shop", m.ID, m.Subject))
	}
	e := Event{ID: id, Type: m.Subject, Shop: m.Shop, Aggregate: m.Headers[headerAggregate], Payload: json.RawMessage(m.Payload), Attempt: m.Attempt}
	if e.At, err = time.Parse(time.RFC3339Nano, m.Headers[headerTime]); err != nil {
		return Event{}, bus.Permanent(fmt.Errorf("inbox: time of event %s: %w", m.ID, err))
	}
	return e, nil
}
