package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/clock"
)

func TestBreachesAreToldOnceAMinute(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	var log strings.Builder
	var payloads []string
	away := false
	b := newBreaches(c, slog.New(slog.NewTextHandler(&log, nil)), func(_ context.Context, messages ...bus.Message) error {
		if away {
			return errors.New("away")
		}
		for _, m := range messages {
			if m.Subject != EventBreached || m.ID == "" {
				t.Errorf("%+v", m)
			}
			payloads = append(payloads, m.Shop.String()[35:]+string(m.Payload))
		}
		return nil
	})
	shop := uuid.MustParse("019b0000-0000-7000-8000-000000000001")
	breach := graph.Breach{Layer: "app", Shop: shop, Actor: "app:1", Points: 70, RetryAfter: 2 * time.Second}
	turn := func(times int, want ...string) {
		t.Helper()
		for range times {
			b.note(breach)
		}
		payloads = nil
		if err := b.tell(t.Context()); (err != nil) != away {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, payloads); diff != "" {
			t.Error(diff)
		}
	}
	turn(1, `1{"layer":"app","actor":"app:1","times":1,"points":70,"retryAfterMs":2000}`)
	turn(500)
	c.Advance(time.Minute)
	turn(0, `1{"layer":"app","actor":"app:1","times":500,"points":70,"retryAfterMs":2000}`)
	c.Advance(time.Minute)
	turn(0)
	if len(b.known) != 0 {
		t.Errorf("%d are remembered who hold back", len(b.known))
	}
	away = true
	turn(1)
	if n := strings.Count(log.String(), "a rate limit was reached"); n != 3 {
		t.Errorf("the log tells of it %d times", n)
	}
}

func TestBreachesAreBounded(t *testing.T) {
	t.Parallel()
	var told []bus.Message
	b := newBreaches(clock.System{}, slog.New(slog.DiscardHandler), func(_ context.Context, m ...bus.Message) error { told = append(told, m...); return nil })
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 5000 {
				b.note(graph.Breach{Layer: "address", Actor: uuid.NewString()})
			}
		})
	}
	all.Wait()
	if err := b.tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(told) != breachesMax+1 {
		t.Errorf("%d events", len(told))
	}
}
