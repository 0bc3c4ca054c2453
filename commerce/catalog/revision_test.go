package catalog_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

// Editors who have read the same revision write at once, while the clock stands still: exactly one wins, and the others
// are told that what they read is stale.
func TestOneOfTheEditorsWins(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		silent := catalog.New(catalog.Config{DB: db, Shops: b.shops, Clock: b.clock})
		product := b.put(t, shirt()).ID
		collection := b.collection(t, catalog.CollectionChanges{Title: ptr("Cheap")}).ID.UUID
		for _, tc := range []struct {
			name, path string
			revision   func() string
			write      func(ctx context.Context, revision *string, word string) (fault.Problems, error)
		}{
			{"Product", "product.ifRevision.STALE ", func() string { return b.revisionOf(t, product) }, func(ctx context.Context, revision *string, word string) (fault.Problems, error) {
				_, ps, err := silent.UpdateProduct(ctx, product, catalog.ProductChanges{IfRevision: revision, Title: &word})
				return ps, err
			}},
			{"Metafields", "product.ifRevision.STALE ", func() string { return b.revisionOf(t, product) }, func(ctx context.Context, revision *string, word string) (fault.Problems, error) {
				_, ps, err := silent.UpdateProduct(ctx, product, catalog.ProductChanges{IfRevision: revision, Metafields: []catalog.MetafieldInput{{Key: "material", Value: word}}})
				return ps, err
			}},
			{"Variants", "ifRevision.STALE ", func() string { return b.revisionOf(t, product) }, func(ctx context.Context, revision *string, word string) (fault.Problems, error) {
				first := b.variants(t, b.in("USD"), product)[0].ID.UUID
				_, ps, err := silent.UpdateVariants(ctx, product, []catalog.VariantChanges{{ID: first, SKU: &word}}, nil, catalog.Bulk{IfRevision: revision, Partial: true})
				return ps, err
			}},
			{"Collection", "input.ifRevision.STALE ", func() string {
				found, err := b.catalog.Collections(b.ctx, []uuid.UUID{collection})
				if err != nil {
					t.Fatal(err)
				}
				return found[collection].Revision()
			}, func(ctx context.Context, revision *string, word string) (fault.Problems, error) {
				_, ps, err := silent.UpdateCollection(ctx, collection, catalog.CollectionChanges{IfRevision: revision, Title: &word})
				return ps, err
			}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				read := tc.revision()
				told := atOnce(t, 4, func(word string) (fault.Problems, error) { return tc.write(b.ctx, &read, word) })
				if told[""] != 1 || told[tc.path] != 3 {
					t.Fatalf("%v", told)
				}
				if now := tc.revision(); now == read {
					t.Fatal("the revision stayed")
				}
				if ps, err := tc.write(b.ctx, nil, "unasked"); err != nil || len(ps) > 0 {
					t.Fatal(codes(ps), err)
				}
			})
		}
	})
}

// A revision stays where nothing changes, and changes with each thing that an editor of the product sees.
func TestRevisionFollowsChanges(t *testing.T) {
	b := setup(t, databasetest.SQLite(t))
	product := b.put(t, shirt()).ID
	last := b.revisionOf(t, product)
	b.put(t, shirt())
	if b.revisionOf(t, product) != last {
		t.Error("the same product again is a change")
	}
	for name, change := range map[string]func() (fault.Problems, error){
		"media": func() (fault.Problems, error) {
			_, ps, err := b.catalog.CreateMedia(b.ctx, product, []catalog.MediaInput{{Source: "https://img.test/new.jpg"}})
			return ps, err
		},
		"variants": func() (fault.Problems, error) {
			first := b.variants(t, b.in("USD"), product)[0].ID.UUID
			_, ps, err := b.catalog.UpdateVariants(b.ctx, product, []catalog.VariantChanges{{ID: first, Price: ptr(usd(1))}}, nil, catalog.Bulk{})
			return ps, err
		},
	} {
		if ps, err := change(); err != nil || len(ps) > 0 {
			t.Fatal(codes(ps), err)
		}
		if now := b.revisionOf(t, product); now == last {
			t.Errorf("%s: the revision stayed", name)
		} else {
			last = now
		}
	}
}

func (b *bundle) revisionOf(t *testing.T, product uuid.UUID) string {
	t.Helper()
	found, err := b.catalog.Products(b.in("USD"), []uuid.UUID{product})
	if err != nil || found[product] == nil {
		t.Fatal(err)
	}
	return found[product].Revision()
}

// atOnce runs a write n times at once, each with a word of its own, and counts what was told.
func atOnce(t *testing.T, n int, write func(word string) (fault.Problems, error)) map[string]int {
	t.Helper()
	told := map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			ps, err := write(uuid.NewString())
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			told[codes(ps)]++
		})
	}
	wg.Wait()
	return told
}
