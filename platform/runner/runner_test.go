package runner_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/platform/runner"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// trail makes parts that write down what happens to them.
type trail struct{ steps []string }

func (t *trail) part(name string, start, stop func() error) runner.Part {
	step := func(verb string, then func() error) func(context.Context) error {
		return func(context.Context) error {
			t.steps = append(t.steps, verb+" "+name)
			if then == nil {
				return nil
			}
			return then()
		}
	}
	return runner.Funcs{OnStart: step("start", start), OnStop: step("stop", stop)}
}

func TestGroup(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name              string
		start, stop       func() error // of the second of three parts
		wantStart, wantOp error
		want              []string
	}{
		{name: "InOrderAndBack", want: []string{"start a", "start b", "start c", "stop c", "stop b", "stop a"}},
		{name: "FailedStartIsUndone", start: func() error { return broken }, wantStart: broken, want: []string{"start a", "start b", "stop a"}},
		{name: "PanicInStartIsAnError", start: func() error { panic(broken) }, wantStart: broken, want: []string{"start a", "start b", "stop a"}},
		{name: "FailedStopStopsTheOthers", stop: func() error { return broken }, wantOp: broken, want: []string{"start a", "start b", "start c", "stop c", "stop b", "stop a"}},
		{name: "PanicInStopStopsTheOthers", stop: func() error { panic(broken) }, wantOp: broken, want: []string{"start a", "start b", "start c", "stop c", "stop b", "stop a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var trail trail
			g := runner.NewGroup(quiet)
			g.Add("a", trail.part("a", nil, nil))
			g.Add("b", trail.part("b", test.start, test.stop))
			g.Add("c", trail.part("c", nil, nil))
			if err := g.Start(t.Context()); !errors.Is(err, test.wantStart) {
				t.Fatalf("start: %v, want %v", err, test.wantStart)
			}
			if err := g.Stop(t.Context()); !errors.Is(err, test.wantOp) {
				t.Fatalf("stop: %v, want %v", err, test.wantOp)
			}
			if err := g.Stop(t.Context()); err != nil {
				t.Fatalf("second stop: %v", err)
			}
			if d := cmp.Diff(test.want, trail.steps); d != "" {
				t.Error(d)
			}
		})
	}
}

// turns writes down when a loop worked, counted from its beginning.
type turns struct {
	mu    sync.Mutex
	began time.Time
	at    []time.Duration
}

func began() *turns { return &turns{began: time.Now()} }

// add notes a turn and gives its number, from 1.
func (l *turns) add() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = append(l.at, time.Since(l.began))
	return len(l.at)
}

func (l *turns) all() []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.at)
}

func (l *turns) reach(n int) func() bool { return func() bool { return len(l.all()) >= n } }

func TestLoop(t *testing.T) {
	t.Run("RunsAtOnceThenEveryInterval", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			turns := began()
			l := runner.NewLoop("l", time.Minute, func(context.Context) error { turns.add(); return nil })
			run(t, l, func() { until(t, l, turns.reach(3)) })
			if d := cmp.Diff([]time.Duration{0, time.Minute, 2 * time.Minute}, turns.all()); d != "" {
				t.Error(d)
			}
		})
	})
	t.Run("WokenBeforeItsTime", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			turns := began()
			l := runner.NewLoop("l", time.Hour, func(context.Context) error { turns.add(); return nil })
			run(t, l, func() {
				until(t, l, turns.reach(1))
				l.Wake()
				until(t, l, turns.reach(2))
			})
			if d := cmp.Diff([]time.Duration{0, 0}, turns.all()); d != "" {
				t.Error(d)
			}
		})
	})
	t.Run("WokenAtItsPace", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			turns := began()
			l := runner.NewLoop("l", time.Hour, func(context.Context) error { turns.add(); return nil })
			l.Pace = time.Second
			run(t, l, func() {
				for n := range 3 {
					until(t, l, turns.reach(n+1))
					l.Wake()
				}
				until(t, l, turns.reach(4))
				<-time.After(time.Minute) // of the bubble: the loop has been at rest for longer than its pace
				l.Wake()
				until(t, l, turns.reach(5))
			})
			if d := cmp.Diff([]time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second, 3*time.Second + time.Minute}, turns.all()); d != "" {
				t.Error(d)
			}
		})
	})
	t.Run("WokenDuringItsWorkRunsAgain", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			turns := began()
			var l *runner.Loop
			l = runner.NewLoop("l", time.Hour, func(context.Context) error {
				if turns.add() == 1 {
					l.Wake()
					l.Wake()
				}
				return nil
			})
			run(t, l, func() { until(t, l, turns.reach(2)); synctest.Wait() })
			if d := cmp.Diff([]time.Duration{0, 0}, turns.all()); d != "" {
				t.Error(d)
			}
		})
	})
	for name, fail := range map[string]func() error{
		"FailuresPauseLongerEachTime": func() error { return errors.New("down") },
		"PanicsPauseLongerEachTime":   func() error { panic("down") },
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { pauses(t, fail) }) })
	}
}

