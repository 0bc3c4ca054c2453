package graph_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/graph/cached"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/generation"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

// What the product page takes made anew, out of Redis, out of memory, and as no more than its bytes, without a network.
//
//	go test ./graph -run xxx -bench Kept -benchtime 2000x
func BenchmarkKept(b *testing.B) {
	product, err := os.ReadFile("../bench/queries/product.graphql")
	if err != nil {
		b.Fatal(err)
	}
	a := apptest.Start(b, apptest.Options{Kind: apptest.Services})
	body, err := json.Marshal(map[string]any{"query": string(product), "variables": map[string]any{"handle": "oak-chair"}})
	if err != nil {
		b.Fatal(err)
	}
	handler := func(cache *cached.Store) http.Handler {
		c := configOf(a)
		c.Cache = cache
		h, err := graph.New(c)
		if err != nil {
			b.Fatal(err)
		}
		return wire.New(wire.Config{Executor: h})
	}
	client := ratelimittest.Redis(b)
	store := func() *cached.Store {
		prefix := "bench-" + b.Name() + ":"
		return cached.New(cached.Config{Generations: generation.New(generation.Config{Client: client, Prefix: prefix}), Remote: cached.NewRemote(cached.RemoteConfig{Client: client, Prefix: prefix}), Bytes: 1 << 20})
	}
	request := func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Shopify-Storefront-Access-Token", demo.Token)
		return r
	}
	serve := func(b *testing.B, h http.Handler, want int) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request())
		if w.Code != want {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
		return w
	}
	kept := store()
	answer := serve(b, handler(kept), http.StatusOK).Body.Bytes()
	for _, c := range []struct {
		name   string
		h      http.Handler
		before func()
	}{
		{"Anew", handler(nil), nil},
		{"Redis", handler(kept), kept.Forget},
		{"Memory", handler(kept), nil},
		{"Floor", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(answer)
		}), nil},
	} {
		b.Run(c.name, func(b *testing.B) {
			serve(b, c.h, http.StatusOK)
			b.ReportAllocs()
			for b.Loop() {
				if c.before != nil {
					c.before()
				}
				serve(b, c.h, http.StatusOK)
			}
		})
	}
}
