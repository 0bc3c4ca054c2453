package bus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/bus/bustest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// message makes a message whose id and payload are its name.
func message(subject, name string) bus.Message {
	return bus.Message{ID: name, Subject: subject, Payload: []byte(name)}
}

func publish(t *testing.T, b *bus.Bus, messages ...bus.Message) {
	t.Helper()
	if err := b.Publish(t.Context(), messages...); err != nil {
		t.Fatal(err)
	}
}

func consume(t *testing.T, b *bus.Bus, c bus.ConsumerConfig, h bus.Handler) *bus.Consumer {
	t.Helper()
	consumer, err := b.Consume(t.Context(), c, h)
	if err != nil {
		t.Fatal(err)
	}
	return consumer
}

// receive waits for so many values of a channel.
func receive[T any](t *testing.T, from <-chan T, n int) []T {
	t.Helper()
	var out []T
	for range n {
		select {
		case v := <-from:
			out = append(out, v)
		case <-time.After(20 * time.Second):
			t.Fatalf("received %v, and then nothing more; want %d", out, n)
		}
	}
	return out
}

// collect makes a handler that passes on what came.
func collect(n int) (chan bus.Message, bus.Handler) {
	got := make(chan bus.Message, n)
	return got, func(_ context.Context, m bus.Message) error { got <- m; return nil }
}

func ids(messages []bus.Message) []string {
	var out []string
	for _, m := range messages {
		out = append(out, m.ID)
	}
	slices.Sort(out)
	return out
}

func TestPublish(t *testing.T) {
	bustest.Each(t, func(t *testing.T, c bus.Config) {
		b := bustest.Open(t, c)
		t.Run("ArrivesAsItWasSent", func(t *testing.T) {
			got, handler := collect(10)
			defer stop(t, consume(t, b, bus.ConsumerConfig{Name: "whole", Subjects: []string{"order.*"}}, handler))
			sent := bus.Message{ID: "o1", Subject: "order.created", Shop: uuid.New(), Headers: map[string]string{"Kind": "a\nb", "Nats-Msg-Id": "forged"}, Payload: []byte(`{"n":1}`)}
			publish(t, b, sent)
			want := sent
			want.Attempt, want.Headers = 1, map[string]string{"Kind": "a b"}
			if d := cmp.Diff(want, receive(t, got, 1)[0]); d != "" {
				t.Error(d)
			}
		})
		t.Run("SameIDIsKeptOnce", func(t *testing.T) {
			got, handler := collect(10)
			publish(t, b, message("cart.made", "c1"), message("cart.made", "c1"), message("cart.made", "c2"))
			publish(t, b, message("cart.made", "c1"))
			consumer := consume(t, b, bus.ConsumerConfig{Name: "once", Subjects: []string{"cart.made"}}, handler)
			receive(t, got, 2)
			drained(t, consumer)
			stop(t, consumer)
			if len(got) != 0 {
				t.Errorf("%v came as well", (<-got).ID)
			}
		})
		t.Run("FiltersBySubject", func(t *testing.T) {
			got, handler := collect(10)
			publish(t, b, message("page.made", "f1"), message("page.gone", "f2"), message("menu.made", "f3"), message("media.made", "f4"))
			consumer := consume(t, b, bus.ConsumerConfig{Name: "some", Subjects: []string{"page.*", "menu.made"}}, handler)
			want := []string{"f1", "f2", "f3"}
			if d := cmp.Diff(want, ids(receive(t, got, 3))); d != "" {
				t.Error(d)
			}
			drained(t, consumer)
			stop(t, consumer)
			if len(got) != 0 {
				t.Errorf("%v came as well", (<-got).ID)
			}
		})
		t.Run("TraceArrives", func(t *testing.T) {
			traces := make(chan trace.SpanContext, 1)
			defer stop(t, consume(t, b, bus.ConsumerConfig{Name: "traced", Subjects: []string{"tax.made"}}, func(ctx context.Context, _ bus.Message) error {
				traces <- trace.SpanContextFromContext(ctx)
				return nil
			}))
			parent := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, 2, 3}, SpanID: trace.SpanID{4, 5}, TraceFlags: trace.FlagsSampled})
			if err := b.Publish(trace.ContextWithSpanContext(t.Context(), parent), message("tax.made", "t1")); err != nil {
				t.Fatal(err)
			}
			if got := receive(t, traces, 1)[0]; got.TraceID() != parent.TraceID() {
				t.Errorf("trace %s, want %s", got.TraceID(), parent.TraceID())
			}
		})
		for name, m := range map[string]bus.Message{
			"NoID": {Subject: "a.b"}, "BadSubject": message("order.*", "x"), "TwoDots": message("a.b.c", "x"),
			"TooLarge": {ID: "x", Subject: "a.b", Payload: make([]byte, bus.MaxPayload+1)},
		} {
			t.Run("Refuses"+name, func(t *testing.T) {
				if err := b.Publish(t.Context(), m); err == nil {
					t.Error("published")
				}
			})
		}
	})
}

