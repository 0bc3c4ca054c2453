package idempotency_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/idempotency"
)

const (
	actor = "customer:019abc"
	key   = "9f0c1c6e-2c36-4b5b-9c69-3f1f0a7d2b11"
)

var request = []byte("the request")

// answer is a do that counts its runs and answers with the count, so that two runs give different bytes.
type answer struct {
	runs atomic.Int64
	keep bool
}

func (a *answer) do(context.Context) ([]byte, bool, error) {
	return fmt.Appendf(nil, "answer %d", a.runs.Add(1)), a.keep, nil
}

// result is what Once gave, comparable.
type result struct {
	Body     string
	Replayed bool
	Code     fault.Code
}

func once(ctx context.Context, s *idempotency.Service, actor, key string, request []byte, do func(context.Context) ([]byte, bool, error)) result {
	body, replayed, err := s.Once(ctx, actor, key, request, do)
	return result{Body: string(body), Replayed: replayed, Code: fault.CodeOf(err)}
}

func expect(t *testing.T, got, want result) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}

// replicas are services over one database, as processes of one shop are.
func replicas(db *database.DB, now clock.Clock, n int) []*idempotency.Service {
	all := make([]*idempotency.Service, n)
	for i := range all {
		all[i] = idempotency.New(idempotency.Config{DB: db, Clock: now})
	}
	return all
}

func count(t *testing.T, ctx context.Context, db *database.DB) (n int) {
	t.Helper()
	if err := db.QueryRow(ctx, "SELECT count(*) FROM idempotency_record WHERE shop_id = $1").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		now := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
		all := replicas(db, now, 2)
		here, there := all[0], all[1]

		t.Run("AgainGivesTheSameAnswer", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			a := &answer{keep: true}
			expect(t, once(ctx, here, actor, key, request, a.do), result{Body: "answer 1"})
			expect(t, once(ctx, here, actor, key, request, a.do), result{Body: "answer 1", Replayed: true})
			expect(t, once(ctx, there, actor, key, request, a.do), result{Body: "answer 1", Replayed: true})
		})
		t.Run("OtherRequestIsRefused", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			a := &answer{keep: true}
			expect(t, once(ctx, here, actor, key, request, a.do), result{Body: "answer 1"})
			expect(t, once(ctx, here, actor, key, []byte("another"), a.do), result{Code: fault.Invalid})
			expect(t, once(ctx, there, actor, key, nil, a.do), result{Code: fault.Invalid})
			expect(t, once(ctx, here, actor, key, request, a.do), result{Body: "answer 1", Replayed: true})
		})
		t.Run("OtherRequestIsRefusedWhileTheFirstRuns", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			a := &answer{keep: true}
			expect(t, once(ctx, here, actor, key, request, func(ctx context.Context) ([]byte, bool, error) {
				expect(t, once(ctx, here, actor, key, []byte("another"), a.do), result{Code: fault.Invalid})
				expect(t, once(ctx, there, actor, key, []byte("another"), a.do), result{Code: fault.Invalid})
				return []byte("first"), true, nil
			}), result{Body: "first"})
		})
		t.Run("OtherActorKeyAndShopAreSeparate", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			other, _ := databasetest.Shop(t, db)
			a := &answer{keep: true}
			expect(t, once(ctx, here, actor, key, request, a.do), result{Body: "answer 1"})
			expect(t, once(ctx, here, "staff:019abc", key, request, a.do), result{Body: "answer 2"})
			expect(t, once(ctx, here, actor, key+"x", request, a.do), result{Body: "answer 3"})
			expect(t, once(other, here, actor, key, request, a.do), result{Body: "answer 4"})
			expect(t, once(ctx, there, actor, key, request, a.do), result{Body: "answer 1", Replayed: true})
		})
		t.Run("NoShopIsRefused", func(t *testing.T) {
			a := &answer{keep: true}
			expect(t, once(t.Context(), here, actor, key, request, a.do), result{Code: fault.Internal})
		})
		t.Run("WhatIsNotKeptRunsAgain", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			a := &answer{}
			expect(t, once(ctx, here, actor, key, request, a.do), result{Body: "answer 1"})
			if n := count(t, ctx, db); n != 0 {
				t.Fatalf("%d records are left", n)
			}
			a.keep = true
			expect(t, once(ctx, there, actor, key, request, a.do), result{Body: "answer 2"})
			expect(t, once(ctx, here, actor, key, request, a.do), result{Body: "answer 2", Replayed: true})
		})
		t.Run("FailureRunsAgain", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			boom := errors.New("boom")
			if _, _, err := here.Once(ctx, actor, key, request, func(context.Context) ([]byte, bool, error) { return nil, true, boom }); !errors.Is(err, boom) {
				t.Fatalf("err = %v", err)
			}
			a := &answer{keep: true}
			expect(t, once(ctx, there, actor, key, request, a.do), result{Body: "answer 1"})
		})
		t.Run("PanicRunsAgain", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			func() {
				defer func() { _ = recover() }()
				_, _, _ = here.Once(ctx, actor, key, request, func(context.Context) ([]byte, bool, error) { panic("boom") })
			}()
			a := &answer{keep: true}
			expect(t, once(ctx, here, actor, key, request, a.do), result{Body: "answer 1"})
		})
		t.Run("GoneClientLeavesItsAnswer", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			gone, leave := context.WithCancel(ctx)
			expect(t, once(gone, here, actor, key, request, func(context.Context) ([]byte, bool, error) {
				leave()
				return []byte("paid"), true, nil
			}), result{Body: "paid"})
			a := &answer{keep: true}
			expect(t, once(ctx, there, actor, key, request, a.do), result{Body: "paid", Replayed: true})
		})
		t.Run("HugeAnswerIsGivenButNotKept", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			huge := bytes.Repeat([]byte("x"), idempotency.MaxBody+1)
			body, replayed, err := here.Once(ctx, actor, key, request, func(context.Context) ([]byte, bool, error) { return huge, true, nil })
			if !bytes.Equal(body, huge) || replayed || err != nil {
				t.Fatalf("%d bytes, %v, %v", len(body), replayed, err)
			}
			a := &answer{keep: true}
			expect(t, once(ctx, here, actor, key, request, a.do), result{Body: "answer 1"})
		})
	})
}

