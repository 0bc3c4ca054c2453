package admit_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rialtohq/rialto/platform/admit"
)

// fill enters as often as it can at once, and gives how often that was and what leaves.
func fill(t *testing.T, g *admit.Gate, p admit.Priority) (leave []func()) {
	t.Helper()
	for {
		one, err := g.Enter(t.Context(), p)
		if errors.Is(err, admit.ErrOverloaded) {
			return leave
		}
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, one)
	}
}

func TestShares(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shed := map[admit.Priority]int{}
		g := admit.New(admit.Config{Places: 10, OnShed: func(p admit.Priority) { shed[p]++ }})
		low := fill(t, g, admit.Low)
		usual := fill(t, g, admit.Usual)
		high := fill(t, g, admit.High)
		if len(low) != 5 || len(usual) != 3 || len(high) != 2 {
			t.Errorf("%d, %d and %d of 10 places", len(low), len(usual), len(high))
		}
		if shed[admit.Low] != 1 || shed[admit.Usual] != 1 || shed[admit.High] != 1 {
			t.Errorf("%v", shed)
		}
		for _, leave := range slices.Concat(low, usual, high) {
			leave()
		}
		if all := fill(t, g, admit.High); len(all) != 10 {
			t.Errorf("%d of 10 places after all had left", len(all))
		}
	})
}

func TestWhatMattersMostComesFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := admit.New(admit.Config{Places: 1, Wait: time.Hour})
		leave, err := g.Enter(t.Context(), admit.Usual)
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var order []string
		for _, who := range []struct {
			name string
			p    admit.Priority
		}{{"low", admit.Low}, {"usual 1", admit.Usual}, {"usual 2", admit.Usual}, {"high", admit.High}} {
			go func() {
				leave, err := g.Enter(t.Context(), who.p)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				order = append(order, who.name)
				mu.Unlock()
				leave()
			}()
			synctest.Wait()
		}
		leave()
		synctest.Wait()
		if want := []string{"high", "usual 1", "usual 2", "low"}; !slices.Equal(order, want) {
			t.Errorf("%v; want %v", order, want)
		}
	})
}

func TestWaitsAreShortAndFew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := admit.New(admit.Config{Places: 1, Waiting: 2, Wait: time.Second})
		leave, err := g.Enter(t.Context(), admit.High)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		var waited atomic.Int32
		for range 2 {
			go func() {
				if _, err := g.Enter(t.Context(), admit.Usual); errors.Is(err, admit.ErrOverloaded) && time.Since(start) == time.Second {
					waited.Add(1)
				}
			}()
		}
		synctest.Wait()
		if _, err := g.Enter(t.Context(), admit.Usual); !errors.Is(err, admit.ErrOverloaded) || time.Since(start) != 0 {
			t.Errorf("a third one: %v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := g.Enter(ctx, admit.High); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who hung up: %v", err)
		}
		<-time.After(2 * time.Second) // of the bubble's clock
		if waited.Load() != 2 {
			t.Errorf("%d waited a second", waited.Load())
		}
		leave()
		if leave, err = g.Enter(t.Context(), admit.Low); err != nil {
			t.Errorf("those that gave up hold a place: %v", err)
		}
		leave()
	})
}

func TestNeverMoreThanPlaces(t *testing.T) {
	t.Parallel()
	const places = 8
	g := admit.New(admit.Config{Places: places, Wait: time.Millisecond})
	var inside, low, most, in atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for range 200 {
				p := admit.Priority(rand.IntN(3))
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(2000))*time.Microsecond)
				leave, err := g.Enter(ctx, p)
				cancel()
				if err != nil {
					continue
				}
				in.Add(1)
				if n := inside.Add(1); n > most.Load() {
					most.Store(n)
				}
				if p == admit.Low {
					if n := low.Add(1); n > places/2 {
						t.Errorf("%d of low priority", n)
					}
				}
				if p == admit.Low {
					low.Add(-1)
				}
				inside.Add(-1)
				leave()
			}
		})
	}
	all.Wait()
	if most.Load() > places || in.Load() == 0 {
		t.Errorf("%d at once, %d in all", most.Load(), in.Load())
	}
	for range places { // all are free again
		if _, err := g.Enter(t.Context(), admit.High); err != nil {
			t.Fatal(err)
		}
	}
}
