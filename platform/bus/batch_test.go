package bus_test

import (
	"context"
	"errors"
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
	})
}