func TestKeys(t *testing.T) {
	t.Parallel()
	s := idempotency.New(idempotency.Config{})
	for name, key := range map[string]string{
		"Empty": "", "TooLong": strings.Repeat("k", 256), "NUL": "a\x00b", "InvalidUTF8": "a\xffb", "NewLine": "a\nb", "NotASCII": "schlüssel",
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, once(t.Context(), s, actor, key, request, nil), result{Code: fault.Invalid})
		})
	}
}

func TestTwins(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		all := replicas(db, clock.System{}, 3)
		t.Run("FiftyRunOnceAndGetTheSameBytes", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			a := &answer{keep: true}
			got := together(50, func(i int) result { return once(ctx, all[i%3], actor, key, request, a.do) })
			if d := cmp.Diff(map[result]int{{Body: "answer 1"}: 1, {Body: "answer 1", Replayed: true}: 49}, got); d != "" {
				t.Fatal(d)
			}
		})
		t.Run("FiftyKeysRunFiftyTimes", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			a := &answer{keep: true}
			got := together(50, func(i int) result { return once(ctx, all[i%3], actor, fmt.Sprint("key ", i), request, a.do) })
			if len(got) != 50 || a.runs.Load() != 50 {
				t.Fatalf("%d runs: %v", a.runs.Load(), got)
			}
		})
		t.Run("OneAtATimeUntilOneIsKept", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			var runs, inside atomic.Int64
			got := together(12, func(i int) result {
				return once(ctx, all[i%3], actor, key, request, func(context.Context) ([]byte, bool, error) {
					if inside.Add(1) != 1 {
						t.Error("two run beside each other")
					}
					defer inside.Add(-1)
					return []byte("tried"), runs.Add(1) == 4, nil
				})
			})
			if d := cmp.Diff(map[result]int{{Body: "tried"}: 4, {Body: "tried", Replayed: true}: 8}, got); d != "" {
				t.Fatal(d)
			}
		})
		t.Run("WaitEndsInConflict", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			a := &answer{keep: true}
			expect(t, once(ctx, all[0], actor, key, request, func(ctx context.Context) ([]byte, bool, error) {
				for _, s := range all[:2] { // within the process, and in another
					short, stop := context.WithTimeout(ctx, 30*time.Millisecond)
					expect(t, once(short, s, actor, key, request, a.do), result{Code: fault.Conflict})
					stop()
				}
				return []byte("first"), true, nil
			}), result{Body: "first"})
			expect(t, once(ctx, all[1], actor, key, request, a.do), result{Body: "first", Replayed: true})
		})
		t.Run("HugeAnswerReachesTheWaiting", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			huge := bytes.Repeat([]byte("x"), idempotency.MaxBody+1)
			var wg sync.WaitGroup
			var waiting atomic.Int64
			_, _, err := all[0].Once(ctx, actor, key, request, func(context.Context) ([]byte, bool, error) {
				// Nobody else leads while this runs: whoever comes joins it.
				for range 5 {
					entered := make(chan struct{})
					wg.Go(func() {
						close(entered)
						body, _, err := all[0].Once(ctx, actor, key, request, func(context.Context) ([]byte, bool, error) { return huge, true, nil })
						if err != nil || !bytes.Equal(body, huge) {
							t.Errorf("%d bytes, %v", len(body), err)
						}
						waiting.Add(1)
					})
					<-entered
				}
				return huge, true, nil
			})
			wg.Wait()
			if err != nil || waiting.Load() != 5 {
				t.Fatalf("%d came back, %v", waiting.Load(), err)
			}
		})
	})
}

