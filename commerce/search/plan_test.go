package search_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/keyset"
)

// question is a narrow one: its answer must not cost more because the shop has more products.
type question struct {
	name string
	ask  func(ctx context.Context, b *bundle) error
}

func questions(b *bundle) []question {
	size := 20
	args := keyset.Args{First: &size}
	narrow, vendor, yes, low, high := b.collections["Narrow"], "Rare & Co", true, 20.0, 40.0
	products := func(name, sort string, s search.Scope) question {
		return question{name, func(ctx context.Context, b *bundle) error {
			_, err := b.search.Products(ctx, search.ProductQuery{Scope: s, SortKey: sort, Args: args})
			return err
		}}
	}
	facets := func(name string, s search.Scope) question {
		return question{name, func(ctx context.Context, b *bundle) error { _, err := b.search.Facets(ctx, s); return err }}
	}
	typing := func(name, q string) question {
		return question{name, func(ctx context.Context, b *bundle) error {
			_, err := b.search.Predictive(ctx, search.Typing{Query: q})
			return err
		}}
	}
	beside := func(intent string) question {
		return question{intent, func(ctx context.Context, b *bundle) error {
			_, err := b.search.Recommendations(ctx, b.items[100].id, intent, 10)
			return err
		}}
	}
	typed := search.Scope{Query: "zebrawood", Typed: true, Unavailable: search.Last}
	return []question{
		products("Word", "RELEVANCE", search.Scope{Query: "zebrawood"}),
		products("WordByTitle", "TITLE", search.Scope{Query: "title:zebrawood"}),
		products("Vendor", "ID", search.Scope{Query: `vendor:"rare & co"`}),
		products("TagByPrice", "PRICE", search.Scope{Query: "tag:rare"}),
		products("SKU", "ID", search.Scope{Query: "sku:sku-thing-00077-0"}),
		products("Metafield", "ID", search.Scope{Query: "metafields.custom.serial_number:thing-00077"}),
		products("FirstByPrice", "PRICE", search.Scope{Query: "available_for_sale:true"}),
		products("FirstByTitle", "TITLE", search.Scope{Query: "-vendor:fjell"}),
		products("Filters", "ID", search.Scope{Filters: []search.Filter{{ProductVendor: &vendor}, {Available: &yes}}}),
		products("Option", "ID", search.Scope{Filters: []search.Filter{{VariantOption: &search.OptionChoice{Name: "color", Value: "plum"}}}}),
		products("CollectionFiltered", "BEST_SELLING", search.Scope{CollectionID: &narrow, Filters: []search.Filter{{Price: &search.PriceRange{Min: &low, Max: &high}}, {Available: &yes}}}),
		products("WordInCollection", "RELEVANCE", search.Scope{CollectionID: &narrow, Query: "zebrawood"}),
		facets("FacetsOfCollection", search.Scope{CollectionID: &narrow}),
		facets("FacetsOfFilteredCollection", search.Scope{CollectionID: &narrow, Filters: []search.Filter{{Available: &yes}, {ProductVendor: &vendor}}}),
		facets("FacetsOfWord", search.Scope{Query: "zebrawood"}),
		{"Search", func(ctx context.Context, b *bundle) error {
			_, err := b.search.Search(ctx, search.Mixed{Scope: typed, Args: args})
			return err
		}},
		{"Total", func(ctx context.Context, b *bundle) error {
			_, err := b.search.Total(ctx, search.Mixed{Scope: typed})
			return err
		}},
		typing("Predictive", "zebrawo"), typing("PredictiveMended", "zebrawodo"), beside(search.Related), beside(search.Complementary),
	}
}

// TestNarrowQuestionsReadNoWholeTable has PostgreSQL explain every statement of every narrow question in a shop of 20,000
// products, with the parameters that it ran with: none may read a large table from end to end.
func TestNarrowQuestionsReadNoWholeTable(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 20,000 products")
	}
	b := setup(t, databasetest.PostgreSQL(t), 20_000)
	for _, q := range questions(b) {
		ctx, record := database.RecordingArgs(b.ctx)
		if err := q.ask(ctx, b); err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		calls := record.Calls()
		if len(calls) > 3 {
			t.Errorf("%s takes %d statements", q.name, len(calls))
		}
		for _, c := range calls {
			rows, err := b.db.SysQuery(b.ctx, "EXPLAIN (ANALYZE, FORMAT JSON) "+c.Text, c.Args...)
			plans, err := database.Scan(rows, err, func(scan func(...any) error) (p string, err error) { return p, scan(&p) })
			if err != nil {
				t.Fatalf("%s: %v", q.name, err)
			}
			if bad := wholeTables(t, plans[0]); len(bad) > 0 {
				t.Errorf("%s reads all of %v:\n%s", q.name, bad, c.Text)
			}
		}
		t.Logf("%-28s %d statements, %v", q.name, len(calls), record.Spent())
	}
}

// wholeTables gives the tables of which a plan reads ten thousand rows or more from end to end.
func wholeTables(t *testing.T, plan string) (bad []string) {
	type node struct {
		Type    string  `json:"Node Type"`
		Table   string  `json:"Relation Name"`
		Rows    float64 `json:"Actual Rows"`
		Removed float64 `json:"Rows Removed by Filter"`
		Plans   []node
	}
	var top []struct{ Plan node }
	if err := json.Unmarshal([]byte(plan), &top); err != nil {
		t.Fatal(err)
	}
	var walk func(n node)
	walk = func(n node) {
		if strings.Contains(n.Type, "Seq Scan") && n.Rows+n.Removed >= 10_000 {
			bad = append(bad, n.Table)
		}
		for _, k := range n.Plans {
			walk(k)
		}
	}
	walk(top[0].Plan)
	return bad
}

// BenchmarkNarrow measures the same questions: go test -bench Narrow -run none.
func BenchmarkNarrow(b *testing.B) {
	shop := setup(b, databasetest.PostgreSQL(b), 20_000)
	for _, q := range questions(shop) {
		b.Run(q.name, func(b *testing.B) {
			for b.Loop() {
				if err := q.ask(shop.ctx, shop); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
