package seed_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/bench/seed"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

var small = func() seed.Size {
	s := seed.Sized(300)
	s.Unfinished = 5
	return s
}()

func fill(t *testing.T) (context.Context, *database.DB, *seed.Shop) {
	t.Helper()
	db := databasetest.PostgreSQL(t)
	s, err := seed.Fill(t.Context(), db, small)
	if err != nil {
		t.Fatal(err)
	}
	return database.WithShop(t.Context(), s.ID), db, s
}

func count(t *testing.T, ctx context.Context, db *database.DB, query string) (n int64) {
	t.Helper()
	if err := db.QueryRow(ctx, query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestFill(t *testing.T) {
	t.Parallel()
	ctx, db, s := fill(t)

	t.Run("AsMuchAsAsked", func(t *testing.T) {
		got := seed.Size{Products: len(s.Products), Collections: len(s.Collections), Customers: len(s.Customers), Orders: len(s.Orders), Carts: len(s.Carts)}
		for _, p := range s.Products {
			if len(p.Variants) == 50 && len(p.Images) == 10 {
				got.Wide++
			}
		}
		for _, c := range s.Carts {
			if c.Lines == 10 {
				got.FullCarts++
			}
		}
		got.PerCollection = int(count(t, ctx, db, "SELECT count(*) / count(DISTINCT collection_id) FROM collection_product WHERE shop_id = $1 AND collection_id IN (SELECT id FROM collection WHERE shop_id = $1 AND handle LIKE 'bench-%')"))
		got.Unfinished = int(count(t, ctx, db, "SELECT count(*) FROM checkout_attempt WHERE shop_id = $1 AND state = 'paying'"))
		if diff := cmp.Diff(small, got); diff != "" {
			t.Error(diff)
		}
	})

	// Each counts what must not be.
	for name, query := range map[string]string{
		"OnHandIsTheSumOfMovements": `SELECT count(*) FROM inventory_level l WHERE l.shop_id = $1 AND l.on_hand <> (SELECT coalesce(sum(m.delta), 0) FROM stock_movement m
			WHERE m.shop_id = l.shop_id AND m.variant_id = l.variant_id AND m.location_id = l.location_id)`,
		"ReservedIsTheSumOfPromises": `SELECT count(*) FROM inventory_level l WHERE l.shop_id = $1 AND (l.reserved > l.on_hand OR l.reserved <> (SELECT coalesce(sum(r.quantity), 0) FROM reservation r
			WHERE r.shop_id = l.shop_id AND r.variant_id = l.variant_id AND r.location_id = l.location_id))`,
		"EveryVariantHasAPriceInEveryCurrency": `SELECT count(*) FROM variant v WHERE v.shop_id = $1 AND (SELECT count(*) FROM variant_price p WHERE p.shop_id = $1 AND p.variant_id = v.id) <> (SELECT count(DISTINCT currency) FROM market m WHERE m.shop_id = $1)`,
		"RangesAreThoseOfPrices": `SELECT count(*) FROM product_price r WHERE r.shop_id = $1 AND (r.min_amount, r.max_amount, r.min_compare_at, r.max_compare_at) <> (SELECT min(p.amount), max(p.amount), coalesce(min(p.compare_at_amount), 0), coalesce(max(p.compare_at_amount), 0)
			FROM variant_price p WHERE p.shop_id = $1 AND p.product_id = r.product_id AND p.currency = r.currency)`,
		"VariantsAreCounted":   `SELECT count(*) FROM product p WHERE p.shop_id = $1 AND p.variants_count <> (SELECT count(*) FROM variant v WHERE v.shop_id = $1 AND v.product_id = p.id)`,
		"SalesAreCounted":      `SELECT count(*) FROM product p WHERE p.shop_id = $1 AND p.sales_count <> (SELECT coalesce(sum(l.quantity), 0) FROM order_line l WHERE l.shop_id = $1 AND l.product_id = p.id)`,
		"MembersAreCounted":    `SELECT count(*) FROM collection c WHERE c.shop_id = $1 AND c.products_count <> (SELECT count(*) FROM collection_product m WHERE m.shop_id = $1 AND m.collection_id = c.id)`,
		"TagsAreThoseOfRows":   `SELECT count(*) FROM product p WHERE p.shop_id = $1 AND jsonb_array_length(p.tags) <> (SELECT count(*) FROM product_tag t WHERE t.shop_id = $1 AND t.product_id = p.id)`,
		"OptionsAreThoseOfRow": `SELECT count(*) FROM variant v WHERE v.shop_id = $1 AND v.option_key <> (SELECT string_agg(lower(o.value), chr(31) ORDER BY o.position) FROM variant_option o WHERE o.shop_id = $1 AND o.variant_id = v.id)`,
		"OrdersAddUp": `SELECT count(*) FROM orders o WHERE o.shop_id = $1 AND (o.subtotal + o.shipping_total <> o.total OR o.subtotal <> (SELECT sum(l.total) FROM order_line l WHERE l.order_id = o.id)
			OR o.total <> (SELECT sum(amount) FROM payment_transaction p WHERE p.order_id = o.id AND p.status = 'success')
			OR o.refunded_total <> (SELECT coalesce(sum(amount), 0) FROM refund r WHERE r.order_id = o.id))`,
		"EveryThingIsSearchedFor": `SELECT count(*) FROM product p LEFT JOIN search_vector w ON w.resource_id = p.id LEFT JOIN search_document d ON d.resource_id = p.id
			WHERE p.shop_id = $1 AND (w.resource_id IS NULL OR d.visible <> (p.status = 'active'))`,
		"NoWorkWaits":              `SELECT count(*) FROM outbox_event WHERE shop_id = $1`,
		"NoRuleOfTheDemoFitsPrice": `SELECT count(*) FROM product_price r JOIN product p ON p.id = r.product_id WHERE r.shop_id = $1 AND p.handle ~ '-[0-9]+$' AND r.currency = 'USD' AND r.max_amount >= 25000`,
		"NoRuleOfTheDemoFitsTags": `SELECT count(*) FROM product_tag t JOIN product p ON p.id = t.product_id, collection c, jsonb_array_elements(c.rules) r
			WHERE c.shop_id = $1 AND jsonb_typeof(c.rules) = 'array' AND p.handle ~ '-[0-9]+$' AND lower(r->>'condition') IN (t.tag, lower(p.product_type), lower(p.vendor))`,
	} {
		t.Run(name, func(t *testing.T) {
			if n := count(t, ctx, db, query); n > 0 {
				t.Errorf("%d rows break the rule", n)
			}
		})
	}

	t.Run("TheSameAgain", func(t *testing.T) {
		_, _, again := fill(t)
		type product struct {
			Handle, Vendor, SKU string
			Price               int64
			OnHand              []int64
		}
		of := func(s *seed.Shop) (list []product) {
			for _, p := range s.Products {
				for _, v := range p.Variants {
					list = append(list, product{p.Handle, p.Vendor, v.SKU, v.Price, v.OnHand})
				}
			}
			return list
		}
		if diff := cmp.Diff(of(s), of(again)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFillRefusesSQLite(t *testing.T) {
	t.Parallel()
	if _, err := seed.Fill(t.Context(), databasetest.SQLite(t), small); err == nil {
		t.Error("a database that knows no COPY was filled")
	}
}
