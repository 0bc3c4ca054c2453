package tests

import (
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/commerce/quota"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

// tenNames costs eleven points.
const tenNames = `{ products(first: 10) { nodes { id title } } }`

// TestRedisAwayUnderLoad takes Redis away and gives it back while people buy and somebody asks for too much: no checkout fails,
// who asks too much gets no more than the common limit and this process's share of it, and everybody is told.
func TestRedisAwayUnderLoad(t *testing.T) {
	t.Parallel()
	p := newProxy(t, ratelimittest.Redis(t).Options().Addr)
	a := apptest.Start(t, apptest.Options{Kind: apptest.Services, Config: func(c *app.Config) {
		c.CachePatience = 0
		c.RateLimits, c.RedisURL, c.BusName = "enforce", "redis://"+p.Addr().String()+"/9", "test-"+uuid.NewString()
	}})
	const capacity, share = 1100, 550 // of two replicas
	if err := a.Quotas.Set(asRialto(t, a), quota.Quota{Layer: "staff", Capacity: capacity, PerSecond: 1}); err != nil {
		t.Fatal(err)
	}
	owner, variant, start := a.Owner(t), variantOf(t, a, "oak-chair"), time.Now()
	booksOf(t, a.Config()).setStock(t, variant, 1_000_000)

	var sold atomic.Int32
	var buyers sync.WaitGroup
	end := make(chan struct{})
	defer buyers.Wait()
	defer sync.OnceFunc(func() { close(end) })()
	for range 3 {
		buyers.Go(func() {
			for {
				select {
				case <-end:
					return
				default:
				}
				if order, code := buy(t, a, cartOf(t, a, variant, 1)); order == "" {
					t.Errorf("a checkout failed: %s", code)
					return
				}
				sold.Add(1)
			}
		})
	}
	away := func() bool {
		return slices.Contains(strings.Split(a.Metrics(t), "\n"), "rialto_rate_limits_local 1")
	}
	admitted := 0.0
	// greedy asks until there is nothing left.
	greedy := func() {
		t.Helper()
		for range 1000 {
			answer := a.Do(t, tenNames, nil, owner)
			if codes := answer.Codes(); len(codes) > 0 {
				if answer.Status != 429 || codes[0] != "THROTTLED" {
					t.Fatalf("%d %s", answer.Status, answer.Body)
				}
				return
			}
			_, actual := answer.Cost()
			admitted += actual
		}
		t.Fatal("there is no end to what is left")
	}
	// A busy machine may take Redis for away that is only slow: what is left in either place is spent once all the same.
	phase := func(wantAway bool) {
		t.Helper()
		until(t, 60*time.Second, func() bool { a.Do(t, tenNames, nil, nil); return away() == wantAway })
		greedy()
		for before := sold.Load(); sold.Load() < before+3 && !t.Failed(); a.Do(t, tenNames, nil, nil) {
		}
	}
	phase(false)
	p.down.Store(true)
	p.cut()
	phase(true)
	p.down.Store(false)
	phase(false)
	seconds := time.Since(start).Seconds()
	// Where a busy machine takes Redis for away, who asks ends at this process's share, and leaves some of the common limit.
	if most := capacity + share + 2*seconds + 11; admitted > most || admitted < share-22 {
		t.Errorf("%.0f points were spent in %.0f s; at most %.0f are right, and no less than the share of %d", admitted, seconds, most, share)
	}
	if metrics := a.Metrics(t); !strings.Contains(metrics, `rialto_rate_limited_total{layer="staff"}`) {
		t.Error("no metric tells of the limit that was reached")
	}
}

// proxy leads connections on, unless it is down.
type proxy struct {
	net.Listener
	to    string
	down  atomic.Bool
	conns chan net.Conn
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: l, to: to, conns: make(chan net.Conn, 1000)}
	t.Cleanup(func() { _ = l.Close(); p.cut() })
	go p.serve()
	return p
}

func (p *proxy) serve() {
	for {
		in, err := p.Accept()
		if err != nil {
			return
		}
		if p.down.Load() {
			_ = in.Close()
			continue
		}
		out, err := new(net.Dialer).Dial("tcp", p.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		p.conns <- in
		p.conns <- out
		go pump(in, out)
		go pump(out, in)
	}
}

func pump(from, to net.Conn) {
	var b [32 << 10]byte
	for {
		n, err := from.Read(b[:])
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	_, _ = from.Close(), to.Close()
}

// cut ends all connections.
func (p *proxy) cut() {
	for {
		select {
		case c := <-p.conns:
			_ = c.Close()
		default:
			return
		}
	}
}
