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

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/bus/bustest"
)

func TestBatchConsumer(t *testing.T) {
	bustest.Each(t, func(t *testing.T, c bus.Config) {
		outcomes := make(chan bus.Outcome, 100)
		c.Observe = func(o bus.Outcome) { outcomes <- o }
		b := bustest.Open(t, c)
		results := func(t *testing.T, n int) map[bus.Result]int {
			t.Helper()
			sum := map[bus.Result]int{}
			for _, o := range receive(t, outcomes, n) {
				sum[o.Result]++
			}
			return sum
		}
		start := func(t *testing.T, c bus.ConsumerConfig, h bus.BatchHandler) {
			t.Helper()
			consumer := b.BatchConsumer(c, h)
			if err := consumer.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { stop(t, consumer) })
		}
		t.Run("WhatWaitsComesTogetherUpToItsSize", func(t *testing.T) {
			for _, name := range []string{"w1", "w2", "w3", "w4", "w5"} {
				publish(t, b, message("wait.one", name))
			}
			var mu sync.Mutex
			var sizes []int
			start(t, bus.ConsumerConfig{Name: "waiting", Subjects: []string{"wait.one"}, Batch: 4, Pace: time.Hour, Concurrency: 1}, func(_ context.Context, messages []bus.Message) []error {
				mu.Lock()
				defer mu.Unlock()
				sizes = append(sizes, len(messages))
				return nil
			})
			if d := cmp.Diff(map[bus.Result]int{bus.Done: 5}, results(t, 5)); d != "" {
				t.Error(d)
			}
			mu.Lock()
			defer mu.Unlock()
			if d := cmp.Diff([]int{4, 1}, sizes); d != "" {
				t.Error(d)
			}
		})
		t.Run("WhoFailsIsTriedAgainAlone", func(t *testing.T) {
			for _, name := range []string{"f1", "bad", "f2", "hopeless"} {
				publish(t, b, message("fail.one", name))
			}
			var mu sync.Mutex
			var came [][]string
			start(t, bus.ConsumerConfig{Name: "failing", Subjects: []string{"fail.one"}, MaxDeliver: 3, RetryPause: time.Millisecond, Concurrency: 1}, func(_ context.Context, messages []bus.Message) []error {
				mu.Lock()
				defer mu.Unlock()
				came = append(came, ids(messages))
				errs := make([]error, len(messages))
				for i, m := range messages {
					switch m.ID {
					case "bad":
						errs[i] = errors.New("bad")
					case "hopeless":
						errs[i] = bus.Permanent(errors.New("never"))
					}
				}
				return errs
			})
			if d := cmp.Diff(map[bus.Result]int{bus.Done: 2, bus.Retried: 2, bus.Dead: 2}, results(t, 6)); d != "" {
				t.Error(d)
			}
			mu.Lock()
			defer mu.Unlock()
			if d := cmp.Diff([][]string{{"bad", "f1", "f2", "hopeless"}, {"bad"}, {"bad"}}, came); d != "" {
				t.Error(d)
			}
		})
		t.Run("APanicIsEveryonesOnce", func(t *testing.T) {
			for _, name := range []string{"p1", "p2", "p3"} {
				publish(t, b, message("panic.one", name))
			}
			start(t, bus.ConsumerConfig{Name: "panicking", Subjects: []string{"panic.one"}, RetryPause: time.Millisecond}, func(_ context.Context, messages []bus.Message) []error {
				if slices.ContainsFunc(messages, func(m bus.Message) bool { return m.ID == "p2" && m.Attempt == 1 }) {
					panic("once")
				}
				return nil
			})
			if d := cmp.Diff(map[bus.Result]int{bus.Retried: 3, bus.Done: 3}, results(t, 6)); d != "" {
				t.Error(d)
			}
		})
		for name, atOnce := range map[string]int{"enough": 8, "few": 2} {
			t.Run("WhoIsTriedAgainSlowlyIsTriedOnce/"+name, func(t *testing.T) {
				const events = 8
				subject := "slow." + name
				for n := range events {
					publish(t, b, message(subject, fmt.Sprint(name, n)))
				}
				var mu sync.Mutex
				tries := map[string]int{}
				config := bus.ConsumerConfig{Name: "slow-" + name, Subjects: []string{subject}, AckWait: 1500 * time.Millisecond, RetryPause: 50 * time.Millisecond, Concurrency: atOnce}
				start(t, config, func(ctx context.Context, messages []bus.Message) []error {
					errs := make([]error, len(messages))
					mu.Lock()
					for i, m := range messages {
						if tries[m.ID]++; m.Attempt == 1 {
							errs[i] = errors.New("not yet")
						}
					}
					mu.Unlock()
					if errors.Join(errs...) == nil {
						select {
						case <-time.After(750 * time.Millisecond):
						case <-ctx.Done():
							return []error{ctx.Err()}
						}
					}
					return errs
				})
				if d := cmp.Diff(map[bus.Result]int{bus.Retried: events, bus.Done: events}, results(t, 2*events)); d != "" {
					t.Error(d)
				}
				mu.Lock()
				defer mu.Unlock()
				for id, n := range tries {
					if n > 2 {
						t.Errorf("%s was tried %d times, want 2", id, n)
					}
				}
			})
		}
		t.Run("WhoIsNewDoesNotWaitForWhoCameBefore", func(t *testing.T) {
			config := bus.ConsumerConfig{Name: "overtaking", Subjects: []string{"late.one"}, RetryPause: time.Millisecond, AckWait: 10 * time.Second, Concurrency: 2}
			publish(t, b, message("late.one", "old"))
			begun := make(chan struct{})
			first := b.BatchConsumer(config, func(ctx context.Context, _ []bus.Message) []error {
				close(begun)
				<-ctx.Done() // until it is stopped, which gives the message back
				return []error{ctx.Err()}
			})
			if err := first.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			<-begun
			hurry, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := first.Stop(hurry); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(map[bus.Result]int{bus.Retried: 1}, results(t, 1)); d != "" {
				t.Error(d)
			}
			publish(t, b, message("late.one", "new1"), message("late.one", "new2"))
			handled := make(chan struct{})
			var once sync.Once
			start(t, config, func(ctx context.Context, messages []bus.Message) []error {
				if messages[0].ID != "old" {
					once.Do(func() { close(handled) })
					return nil
				}
				select {
				case <-handled:
					return nil
				case <-ctx.Done():
					return []error{ctx.Err()}
				}
			})
			if d := cmp.Diff(map[bus.Result]int{bus.Done: 3}, results(t, 3)); d != "" {
				t.Error(d)
			}
		})
	})
}
