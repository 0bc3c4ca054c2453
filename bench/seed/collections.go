package seed

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// between is the gap that the services leave between the places of two products in a collection.
const between = 1024

// fillCollections writes collections and which products are in them: of a few types each, and so of a few vendors. A product
// is in many or in none, as in any shop.
func (f *filling) fillCollections(ctx context.Context) error {
	r := chance("collections")
	members := make([][]int, f.size.Collections)
	at := func(i int) time.Time { return f.Now.Add(-age + time.Duration(i)*time.Hour) }
	f.Collections = make([]Collection, f.size.Collections)
	for i := range members {
		seen := make(map[int]bool, f.size.PerCollection)
		types := map[string]bool{}
		for len(types) < 3 {
			types[kinds[skewed(r, len(kinds))].name] = true
		}
		for tries := 0; len(members[i]) < f.size.PerCollection; tries++ {
			p := r.IntN(len(f.Products))
			// Where there are too few of these types, any product will do.
			if !seen[p] && (types[f.Products[p].Type] || tries > 50*f.size.PerCollection) {
				seen[p] = true
				members[i] = append(members[i], p)
			}
		}
		f.Collections[i] = Collection{ID: idAt(at(i), r), Handle: fmt.Sprintf("bench-collection-%d", i)}
	}
	err := f.w.put(ctx, "collection", "created_at updated_at handle title description description_html published_at products_count", len(members), func(i int) uuid.UUID { return f.Collections[i].ID }, func(i int) []any {
		words := one(r, sentences)
		return []any{at(i), at(i), f.Collections[i].Handle, one(r, adjectives) + " " + one(r, materials), words, "<p>" + words + "</p>", at(i), int64(len(members[i]))}
	})
	if err != nil {
		return err
	}
	n := f.size.PerCollection
	return f.w.add(ctx, "collection_product", "collection_id product_id position created_at", n*len(members), func(i int) time.Time { return at(i / n) }, func(i int) []any {
		return []any{f.Collections[i/n].ID, f.Products[members[i/n][i%n]].ID, int64(i%n+1) * between, at(i / n)}
	})
}
