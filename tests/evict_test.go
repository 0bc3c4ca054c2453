package tests

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/platform/ratelimit"
)

// smallRedis starts a Redis of its own that holds next to nothing and throws away what was not asked for lately, and fills it all the
// time. It skips the test where there is no such program.
func smallRedis(t *testing.T) (url string, client *redis.Client) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("there is no redis-server")
	}
	var free net.ListenConfig
	l, err := free.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // of tcp
	_ = l.Close()
	server := exec.Command(program, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", t.TempDir(), //nolint:gosec,noctx // found by its name; ended below
		"--save", "", "--appendonly", "no", "--maxmemory", "2500kb", "--maxmemory-policy", "allkeys-lru")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	client = redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + strconv.Itoa(port)})
	t.Cleanup(func() { _ = client.Close() })
	for late := time.Now().Add(10 * time.Second); client.Ping(t.Context()).Err() != nil; {
		if time.Now().After(late) {
			t.Fatal("redis-server does not answer")
		}
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var filling sync.WaitGroup
	filling.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				_ = client.Set(ctx, "filler:"+strconv.Itoa(n), strings.Repeat("x", 1<<10), time.Hour).Err()
			}
		}
	})
	t.Cleanup(func() { stop(); filling.Wait() })
	return fmt.Sprintf("redis://127.0.0.1:%d/0", port), client
}

// evicted waits until a Redis has thrown so many things away.
func evicted(t *testing.T, client *redis.Client, most int) {
	t.Helper()
	for late := time.Now().Add(30 * time.Second); ; {
		info, err := client.InfoMap(t.Context(), "stats").Result()
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := strconv.Atoi(info["Stats"]["evicted_keys"]); n >= most {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("nothing is thrown away: %v", info)
		}
	}
}

// A Redis that is too small loses answers, numbers of changes, sessions and buckets at any moment. Nobody is shown what was true
// before a change that they know of, and nobody is refused for it.
func TestARedisThatForgets(t *testing.T) {
	t.Parallel()
	url, client := smallRedis(t)
	small := func(c *app.Config) { c.RedisURL, c.RateLimits = url, "enforce" }
	one := apptest.Start(t, apptest.Options{Kind: apptest.Services, Config: small})
	two := apptest.Start(t, apptest.Options{Beside: one, Config: small})
	owner := one.Owner(t)
	evicted(t, client, 1)
	first := one.Do(t, namesByCache, nil, nil)
	id := apptest.String(first.Data, "products", "nodes", 0, "id")
	ask := func(a *apptest.App, query string, headers apptest.Headers, variables map[string]any) *apptest.Answer {
		t.Helper()
		answer := a.Do(t, query, variables, headers)
		if len(answer.Errors) > 0 {
			t.Fatalf("%s: %s", query, answer.Body)
		}
		return answer
	}
	for round := range 60 {
		title := fmt.Sprintf("Name %d", round)
		a, other := one, two
		if round%2 > 0 {
			a, other = two, one
		}
		changed := ask(a, `mutation ($id: ID!, $title: String!) { productUpdate(product: {id: $id, title: $title}) { product { title } userErrors { message } } }`, owner, map[string]any{"id": id, "title": title})
		moment := changed.Header.Get("Rialto-Changed")
		for _, by := range []struct {
			app     *apptest.App
			headers apptest.Headers
		}{{a, nil}, {a, apptest.Headers{"Rialto-After": moment}}, {other, apptest.Headers{"Rialto-After": moment}}} {
			answer := ask(by.app, `query ($id: ID!) { product(id: $id) { title } }`, by.headers, map[string]any{"id": id})
			if got := apptest.String(answer.Data, "product", "title"); got != title {
				t.Fatalf("round %d: %q, want %q (%s)", round, got, title, from(answer))
			}
		}
		ask(other, namesByCache, nil, nil) // more to be kept, and to be thrown away
	}
	evicted(t, client, 1000)
}

// Where buckets can be thrown away, a limit is not exact any more; those that are asked for all the time hold about what they should.
func TestLimitsInARedisThatForgets(t *testing.T) {
	t.Parallel()
	_, client := smallRedis(t)
	evicted(t, client, 100)
	limiter := ratelimit.NewRedis(client, "limit:")
	buckets := []ratelimit.Bucket{{Layer: "address", Key: "{shop}:address", Limit: ratelimit.Limit{Capacity: 100, PerSecond: 50}}}
	var allowed atomic.Int64
	began := time.Now()
	const last = 4 * time.Second
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for time.Since(began) < last {
				out, err := limiter.Take(t.Context(), 1, buckets)
				if err != nil {
					t.Error(err)
					return
				}
				if out.Allowed {
					allowed.Add(1)
				}
			}
		})
	}
	all.Wait()
	exact := 100 + int64(50*time.Since(began).Seconds())
	if n := allowed.Load(); n < exact*9/10 || n > 2*exact {
		t.Errorf("%d were let through, of %d", n, exact)
	}
	t.Logf("%d were let through, of %d", allowed.Load(), exact)
}
