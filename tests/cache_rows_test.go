package tests

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/platform/generation"
	"github.com/rialtohq/rialto/platform/gid"
)

// A product's stock, and lists of all: by their names, by how often they were sold, and with what can be sold of them.
const (
	stockOfOne     = `query($h: String!) { product(handle: $h) { availableForSale totalInventory variants(first: 10) { nodes { sku availableForSale quantityAvailable } } } }`
	stockOfAll     = `{ products(first: 100, sortKey: TITLE) { nodes { handle totalInventory } } }`
	mostSold       = `{ products(first: 100, sortKey: BEST_SELLING) { nodes { handle } } }`
	titlesOfAll    = `{ products(first: 100, sortKey: TITLE) { nodes { handle title variants(first: 2) { nodes { sku price { amount } } } } } }`
	soldInTheTest  = "clip-reading-lamp"
	otherInTheTest = "fisherman-beanie"
)

// An order ends what was kept of the stock of what it sells, and of what is sorted by how often it was sold: nothing else.
func TestAnOrderEndsWhatItSells(t *testing.T) {
	t.Parallel()
	for _, kind := range []apptest.Kind{apptest.Embedded, apptest.Services} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			a := apptest.Start(t, apptest.Options{Kind: kind})
			ask := func(query, handle string) *apptest.Answer {
				answer := a.Do(t, query, map[string]any{"h": handle}, nil)
				if len(answer.Errors) > 0 {
					t.Fatalf("%s: %s", query, answer.Body)
				}
				return answer
			}
			all := func() []*apptest.Answer {
				return []*apptest.Answer{ask(stockOfOne, soldInTheTest), ask(stockOfOne, otherInTheTest), ask(stockOfAll, ""), ask(titlesOfAll, ""), ask(mostSold, "")}
			}
			if shareTags(t, a, soldInTheTest, otherInTheTest) {
				t.Skip("by chance, both products have one of the 4,096 tags of rows")
			}
			cart := cartOf(t, a, variantOf(t, a, soldInTheTest), 3)
			before := all()
			if order, code := buy(t, a, cart); order == "" {
				t.Fatalf("nothing was bought: %s", code)
			}
			after := all()
			var where []string
			for _, answer := range after[:4] {
				where = append(where, from(answer))
			}
			if d := cmp.Diff([]string{"miss", "hit-l1", "miss", "hit-l1"}, where); d != "" {
				t.Errorf("after an order (-want +got):\n%s", d)
			}
			total := func(a *apptest.Answer) float64 {
				n, _ := apptest.At(a.Data, "product", "totalInventory").(float64)
				return n
			}
			if was, is := total(before[0]), total(after[0]); is != was-3 {
				t.Errorf("there were %v, 3 were sold, and %v are shown", was, is)
			}
			// Sales are counted after the order.
			first := func() string { return apptest.String(ask(mostSold, "").Data, "products", "nodes", 0, "handle") }
			until(t, 30*time.Second, func() bool { return first() == soldInTheTest })
			if got := from(ask(titlesOfAll, "")); got != "hit-l1" {
				t.Errorf("after the sale was counted, products by their titles are a %s", got)
			}
		})
	}
}

// Who searches between a change and the moment in which the index has heard of it is not shown the old for longer than that.
func TestSearchesAreRenewedOnceTheyAreIndexed(t *testing.T) {
	t.Parallel()
	for _, kind := range []apptest.Kind{apptest.Embedded, apptest.Services} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			a := apptest.Start(t, apptest.Options{Kind: kind})
			owner := a.Owner(t)
			id := apptest.String(a.Query(t, `query($h: String!) { product(handle: $h) { id } }`, map[string]any{"h": soldInTheTest}), "product", "id")
			found := func(h apptest.Headers, word string) bool {
				data := a.Query(t, `query($q: String!) { search(query: $q, first: 3, types: [PRODUCT]) { totalCount } products(first: 3, query: $q) { nodes { id } } }`, map[string]any{"q": word}, h)
				n, _ := apptest.At(data, "search", "totalCount").(float64)
				nodes, _ := apptest.At(data, "products", "nodes").([]any)
				return n == 1 && len(nodes) == 1
			}
			for _, word := range []string{"Wortabc", "Wortbcd", "Wortcde"} {
				answer := a.Do(t, `mutation($id: ID!, $title: String!) { productUpdate(product: {id: $id, title: $title}) { userErrors { message } } }`, map[string]any{"id": id, "title": word + " lamp"}, owner)
				if len(answer.Errors) > 0 {
					t.Fatalf("%s", answer.Body)
				}
				// Shoppers ask first, so that what is kept was made before.
				until(t, 10*time.Second, func() bool { found(nil, word); return found(owner, word) })
				until(t, 5*time.Second, func() bool { return found(nil, word) })
			}
		})
	}
}

