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
	"github.com/rialtohq/rialto/graph/wire"
)

// What executing costs: pages by the engine and by gqlgen's executor, over the same services.
//
//	go test ./graph -run xxx -bench Executors -benchtime 2000x -benchmem
func BenchmarkExecutors(b *testing.B) {
	pages := []struct {
		name      string
		variables map[string]any
	}{{"list", map[string]any{"handle": "furniture"}}, {"product", map[string]any{"handle": "oak-chair"}}}
	for _, kind := range []apptest.Kind{apptest.Embedded, apptest.Services} {
		b.Run(string(kind), func(b *testing.B) {
			a := apptest.Start(b, apptest.Options{Kind: kind})
			for _, page := range pages {
				query, err := os.ReadFile("../bench/queries/" + page.name + ".graphql")
				if err != nil {
					b.Fatal(err)
				}
				body, err := json.Marshal(map[string]any{"query": string(query), "variables": page.variables})
				if err != nil {
					b.Fatal(err)
				}
				for name, reference := range map[string]bool{"engine": false, "gqlgen": true} {
					b.Run(page.name+"/"+name, func(b *testing.B) {
						c := configOf(a)
						c.Reference = reference
						h, err := graph.New(c)
						if err != nil {
							b.Fatal(err)
						}
						door := wire.New(wire.Config{Executor: h})
						b.ReportAllocs()
						for b.Loop() {
							r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
							r.Header = http.Header{"X-Shopify-Storefront-Access-Token": {demo.Token}, "Content-Type": {"application/json"}}
							w := httptest.NewRecorder()
							door.ServeHTTP(w, r)
							if w.Code != http.StatusOK || bytes.Contains(w.Body.Bytes(), []byte(`"errors"`)) || !bytes.Contains(w.Body.Bytes(), []byte(`"title"`)) {
								b.Fatalf("%d: %.300s", w.Code, w.Body)
							}
						}
					})
				}
			}
		})
	}
}
