package graph_test

import (
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/ratelimit"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

const shopName = `{ shop { name } }` // one point

// TestReplicasShareOneBudget has three processes let through together what one may: the bucket, what came back to it, and no
// more than one request besides. Its long form has four, with 64 clients each, for a minute.
func TestReplicasShareOneBudget(t *testing.T) {
	t.Parallel()
	const capacity, perSecond = 300, 100
	many, clients, lasts := 3, 8, 3*time.Second
	if os.Getenv("RIALTO_TEST_LONG") != "" {
		many, clients, lasts = 4, 64, time.Minute
	}
	first := apptest.Start(t, apptest.Options{Kind: apptest.Services})
	replicas := []*apptest.App{first}
	for len(replicas) < many {
		replicas = append(replicas, apptest.Start(t, apptest.Options{Beside: first}))
	}
	prefix := "test:" + uuid.NewString() + ":"
	var admitted, refused, empty atomic.Int64 // empty is when it was certain that nothing was left, in ns from the start
	var workers sync.WaitGroup
	doors := make([]*door, len(replicas))
	for i, a := range replicas {
		doors[i] = newDoor(t, a, graph.Budget{Limiter: ratelimit.NewRedis(ratelimittest.Redis(t), prefix), Limits: graph.Limits{Storefront: ratelimit.Limit{Capacity: capacity, PerSecond: perSecond}}})
		doors[i].post(t, shopName) // so that nobody is slow to begin
	}
	start := time.Now()
	for _, d := range doors {
		for range clients {
			workers.Go(func() {
				for time.Since(start) < lasts {
					sent := time.Since(start)
					switch got := d.post(t, shopName); got.Code {
					case http.StatusOK:
						admitted.Add(got.Extensions.Cost.ActualQueryCost)
					case http.StatusTooManyRequests:
						refused.Add(1)
						for last := empty.Load(); last < int64(sent) && !empty.CompareAndSwap(last, int64(sent)); last = empty.Load() {
						}
					default:
						t.Errorf("%d %s", got.Code, got.Body)
						return
					}
				}
			})
		}
	}
	workers.Wait()
	most := capacity + perSecond*time.Since(start).Seconds()
	least := capacity + perSecond*time.Duration(empty.Load()).Seconds()
	t.Logf("%d processes with %d clients each for %v: %d points let through, %d requests refused; %.0f to %.0f are right", many, clients, lasts, admitted.Load(), refused.Load(), least, most)
	if n := float64(admitted.Load()); refused.Load() == 0 || n > 1.01*most || n < 0.99*least-perSecond/10 { // nobody took anything in the first moment
		t.Errorf("%.0f points were let through, and %d requests refused; %.0f to %.0f are right", n, refused.Load(), least, most)
	}
}

// noisy asks for fifty times what staff may, until it is stopped; it gives how many points it was let through.
func noisy(t testing.TB, d *door, owner string, stop <-chan struct{}) (points *atomic.Int64, ended func()) {
	t.Helper()
	points = &atomic.Int64{}
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for tick := time.NewTicker(8 * time.Millisecond); ; { // 4 workers: 500 times 11 points a second, of 110
				select {
				case <-stop:
					tick.Stop()
					return
				case <-tick.C:
					points.Add(d.post(t, tenProducts, "Authorization", owner).Extensions.Cost.ActualQueryCost)
				}
			}
		})
	}
	return points, workers.Wait
}

func fairDoor(t testing.TB) (d *door, owner string) {
	t.Helper()
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	// Both come from one address, which is not what is looked at here.
	wide := ratelimit.Limit{Capacity: 1e9, PerSecond: 1e9}
	d = newDoor(t, a, graph.Budget{Limiter: ratelimit.NewMemory(clock.System{}), Limits: graph.Limits{Staff: ratelimit.Limit{Capacity: 110, PerSecond: 110}, Address: wide, Storefront: wide, Shop: wide}})
	return d, a.Owner(t)["Authorization"]
}

// TestWhoIsNoisyHoldsNobodyUp has somebody ask for far too much, and somebody else be answered every time.
func TestWhoIsNoisyHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	d, owner := fairDoor(t)
	stop := make(chan struct{})
	start := time.Now()
	points, ended := noisy(t, d, owner, stop)
	for range 100 {
		if got := d.post(t, tenProducts); got.Code != http.StatusOK {
			t.Errorf("who asks for little is refused: %s", got.Body)
		}
	}
	close(stop)
	ended()
	if most := 110 + 110*time.Since(start).Seconds() + 11; float64(points.Load()) > most {
		t.Errorf("who asks for too much got %d points of %.0f", points.Load(), most)
	}
}

// BenchmarkFairness tells how long a quiet client waits beside a noisy one, and alone, by turns in one run: its 99th percentile
// in either case, and their ratio (goal: 1.5 at most).
func BenchmarkFairness(b *testing.B) {
	d, owner := fairDoor(b)
	var alone, beside []time.Duration
	ask := func(into *[]time.Duration) {
		for range 50 {
			start := time.Now()
			if got := d.post(b, tenProducts); got.Code != http.StatusOK {
				b.Fatalf("%d %s", got.Code, got.Body)
			}
			*into = append(*into, time.Since(start))
		}
	}
	for b.Loop() {
		ask(&alone)
		stop := make(chan struct{})
		_, ended := noisy(b, d, owner, stop)
		ask(&beside)
		close(stop)
		ended()
	}
	p99 := func(of []time.Duration) float64 {
		slices.Sort(of)
		return float64(of[len(of)*99/100].Microseconds())
	}
	b.ReportMetric(p99(alone), "µs-p99-alone")
	b.ReportMetric(p99(beside), "µs-p99-beside")
	b.ReportMetric(p99(beside)/p99(alone), "ratio")
}