// shareTags reports whether what is kept of the stock of two products ends together.
func shareTags(t *testing.T, a *apptest.App, one, other string) bool {
	t.Helper()
	tags := func(handle string) []string {
		p := a.Query(t, `query($h: String!) { product(handle: $h) { id variants(first: 100) { nodes { id } } } }`, map[string]any{"h": handle})["product"]
		ids := []uuid.UUID{}
		for _, id := range append(apptest.At(p, "variants", "nodes").([]any), p) {
			parsed, err := gid.Parse(apptest.String(id, "id"))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, parsed.UUID)
		}
		return generation.Rows("inventory_level", ids)
	}
	of := tags(one)
	return slices.ContainsFunc(tags(other), func(tag string) bool { return slices.Contains(of, tag) })
}

// stockIn is what an answer tells of some products.
func stockIn(a *apptest.Answer, handles []string) (out []string) {
	if one, ok := a.Data["product"]; ok {
		return []string{fmt.Sprint(one)}
	}
	nodes, _ := apptest.At(a.Data, "products", "nodes").([]any)
	for _, node := range nodes {
		if slices.Contains(handles, apptest.String(node, "handle")) { // staff are shown more of them
			out = append(out, fmt.Sprint(node))
		}
	}
	return out
}

// Whatever changes stock in whatever order, what is kept of it is what staff see, who are given nothing that is kept.
func TestStockThatIsKeptIsTheStock(t *testing.T) {
	t.Parallel()
	for _, kind := range []apptest.Kind{apptest.Embedded, apptest.Services} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			a := apptest.Start(t, apptest.Options{Kind: kind})
			owner := a.Owner(t)
			handles := []string{soldInTheTest, otherInTheTest, "oak-chair", "linen-tee"}
			random := rand.New(rand.NewPCG(4, 2))
			location := apptest.String(a.Query(t, `{ staffLocations(first: 1) { nodes { id } } }`, nil, owner), "staffLocations", "nodes", 0, "id")
			kept := 0
			for round := range 40 {
				handle := handles[random.IntN(len(handles))]
				variant := variantOf(t, a, handle)
				switch round % 4 {
				case 0:
					cart := cartOf(t, a, variant, 1)
					if order, code := buy(t, a, cart); order == "" && code != "MERCHANDISE_NOT_ENOUGH_STOCK" {
						t.Fatalf("nothing was bought: %s", code)
					}
				case 1, 2:
					answer := a.Do(t, `mutation($v: ID!, $l: ID!, $n: Int!) { inventoryAdjustQuantities(input: {name: "available", reason: "correction", changes: [{inventoryItemId: $v, locationId: $l, delta: $n}]}) { userErrors { message } } }`,
						map[string]any{"v": strings.Replace(variant, "ProductVariant", "InventoryItem", 1), "l": location, "n": 1 + random.IntN(5)}, owner)
					if len(answer.Errors) > 0 || apptest.String(answer.Data, "inventoryAdjustQuantities", "userErrors", 0, "message") != "" {
						t.Fatalf("it cannot be adjusted: %s", answer.Body)
					}
				}
				for _, handle := range handles {
					for _, query := range []string{stockOfOne, stockOfAll} {
						got := a.Do(t, query, map[string]any{"h": handle}, nil)
						want := a.Do(t, query, map[string]any{"h": handle}, owner)
						if d := cmp.Diff(stockIn(want, handles), stockIn(got, handles)); d != "" || len(got.Errors)+len(want.Errors) > 0 {
							t.Fatalf("round %d, %s, a %s (-staff +storefront):\n%s\n%v", round, handle, from(got), d, got.Errors)
						}
						if slices.Contains([]string{"hit-l1", "hit-l2"}, from(got)) {
							kept++
						}
					}
				}
			}
			if kept < 100 {
				t.Errorf("only %d were kept: nothing was tried", kept)
			}
		})
	}
}
