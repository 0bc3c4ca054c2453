package demo_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// target makes the services of an empty deployment.
func target(db *database.DB, c clock.Clock) demo.Target {
	shops := shop.New(shop.Config{DB: db, Clock: c})
	ids := identity.New(identity.Config{DB: db, Clock: c})
	return demo.Target{
		DB: db, Shops: shops, Identity: ids,
		Catalog:   catalog.New(catalog.Config{DB: db, Shops: shops, Clock: c}),
		Content:   content.New(content.Config{DB: db, Clock: c}),
		Inventory: inventory.New(inventory.Config{DB: db, Clock: c}),
		Staff:     staff.New(staff.Config{DB: db, Clock: c, Identity: ids}),
		Discounts: discount.New(discount.Config{DB: db, Clock: c}),
		Delivery:  delivery.New(delivery.Config{DB: db, Clock: c}),
	}
}

// fill fills a shop and gives a context in which Rialto itself acts there.
func fill(t *testing.T, to demo.Target) context.Context {
	t.Helper()
	s, err := demo.Fill(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	return access.With(database.WithShop(t.Context(), s.ID.UUID), access.Actor{Kind: access.System, Shop: s.ID.UUID})
}

// tables are those that a filling writes.
var tables = []string{
	"market", "location", "product", "variant", "variant_price", "product_price", "product_option", "option_value", "product_tag", "metafield", "media",
	"collection", "collection_product", "inventory_level", "stock_movement", "menu", "menu_item", "page", "discount", "gift_card", "gift_card_entry",
	"shipping_zone", "shipping_rate", "tax_rate", "storefront_token", "role_assignment",
}

func counts(t *testing.T, ctx context.Context, db *database.DB) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, table := range tables {
		var n int
		if err := db.QueryRow(ctx, "SELECT count(*) FROM "+table+" WHERE shop_id = $1").Scan(&n); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		if n == 0 {
			t.Errorf("%s is empty", table)
		}
		out[table] = n
	}
	return out
}

func TestFill(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		to := target(db, clock.System{})
		ctx := fill(t, to)
		all, err := demo.Load()
		if err != nil {
			t.Fatal(err)
		}
		products := products(t, ctx, to, all)
		t.Run("EveryVariantHasAPriceInEveryMarket", func(t *testing.T) { checkPrices(t, ctx, to, products) })
		t.Run("StockIsThatOfTheFileOverAllLocations", func(t *testing.T) { checkStock(t, ctx, to, all, products) })
		t.Run("EveryCountryHasADeliveryInItsCurrency", func(t *testing.T) { checkDelivery(t, ctx, to) })
		t.Run("PicturesAreKnownToTheGallery", func(t *testing.T) { checkPictures(t, ctx, db, all) })
		t.Run("CollectionsHaveProducts", func(t *testing.T) { checkCollections(t, ctx, db, all) })
		t.Run("AgainChangesNothing", func(t *testing.T) {
			before := counts(t, ctx, db)
			fill(t, to)
			if diff := cmp.Diff(before, counts(t, ctx, db)); diff != "" {
				t.Error(diff)
			}
		})
	})
}

// products finds the products of the file, by handle.
func products(t *testing.T, ctx context.Context, to demo.Target, all *demo.All) map[string]uuid.UUID {
	t.Helper()
	out := map[string]uuid.UUID{}
	for _, p := range all.Products {
		found, err := to.Catalog.ProductByHandle(ctx, catalog.Whole, p.Handle)
		if err != nil {
			t.Fatalf("%s: %v", p.Handle, err)
		}
		out[p.Handle] = found.ID.UUID
	}
	return out
}

func checkPrices(t *testing.T, ctx context.Context, to demo.Target, products map[string]uuid.UUID) {
	var ids []uuid.UUID
	for _, id := range products {
		ids = append(ids, id)
	}
	markets, err := to.Shops.Markets(ctx)
	if err != nil || len(markets) < 5 {
		t.Fatalf("%d markets, %v", len(markets), err)
	}
	for _, m := range markets {
		buyer, err := to.Shops.Buyer(ctx, m.Countries[0], "")
		if err != nil {
			t.Fatal(err)
		}
		variants, err := to.Catalog.AllVariants(shop.WithBuyer(ctx, buyer), ids)
		if err != nil || len(variants) != len(ids) {
			t.Fatalf("%d products have variants, %v", len(variants), err)
		}
		for _, list := range variants {
			for _, v := range list {
				if v.Price.Currency != m.Currency || v.Price.Amount <= 0 {
					t.Errorf("%s in %s costs %v", *v.SKU, m.Handle, v.Price)
				}
			}
		}
	}
	// A market's own price is not the converted one.
	japan, err := to.Shops.Buyer(ctx, "JP", "")
	if err != nil {
		t.Fatal(err)
	}
	chair, err := to.Catalog.AllVariants(shop.WithBuyer(ctx, japan), []uuid.UUID{products["oak-chair"]})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := chair[products["oak-chair"]][0].Price, money.New(29300, "JPY"); got != want {
		t.Errorf("the chair costs %v in Japan, not %v", got, want)
	}
}

