package outbox_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/outbox"
)

// markAll is mark for several events.
func markAll(ctx context.Context, tx database.Tx, events []outbox.Event) error {
	for _, e := range events {
		if err := mark(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

func TestEffectsTogetherThatFail(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		inbox := outbox.NewInbox(outbox.InboxConfig{DB: b.db})
		effect := func(ctx context.Context, tx database.Tx, events []outbox.Event) error {
			if err := markAll(ctx, tx, events); err != nil {
				return err
			}
			for _, e := range events {
				var name string
				switch err := e.Decode(&name); {
				case err != nil:
					return err
				case name == "e1":
					return errors.New("poison")
				case name == "e2" && e.Attempt < 3:
					return errors.New("not yet")
				case name == "e3" && len(events) > 1:
					panic("not among others")
				}
			}
			return nil
		}
		o := b.outbox()
		b.append(t, o, named(0, 6)...)
		b.append(t, o, outbox.Event{Type: "order.created", Payload: 7}) // not what the consumer reads
		b.relay(t, o)
		consumer := b.bus.BatchConsumer(bus.ConsumerConfig{Name: "marks", MaxDeliver: 4, RetryPause: time.Millisecond, Concurrency: 1}, inbox.HandleTogether("marks", effect))
		if err := consumer.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
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

func TestHandleTogether(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, shop := databasetest.Shop(t, db)
		b := bench{db: db, ctx: ctx, shop: shop}
		inbox := outbox.NewInbox(outbox.InboxConfig{DB: db})
		sent := &recorder{}
		o := outbox.New(outbox.Config{DB: db, Bus: sent})
		b.append(t, o, named(0, 8)...)
		b.relay(t, o)
		first, second := sent.got[:4], sent.got[4:]
		broken := sent.got[0]
		broken.ID = "7"

		t.Run("BatchesThatShareEventsAtTheSameTime", func(t *testing.T) {
			handle := inbox.HandleTogether("marks", markAll)
			var twins sync.WaitGroup
			for n := range 8 {
				batch := slices.Clone(sent.got[n%3 : 8-n%2])
				batch = append(batch, batch[0], sent.got[0], sent.got[7]) // one comes twice in one batch
				twins.Go(func() {
					if err := errors.Join(handle(t.Context(), batch)...); err != nil {
						t.Error(err)
					}
				})
			}
			twins.Wait()
			if d := cmp.Diff(once(8), b.effects(t)); d != "" {
				t.Error(d)
			}
		})
		t.Run("WhatIsNoEventFailsAlone", func(t *testing.T) {
			errs := inbox.HandleTogether("others", func(_ context.Context, _ database.Tx, events []outbox.Event) error {
				if len(events) != len(first) {
					return errors.New("not all of the others came")
				}
				return nil
			})(t.Context(), append([]bus.Message{broken}, first...))
			for i, err := range errs {
				if (err != nil) != (i == 0) {
					t.Errorf("message %d: %v", i, err)
				}
			}
		})
		t.Run("OutsideUntilEachSucceeds", func(t *testing.T) {
			var mu sync.Mutex
			runs, prepared := map[string]int{}, 0
			handle := inbox.HandleOutsideTogether("mails", 2, func(ctx context.Context, events []outbox.Event) (func(context.Context, outbox.Event) error, error) {
				if _, err := database.Shop(ctx); err != nil {
					return nil, err
				}
				if prepared++; prepared == 1 {
					return nil, errors.New("what they need cannot be read")
				}
				return func(_ context.Context, e outbox.Event) error {
					var name string
					if err := e.Decode(&name); err != nil {
						return err
					}
					mu.Lock()
					defer mu.Unlock()
					if runs[name]++; name == "e5" && runs[name] == 1 {
						return errors.New("the mail server is away")
					}
					if name == "e6" && runs[name] == 1 {
						panic("once")
					}
					return nil
				}, nil
			})
			var failed []int
			for range 4 {
				n := 0
				for _, err := range handle(t.Context(), second) {
					if err != nil {
						n++
					}
				}
				failed = append(failed, n)
			}
			if d := cmp.Diff([]int{4, 2, 0, 0}, failed); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(map[string]int{"e4": 1, "e5": 2, "e6": 2, "e7": 1}, runs); d != "" || prepared != 3 {
				t.Errorf("prepared %d times, want 3: %s", prepared, d)
			}
		})
		t.Run("WhatWasDoneOutsideIsNotedAlsoWhenTheTimeIsOver", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			sends := 0
			handle := inbox.HandleOutsideTogether("late", 1, func(context.Context, []outbox.Event) (func(context.Context, outbox.Event) error, error) {
				return func(ctx context.Context, _ outbox.Event) error {
					sends++
					if sends == 2 {
						cancel()
						return ctx.Err()
					}
					return nil
				}, nil
			})
			if errs := handle(ctx, second[:2]); errs[0] != nil || errs[1] == nil {
				t.Errorf("got %v", errs)
			}
			if err := errors.Join(handle(t.Context(), second[:2])...); err != nil || sends != 3 {
				t.Errorf("sent %d times, want 3: %v", sends, err)
			}
		})
	})
}
