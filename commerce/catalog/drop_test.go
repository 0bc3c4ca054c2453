package catalog_test

import (
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// stocked is a bundle that keeps stock at one location, a collection by hand and one by rules, and a product in both with
// everything that a product can have.
type stocked struct {
	*bundle
	stock        *inventory.Service
	place        uuid.UUID
	hand, ruled  *catalog.Collection
	empty, found map[string]int // rows before and with the product
	product      uuid.UUID
	variants     []uuid.UUID
}

func withStock(t *testing.T, db *database.DB) *stocked {
	t.Helper()
	b := &stocked{bundle: setup(t, db)}
	b.stock = inventory.New(inventory.Config{DB: db, Clock: b.clock})
	b.catalog = catalog.New(catalog.Config{DB: db, Shops: b.shops, Events: b.events, Stock: b.stock, Clock: b.clock, FilesURL: "http://shop.test/files"})
	at, err := b.stock.SaveLocation(b.ctx, inventory.Location{Handle: "home", Name: "Home", Active: true, FulfillsOnline: true})
	if err != nil {
		t.Fatal(err)
	}
	b.place = at.ID.UUID
	var problems fault.Problems
	b.hand, problems, err = b.catalog.CreateCollection(b.ctx, catalog.CollectionChanges{Title: ptr("By hand")})
	expect(t, problems, err, "")
	b.ruled, problems, err = b.catalog.CreateCollection(b.ctx, catalog.CollectionChanges{Title: ptr("By rules"),
		RuleSet: &catalog.RuleSet{Rules: []*catalog.Rule{{Column: "VENDOR", Relation: "EQUALS", Condition: "Loom"}}}})
	expect(t, problems, err, "")
	b.empty = databasetest.Rows(t, b.ctx, db)
	b.put(t, shirt())
	p, err := b.catalog.ProductByHandle(b.in("USD"), catalog.Whole, "shirt")
	if err != nil {
		t.Fatal(err)
	}
	b.product = p.ID.UUID
	_, problems, err = b.catalog.AddProducts(b.ctx, b.hand.ID.UUID, []uuid.UUID{b.product})
	expect(t, problems, err, "")
	var lines []inventory.Line
	var count inventory.Count
	var fields []catalog.MetafieldSet
	for _, v := range b.bundle.variants(t, b.in("USD"), b.product) {
		b.variants = append(b.variants, v.ID.UUID)
		lines = append(lines, inventory.Line{VariantID: v.ID.UUID, Quantity: 1})
		count.Quantities = append(count.Quantities, inventory.SetQuantity{VariantID: v.ID.UUID, LocationID: b.place, Quantity: 5})
		fields = append(fields, catalog.MetafieldSet{Owner: gid.New("ProductVariant", v.ID.UUID), Key: "note", Type: "single_line_text_field", Value: "x"})
	}
	_, problems, err = b.stock.Set(b.ctx, count)
	expect(t, problems, err, "")
	_, problems, err = b.catalog.SetMetafields(b.ctx, fields)
	expect(t, problems, err, "")
	if err := b.stock.Reserve(b.ctx, "cart:1", lines, b.clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	b.found = databasetest.Rows(t, b.ctx, db)
	return b
}

// history is what is written for ever.
func history(rows map[string]int) map[string]int {
	return map[string]int{"stock_movement": rows["stock_movement"]}
}

func TestNothingIsLeftBehind(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("Product", func(t *testing.T) {
			b := withStock(t, db)
			for _, table := range []string{"product", "product_tag", "product_option", "option_value", "variant", "variant_option", "variant_price", "product_price", "media",
				"metafield", "collection_product", "inventory_level", "reservation"} {
				if b.found[table] == b.empty[table] {
					t.Fatalf("the product has nothing in %s: the test proves less than it says", table)
				}
			}
			problems, err := b.catalog.DeleteProduct(b.ctx, b.product)
			expect(t, problems, err, "")
			want := history(b.found)
			for table, n := range b.empty {
				want[table] = n
			}
			if diff := cmp.Diff(want, databasetest.Rows(t, b.ctx, db)); diff != "" {
				t.Error(diff)
			}
			if n := b.number(t, "SELECT coalesce(sum(products_count), 0) FROM collection WHERE shop_id = $1"); n != 0 {
				t.Errorf("collections count %d products", n)
			}
		})
		t.Run("Variants", func(t *testing.T) {
			b := withStock(t, db)
			_, problems, err := b.catalog.DeleteVariants(b.ctx, b.product, b.variants[1:])
			expect(t, problems, err, "")
			rows := databasetest.Rows(t, b.ctx, db)
			for table, n := range map[string]int{"variant": 1, "variant_option": 2, "variant_price": 3, "inventory_level": 1, "reservation": 1, "metafield": b.found["metafield"] - 3} {
				if rows[table] != n {
					t.Errorf("%s has %d rows, want %d", table, rows[table], n)
				}
			}
			if wrong, err := b.stock.Verify(b.ctx); err != nil || len(wrong) > 0 {
				t.Errorf("%v %v", wrong, err)
			}
			b.clock.Advance(2 * time.Hour)
			if n, err := b.stock.Sweep(b.ctx, 10); err != nil || n != 1 {
				t.Errorf("%d promises were given back: %v", n, err)
			}
		})
		t.Run("Collection", func(t *testing.T) {
			b := withStock(t, db)
			own, problems, err := b.catalog.CreateCollection(b.ctx, catalog.CollectionChanges{Title: ptr("With all"), Image: &catalog.ImageInput{Source: "c.jpg"},
				Metafields: []catalog.MetafieldInput{{Key: "note", Type: "single_line_text_field", Value: "x"}}, Products: []uuid.UUID{b.product}})
			expect(t, problems, err, "")
			shared, problems, err := b.catalog.CreateCollection(b.ctx, catalog.CollectionChanges{Title: ptr("With its picture"), ImageID: own.MediaID})
			expect(t, problems, err, "")
			with := databasetest.Rows(t, b.ctx, db)
			problems, err = b.catalog.DeleteCollection(b.ctx, own.ID.UUID)
			expect(t, problems, err, "")
			want := b.found
			want["collection"], want["media"] = with["collection"]-1, with["media"] // the other one shows the picture still
			if diff := cmp.Diff(want, databasetest.Rows(t, b.ctx, db)); diff != "" {
				t.Error(diff)
			}
			problems, err = b.catalog.DeleteCollection(b.ctx, shared.ID.UUID)
			expect(t, problems, err, "")
			want["collection"], want["media"] = want["collection"]-1, want["media"]-1
			if diff := cmp.Diff(want, databasetest.Rows(t, b.ctx, db)); diff != "" {
				t.Error(diff)
			}
		})
	})
}

