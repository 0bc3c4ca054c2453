package outbox_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"go.opentelemetry.io/otel/trace"

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/outbox"
)

// recorder is a publisher that keeps what it was given, and passes it on where there is somebody.
type recorder struct {
	mu   sync.Mutex
	got  []bus.Message
	next outbox.Publisher
}

func (r *recorder) Publish(ctx context.Context, messages ...bus.Message) error {
	r.mu.Lock()
	r.got = append(r.got, messages...)
	r.mu.Unlock()
	if r.next == nil {
		return nil
	}
	return r.next.Publish(ctx, messages...)
}

func (r *recorder) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, m := range r.got {
		out = append(out, m.ID)
	}
	slices.Sort(out)
	return out
}

func TestEventArrivesWhole(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		type received struct {
			Event outbox.Event
			Shop  uuid.UUID
			Trace trace.TraceID
			N     int
		}
		got := make(chan received, 1)
		b.consume(t, bus.ConsumerConfig{Name: "reader"}, outbox.NewInbox(outbox.InboxConfig{DB: b.db}).Handle("reader", func(ctx context.Context, _ database.Tx, e outbox.Event) error {
			r := received{Event: e, Trace: trace.SpanContextFromContext(ctx).TraceID()}
			var payload struct{ N int }
			err := e.Decode(&payload)
			r.N, r.Event.Payload = payload.N, nil
			r.Shop, _ = database.Shop(ctx)
			got <- r
			return err
		}))
		moment := clock.NewManual(time.Date(2026, 11, 23, 9, 0, 0, 5000, time.UTC))
		o := b.outbox(func(c *outbox.Config) { c.Clock = moment })
		id := uuid.Must(uuid.NewV7())
		cause := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{7}, SpanID: trace.SpanID{8}, TraceFlags: trace.FlagsSampled})
		ctx := trace.ContextWithSpanContext(b.ctx, cause)
		err := b.db.InTx(ctx, func(tx database.Tx) error {
			return o.AppendTx(ctx, tx, outbox.Event{ID: id, Type: "order.created", Aggregate: "gid://rialto/Order/1", Payload: map[string]int{"N": 3}})
		})
		if err != nil {
			t.Fatal(err)
		}
		b.relay(t, o)
		b.settled(t, 1)
		want := received{
			Event: outbox.Event{ID: id, Type: "order.created", Shop: b.shop, Aggregate: "gid://rialto/Order/1", At: moment.Now(), Attempt: 1},
			Shop:  b.shop, Trace: cause.TraceID(), N: 3,
		}
		if d := cmp.Diff(want, <-got); d != "" {
			t.Error(d)
		}
	})
}

func TestAppend(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, shop := databasetest.Shop(t, db)
		moment := clock.NewManual(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
		sent := &recorder{}
		var waited time.Duration
		o := outbox.New(outbox.Config{DB: db, Bus: sent, Clock: moment, Batch: 2, OnRelay: func(_ int, w time.Duration) { waited = w }})
		b := bench{db: db, ctx: ctx, shop: shop}

		t.Run("RolledBackIsNeverPublished", func(t *testing.T) {
			broken := errors.New("broken")
			err := db.InTx(ctx, func(tx database.Tx) error { return errors.Join(o.AppendTx(ctx, tx, named(0, 3)...), broken) })
			if n := b.relay(t, o); n != 0 || !errors.Is(err, broken) {
				t.Errorf("%d published, %v", n, err)
			}
		})
		t.Run("LaterIsPublishedLater", func(t *testing.T) {
			later := named(0, 2)
			later[1].DueAt = moment.Now().Add(time.Hour)
			b.append(t, o, later...)
			if n := b.relay(t, o); n != 1 {
				t.Fatalf("%d published at once, want 1", n)
			}
			moment.Advance(time.Hour + time.Minute)
			got, err := o.Backlog(t.Context())
			if d := cmp.Diff(outbox.Backlog{Due: 1, Waited: time.Minute}, got); d != "" || err != nil {
				t.Errorf("%v %s", err, d)
			}
			if n := b.relay(t, o); n != 1 || waited != time.Minute {
				t.Fatalf("%d published an hour later, which had waited %v; want 1 after a minute", n, waited)
			}
		})
		t.Run("MoreThanABatch", func(t *testing.T) {
			b.append(t, o, named(0, 7)...)
			if n := b.relay(t, o); n != 7 {
				t.Errorf("%d published, want 7", n)
			}
		})
		t.Run("EveryShopInASweep", func(t *testing.T) {
			all := database.AllShops(t.Context())
			err := db.InTx(all, func(tx database.Tx) error {
				return o.AppendTx(all, tx, outbox.Event{Type: "cart.expired", Shop: shop})
			})
			if n := b.relay(t, o); n != 1 || err != nil || sent.got[len(sent.got)-1].Shop != shop {
				t.Errorf("%d published, %v", n, err)
			}
		})
		for name, test := range map[string]struct {
			ctx   context.Context
			event outbox.Event
		}{
			"BadType":     {ctx, outbox.Event{Type: "Order Created"}},
			"NoShop":      {database.AllShops(t.Context()), outbox.Event{Type: "a.b"}},
			"ForeignShop": {ctx, outbox.Event{Type: "a.b", Shop: uuid.New()}},
			"TooLarge":    {ctx, outbox.Event{Type: "a.b", Payload: strings.Repeat("x", bus.MaxPayload)}},
			"NotJSON":     {ctx, outbox.Event{Type: "a.b", Payload: func() {}}},
		} {
			t.Run("Refuses"+name, func(t *testing.T) {
				err := db.InTx(test.ctx, func(tx database.Tx) error { return o.AppendTx(test.ctx, tx, test.event) })
				if err == nil {
					t.Error("appended")
				}
			})
		}
	})
}