func pauses(t *testing.T, fail func() error) {
	turns := began()
	l := runner.NewLoop("l", time.Hour, func(context.Context) error {
		if turns.add() >= 5 {
			return nil
		}
		return fail()
	})
	var logged strings.Builder
	l.Log, l.MinPause, l.MaxPause = slog.New(slog.NewTextHandler(&logged, nil)), time.Second, 3*time.Second
	run(t, l, func() { l.Wake(); until(t, l, turns.reach(5)) })
	at := turns.all()
	for i, want := range []time.Duration{1, 2, 3, 3} {
		if pause := at[i+1] - at[i]; pause < want*time.Second || pause > want*time.Second*5/4 {
			t.Errorf("pause %d is %v, want %v s and at most a quarter more", i+1, pause, int(want))
		}
	}
	if n := strings.Count(logged.String(), "work failed"); n != 4 {
		t.Errorf("%d failures logged, want 4", n)
	}
}

func TestLoopStops(t *testing.T) {
	t.Run("EndsTheWorkAndWaitsForIt", func(t *testing.T) {
		entered, ended := make(chan struct{}), false
		l := runner.NewLoop("l", time.Hour, func(ctx context.Context) error {
			close(entered)
			<-ctx.Done()
			ended = true
			return ctx.Err()
		})
		run(t, l, func() { <-entered })
		if !ended {
			t.Error("Stop returned before the work had")
		}
	})
	t.Run("SaysWhenWorkDoesNotObey", func(t *testing.T) {
		release := make(chan struct{})
		l := runner.NewLoop("l", time.Hour, func(context.Context) error { <-release; return nil })
		if err := l.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := l.Stop(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("stop: %v, want that it ran out of time", err)
		}
		close(release)
		if err := l.Stop(t.Context()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	t.Run("MayStartAgain", func(t *testing.T) {
		turns := make(chan struct{}, 8)
		l := runner.NewLoop("l", time.Hour, func(context.Context) error { turns <- struct{}{}; return nil })
		for range 2 {
			run(t, l, func() {
				<-turns
				if err := l.Start(t.Context()); err == nil {
					t.Error("started twice")
				}
			})
		}
	})
	t.Run("NeverStarted", func(t *testing.T) {
		if err := runner.NewLoop("l", time.Hour, nil).Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestBackoffStaysInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := time.Duration(rapid.Int64Range(1, int64(time.Minute)).Draw(t, "least"))
		most := least + time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "more"))
		failures := rapid.IntRange(0, 1000).Draw(t, "failures")
		if got := runner.Backoff(failures, least, most); got < least || got > most+most/4+1 {
			t.Fatalf("%v is not between %v and %v and a quarter", got, least, most)
		}
	})
}

func run(t *testing.T, l *runner.Loop, during func()) {
	t.Helper()
	if err := l.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	during()
	if err := l.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func until(t *testing.T, l *runner.Loop, holds func() bool) {
	t.Helper()
	if err := l.Until(t.Context(), holds); err != nil {
		t.Fatal(err)
	}
}
