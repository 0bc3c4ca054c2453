package graph_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/graph"
)

// What may be kept, and by whom, is what the schema's hints say, for who shows no more than a storefront's token.
func TestKeep(t *testing.T) {
	t.Parallel()
	d := newDoor(t, apptest.Start(t, apptest.Options{Kind: apptest.Embedded}), graph.Budget{})
	get := func(t *testing.T, query string, headers ...string) *httptest.ResponseRecorder {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql?query="+url.QueryEscape(query), nil)
		return d.serve(r, headers...)
	}
	owner := d.Owner(t)["Authorization"]
	const (
		never   = "no-store"
		again   = "private, no-cache"
		shops   = "public, max-age=300, stale-while-revalidate=1500, stale-if-error=3600"
		catalog = "public, max-age=60, stale-while-revalidate=300, stale-if-error=3600"
		stock   = "public, max-age=10, stale-while-revalidate=50, stale-if-error=3600"
	)
	for name, c := range map[string]struct {
		query, want string
		headers     []string
	}{
		"Shop":         {`{ shop { name } }`, shops, nil},
		"List":         {`{ products(first: 3) { nodes { id title variants(first: 2) { nodes { price { amount } } } } pageInfo { hasNextPage } } }`, catalog, nil},
		"Both":         {`{ shop { name } products(first: 3) { nodes { id } } }`, catalog, nil},
		"Stock":        {`{ products(first: 3) { nodes { availableForSale } } }`, stock, nil},
		"Search":       {`{ search(query: "chair", first: 3) { nodes { ... on Product { title } } } }`, "public, max-age=30, stale-while-revalidate=150, stale-if-error=3600", nil},
		"Nothing":      {`{ product(handle: "no-such-thing") { title } }`, catalog, nil},
		"Cart":         {`{ cart(id: "gid://rialto/Cart/019b0000-0000-7000-8000-000000000000?key=abcdefghijklmnopqrstuv") { id } }`, again, nil},
		"Node":         {`{ node(id: "gid://rialto/Product/019b0000-0000-7000-8000-000000000000") { id } }`, again, nil},
		"AsOwner":      {`{ shop { name } }`, again, []string{"Authorization", owner, "X-Shopify-Storefront-Access-Token", ""}},
		"AboutSchema":  {`{ __schema { queryType { name } } }`, again, nil},
		"WithErrors":   {`{ shop { name } staffMembers(first: 1) { nodes { id } } }`, never, nil},
		"Unknown":      {`{ shopp { name } }`, never, nil},
		"NoToken":      {`{ shop { name } }`, never, []string{"X-Shopify-Storefront-Access-Token", "nobody"}},
		"SomebodyElse": {`{ shop { name } customer(customerAccessToken: "unknown") { id } }`, again, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := get(t, c.query, c.headers...)
			if got := w.Header().Get("Cache-Control"); got != c.want {
				t.Fatalf("%q; want %q: %s", got, c.want, w.Body)
			}
			tag := w.Header().Get("ETag")
			if (tag != "") != (c.want != never) {
				t.Fatalf("ETag %q", tag)
			}
			if tag == "" {
				return
			}
			if open := w.Header().Get("No-Vary-Search"); (open != "") != strings.HasPrefix(c.want, "public") {
				t.Errorf("No-Vary-Search: %q", open)
			}
			for _, header := range []string{"X-Shopify-Storefront-Access-Token", "Authorization"} {
				if !slices.Contains(w.Header().Values("Vary"), header) {
					t.Errorf("it does not vary with %s: %v", header, w.Header())
				}
			}
			if w := get(t, c.query, append(c.headers, "If-None-Match", tag)...); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
				t.Errorf("asked again: %d %s", w.Code, w.Body)
			}
		})
	}
	t.Run("NotByPost", func(t *testing.T) {
		if got := d.post(t, `{ shop { name } }`); got.Header().Get("Cache-Control") != never || got.Header().Get("ETag") != "" {
			t.Errorf("%v", got.Header())
		}
	})
}