func checkStock(t *testing.T, ctx context.Context, to demo.Target, all *demo.All, products map[string]uuid.UUID) {
	for _, p := range all.Products {
		id := products[p.Handle]
		variants, err := to.Catalog.AllVariants(ctx, []uuid.UUID{id})
		if err != nil || len(variants[id]) != len(p.Variants) {
			t.Fatalf("%s has %d variants of %d, %v", p.Handle, len(variants[id]), len(p.Variants), err)
		}
		var ids []uuid.UUID
		for _, v := range variants[id] {
			ids = append(ids, v.ID.UUID)
		}
		levels, err := to.Inventory.Levels(ctx, ids)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range p.Variants {
			var got []int64
			for _, l := range levels[ids[i]] {
				got = append(got, l.OnHand)
			}
			if diff := cmp.Diff(all.Shop.StockAt(v.Quantity), got); diff != "" {
				t.Errorf("%s: %s", v.SKU, diff)
			}
		}
	}
	if wrong, err := to.Inventory.Verify(ctx); err != nil || len(wrong) > 0 {
		t.Errorf("the ledger disagrees: %v, %v", wrong, err)
	}
}

func checkDelivery(t *testing.T, ctx context.Context, to demo.Target) {
	rates, err := to.Delivery.Rates(ctx)
	if err != nil {
		t.Fatal(err)
	}
	markets, err := to.Shops.Markets(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var countries []string
	for _, m := range markets {
		for _, country := range m.Countries {
			countries = append(countries, country)
			for _, amount := range []int64{0, 1, 1_000_000} {
				parcel := shipping.Parcel{Subtotal: money.New(amount, m.Currency), Grams: 500, Pieces: 1}
				if len(shipping.Options(rates.Zones, shipping.Address{Country: country}, parcel)) == 0 {
					t.Errorf("nothing delivers %v to %s", parcel.Subtotal, country)
				}
			}
		}
	}
	for _, want := range []string{"US", "CA", "GB", "DE", "FR", "JP"} {
		if !slices.Contains(countries, want) {
			t.Errorf("nothing is sold to %s", want)
		}
	}
}

func checkPictures(t *testing.T, ctx context.Context, db *database.DB, all *demo.All) {
	known := map[string]demo.Picture{}
	for _, p := range all.Pictures() {
		known[p.Key] = p
	}
	type media struct {
		Source, Alt   string
		Width, Height int
	}
	rows, err := db.Query(ctx, "SELECT source, alt, width, height FROM media WHERE shop_id = $1")
	list, err := database.Scan(rows, err, func(scan func(...any) error) (m media, err error) {
		return m, scan(&m.Source, &m.Alt, &m.Width, &m.Height)
	})
	if err != nil || len(list) != len(known) {
		t.Fatalf("%d media for %d pictures, %v", len(list), len(known), err)
	}
	for _, m := range list {
		p := known[m.Source]
		if diff := cmp.Diff(media{p.Key, p.Label, p.Width, p.Height}, m); diff != "" {
			t.Error(diff)
		}
	}
}

func checkCollections(t *testing.T, ctx context.Context, db *database.DB, all *demo.All) {
	for _, c := range all.Collections {
		var n int
		err := db.QueryRow(ctx, "SELECT count(*) FROM collection c JOIN collection_product p ON p.shop_id = c.shop_id AND p.collection_id = c.id WHERE c.shop_id = $1 AND c.handle = $2", c.Handle).Scan(&n)
		if err != nil || n < 4 || len(c.Products) > 0 && n != len(c.Products) {
			t.Errorf("%s has %d products, %v", c.Handle, n, err)
		}
	}
}

// breaking is a clock that ends a context when it is read for the nth time: whatever reads the time then is broken off.
type breaking struct {
	clock.Clock
	left   atomic.Int64
	cancel context.CancelFunc
}

// Now gives the time.
func (c *breaking) Now() time.Time {
	if c.left.Add(-1) == 0 {
		c.cancel()
	}
	return c.Clock.Now()
}

func TestFillIsCompletedAfterItWasBrokenOff(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		// As many breaks as it takes, each a little later than the one before, on the one database.
		broken := 0
		for at := int64(1); ; at += 9 {
			ctx, cancel := context.WithCancel(t.Context())
			c := &breaking{Clock: clock.System{}, cancel: cancel}
			c.left.Store(at)
			_, err := demo.Fill(ctx, target(db, c))
			cancel()
			if err == nil {
				break
			}
			if ctx.Err() == nil {
				t.Fatal(err)
			}
			broken++
		}
		if broken < 5 {
			t.Errorf("broken off %d times only", broken)
		}
		ctx := fill(t, target(db, clock.System{}))
		whole := databasetest.SQLite(t)
		wholeCtx := fill(t, target(whole, clock.System{}))
		want := counts(t, wholeCtx, whole)
		if diff := cmp.Diff(want, counts(t, ctx, db)); diff != "" {
			t.Error(diff)
		}
	})
}