func TestConsume(t *testing.T) {
	t.Run("RetriesThenDeadLetterWhileOthersPass", func(t *testing.T) {
		bustest.Each(t, func(t *testing.T, c bus.Config) {
			outcomes := make(chan bus.Outcome, 100)
			c.Observe = func(o bus.Outcome) { o.Took = 0; outcomes <- o }
			b := bustest.Open(t, c)
			var mu sync.Mutex
			attempts := map[string][]int{}
			consume(t, b, bus.ConsumerConfig{Name: "picky", MaxDeliver: 4, RetryPause: time.Millisecond, Concurrency: 1}, func(_ context.Context, m bus.Message) error {
				mu.Lock()
				defer mu.Unlock()
				attempts[m.ID] = append(attempts[m.ID], m.Attempt)
				switch {
				case m.ID == "poison":
					return errors.New("it is\npoison")
				case m.ID == "panics" && m.Attempt == 1:
					panic("once")
				case m.ID == "hopeless":
					return fmt.Errorf("wrapped: %w", bus.Permanent(errors.New("never")))
				}
				return nil
			})
			publish(t, b, message("a.b", "poison"), message("a.b", "panics"), message("a.b", "hopeless"), message("a.b", "good"))
			results := map[bus.Result]int{}
			for _, o := range receive(t, outcomes, 8) {
				results[o.Result]++
			}
			if d := cmp.Diff(map[bus.Result]int{bus.Done: 2, bus.Retried: 4, bus.Dead: 2}, results); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(map[string][]int{"poison": {1, 2, 3, 4}, "panics": {1, 2}, "hopeless": {1}, "good": {1}}, attempts); d != "" {
				t.Error(d)
			}
			letters, err := b.DeadLetters(t.Context(), "picky", 10)
			if err != nil {
				t.Fatal(err)
			}
			reasons := map[string]string{}
			for _, l := range letters {
				reasons[fmt.Sprintf("%s %s %s %d %s", l.ID, l.Subject, l.Payload, l.Attempt, l.Consumer)] = l.Reason
			}
			if d := cmp.Diff(map[string]string{"poison a.b poison 4 picky": "it is poison", "hopeless a.b hopeless 1 picky": "wrapped: never"}, reasons); d != "" {
				t.Error(d)
			}
		})
	})
	t.Run("ReplicasShareTheWork", func(t *testing.T) {
		bustest.Each(t, func(t *testing.T, c bus.Config) {
			first := bustest.Open(t, c)
			second := first
			if c.URL != "" {
				second = bustest.Open(t, c)
			}
			const n = 60
			got := make(chan bus.Message, 2*n)
			var both sync.WaitGroup // each replica holds its first message until the other has one
			both.Add(2)
			for _, b := range []*bus.Bus{first, second} {
				var once sync.Once
				consume(t, b, bus.ConsumerConfig{Name: "shared", Concurrency: 2}, func(_ context.Context, m bus.Message) error {
					once.Do(func() { both.Done(); both.Wait() })
					got <- m
					return nil
				})
			}
			var sent []bus.Message
			for i := range n {
				sent = append(sent, message("a.b", fmt.Sprint(i)))
			}
			publish(t, first, sent...)
			if d := cmp.Diff(ids(sent), ids(receive(t, got, n))); d != "" {
				t.Error(d)
			}
		})
	})
}

