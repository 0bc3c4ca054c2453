package search_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

func TestProductsByQuery(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 300)
		in := func(s string) func(*item) bool {
			return func(i *item) bool { return strings.Contains(i.title, s) }
		}
		priced := func(pass func(int64) bool) func(*item) bool {
			return func(i *item) bool {
				return slices.ContainsFunc(i.variants, func(v choice) bool { return pass(v.price) })
			}
		}
		cases := []struct {
			query string
			pass  func(*item) bool
		}{
			{"", func(*item) bool { return true }},
			{"title:oak", in("Oak")},
			{"title:CHAIRS", in("Chair")},
			{"title:cafe", in("Café")},
			{"title:cha*", in("Chair")},
			{`title:"oak chair"`, in("Oak Chair")},
			{`title:"chair oak"`, func(*item) bool { return false }},
			{"title:oak title:round", func(i *item) bool { return in("Oak")(i) && in("Round")(i) }},
			{"title:oak OR title:brass", func(i *item) bool { return in("Oak")(i) || in("Brass")(i) }},
			{"title:oak -title:chair", func(i *item) bool { return in("Oak")(i) && !in("Chair")(i) }},
			{"NOT title:oak", func(i *item) bool { return !in("Oak")(i) }},
			{"-(title:oak OR vendor:acme)", func(i *item) bool { return !in("Oak")(i) && i.vendor != "Acme" }},
			{"(title:oak OR tag:sale) AND (vendor:fjell OR vendor:Acme)", func(i *item) bool {
				return (in("Oak")(i) || has(i.tags, "Sale")) && (i.vendor == "Fjell" || i.vendor == "Acme")
			}},
			{"vendor:acme", func(i *item) bool { return i.vendor == "Acme" }},
			{"vendor:acme*", func(i *item) bool { return strings.HasPrefix(strings.ToLower(i.vendor), "acme") }},
			{`vendor:"Nørd & Søn"`, func(i *item) bool { return i.vendor == "Nørd & Søn" }},
			{"product_type:'seating'", func(i *item) bool { return i.class == "Seating" }},
			{`tag:"gift idea"`, func(i *item) bool { return has(i.tags, "Gift idea") }},
			{"tag:g*", func(i *item) bool { return has(i.tags, "Gift idea") }},
			{"tag_not:new", func(i *item) bool { return !has(i.tags, "New") }},
			{"available_for_sale:true", (*item).forSale},
			{"available_for_sale:false", func(i *item) bool { return !i.forSale() }},
			{"variants.price:>=80 variants.price:<90.5", func(i *item) bool {
				return priced(func(p int64) bool { return p >= 8000 })(i) && priced(func(p int64) bool { return p < 9050 })(i)
			}},
			{"price:<10", priced(func(p int64) bool { return p < 1000 })},
			{"price:>7.505", priced(func(p int64) bool { return p > 750 })},
			{"created_at:>=2026-11-23T11:00:00Z", func(i *item) bool { return slices.Index(b.items, i) >= 120 }},
			{"created_at:2026-11-23", func(*item) bool { return true }},
			{"updated_at:<'2026-11-23T08:00:00Z'", func(i *item) bool { return slices.Index(b.items, i) > 60 }},
			{"sku:sku-thing-00007-0", func(i *item) bool { return i.handle == "thing-00007" }},
			{"sku:SKU-THING-0000*", func(i *item) bool { return i.handle < "thing-00010" }},
			{"handle:thing-00010", func(i *item) bool { return i.handle == "thing-00010" }},
			{"metafields.custom.material:Brass", func(i *item) bool { return i.material == "Brass" }},
			{"id:" + b.items[1].id.String(), func(i *item) bool { return i == b.items[1] }},
			{`SKU-THING-00008-0`, func(i *item) bool { return i.handle == "thing-00008" }},
			{"forest", func(i *item) bool {
				return slices.ContainsFunc(i.variants, func(v choice) bool { return v.color == "Forest green" })
			}},
			{`"!!!"`, func(*item) bool { return false }},
			{`oak & round`, func(i *item) bool { return in("Oak")(i) && in("Round")(i) }},
		}
		for _, c := range cases {
			got := b.all(t, b.ctx, search.ProductQuery{Scope: search.Scope{Query: c.query}})
			if diff := cmp.Diff(b.want(c.pass), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.query, diff)
			}
		}
	})
}

