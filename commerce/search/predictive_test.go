package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

func TestPredictive(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 150)
		title := func(id uuid.UUID) string {
			return b.items[slices.IndexFunc(b.items, func(i *item) bool { return i.id == id })].title
		}
		for query, word := range map[string]string{"cha": "Chair", "oak cha": "Oak Chair", "chiar": "Chair", "wallnut": "Walnut", "miror": "Mirror", "folidng benhc": "Folding", "café": "Café", "cafe": "Café", "lmap": "Lamp", "foldign": "Folding", "olding": "Folding"} {
			got, err := b.search.Predictive(b.ctx, search.Typing{Query: query, Types: []string{search.Product}})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Products) == 0 {
				t.Errorf("%q finds nothing", query)
			}
			if len(got.Products) > 0 && !strings.Contains(title(got.Products[0]), word) {
				t.Errorf("%q finds %q first", query, title(got.Products[0]))
			}
			got, err = b.search.Predictive(b.ctx, search.Typing{Query: query, Types: []string{search.Product}, Fields: []string{"TITLE"}})
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range got.Products {
				if !strings.Contains(title(id), word) {
					t.Errorf("%q finds %q", query, title(id))
				}
			}
		}
		got, err := b.search.Predictive(b.ctx, search.Typing{Query: "oak", Limit: 3, Each: true})
		if err != nil || len(got.Products) != 3 || !slices.Equal(b.named(got.Collections), []string{"Everything oak"}) || !slices.Equal(b.named(got.Pages), []string{"About our oak"}) || len(got.Queries) != 3 {
			t.Errorf("each: %+v, %v", got, err)
		}
		got, err = b.search.Predictive(b.ctx, search.Typing{Query: "oak", Limit: 5})
		if err != nil || len(got.Products)+len(got.Collections)+len(got.Pages)+len(got.Queries) != 5 || len(got.Collections) != 1 {
			t.Errorf("all: %+v, %v", got, err)
		}
		for _, s := range got.Queries {
			if !strings.HasPrefix(s.Text, "oak") || !strings.HasPrefix(s.StyledText, "<mark>oak</mark>") {
				t.Errorf("suggests %+v", s)
			}
			if n := len(b.all(t, b.ctx, search.ProductQuery{Scope: search.Scope{Query: s.Text}})); n == 0 {
				t.Errorf("suggests %q, which finds nothing", s.Text)
			}
		}
		for _, hide := range []string{search.Hide, search.Last, search.Show} {
			got, err := b.search.Predictive(b.ctx, search.Typing{Query: "oak", Unavailable: hide, Types: []string{search.Product}})
			if err != nil || len(got.Products) == 0 {
				t.Errorf("%s: %v, %v", hide, got, err)
			}
			for _, id := range got.Products {
				if i := b.items[slices.IndexFunc(b.items, func(i *item) bool { return i.id == id })]; hide == search.Hide && !i.forSale() {
					t.Errorf("%s is sold out and not hidden", i.handle)
				}
			}
		}
		if got, err := b.search.Predictive(b.ctx, search.Typing{Query: "quiet", Fields: []string{"TITLE"}}); err != nil || len(got.Products) > 0 {
			t.Errorf("titles with a word of the text: %v, %v", got, err)
		}
		if got, err := b.search.Predictive(b.ctx, search.Typing{Query: "quiet", Fields: []string{"BODY"}}); err != nil || len(got.Products) == 0 {
			t.Errorf("texts: %v, %v", got, err)
		}
		for _, q := range []string{"", "!", `"`, "a", "xyzzyplugh", "'; DROP", "\x00", strings.Repeat("word ", 50), "日本", `<b>oak`} {
			if _, err := b.search.Predictive(b.ctx, search.Typing{Query: q}); err != nil {
				t.Errorf("%q: %v", q, err)
			}
		}
		for _, bad := range []search.Typing{{Query: "oak", Limit: 11}, {Query: strings.Repeat("x", 5000)}} {
			if _, err := b.search.Predictive(b.ctx, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v", err)
			}
		}
	})
}

func TestRecommendations(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 150)
		of := b.items[10]
		byID := func(id uuid.UUID) *item {
			return b.items[slices.IndexFunc(b.items, func(i *item) bool { return i.id == id })]
		}
		related, err := b.search.Recommendations(b.ctx, of.id, search.Related, 10)
		if err != nil || len(related) != 10 || slices.Contains(related, of.id) {
			t.Fatalf("%v, %v", related, err)
		}
		first := byID(related[0])
		shared := slices.ContainsFunc(first.tags, func(s string) bool { return has(of.tags, s) })
		if !shared && first.class != of.class {
			t.Errorf("%+v has nothing in common with %+v", first, of)
		}
		for _, id := range related {
			if !byID(id).visible() {
				t.Errorf("%s is not on sale", byID(id).handle)
			}
		}
		order := uuid.Must(uuid.NewV7())
		friend := b.items[11]
		line := func(p *item, n int) []any {
			return []any{uuid.Must(uuid.NewV7()), b.shop, order, n, p.id, p.title, 1, 1, 1, 1, 0, 1, 0}
		}
		write(t, b.ctx, db, rows{
			"orders":     {{order, b.shop, start, start, 1, "#1", uuid.Must(uuid.NewV7()), []byte{1}, "USD", 1, 0, 0, 0, 1, 0, "PAID", "UNFULFILLED", start}},
			"order_line": {line(of, 0), line(friend, 1)},
		})
		together, err := b.search.Recommendations(b.ctx, of.id, search.Complementary, 10)
		if err != nil || len(together) < 2 || friend.forSale() && together[0] != friend.id {
			t.Errorf("%v, %v", b.named(together), err)
		}
		for _, id := range together[1:] {
			if p := byID(id); p.class == of.class {
				t.Errorf("%s is of the same type", p.handle)
			}
		}
		if _, err := b.search.Recommendations(b.ctx, uuid.Must(uuid.NewV7()), search.Related, 10); !fault.Is(err, fault.NotFound) {
			t.Errorf("a product that is not there gave %v", err)
		}
		if _, err := b.search.Recommendations(b.ctx, of.id, "SIMILAR", 10); !fault.Is(err, fault.Invalid) {
			t.Errorf("an intent that is not there gave %v", err)
		}
	})
}

// Of more products with a trait than are looked at, it is the newest that are, wherever their rows lie.
func TestRecommendationsAreTheNewest(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 1)
		ids := make([]uuid.UUID, 150)
		for i := range ids {
			ids[i] = uuid.Must(uuid.NewV7())
		}
		all := rows{}
		for _, i := range rand.Perm(len(ids)) {
			handle := fmt.Sprintf("widget-%d", i)
			all["product"] = append(all["product"], []any{ids[i], b.shop, start, start, handle, handle, "", "Acme", "Widget", "active", database.JSON[[]string]{V: []string{"tool"}}, start, 0})
			all["product_tag"] = append(all["product_tag"], []any{uuid.Must(uuid.NewV7()), b.shop, ids[i], "tool", "tool"})
		}
		write(t, b.ctx, db, all)
		got, err := b.search.Recommendations(b.ctx, ids[0], search.Related, 10)
		if want := ids[50:60]; err != nil || !slices.Equal(got, want) { // all are alike: those that were made first come first
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	})
}