// together calls f n times at one moment and counts the results.
func together(n int, f func(i int) result) map[result]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	start, got := make(chan struct{}), map[result]int{}
	for i := range n {
		wg.Go(func() {
			<-start
			r := f(i)
			mu.Lock()
			defer mu.Unlock()
			got[r]++
		})
	}
	close(start)
	wg.Wait()
	return got
}

func TestCrash(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		now := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
		all := replicas(db, now, 4)
		t.Run("LeaseThatEndedIsTakenOverOnce", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			crash(t, ctx, db, now)
			now.Advance(30 * time.Second)
			a := &answer{keep: true}
			got := together(40, func(i int) result { return once(ctx, all[i%4], actor, key, request, a.do) })
			if d := cmp.Diff(map[result]int{{Body: "answer 1"}: 1, {Body: "answer 1", Replayed: true}: 39}, got); d != "" {
				t.Fatal(d)
			}
		})
		t.Run("LeaseIsRespectedUntilItEnds", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			crash(t, ctx, db, now)
			now.Advance(30*time.Second - time.Microsecond)
			a := &answer{keep: true}
			short, stop := context.WithTimeout(ctx, 30*time.Millisecond)
			defer stop()
			expect(t, once(short, all[0], actor, key, request, a.do), result{Code: fault.Conflict})
		})
		t.Run("LeaseThatEndsWhileATwinWaits", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			crash(t, ctx, db, now)
			a := &answer{keep: true}
			got := make(chan result)
			go func() { got <- once(ctx, all[0], actor, key, request, a.do) }()
			now.Advance(30 * time.Second)
			expect(t, <-got, result{Body: "answer 1"})
		})
		t.Run("OtherRequestIsRefusedAfterwardsToo", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			crash(t, ctx, db, now)
			now.Advance(time.Hour)
			a := &answer{keep: true}
			expect(t, once(ctx, all[0], actor, key, []byte("another"), a.do), result{Code: fault.Invalid})
		})
		t.Run("WhoOutlivedHisLeaseChangesNothing", func(t *testing.T) {
			ctx, _ := databasetest.Shop(t, db)
			a := &answer{keep: true}
			for _, keep := range []bool{true, false} {
				k := fmt.Sprint(key, keep)
				expect(t, once(ctx, all[0], actor, k, request, func(context.Context) ([]byte, bool, error) {
					now.Advance(31 * time.Second)
					_ = once(ctx, all[1], actor, k, request, a.do)
					return []byte("late"), keep, nil
				}), result{Body: "late"})
				expect(t, once(ctx, all[2], actor, k, request, a.do), result{Body: fmt.Sprint("answer ", a.runs.Load()), Replayed: true})
			}
		})
	})
}

