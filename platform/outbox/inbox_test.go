package outbox_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/outbox"
)

func TestEffectThatFails(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		inbox := outbox.NewInbox(outbox.InboxConfig{DB: b.db})
		effect := func(ctx context.Context, tx database.Tx, e outbox.Event) error {
			if err := mark(ctx, tx, e); err != nil {
				return err
			}
			var name string
			switch err := e.Decode(&name); {
			case err != nil:
				return err
			case name == "e1":
				return errors.New("poison")
			case name == "e2" && e.Attempt < 3:
				return errors.New("not yet")
			case name == "e3" && e.Attempt == 1:
				panic("once")
			}
			return nil
		}
		b.consume(t, bus.ConsumerConfig{Name: "marks", MaxDeliver: 4, RetryPause: time.Millisecond, Concurrency: 1}, inbox.Handle("marks", effect))
		o := b.outbox()
		b.append(t, o, named(0, 6)...)
		b.append(t, o, outbox.Event{Type: "order.created", Payload: 7}) // not what the consumer reads
		b.relay(t, o)
		b.settled(t, 7)
		letters, err := b.bus.DeadLetters(t.Context(), "marks", 10)
		if err != nil || len(letters) != 2 {
			t.Fatalf("%d dead letters, %v; want 2", len(letters), err)
		}
		want := once(6)
		delete(want, "e1") // all it did was undone
		if d := cmp.Diff(want, b.effects(t)); d != "" {
			t.Error(d)
		}
	})
}

func TestHandle(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, shop := databasetest.Shop(t, db)
		b := bench{db: db, ctx: ctx, shop: shop}
		inbox := outbox.NewInbox(outbox.InboxConfig{DB: db})
		sent := &recorder{}
		o := outbox.New(outbox.Config{DB: db, Bus: sent})
		b.append(t, o, named(0, 1)...)
		b.relay(t, o)
		message := sent.got[0]

		t.Run("SameEventAtTheSameTime", func(t *testing.T) {
			handle := inbox.Handle("marks", mark)
			var twins sync.WaitGroup
			for range 8 {
				twins.Go(func() {
					if err := handle(t.Context(), message); err != nil {
						t.Error(err)
					}
				})
			}
			twins.Wait()
			if d := cmp.Diff(once(1), b.effects(t)); d != "" {
				t.Error(d)
			}
		})
		t.Run("EachConsumerOnce", func(t *testing.T) {
			if err := inbox.Handle("others", mark)(t.Context(), message); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(map[string]int{"e0": 2}, b.effects(t)); d != "" {
				t.Error(d)
			}
		})
		t.Run("OutsideUntilItSucceeds", func(t *testing.T) {
			runs := 0
			handle := inbox.HandleOutside("mails", func(ctx context.Context, e outbox.Event) error {
				if _, err := database.Shop(ctx); err != nil {
					return err
				}
				if runs++; runs == 1 {
					return errors.New("the mail server is away")
				}
				return nil
			})
			var errs []bool
			for range 4 {
				errs = append(errs, handle(t.Context(), message) != nil)
			}
			if d := cmp.Diff([]bool{true, false, false, false}, errs); d != "" || runs != 2 {
				t.Errorf("ran %d times, want 2: %s", runs, d)
			}
		})
		for name, edit := range map[string]func(*bus.Message){
			"NoShop": func(m *bus.Message) { m.Shop = uuid.Nil },
			"BadID":  func(m *bus.Message) { m.ID = "7" },
			"NoTime": func(m *bus.Message) { m.Headers = nil },
		} {
			t.Run("Refuses"+name, func(t *testing.T) {
				m := message
				edit(&m)
				if err := inbox.Handle("marks", mark)(t.Context(), m); err == nil {
					t.Error("handled")
				}
			})
		}
	})
}

func TestSweepForgetsOldRecordsOnly(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		moment := clock.NewManual(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
		inbox := outbox.NewInbox(outbox.InboxConfig{DB: db, Clock: moment, Keep: time.Hour})
		ctx, _ := databasetest.Shop(t, db)
		note := func(id uuid.UUID) (first bool) {
			err := db.InTx(ctx, func(tx database.Tx) (err error) { first, err = inbox.OnceTx(ctx, tx, "c", id); return err })
			if err != nil {
				t.Fatal(err)
			}
			return first
		}
		old, young := uuid.New(), uuid.New()
		note(old)
		moment.Advance(time.Hour)
		note(young)
		moment.Advance(time.Minute)
		if n, err := inbox.Sweep(t.Context()); n != 1 || err != nil {
			t.Errorf("forgot %d, %v; want 1", n, err)
		}
		if d := cmp.Diff([]bool{true, false}, []bool{note(old), note(young)}); d != "" {
			t.Error(d)
		}
	})
}