// breaking is a bus that fails at one boundary, as a relay sees it that dies there, and then works.
type breaking struct {
	outbox.Publisher
	mu    sync.Mutex
	stage string
}

var errCrash = errors.New("crash")

func (p *breaking) Publish(ctx context.Context, messages ...bus.Message) error {
	p.mu.Lock()
	stage := p.stage
	p.stage = ""
	p.mu.Unlock()
	switch stage {
	case "before":
		return errCrash
	case "halfway":
		return errors.Join(p.Publisher.Publish(ctx, messages[:len(messages)/2]...), errCrash)
	case "after":
		return errors.Join(p.Publisher.Publish(ctx, messages...), errCrash)
	case "panic":
		if err := p.Publisher.Publish(ctx, messages...); err != nil {
			return err
		}
		panic(errCrash)
	}
	return p.Publisher.Publish(ctx, messages...)
}

func TestRelayThatFailsLosesAndDoublesNothing(t *testing.T) {
	for _, stage := range []string{"before", "halfway", "after", "panic"} {
		t.Run(stage, func(t *testing.T) {
			each(t, func(t *testing.T, b bench) {
				const n = 40
				o := b.outbox(func(c *outbox.Config) { c.Bus = &breaking{Publisher: b.bus, stage: stage} })
				inbox := outbox.NewInbox(outbox.InboxConfig{DB: b.db})
				consumer := b.consume(t, bus.ConsumerConfig{Name: "marks"}, inbox.Handle("marks", mark))
				b.append(t, o, named(0, n)...)
				start(t, o) // fails, and comes back
				b.wantOnce(t, o, consumer, n)
			})
		})
	}
}

func TestConcurrentRelaysPublishEachEventOnce(t *testing.T) {
	db := databasetest.PostgreSQL(t)
	ctx, shop := databasetest.Shop(t, db)
	b := bench{db: db, ctx: ctx, shop: shop}
	sent := &recorder{}
	appender := outbox.New(outbox.Config{DB: db, Log: quiet}) // has no relay: the others are told by the database
	for range 4 {
		start(t, outbox.New(outbox.Config{DB: db, Bus: sent, Batch: 7, Every: time.Hour, Log: quiet}))
	}
	var want []string
	var mu sync.Mutex
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range 25 {
				events := named(0, 5)
				mu.Lock()
				for i := range events {
					events[i].ID = uuid.Must(uuid.NewV7())
					want = append(want, events[i].ID.String())
				}
				mu.Unlock()
				b.append(t, appender, events...)
			}
		})
	}
	writers.Wait()
	empty(t, appender)
	slices.Sort(want)
	if d := cmp.Diff(want, sent.ids()); d != "" {
		t.Error(d)
	}
}

func TestRelayIsWoken(t *testing.T) {
	t.Run("ByACommitHere", func(t *testing.T) {
		databasetest.Each(t, func(t *testing.T, db *database.DB) {
			ctx, shop := databasetest.Shop(t, db)
			o := outbox.New(outbox.Config{DB: db, Bus: &recorder{}, Every: time.Hour, Log: quiet})
			start(t, o)
			bench{db: db, ctx: ctx, shop: shop}.append(t, o, named(0, 1)...)
			empty(t, o)
		})
	})
	t.Run("ByACommitElsewhere", func(t *testing.T) {
		db := databasetest.PostgreSQL(t)
		ctx, shop := databasetest.Shop(t, db)
		start(t, outbox.New(outbox.Config{DB: db, Bus: &recorder{}, Every: time.Hour, Log: quiet}))
		elsewhere := outbox.New(outbox.Config{DB: db})
		bench{db: db, ctx: ctx, shop: shop}.append(t, elsewhere, named(0, 1)...)
		empty(t, elsewhere)
	})
}

func TestStartWithoutABus(t *testing.T) {
	if err := outbox.New(outbox.Config{DB: databasetest.SQLite(t)}).Start(t.Context()); err == nil {
		t.Error("started")
	}
}

func start(t *testing.T, o *outbox.Outbox) {
	t.Helper()
	if err := o.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := o.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

// empty waits until nothing is due; each look is a question to the database.
func empty(t *testing.T, o *outbox.Outbox) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		b, err := o.Backlog(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if b.Due == 0 {
			return
		}
	}
}