// crash leaves the record of a process that died while it ran the request: hidden from its owner when he would end it.
func crash(t *testing.T, ctx context.Context, db *database.DB, now clock.Clock) {
	t.Helper()
	s := idempotency.New(idempotency.Config{DB: db, Clock: now})
	_ = once(ctx, s, actor, key, request, func(context.Context) ([]byte, bool, error) {
		rename(t, ctx, db, "running", "hidden")
		return nil, false, nil
	})
	rename(t, ctx, db, "hidden", "running")
}

func rename(t *testing.T, ctx context.Context, db *database.DB, from, to string) {
	t.Helper()
	err := db.InTx(ctx, func(tx database.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE idempotency_record SET state = $3 WHERE shop_id = $1 AND state = $2", from, to)
		if err == nil && n != 1 {
			err = fmt.Errorf("%d records were %s", n, from)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestExpiry(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		now := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
		s := idempotency.New(idempotency.Config{DB: db, Clock: now})
		ctx, _ := databasetest.Shop(t, db)
		other, _ := databasetest.Shop(t, db)
		a := &answer{keep: true}
		fill := func(ctx context.Context, keys ...string) {
			for _, k := range keys {
				_ = once(ctx, s, actor, k, request, a.do)
			}
		}
		fill(ctx, "a", "b", "c")
		fill(other, "a", "b")
		now.Advance(idempotency.Keep - time.Microsecond)
		expect(t, once(ctx, s, actor, "a", request, a.do), result{Body: "answer 1", Replayed: true})
		fill(ctx, "young")
		now.Advance(time.Microsecond)

		// What ran out but was not swept yet is free, for any request.
		expect(t, once(ctx, s, actor, "a", []byte("another"), a.do), result{Body: "answer 7"})
		expect(t, once(ctx, s, actor, "a", request, a.do), result{Code: fault.Invalid})

		for _, want := range []int64{3, 1, 0} {
			if n, err := s.Forget(context.Background(), 3); n != want || err != nil {
				t.Fatalf("forgot %d, %v, want %d", n, err, want)
			}
		}
		if here, there := count(t, ctx, db), count(t, other, db); here != 2 || there != 0 {
			t.Fatalf("%d and %d are left", here, there)
		}
		expect(t, once(ctx, s, actor, "b", request, a.do), result{Body: "answer 8"})

		// The part does so by itself.
		now.Advance(2 * idempotency.Keep)
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Until(ctx, func() bool { return count(t, ctx, db) == 0 }); err != nil {
			t.Fatal(err)
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNothingIsLeftRunning(t *testing.T) {
	before := goleak.IgnoreCurrent()
	db := databasetest.SQLite(t)
	ctx, _ := databasetest.Shop(t, db)
	s := idempotency.New(idempotency.Config{DB: db})
	a := &answer{keep: true}
	together(20, func(int) result { return once(ctx, s, actor, key, request, a.do) })
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t, before)
}
