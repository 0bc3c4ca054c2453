package outbox

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/runner"
)

// The headers of an event's message.
const (
	headerAggregate = "Event-Aggregate"
	headerTime      = "Event-Time"
)

// Relay publishes everything that is due now and counts it. The started outbox does it by itself; programs that must
// leave nothing behind call it too. Relays may run beside each other on PostgreSQL, and on SQLite too, where they may
// only publish the same event twice, under one id.
func (o *Outbox) Relay(ctx context.Context) (int, error) {
	ctx = database.AllShops(ctx)
	batch := o.relayHeld
	if o.config.DB.Dialect() == database.PostgreSQL {
		batch = o.relayLocked
	}
	total := 0
	for {
		n, err := batch(ctx, o.config.Clock.Now())
		if total += n; err != nil || n < o.config.Batch {
			return total, err
		}
	}
}

// relayLocked takes due rows, publishes them, and commits their deletion once the bus has acknowledged them.
//
// This is the one place where something outside the database is called within a transaction. It is meant: until the
// acknowledgement the rows must belong to this relay, so that others pass over them, and must come back by themselves
// when this process dies. A row lock is exactly that, where a lease in a column would need a clock and a sweep. The
// transaction locks nothing but those rows, nobody waits for them (SKIP LOCKED), and the bus answers within ten
// seconds or the attempt is given up.
func (o *Outbox) relayLocked(ctx context.Context, now time.Time) (int, error) {
	n := 0
	err := o.config.DB.InTx(ctx, func(tx database.Tx) error {
		rows, err := takeDue(ctx, tx, now, o.config.Batch)
		if err != nil {
			return fmt.Errorf("outbox: take: %w", err)
		}
		slices.SortFunc(rows, oldestFirst)
		n = len(rows)
		// A panic must not pass the transaction's end by.
		return runner.Guard(func() error { return o.publish(ctx, rows, now) })
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// relayHeld reads due rows, publishes them, and then deletes them by id. SQLite has one writer, which must not wait
// for a bus; and one relay, so nobody else takes the rows meanwhile. Dying in between publishes them again under the
// same ids, which the bus and the inbox recognize.
func (o *Outbox) relayHeld(ctx context.Context, now time.Time) (int, error) {
	rows, err := readDue(ctx, o.config.DB, now, o.config.Batch)
	if err != nil {
		return 0, fmt.Errorf("outbox: read: %w", err)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	if err := o.publish(ctx, rows, now); err != nil {
		return 0, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	err = o.config.DB.InTx(ctx, func(tx database.Tx) error { return deleteEvents(ctx, tx, ids) })
	if err != nil {
		return 0, fmt.Errorf("outbox: delete: %w", err)
	}
	return len(rows), nil
}

func (o *Outbox) publish(ctx context.Context, rows []row, now time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	messages := make([]bus.Message, len(rows))
	for i, r := range rows {
		if r.headers == nil {
			r.headers = map[string]string{}
		}
		r.headers[headerTime] = r.created.UTC().Format(time.RFC3339Nano)
		messages[i] = bus.Message{ID: r.id.String(), Subject: r.subject, Shop: r.shop, Headers: r.headers, Payload: r.payload}
	}
	if err := o.config.Bus.Publish(ctx, messages...); err != nil {
		return fmt.Errorf("outbox: %d events: %w", len(rows), err)
	}
	if o.config.OnRelay != nil {
		o.config.OnRelay(len(rows), now.Sub(rows[0].due))
	}
	return nil
}

// hear wakes the relay when another process has committed events, over a connection of its own. It also does so when
// it has begun to listen, for what was said before.
func (o *Outbox) hear(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, o.config.DB.Pool().Config().ConnConfig.Copy())
	if err != nil {
		return fmt.Errorf("outbox: listen: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return fmt.Errorf("outbox: listen: %w", err)
	}
	for {
		o.relay.Wake()
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return fmt.Errorf("outbox: listen: %w", err)
		}
	}
}
