package tests

import (
	"strings"
	"testing"
	"time"

	"github.com/rialtohq/rialto/app/apptest"
)

// TestWhatSellsBestComesFirst buys a product twice and waits until it leads the list; what came of the tries is counted.
func TestWhatSellsBestComesFirst(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		variant := variantOf(t, a, "oak-chair")
		for range 2 {
			if order, code := buy(t, a, cartOf(t, a, variant, 3)); order == "" {
				t.Fatal(code)
			}
		}
		refused := a.Query(t, complete, map[string]any{"cart": cartOf(t, a, variant, 1), "token": "tok_declined"})
		if code := apptest.String(refused, "checkoutComplete", "userErrors", 0, "code"); code != "PAYMENT_DECLINED" {
			t.Fatal(refused)
		}
		until(t, 30*time.Second, func() bool {
			data := a.Query(t, `{ products(first: 1, sortKey: BEST_SELLING) { nodes { handle } } }`, nil)
			return apptest.String(data, "products", "nodes", 0, "handle") == "oak-chair"
		})
		metrics := a.Metrics(t)
		for _, want := range []string{`rialto_checkouts_total{outcome="completed"} 2`, `rialto_checkouts_total{outcome="PAYMENT_DECLINED"} 1`} {
			if !strings.Contains(metrics, want) {
				t.Errorf("metrics lack %s", want)
			}
		}
	})
}
