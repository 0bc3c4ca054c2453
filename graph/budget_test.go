package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/ratelimit"
)

// door is a GraphQL door of a running app with limits of a test's own, to which requests come from where the test says.
type door struct {
	*apptest.App
	handler http.Handler
	from    netip.Addr
}

func newDoor(t testing.TB, a *apptest.App, b graph.Budget) *door {
	t.Helper()
	c := configOf(a)
	c.Budget = b
	h, err := graph.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return &door{a, wire.New(wire.Config{Executor: h}), netip.MustParseAddr("203.0.113.7")}
}

type reply struct {
	*httptest.ResponseRecorder
	Errors     []struct{ Extensions map[string]any }
	Extensions struct {
		Cost struct {
			RequestedQueryCost, ActualQueryCost int64
			ThrottleStatus                      *struct{ MaximumAvailable, CurrentlyAvailable, RestoreRate float64 }
			Fields                              []map[string]any
		}
	}
}

func (r *reply) code() string {
	if len(r.Errors) == 0 {
		return ""
	}
	code, _ := r.Errors[0].Extensions["code"].(string)
	return code
}

func (d *door) post(t testing.TB, query string, headers ...string) *reply {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	return d.send(t, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", bytes.NewReader(body)), headers...)
}

func (d *door) serve(r *http.Request, headers ...string) *httptest.ResponseRecorder {
	r = r.WithContext(wire.WithCall(r.Context(), &wire.Call{Client: d.from}))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Shopify-Storefront-Access-Token", demo.Token)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

func (d *door) send(t testing.TB, r *http.Request, headers ...string) *reply {
	t.Helper()
	out := &reply{ResponseRecorder: d.serve(r, headers...)}
	if err := json.Unmarshal(out.Body.Bytes(), out); err != nil {
		t.Fatalf("%s: %v", out.Body, err)
	}
	return out
}

const (
	tenProducts = `{ products(first: 10) { nodes { id title } } }` // 11 points
	slow        = 1e-3
)

func TestBudget(t *testing.T) {
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	limit := func(n int64) ratelimit.Limit { return ratelimit.Limit{Capacity: n, PerSecond: slow} }
	t.Run("APostSaysWhatItCost", func(t *testing.T) {
		d := newDoor(t, a, graph.Budget{Limiter: ratelimit.NewMemory(clock.System{}), Limits: graph.Limits{Storefront: limit(100)}})
		got := d.post(t, `{ products(first: 10, query: "title:nothing-has-this-title") { nodes { id title } } }`)
		c := got.Extensions.Cost
		if c.RequestedQueryCost != 71 || c.ActualQueryCost != 41 || c.ThrottleStatus == nil || c.ThrottleStatus.CurrentlyAvailable != 59 || c.ThrottleStatus.MaximumAvailable != 100 {
			t.Errorf("%s", got.Body)
		}
		if want := `"storefront";r=59;t=41000`; !strings.HasPrefix(got.Header().Get("RateLimit"), want) || !strings.HasPrefix(got.Header().Get("RateLimit-Policy"), `"storefront";q=100;w=100000`) {
			t.Errorf("%v", got.Header())
		}
	})
	t.Run("AGetSaysItInHeaders", func(t *testing.T) {
		d := newDoor(t, a, graph.Budget{Limiter: ratelimit.NewMemory(clock.System{})})
		got := d.send(t, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql?query="+url.QueryEscape(tenProducts), nil))
		if strings.Contains(got.Body.String(), "extensions") || got.Header().Get("Rialto-Cost") != "requested=31, actual=31" || got.Header().Get("RateLimit") == "" {
			t.Errorf("%v %s", got.Header(), got.Body)
		}
	})
	t.Run("TooMuchAtOnceIsRefused", func(t *testing.T) {
		refused := ""
		d := newDoor(t, a, graph.Budget{Limiter: ratelimit.NewMemory(clock.System{}), Limits: graph.Limits{Storefront: limit(70)}, OnBreach: func(_ context.Context, b graph.Breach) { refused = b.Layer }})
		for range 2 {
			if got := d.post(t, tenProducts); got.code() != "" {
				t.Fatalf("%s", got.Body)
			}
		}
		got := d.post(t, tenProducts)
		if got.Code != http.StatusTooManyRequests || got.code() != "THROTTLED" || got.Header().Get("Retry-After") == "" || got.Errors[0].Extensions["layer"] != "storefront" || refused != "storefront" {
			t.Errorf("%d %v %s", got.Code, got.Header(), got.Body)
		}
		if wait, _ := got.Errors[0].Extensions["retryAfterMs"].(float64); wait < 22_000_000 || wait > 24_000_000 { // 23 points at one in 1,000 seconds
			t.Errorf("%s", got.Body)
		}
	})
	t.Run("WhoPaysIsNotHeldUpByOthers", func(t *testing.T) {
		d := newDoor(t, a, graph.Budget{Limiter: ratelimit.NewMemory(clock.System{}), Limits: graph.Limits{Storefront: limit(70), Shop: limit(70), Address: limit(1000)}})
		for d.post(t, tenProducts).code() == "" { // until the storefront has nothing left
		}
		const pay = `mutation { checkoutComplete(cartId: "gid://rialto/Cart/019b0000-0000-7000-8000-000000000000", payment: {gateway: "bogus", token: "tok_ok"}) { order { id } userErrors { code } } }`
		if got := d.post(t, pay); got.Code != http.StatusOK || got.code() == "THROTTLED" {
			t.Errorf("%d %s", got.Code, got.Body)
		}
		if got := d.post(t, strings.Replace(pay, "{ checkoutComplete", "{ cartCreate { cart { id } } checkoutComplete", 1)); got.code() != "THROTTLED" {
			t.Errorf("with something else beside it: %d %s", got.Code, got.Body)
		}
	})
	t.Run("ReportOnlyRefusesNothing", func(t *testing.T) {
		d := newDoor(t, a, graph.Budget{Limiter: ratelimit.NewMemory(clock.System{}), ReportOnly: true, Limits: graph.Limits{Storefront: limit(70)}})
		for range 5 {
			got := d.post(t, tenProducts)
			if got.code() != "" {
				t.Fatalf("%s", got.Body)
			}
			if c := got.Extensions.Cost; c.ThrottleStatus == nil || !strings.HasPrefix(got.Header().Get("RateLimit"), `"storefront";r=`) {
				t.Errorf("the bucket is not told: %v %s", got.Header(), got.Body)
			}
		}
	})
	t.Run("AddressesPayForThemselves", func(t *testing.T) {
		d := newDoor(t, a, graph.Budget{Limiter: ratelimit.NewMemory(clock.System{}), Limits: graph.Limits{Address: limit(40)}})
		var got []string
		for _, from := range []string{"203.0.113.7", "203.0.113.7", "203.0.113.8", "2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1", "::ffff:203.0.113.7", "127.0.0.1", "127.0.0.1"} {
			d.from = netip.MustParseAddr(from)
			got = append(got, d.post(t, tenProducts).code())
		}
		if diff := cmp.Diff([]string{"", "THROTTLED", "", "", "THROTTLED", "", "THROTTLED", "", ""}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("AServerNamesItsShopper", func(t *testing.T) {
		d := newDoor(t, a, graph.Budget{Limiter: ratelimit.NewMemory(clock.System{}), Limits: graph.Limits{Address: limit(40)}})
		ask := func(ip string) string {
			return d.post(t, tenProducts, "X-Shopify-Storefront-Access-Token", "", "Shopify-Storefront-Private-Token", demo.PrivateToken, "Shopify-Storefront-Buyer-IP", ip).code()
		}
		got := []string{ask("198.51.100.1"), ask("198.51.100.1"), ask("198.51.100.2"), ask(""), ask("")}
		// Without a private token the header is not believed: all of these come from one address.
		for _, ip := range []string{"198.51.100.3", "198.51.100.4"} {
			got = append(got, d.post(t, tenProducts, "Shopify-Storefront-Buyer-IP", ip).code())
		}
		if diff := cmp.Diff([]string{"", "THROTTLED", "", "", "", "", "THROTTLED"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("OneIsTooDearForAnybody", func(t *testing.T) {
		d := newDoor(t, a, graph.Budget{MaxCost: 100})
		got := d.post(t, `{ products(first: 20) { nodes { variants(first: 10) { nodes { id price { amount } } } } } shop { name } }`)
		dearest, _ := got.Errors[0].Extensions["dearest"].([]any)
		if got.Code != http.StatusUnprocessableEntity || got.code() != "MAX_COST_EXCEEDED" || got.Errors[0].Extensions["cost"] != 482.0 || got.Errors[0].Extensions["maxCost"] != 100.0 || len(dearest) != 5 {
			t.Fatalf("%d %s", got.Code, got.Body)
		}
		if first := apptest.String(dearest, 0, "path"); first != "products.nodes.variants.nodes" {
			t.Errorf("the dearest is %s", first)
		}
	})
	t.Run("AShopIsPricedByWhatItHas", func(t *testing.T) {
		const published = `{ collection(handle: "chairs") { products(first: 250) { nodes { variants(first: 250) { nodes { id price { amount } } } } } } }`
		if got := newDoor(t, a, graph.Budget{}).post(t, published); got.code() != "MAX_COST_EXCEEDED" {
			t.Errorf("%d %.300s", got.Code, got.Body)
		}
		if got := newDoor(t, a, graph.Budget{ShopBounds: true}).post(t, published); got.code() != "" {
			t.Errorf("%d %.300s", got.Code, got.Body)
		}
		if got := newDoor(t, a, graph.Budget{ShopBounds: true}).post(t, strings.Replace(published, "id price", "product { collections(first: 250) { nodes { id } } } id price", 1)); got.code() != "MAX_COST_EXCEEDED" {
			t.Errorf("the static worst case: %d %.300s", got.Code, got.Body)
		}
	})
	t.Run("WhatItWouldCostIsToldWithoutRunning", func(t *testing.T) {
		d := newDoor(t, a, graph.Budget{Limiter: ratelimit.NewMemory(clock.System{}), Limits: graph.Limits{Storefront: limit(100)}})
		const create = `mutation { cartCreate { cart { id } } }`
		if got := d.post(t, create, "GraphQL-Cost", "validat"); got.code() != "BAD_REQUEST" || strings.Contains(got.Body.String(), "gid://") {
			t.Errorf("%s", got.Body)
		}
		got := d.post(t, create, "GraphQL-Cost", "validate")
		if !strings.HasPrefix(got.Body.String(), `{"data":null,"extensions":{"cost":{"actualQueryCost":null,"requestedQueryCost":12,"throttleStatus":{"currentlyAvailable":99,`) {
			t.Errorf("%s", got.Body)
		}
		if got := d.post(t, tenProducts, "GraphQL-Cost", "validate", "Authorization", a.Owner(t)["Authorization"]); len(got.Extensions.Cost.Fields) != 2 || !strings.Contains(got.Body.String(), `"data":null`) {
			t.Errorf("%s", got.Body)
		}
		if got := d.post(t, tenProducts, "GraphQL-Cost", "report", "Authorization", a.Owner(t)["Authorization"]); len(got.Extensions.Cost.Fields) != 2 || !strings.Contains(got.Body.String(), `"title"`) {
			t.Errorf("%s", got.Body)
		}
	})
	t.Run("StaffSeeWhereItGoes", func(t *testing.T) {
		d := newDoor(t, a, graph.Budget{})
		owner := a.Owner(t)["Authorization"]
		if got := d.post(t, tenProducts, "Authorization", owner, "Rialto-Cost-Debug", "1").Extensions.Cost.Fields; len(got) != 2 || got[1]["path"] != "products.nodes" || got[1]["points"] != 10.0 {
			t.Errorf("%v", got)
		}
		if got := d.post(t, tenProducts, "Rialto-Cost-Debug", "1").Extensions.Cost.Fields; got != nil {
			t.Errorf("a storefront is told %v", got)
		}
	})
}
