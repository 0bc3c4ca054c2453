package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/ratelimit"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

// What access rules cost: the same page of the same shop with the schema's directives and with all of them @public, asked by
// turns in one run. The metric overhead-% is how much longer the median request takes with them; the goal is under 3.
//
//	go test ./graph -run xxx -bench AccessRules -benchtime 3000x
func BenchmarkAccessRules(b *testing.B) {
	for _, kind := range []apptest.Kind{apptest.Embedded, apptest.Services} {
		b.Run(string(kind), func(b *testing.B) {
			a := apptest.Start(b, apptest.Options{Kind: kind})
			guarded, open := handlers(b, a)
			product, err := os.ReadFile("../bench/queries/product.graphql")
			if err != nil {
				b.Fatal(err)
			}
			shopper := http.Header{"X-Shopify-Storefront-Access-Token": {demo.Token}}
			b.Run("ProductPage", func(b *testing.B) {
				turns(b, guarded, open, string(product), map[string]any{"handle": "oak-chair"}, shopper)
			})
			owner := http.Header{"Authorization": {a.Owner(b)["Authorization"]}}
			const list = `{ customers(first: 20) { nodes { id email } } products(first: 20) { nodes { id title status variants(first: 5) { nodes { id inventoryItem { id tracked } } } } } }`
			b.Run("StaffList", func(b *testing.B) { turns(b, guarded, open, list, nil, owner) })
		})
	}
}

// What pricing and the buckets cost: the product page with them and without, by turns in one run. The goal is under 5, whether they
// are in this process ("memory"), in Redis as a server asks it ("redis"), or there and paid at once each time ("at once").
//
//	go test ./graph -run xxx -bench Price -benchtime 3000x
func BenchmarkPrice(b *testing.B) {
	product, err := os.ReadFile("../bench/queries/product.graphql")
	if err != nil {
		b.Fatal(err)
	}
	for _, kind := range []apptest.Kind{apptest.Embedded, apptest.Services} {
		b.Run(string(kind), func(b *testing.B) {
			a := apptest.Start(b, apptest.Options{Kind: kind})
			for name, limiter := range limiters(b) {
				b.Run(name, func(b *testing.B) {
					wide := ratelimit.Limit{Capacity: 1 << 40, PerSecond: 1e9}
					c := configOf(a)
					c.Budget = graph.Budget{ShopBounds: true, Limiter: limiter, Limits: graph.Limits{Address: wide, Storefront: wide, Shop: wide}}
					h, err := graph.New(c)
					if err != nil {
						b.Fatal(err)
					}
					shopper := http.Header{"X-Shopify-Storefront-Access-Token": {demo.Token}}
					turns(b, wire.New(wire.Config{Executor: h}), wire.New(wire.Config{Executor: graph.Unpriced{Handler: h}}), string(product), map[string]any{"handle": "oak-chair"}, shopper)
				})
			}
		})
	}
}

// What counting usage and telling of deprecations costs: the product page with them and without, by turns in one run. The goal is
// under 1.
//
//	go test ./graph -run xxx -bench Usage -benchtime 3000x
func BenchmarkUsage(b *testing.B) {
	product, err := os.ReadFile("../bench/queries/product.graphql")
	if err != nil {
		b.Fatal(err)
	}
	for _, kind := range []apptest.Kind{apptest.Embedded, apptest.Services} {
		b.Run(string(kind), func(b *testing.B) {
			a := apptest.Start(b, apptest.Options{Kind: kind})
			c := configOf(a)
			c.Usage = a.Usage
			with, err := graph.New(c)
			if err != nil {
				b.Fatal(err)
			}
			without, err := graph.Uncounted(c)
			if err != nil {
				b.Fatal(err)
			}
			shopper := http.Header{"X-Shopify-Storefront-Access-Token": {demo.Token}}
			turns(b, wire.New(wire.Config{Executor: with}), wire.New(wire.Config{Executor: without}), string(product), map[string]any{"handle": "oak-chair"}, shopper)
		})
	}
}

func limiters(b *testing.B) map[string]ratelimit.Limiter {
	b.Helper()
	out := map[string]ratelimit.Limiter{"memory": ratelimit.NewMemory(clock.System{})}
	if os.Getenv("RIALTO_TEST_REDIS_URL") != "" {
		guarded := ratelimit.NewGuarded(ratelimit.GuardedConfig{Common: ratelimit.NewRedis(ratelimittest.Redis(b), "bench-"+uuid.NewString()+":")})
		tab := ratelimit.NewTab(guarded, clock.System{})
		if err := tab.Start(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = tab.Stop(context.Background()) })
		out["redis"], out["at once"] = tab, atOnce{tab, guarded}
	}
	return out
}

// atOnce is a tab on which nothing is put but what comes back.
type atOnce struct {
	*ratelimit.Tab
	common ratelimit.Limiter
}

func (a atOnce) Take(ctx context.Context, points int64, buckets []ratelimit.Bucket) (ratelimit.Outcome, error) {
	return a.common.Take(ctx, points, buckets)
}

func configOf(a *apptest.App) graph.Config {
	return graph.Config{Identity: a.Identity, Log: a.Log, Services: a.Services(a.URL)}
}

// handlers are two doors of one app: with the schema's rules and with none.
func handlers(b *testing.B, a *apptest.App) (guarded, open http.Handler) {
	b.Helper()
	c := configOf(a)
	with, err := graph.New(c)
	if err != nil {
		b.Fatal(err)
	}
	rule := regexp.MustCompile(`@(requiresScopes\(scopes: [^)]*\)|policy\(policies: [^)]*\)|authenticated)`)
	var sources []*ast.Source
	for _, s := range schema.Sources() {
		text := s.Input
		if s.Name != "directives.graphqls" {
			text = rule.ReplaceAllString(text, "@public")
		}
		sources = append(sources, &ast.Source{Name: s.Name, Input: text})
	}
	without, err := graph.Unguarded(c, sources...)
	if err != nil {
		b.Fatal(err)
	}
	return wire.New(wire.Config{Executor: with}), wire.New(wire.Config{Executor: without})
}

// turns asks both doors by turns and compares the median times.
func turns(b *testing.B, guarded, open http.Handler, query string, variables map[string]any, headers http.Header) {
	b.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		b.Fatal(err)
	}
	var last []byte
	ask := func(door http.Handler) time.Duration {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
		r.Header = headers.Clone()
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		begun := time.Now()
		door.ServeHTTP(w, r)
		took := time.Since(begun)
		if last = w.Body.Bytes(); w.Code != http.StatusOK || bytes.Contains(last, []byte(`"errors"`)) {
			b.Fatalf("%d: %.300s", w.Code, last)
		}
		return took
	}
	ask(guarded)
	answered := last
	if ask(open); !bytes.Equal(dataOf(answered), dataOf(last)) {
		b.Fatal("the doors answer differently")
	}
	var with, without []time.Duration
	for b.Loop() {
		with, without = append(with, ask(guarded)), append(without, ask(open))
	}
	slices.Sort(with)
	slices.Sort(without)
	a, z := with[len(with)/2], without[len(without)/2]
	b.ReportMetric(float64(a.Microseconds()), "guarded-µs")
	b.ReportMetric(float64(z.Microseconds()), "open-µs")
	b.ReportMetric(100*(float64(a)/float64(z)-1), "overhead-%")
}

// dataOf is a body without its extensions.
func dataOf(body []byte) []byte {
	if data, _, found := bytes.Cut(body, []byte(`,"extensions":`)); found {
		return data
	}
	return bytes.TrimSuffix(body, []byte("}"))
}