func TestConsumerStops(t *testing.T) {
	bustest.Each(t, func(t *testing.T, c bus.Config) {
		b := bustest.Open(t, c)
		t.Run("AfterItsHandlers", func(t *testing.T) {
			entered, release, left := make(chan struct{}), make(chan struct{}), make(chan struct{})
			consumer := consume(t, b, bus.ConsumerConfig{Name: "slow", Subjects: []string{"slow.one"}}, func(ctx context.Context, _ bus.Message) error {
				close(entered)
				<-release
				close(left)
				return ctx.Err()
			})
			publish(t, b, message("slow.one", "s1"))
			<-entered
			go close(release)
			stop(t, consumer)
			select {
			case <-left:
			default:
				t.Error("Stop returned while a handler ran")
			}
			drained(t, consumer)
		})
		t.Run("EndsHandlersInTimeAndLeavesTheirWorkToOthers", func(t *testing.T) {
			config := bus.ConsumerConfig{Name: "stuck", Subjects: []string{"stuck.one"}, MaxDeliver: 1, Concurrency: 1}
			entered := make(chan struct{}, 1)
			consumer := consume(t, b, config, func(ctx context.Context, _ bus.Message) error {
				entered <- struct{}{}
				<-ctx.Done()
				return ctx.Err()
			})
			publish(t, b, message("stuck.one", "k1"), message("stuck.one", "k2"))
			<-entered
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			if err := consumer.Stop(ctx); err != nil {
				t.Fatal(err)
			}
			got, handler := collect(10)
			defer stop(t, consume(t, b, config, handler))
			if d := cmp.Diff([]string{"k1", "k2"}, ids(receive(t, got, 2))); d != "" {
				t.Error(d)
			}
		})
	})
}

func TestEmbeddedRemembers(t *testing.T) {
	c := bustest.Embedded(t)
	before := bustest.Open(t, c)
	publish(t, before, message("a.b", "1"), message("a.b", "2"))
	bustest.Close(t, before)
	if err := before.Ready(t.Context()); err == nil {
		t.Error("a closed bus says it is ready")
	}
	after := bustest.Open(t, c)
	if err := after.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	publish(t, after, message("a.b", "2"), message("a.b", "3"))
	got, handler := collect(10)
	consumer := consume(t, after, bus.ConsumerConfig{Name: "late"}, handler)
	if d := cmp.Diff([]string{"1", "2", "3"}, ids(receive(t, got, 3))); d != "" {
		t.Error(d)
	}
	drained(t, consumer)
	if len(got) != 0 {
		t.Errorf("%v came twice", (<-got).ID)
	}
}

func TestFullStreamRefusesUntilItsConsumersAreDone(t *testing.T) {
	c := bustest.Embedded(t)
	c.MaxBytes = 1 << 20
	b := bustest.Open(t, c)
	n := 0
	next := func() error {
		n++
		return b.Publish(t.Context(), bus.Message{ID: fmt.Sprint(n), Subject: "a.b", Payload: make([]byte, 100<<10)})
	}
	var err error
	for err == nil && n < 20 {
		err = next()
	}
	if err == nil {
		t.Fatal("a full stream took more")
	}
	kept := n - 1
	got, handler := collect(20)
	consumer := consume(t, b, bus.ConsumerConfig{Name: "all"}, handler)
	receive(t, got, kept)
	drained(t, consumer)
	for err = next(); err != nil; err = next() { // each refusal asks for room
		if t.Context().Err() != nil || n > 100000 {
			t.Fatal(err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]bus.Config{"NoPlace": {}, "BadName": {Dir: t.TempDir(), Name: "A.b"}, "NobodyThere": {URL: "nats://127.0.0.1:1"}} {
		t.Run(name, func(t *testing.T) {
			if _, err := bus.Open(t.Context(), c); err == nil {
				t.Error("opened")
			}
		})
	}
}

// drained waits until the server knows that nothing is left for a consumer; each look is a question to the server.
func drained(t *testing.T, c *bus.Consumer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		n, err := c.Pending(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func stop(t *testing.T, c *bus.Consumer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
	defer cancel()
	if err := c.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func TestTellReachesWhoHears(t *testing.T) {
	bustest.Each(t, func(t *testing.T, c bus.Config) {
		b := bustest.Open(t, c)
		heard, other := make(chan string, 10), make(chan string, 10)
		for topic, to := range map[string]chan string{"cache.a": heard, "cache.b": other} {
			if err := b.Hear(topic, func(m []byte) { to <- string(m) }); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range []string{"one", "", "two"} {
			if err := b.Tell("cache.a", []byte(m)); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]string{"one", "", "two"}, receive(t, heard, 3)); diff != "" {
			t.Fatal(diff)
		}
		if len(other) > 0 {
			t.Fatalf("another topic heard %q", <-other)
		}
	})
}
