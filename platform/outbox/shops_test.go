package outbox_test

import (
	"context"
	"encoding/json"
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

// ofShops gives messages of new shops, each with as many events as said, named from 0 over all of them, and the shops.
func ofShops(t *testing.T, db *database.DB, events ...int) ([]bus.Message, []bench) {
	t.Helper()
	sent := &recorder{}
	o := outbox.New(outbox.Config{DB: db, Bus: sent})
	var shops []bench
	first := 0
	for _, n := range events {
		b := bench{db: db}
		b.ctx, b.shop = databasetest.Shop(t, db)
		b.append(t, o, named(first, first+n)...)
		b.relay(t, o)
		shops, first = append(shops, b), first+n
	}
	return sent.got, shops
}

// failures gives the names of the events of messages that failed.
func failures(t *testing.T, messages []bus.Message, errs []error) (names []string) {
	t.Helper()
	for n, err := range errs {
		if err != nil {
			names = append(names, nameOf(t, outbox.Event{Payload: json.RawMessage(messages[n].Payload)}))
		}
	}
	slices.Sort(names)
	return names
}

func nameOf(t *testing.T, e outbox.Event) (name string) {
	t.Helper()
	if err := e.Decode(&name); err != nil {
		t.Error(err)
	}
	return name
}

func TestNobodyPaysForWhatHangs(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		inbox := outbox.NewInbox(outbox.InboxConfig{DB: db})
		t.Run("Together", func(t *testing.T) {
			messages, shops := ofShops(t, db, 3, 2, 1)
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
			defer cancel()
			errs := inbox.HandleTogether("hanging", func(ctx context.Context, tx database.Tx, events []outbox.Event) error {
				if nameOf(t, events[0]) == "e0" {
					<-ctx.Done()
					return ctx.Err()
				}
				return markAll(ctx, tx, events)
			})(ctx, messages)
			if d := cmp.Diff([]string{"e0"}, failures(t, messages, errs)); d != "" {
				t.Error(d)
			}
			got := map[string]int{}
			for _, shop := range shops {
				for name, n := range shop.effects(t) {
					got[name] += n
				}
			}
			want := once(6)
			delete(want, "e0")
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
		t.Run("TogetherNotAloneWhenTheTimeIsOver", func(t *testing.T) {
			messages, _ := ofShops(t, db, 3, 1)
			ctx, cancel := context.WithCancel(t.Context())
			runs := 0
			errs := inbox.HandleTogether("ended", func(context.Context, database.Tx, []outbox.Event) error {
				runs++
				cancel()
				return errors.New("never")
			})(ctx, messages)
			if d := cmp.Diff([]string{"e0", "e1", "e2", "e3"}, failures(t, messages, errs)); d != "" || runs != 1 {
				t.Errorf("ran %d times, want 1: %s", runs, d)
			}
		})
		t.Run("OutsideShopsShareTheTurns", func(t *testing.T) {
			const atOnce = 4
			messages, _ := ofShops(t, db, 1, 1, 1, 1, 1, 1, 1, 1)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			var mu sync.Mutex
			full := make(chan struct{})
			now, most, runs := 0, 0, 0
			errs := inbox.HandleOutsideTogether("sharing", atOnce, func(context.Context, []outbox.Event) (func(context.Context, outbox.Event) error, error) {
				return func(ctx context.Context, _ outbox.Event) error {
					mu.Lock()
					now, runs = now+1, runs+1
					if most = max(most, now); runs == atOnce {
						close(full) // as many shops as may are at it
					}
					mu.Unlock()
					defer func() {
						mu.Lock()
						defer mu.Unlock()
						now--
					}()
					select {
					case <-full:
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				}, nil
			})(ctx, messages)
			if err := errors.Join(errs...); err != nil || most != atOnce || runs != len(messages) {
				t.Errorf("%d effects, at most %d at once, want %d and %d: %v", runs, most, len(messages), atOnce, err)
			}
		})
		t.Run("OutsideAShopThatHangs", func(t *testing.T) {
			messages, shops := ofShops(t, db, 6, 2)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			var mu sync.Mutex
			hung, had := 0, 0
			handle := inbox.HandleOutsideTogether("stuck", 3, func(context.Context, []outbox.Event) (func(context.Context, outbox.Event) error, error) {
				return func(ctx context.Context, e outbox.Event) error {
					mu.Lock()
					if e.Shop == shops[0].shop {
						hung++
					} else {
						had++
					}
					if hung == 3 && had == 2 {
						cancel() // every turn hangs: the rest is not begun
					}
					mu.Unlock()
					if e.Shop == shops[0].shop {
						<-ctx.Done()
						return ctx.Err()
					}
					return nil
				}, nil
			})
			errs := handle(ctx, messages)
			if d := cmp.Diff([]string{"e0", "e1", "e2", "e3", "e4", "e5"}, failures(t, messages, errs)); d != "" || hung != 3 {
				t.Errorf("%d effects hung, want 3: %s", hung, d)
			}
			errs = handle(t.Context(), messages[6:])
			if had != 2 {
				t.Errorf("the other shop's effects were had %d times, want 2: %v", had, errs)
			}
		})
		t.Run("OutsideAPanicOfPrepareIsItsShops", func(t *testing.T) {
			messages, shops := ofShops(t, db, 2, 1)
			errs := inbox.HandleOutsideTogether("panicking", 2, func(_ context.Context, events []outbox.Event) (func(context.Context, outbox.Event) error, error) {
				if events[0].Shop == shops[0].shop {
					panic("always")
				}
				return func(context.Context, outbox.Event) error { return nil }, nil
			})(t.Context(), messages)
			if d := cmp.Diff([]string{"e0", "e1"}, failures(t, messages, errs)); d != "" {
				t.Error(d)
			}
		})
	})
}
