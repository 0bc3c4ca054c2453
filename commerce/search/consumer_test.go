package search_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/outbox"
)

// Events only name things, so it does not matter how often or in which order they come.
func TestConsume(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 5)
		tell := func(subject, key, id string) {
			t.Helper()
			err := db.InTx(b.ctx, func(tx database.Tx) error {
				return b.search.Consume(b.ctx, tx, []outbox.Event{{Type: subject, Payload: json.RawMessage(`{"` + key + `":"` + id + `"}`)}})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		change := func(q string, args ...any) {
			t.Helper()
			if err := db.InTx(b.ctx, func(tx database.Tx) error { _, err := tx.Exec(b.ctx, q, args...); return err }); err != nil {
				t.Fatal(err)
			}
		}
		found := func(q string) []string {
			t.Helper()
			got, err := b.search.Predictive(b.ctx, search.Typing{Query: q, Types: []string{search.Product, search.Page, search.Collection}})
			if err != nil {
				t.Fatal(err)
			}
			return slices.Concat(b.named(got.Products), b.named(got.Pages), b.named(got.Collections))
		}
		product, page, collection := b.items[0].id, b.pages["About our oak"], b.collections["Summer house"]
		change("UPDATE product SET title = 'Wicker basket' WHERE shop_id = $1 AND id = $2", product)
		change("UPDATE page SET title = 'Wicker care' WHERE shop_id = $1 AND id = $2", page)
		change("UPDATE collection SET title = 'All wicker' WHERE shop_id = $1 AND id = $2", collection)
		for range 2 {
			tell("catalog.product_changed", "product_id", product.String())
			tell("content.page_changed", "page_id", page.String())
			tell("catalog.collection_changed", "collection_id", collection.String())
		}
		if got, want := found("wicker"), []string{b.items[0].handle, "About our oak", "Summer house"}; !slices.Equal(got, want) {
			t.Errorf("found %v, want %v", got, want)
		}
		change("DELETE FROM page WHERE shop_id = $1 AND id = $2", page)
		tell("content.page_deleted", "page_id", page.String())
		tell("catalog.product_deleted", "product_id", product.String()) // late: it is there again
		if got, want := found("wicker"), []string{b.items[0].handle, "Summer house"}; !slices.Equal(got, want) {
			t.Errorf("found %v, want %v", got, want)
		}
	})
}
