package coalesce_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/platform/coalesce"
)

// bench is a queue whose groups are seen, and wait until they are let go.
type bench struct {
	*coalesce.Queue[string, int, string]
	mu     sync.Mutex
	groups [][]int
	gate   chan struct{}
}

func sit(most int) *bench {
	b := &bench{gate: make(chan struct{})}
	b.Queue = coalesce.New[string](most, time.Second, func(ctx context.Context, asked []int) []coalesce.Answer[string] {
		b.mu.Lock()
		b.groups = append(b.groups, append([]int(nil), asked...))
		b.mu.Unlock()
		select {
		case <-b.gate:
		case <-ctx.Done():
			return nil
		}
		out := make([]coalesce.Answer[string], len(asked))
		for i, n := range asked {
			out[i].Value = fmt.Sprint(n)
			if n < 0 {
				out[i].Err = errors.ErrUnsupported
			}
			if n == 13 {
				panic("thirteen")
			}
		}
		return out
	})
	return b
}

// ask has the numbers asked for in their order, each by a goroutine of its own that is waiting before the next one asks.
func (b *bench) ask(t *testing.T, ctx context.Context, key string, numbers ...int) (answers *sync.Map, done *sync.WaitGroup) {
	t.Helper()
	answers, done = &sync.Map{}, &sync.WaitGroup{}
	for _, n := range numbers {
		done.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					answers.Store(n, fmt.Sprint("panic: ", p))
				}
			}()
			v, err := b.Ask(ctx, n, key)
			if err != nil {
				v = err.Error()
			}
			answers.Store(n, v)
		})
		synctest.Wait()
	}
	return answers, done
}

func content(m *sync.Map) map[int]string {
	out := map[int]string{}
	m.Range(func(k, v any) bool { out[k.(int)] = v.(string); return true })
	return out
}

func TestThoseWhoWaitAreServedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := sit(3)
		got, done := b.ask(t, t.Context(), "hot", 1, 2, -3, 4, 5, 6)
		if n := b.Asking(); n != 6 {
			t.Errorf("%d ask, want 6", n)
		}
		close(b.gate)
		done.Wait()
		if d := cmp.Diff([][]int{{1}, {2, -3, 4}, {5, 6}}, b.groups); d != "" {
			t.Error(d)
		}
		want := map[int]string{1: "1", 2: "2", -3: errors.ErrUnsupported.Error(), 4: "4", 5: "5", 6: "6"}
		if d := cmp.Diff(want, content(got)); d != "" {
			t.Error(d)
		}
	})
}

func TestKeysDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := sit(10)
		_, one := b.ask(t, t.Context(), "a", 1)
		_, other := b.ask(t, t.Context(), "b", 2)
		if len(b.groups) != 2 {
			t.Errorf("served: %v", b.groups)
		}
		var third sync.WaitGroup
		third.Go(func() { _, _ = b.Ask(t.Context(), 3, "c", "b") })
		synctest.Wait()
		if len(b.groups) != 2 {
			t.Errorf("one who fits two keys went alone though another asks under one of them: %v", b.groups)
		}
		close(b.gate)
		one.Wait()
		other.Wait()
		third.Wait()
	})
}

func TestWhoGivesUpIsNotServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := sit(10)
		first, cancelFirst := context.WithCancel(t.Context())
		patient, one := b.ask(t, first, "hot", 1)
		ctx, cancel := context.WithCancel(t.Context())
		hasty, two := b.ask(t, ctx, "hot", 2)
		_, three := b.ask(t, t.Context(), "hot", 3)
		cancel()
		two.Wait()
		cancelFirst() // who is being served already is served to the end: others may hang on it
		synctest.Wait()
		close(b.gate)
		one.Wait()
		three.Wait()
		if d := cmp.Diff([][]int{{1}, {3}}, b.groups); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(map[int]string{1: "1", 2: context.Canceled.Error()}, map[int]string{1: content(patient)[1], 2: content(hasty)[2]}); d != "" {
			t.Error(d)
		}
	})
}

func TestNobodyWaitsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := sit(10)
		got, done := b.ask(t, t.Context(), "hot", 1, 12, 13, 14)
		done.Wait() // the gate stays shut: the time runs out, twice
		for n, v := range content(got) {
			if v != "coalesce: a question was left without an answer" {
				t.Errorf("%d: %s", n, v)
			}
		}
		close(b.gate)
		got, done = b.ask(t, t.Context(), "hot", 13)
		done.Wait()
		again, done := b.ask(t, t.Context(), "hot", 1)
		done.Wait()
		if d := cmp.Diff([]map[int]string{{13: "panic: thirteen"}, {1: "1"}}, []map[int]string{content(got), content(again)}); d != "" {
			t.Error(d)
		}
	})
}

func TestEveryQuestionIsAnsweredOnce(t *testing.T) {
	var served atomic.Int64
	q := coalesce.New[int](16, time.Minute, func(_ context.Context, asked []int) []coalesce.Answer[int] {
		served.Add(int64(len(asked)))
		out := make([]coalesce.Answer[int], len(asked))
		for i, n := range asked {
			out[i].Value = n * n
		}
		return out
	})
	var all sync.WaitGroup
	for g := range 32 {
		all.Go(func() {
			for i := range 500 {
				n := g*1000 + i
				if got, err := q.Ask(t.Context(), n, i%3, (i+1)%3); err != nil || got != n*n {
					t.Errorf("%d: %d, %v", n, got, err)
					return
				}
			}
		})
	}
	all.Wait()
	if n := q.Asking(); n != 0 {
		t.Errorf("%d still ask", n)
	}
	if served.Load() != 32*500 {
		t.Errorf("%d served", served.Load())
	}
}