func TestProductsForStaff(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 120)
		all := b.all(t, b.staff, search.ProductQuery{})
		if len(all) != 120 {
			t.Errorf("staff see %d products, want 120", len(all))
		}
		drafts := b.all(t, b.staff, search.ProductQuery{Scope: search.Scope{Query: "status:draft"}})
		for _, h := range drafts {
			if i := slices.IndexFunc(b.items, func(i *item) bool { return i.handle == h }); b.items[i].status != "draft" {
				t.Errorf("%s is no draft", h)
			}
		}
		if len(drafts) == 0 {
			t.Error("no drafts found")
		}
		if got := b.all(t, b.staff, search.ProductQuery{Scope: search.Scope{Query: "inventory_total:>20"}}); len(got) == 0 || len(got) == 120 {
			t.Errorf("%d products have more than 20 pieces", len(got))
		}
		for _, q := range []string{"status:draft", "inventory_total:>20", "foo:bar", "price:cheap", "created_at:>soon", `"oak`, "(oak", "oak)", "oak OR", "price:1*", "vendor:>a", strings.Repeat("a ", 40), strings.Repeat("(", 40), strings.Repeat("x", 3000)} {
			if _, err := b.search.Products(b.ctx, search.ProductQuery{Scope: search.Scope{Query: q}}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%.30s gave %v, want it refused", q, err)
			}
		}
	})
}

func TestProductsSorted(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 200)
		summer := b.collections["Summer house"]
		for _, scope := range []search.Scope{{}, {Query: "title:oak"}, {Query: "oak chair", Typed: true}, {Query: "oak OR chair -brass"}, {CollectionID: &summer}, {CollectionID: &summer, Query: "oak"}, {Unavailable: search.Last}, {Query: "oak", Unavailable: search.Last}} {
			want := len(b.all(t, b.ctx, search.ProductQuery{Scope: scope}))
			for _, key := range []string{"ID", "TITLE", "VENDOR", "PRODUCT_TYPE", "CREATED_AT", "UPDATED_AT", "BEST_SELLING", "PRICE", "RELEVANCE", "COLLECTION_DEFAULT", "PRICE_DESC", "ALPHA_DESC"} {
				forward := b.all(t, b.ctx, search.ProductQuery{Scope: scope, SortKey: key, CollectionOrder: "MANUAL"})
				back := b.all(t, b.ctx, search.ProductQuery{Scope: scope, SortKey: key, CollectionOrder: "MANUAL", Args: keyset.Args{Reverse: true}})
				slices.Reverse(back)
				if diff := cmp.Diff(forward, back); diff != "" {
					t.Errorf("%+v by %s: reversed is another order:\n%s", scope, key, diff)
				}
				if sorted := slices.Compact(slices.Sorted(slices.Values(forward))); len(sorted) != want || len(forward) != want {
					t.Errorf("%+v by %s: %d products, %d of them different, want %d", scope, key, len(forward), len(sorted), want)
				}
			}
		}
		last := b.all(t, b.ctx, search.ProductQuery{Scope: search.Scope{Query: "oak", Unavailable: search.Last}, SortKey: "RELEVANCE"})
		gone := false
		for _, h := range last {
			i := b.items[slices.IndexFunc(b.items, func(i *item) bool { return i.handle == h })]
			if gone && i.forSale() {
				t.Errorf("%s is for sale and stands behind what is not", h)
			}
			gone = gone || !i.forSale()
		}
		if !gone {
			t.Error("nothing is sold out in this test")
		}
		hidden := b.all(t, b.ctx, search.ProductQuery{Scope: search.Scope{Query: "title:oak", Unavailable: search.Hide}})
		if diff := cmp.Diff(b.want(func(i *item) bool { return strings.Contains(i.title, "Oak") && i.forSale() }), hidden); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRelevance(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 100)
		ranked := b.all(t, b.ctx, search.ProductQuery{Scope: search.Scope{Query: "chair"}, SortKey: "RELEVANCE"})
		inTitle := true
		for _, h := range ranked { // bodies name the noun of another product
			i := b.items[slices.IndexFunc(b.items, func(i *item) bool { return i.handle == h })]
			title := strings.Contains(i.title, "Chair")
			if title && !inTitle {
				t.Errorf("%s has it in its title and stands behind one that has not", i.title)
			}
			inTitle = title
		}
		if inTitle {
			t.Error("no product was found by its text")
		}
	})
}

