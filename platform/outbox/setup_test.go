package outbox_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/bus/bustest"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/outbox"
)

// TestMain is also the process that the kill test kills: see kill_test.go.
func TestMain(m *testing.M) {
	if stage := os.Getenv(stageVariable); stage != "" {
		if err := reach(stage); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// bench is one database and one bus, and a shop.
type bench struct {
	db   *database.DB
	bus  *bus.Bus
	ctx  context.Context // bound to the shop
	shop uuid.UUID
	done chan bus.Outcome
}

// each runs a test on both databases and both kinds of bus, in the pairs that are run in earnest.
func each(t *testing.T, test func(t *testing.T, b bench)) {
	t.Helper()
	t.Run("sqlite-embedded", func(t *testing.T) {
		t.Parallel()
		test(t, setup(t, databasetest.SQLite(t), bustest.Embedded(t)))
	})
	t.Run("postgres-embedded", func(t *testing.T) {
		t.Parallel()
		test(t, setup(t, databasetest.PostgreSQL(t), bustest.Embedded(t)))
	})
	t.Run("postgres-external", func(t *testing.T) {
		t.Parallel()
		test(t, setup(t, databasetest.PostgreSQL(t), bustest.External(t)))
	})
}

func setup(t *testing.T, db *database.DB, c bus.Config) bench {
	t.Helper()
	b := bench{db: db, done: make(chan bus.Outcome, 1000)}
	c.Observe = func(o bus.Outcome) { b.done <- o }
	b.bus = bustest.Open(t, c)
	b.ctx, b.shop = databasetest.Shop(t, db)
	return b
}

// outbox makes an outbox on the bench, which looks by itself only every hour.
func (b bench) outbox(edit ...func(*outbox.Config)) *outbox.Outbox {
	c := outbox.Config{DB: b.db, Bus: b.bus, Every: time.Hour, Log: quiet}
	for _, f := range edit {
		f(&c)
	}
	return outbox.New(c)
}

func (b bench) consume(t *testing.T, c bus.ConsumerConfig, h bus.Handler) *bus.Consumer {
	t.Helper()
	consumer, err := b.bus.Consume(t.Context(), c, h)
	if err != nil {
		t.Fatal(err)
	}
	return consumer
}

// settled waits until so many deliveries have ended for good: done, or dead.
func (b bench) settled(t *testing.T, n int) {
	t.Helper()
	for limit := time.After(30 * time.Second); n > 0; {
		select {
		case o := <-b.done:
			if o.Result != bus.Retried {
				n--
			}
		case <-limit:
			t.Fatalf("%d deliveries are not settled yet", n)
		}
	}
}

func (b bench) append(t *testing.T, o *outbox.Outbox, events ...outbox.Event) {
	t.Helper()
	if err := b.db.InTx(b.ctx, func(tx database.Tx) error { return o.AppendTx(b.ctx, tx, events...) }); err != nil {
		t.Fatal(err)
	}
}

func (b bench) relay(t *testing.T, o *outbox.Outbox) int {
	t.Helper()
	n, err := o.Relay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// named makes events whose payloads are "e0", "e1" and so on.
func named(from, to int) []outbox.Event {
	var out []outbox.Event
	for i := from; i < to; i++ {
		out = append(out, outbox.Event{Type: "order.created", Payload: fmt.Sprintf("e%d", i)})
	}
	return out
}

// mark is an effect: it writes a row named by the payload, for [bench.effects] to count.
func mark(ctx context.Context, tx database.Tx, e outbox.Event) error {
	var name string
	if err := e.Decode(&name); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO audit_entry (id, shop_id, actor, action, resource, request_id, created_at) VALUES ($2, $1, 'test', 'effect', $3, '', $4)",
		uuid.Must(uuid.NewV7()), name, clock.System{}.Now())
	return err
}

// effects counts the rows that mark wrote, by name.
func (b bench) effects(t *testing.T) map[string]int {
	t.Helper()
	rows, err := b.db.Query(b.ctx, "SELECT resource FROM audit_entry WHERE shop_id = $1 AND action = 'effect'")
	names, err := database.Scan(rows, err, func(scan func(...any) error) (s string, err error) { return s, scan(&s) })
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, name := range names {
		out[name]++
	}
	return out
}

// once is what effects gives when each of the first n events had its effect once.
func once(n int) map[string]int {
	out := map[string]int{}
	for i := range n {
		out[fmt.Sprintf("e%d", i)] = 1
	}
	return out
}

// wantOnce waits until the outbox is empty and a started consumer has had everything, and checks that none of n events
// was lost and none doubled.
func (b bench) wantOnce(t *testing.T, o *outbox.Outbox, consumer *bus.Consumer, n int) {
	t.Helper()
	empty(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for pending := 1; pending > 0; { // each look is a question to the server
		var err error
		if pending, err = consumer.Pending(ctx); err != nil {
			t.Fatalf("%v; effects so far: %v", err, b.effects(t))
		}
	}
	if d := cmp.Diff(once(n), b.effects(t)); d != "" {
		t.Error(d)
	}
}