// Whoever adds to a product while it is deleted comes before or after: what is added is deleted too, or refused.
func TestNothingIsLeftBehindByOthers(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := withStock(t, db)
		note := catalog.MetafieldSet{Key: "note", Type: "single_line_text_field", Value: "x"}
		for round := range 12 {
			in := shirt()
			in.Handle = "shirt-" + strconv.Itoa(round)
			b.put(t, in)
			p, err := b.catalog.ProductByHandle(b.in("USD"), catalog.Whole, in.Handle)
			if err != nil {
				t.Fatal(err)
			}
			id, variant := p.ID.UUID, b.bundle.variants(t, b.in("USD"), p.ID.UUID)[0].ID.UUID
			_, problems, err := b.stock.Set(b.ctx, inventory.Count{Quantities: []inventory.SetQuantity{{VariantID: variant, LocationID: b.place, Quantity: 5}}})
			expect(t, problems, err, "")
			note.Owner = p.ID
			for name, err := range together(map[string]func() error{
				"delete":    func() error { _, err := b.catalog.DeleteProduct(b.ctx, id); return err },
				"add":       func() error { _, _, err := b.catalog.AddProducts(b.ctx, b.hand.ID.UUID, []uuid.UUID{id}); return err },
				"metafield": func() error { _, _, err := b.catalog.SetMetafields(b.ctx, []catalog.MetafieldSet{note}); return err },
				"reserve": func() error {
					err := b.stock.Reserve(b.ctx, inventory.Ref("cart:"+in.Handle), []inventory.Line{{VariantID: variant, Quantity: 1}}, b.clock.Now().Add(time.Hour))
					if _, short := errors.AsType[inventory.OutOfStock](err); short {
						return nil
					}
					return err
				},
			}) {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			for query, id := range map[string]uuid.UUID{
				"SELECT count(*) FROM collection_product WHERE shop_id = $1 AND product_id = $2": id,
				"SELECT count(*) FROM metafield WHERE shop_id = $1 AND owner_id = $2":            id,
				"SELECT count(*) FROM inventory_level WHERE shop_id = $1 AND variant_id = $2":    variant,
				"SELECT count(*) FROM reservation WHERE shop_id = $1 AND variant_id = $2":        variant,
			} {
				if n := b.number(t, query, id); n != 0 {
					t.Fatalf("round %d: %d rows are left: %s", round, n, query)
				}
			}
		}
		if n := b.number(t, "SELECT products_count FROM collection WHERE shop_id = $1 AND id = $2", b.hand.ID.UUID); n != 1 {
			t.Errorf("the collection counts %d products, and has one", n)
		}
	})
}

// together runs everything at once and gives what came of it.
func together(verbs map[string]func() error) map[string]error {
	out := make(map[string]error, len(verbs))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for name, verb := range verbs {
		wg.Go(func() {
			err := verb()
			mu.Lock()
			defer mu.Unlock()
			out[name] = err
		})
	}
	wg.Wait()
	return out
}