func TestSearchMixed(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 60)
		read := func(q search.Mixed) (found []string) {
			size := 7
			q.Args = keyset.Args{First: &size}
			total, err := b.search.Total(b.ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			for {
				page, err := b.search.Search(b.ctx, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, h := range page.Items {
					found = append(found, h.Kind+" "+b.names[h.ID])
				}
				if !page.HasNext {
					break
				}
				q.Args.After = page.End()
			}
			if total != len(found) {
				t.Errorf("%+v: counted %d and found %d", q, total, len(found))
			}
			return found
		}
		typed := search.Scope{Query: "oak", Typed: true}
		found := read(search.Mixed{Scope: typed})
		if !has(found, "PAGE About our oak") || has(found, "PAGE Hidden oak page") || len(found) < 5 {
			t.Errorf("found %v", found)
		}
		if got := read(search.Mixed{Scope: typed, Types: []string{search.Page}}); !slices.Equal(got, []string{"PAGE About our oak"}) {
			t.Errorf("pages: %v", got)
		}
		if got := read(search.Mixed{Scope: search.Scope{Query: "delivery", Typed: true}}); !slices.Equal(got, []string{"PAGE Délivery & returns"}) {
			t.Errorf("pages: %v", got)
		}
		for _, key := range []string{"RELEVANCE", "PRICE"} {
			for _, un := range []string{search.Show, search.Last, search.Hide} {
				typed.Unavailable = un
				if got := read(search.Mixed{Scope: typed, SortKey: key}); key == "PRICE" && got[len(got)-1] != "PAGE About our oak" {
					t.Errorf("by price: %v", got)
				}
			}
		}
		if got := read(search.Mixed{Scope: search.Scope{Query: "about", Typed: true, Prefix: true}}); !slices.Equal(got, []string{"PAGE About our oak"}) {
			t.Errorf("found %v", got)
		}
		if got := read(search.Mixed{Scope: search.Scope{Query: "abou", Typed: true, Prefix: true}}); !slices.Equal(got, []string{"PAGE About our oak"}) {
			t.Errorf("unfinished word: %v", got)
		}
		if got := read(search.Mixed{Types: []string{search.Article}}); len(got) != 0 {
			t.Errorf("articles: %v", got)
		}
		if got := read(search.Mixed{}); len(got) != len(b.want(func(*item) bool { return true })) {
			t.Errorf("no words find %d", len(got))
		}
		for _, q := range []string{`"oak`, "foo:bar", "(oak", "oak) -", "OR", "AND NOT", "-", "price:cheap", "a:b:c", "status:draft", "'oak", "*", "\x00\xff", "NEAR(a b)", `{title}: "`, "oak & | ! <->", strings.Repeat(") ", 30)} {
			read(search.Mixed{Scope: search.Scope{Query: q, Typed: true, Prefix: true}})
		}
	})
}

func TestOtherShopsAreOutOfReach(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		a, b := setup(t, db, 20), setup(t, db, 30)
		for _, q := range []string{"", "oak", "NOT oak", "oak OR chair"} {
			for _, h := range a.all(t, a.ctx, search.ProductQuery{Scope: search.Scope{Query: q}}) {
				if h == "" {
					t.Errorf("%q finds another shop's product", q)
				}
			}
		}
		got, err := b.search.Predictive(b.ctx, search.Typing{Query: "oak"})
		if err != nil || has(b.named(got.Products), "") {
			t.Errorf("predicted %v, %v", b.named(got.Products), err)
		}
	})
}

func TestDocumentsFollowTheirThings(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 10)
		find := func(q string) []string {
			return b.all(t, b.ctx, search.ProductQuery{Scope: search.Scope{Query: q}})
		}
		refresh := func() {
			t.Helper()
			err := db.InTx(b.ctx, func(tx database.Tx) error {
				return b.search.Refresh(b.ctx, tx, search.Product, append(idsOf(b.items), idsOf(b.items)...))
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		exec := func(q string, args ...any) {
			t.Helper()
			if err := db.InTx(b.ctx, func(tx database.Tx) error { _, err := tx.Exec(b.ctx, q, args...); return err }); err != nil {
				t.Fatal(err)
			}
		}
		exec("UPDATE product SET title = 'Zebra stool' WHERE shop_id = $1 AND id = $2", b.items[0].id)
		if got := find("zebra"); len(got) != 0 {
			t.Errorf("found %v before it was refreshed", got)
		}
		refresh()
		refresh()
		if got := find("zebras"); !slices.Equal(got, []string{b.items[0].handle}) {
			t.Errorf("found %v", got)
		}
		exec("DELETE FROM product WHERE shop_id = $1 AND id = $2", b.items[0].id)
		refresh()
		if err := b.search.Rebuild(b.ctx); err != nil {
			t.Fatal(err)
		}
		if got := find("zebra"); len(got) != 0 {
			t.Errorf("found %v after it was deleted", got)
		}
		var n int
		if err := db.QueryRow(b.ctx, "SELECT count(*) FROM search_document WHERE shop_id = $1").Scan(&n); err != nil || n != 9+3+3 {
			t.Errorf("%d documents, %v", n, err)
		}
	})
}

func TestPricesAreTheBuyers(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 60)
		yen := shop.WithBuyer(b.ctx, shop.Buyer{Currency: "JPY"})
		low, high := 3000.0, 6000.5
		got := b.all(t, yen, search.ProductQuery{Scope: search.Scope{Filters: []search.Filter{{Price: &search.PriceRange{Min: &low, Max: &high}}}}})
		want := b.want(func(i *item) bool {
			return slices.ContainsFunc(i.variants, func(v choice) bool { y := v.price * 150 / 100; return y >= 3000 && y <= 6000 })
		})
		if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
			t.Error(diff)
		}
		cents := 19.99
		if got := b.all(t, b.ctx, search.ProductQuery{Scope: search.Scope{Filters: []search.Filter{{Price: &search.PriceRange{Max: &cents}}}}}); len(got) == 0 {
			t.Error("nothing up to 19.99")
		}
	})
}
