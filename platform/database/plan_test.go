package database_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// Twenty thousand products make reading a whole shop a mistake that is felt. It must not be made while SQLite knows nothing
// of them either.
func TestPlansOnSQLite(t *testing.T) {
	db := databasetest.SQLite(t)
	ctx, shop := databasetest.Shop(t, db)
	t.Run("Unknown", func(t *testing.T) { plans(t, ctx, db) })
	fill(t, ctx, db, shop)
	t.Run("Known", func(t *testing.T) { plans(t, ctx, db) })
}

func plans(t *testing.T, ctx context.Context, db *database.DB) {
	t.Helper()
	ids := []uuid.UUID{uuid.New(), uuid.New()}
	for name, c := range map[string]struct {
		query string
		args  []any
		want  string
	}{
		"ByKeys":      {"SELECT title FROM product WHERE shop_id = $1 AND id = ANY($2)", []any{ids}, "sqlite_autoindex_product_1 (id=?)"},
		"ByKey":       {"SELECT title FROM product WHERE shop_id = $1 AND id = $2", []any{ids[0]}, "sqlite_autoindex_product_1 (id=?)"},
		"VisibleOnes": {"SELECT p.title FROM product p WHERE p.shop_id = $1 AND p.id = ANY($2) AND p.status = 'active' AND p.published_at <= $3", []any{ids, time.Now()}, "sqlite_autoindex_product_1 (id=?)"},
		"Joined":      {"SELECT p.title FROM variant v JOIN product p ON p.shop_id = v.shop_id AND p.id = v.product_id WHERE v.shop_id = $1 AND v.id = ANY($2)", []any{ids}, "sqlite_autoindex_variant_1 (id=?)"},
		"ByHandle":    {"SELECT title FROM product WHERE shop_id = $1 AND handle = $2", []any{"x"}, "product_shop_id_handle (shop_id=? AND handle=?)"},
		"OfParents":   {"SELECT sku FROM variant WHERE shop_id = $1 AND product_id = ANY($2)", []any{ids}, "(shop_id=? AND product_id=?)"},
		"NestedInOrder": {database.PerParent{Columns: "p.title", From: "collection_product cp JOIN product p ON p.shop_id = cp.shop_id AND p.id = cp.product_id",
			Where:  "cp.shop_id = $1 AND p.status = 'active' AND (p.sales_count, p.id) < ($3, $4)",
			Parent: "cp.collection_id", Order: "p.sales_count DESC, p.id DESC", Limit: 20, Arg: 2}.SQL(database.SQLite), []any{ids, 7, ids[0]}, "SEARCH p USING INDEX sqlite_autoindex_product_1 (id=?)"},
		"InOrder":      {"SELECT title FROM product WHERE shop_id = $1 AND status = 'active' ORDER BY title, id LIMIT 20", nil, "product_shop_id_status_title_id (shop_id=? AND status=?)"},
		"ManyAtOnce":   {"SELECT * FROM (SELECT title FROM product WHERE shop_id = $1 AND id = ANY($2) ORDER BY id) x", []any{ids}, "sqlite_autoindex_product_1 (id=?)"},
		"AnyOfHandles": {"SELECT title FROM product WHERE shop_id = $1 AND handle = ANY($2)", []any{[]string{"x"}}, "product_shop_id_handle (shop_id=? AND handle=?)"},
	} {
		t.Run(name, func(t *testing.T) {
			if plan := planOf(t, ctx, db, c.query, c.args...); !strings.Contains(plan, c.want) || strings.Contains(plan, "SCAN product") {
				t.Errorf("%s\nwants %s", plan, c.want)
			}
		})
	}
}

// A second look tells SQLite what the first statements of a new file had to guess.
func TestSQLiteLooksAtWhatGrew(t *testing.T) {
	db := databasetest.SQLite(t)
	ctx, shop := databasetest.Shop(t, db)
	known := func() (n int) {
		rows, err := db.SysQuery(database.AllShops(ctx), "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")
		tables, err := database.Scan(rows, err, func(scan func(...any) error) (n int, err error) { return n, scan(&n) })
		if err != nil || tables[0] == 0 {
			return 0
		}
		rows, err = db.SysQuery(database.AllShops(ctx), "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'product'")
		found, err := database.Scan(rows, err, func(scan func(...any) error) (n int, err error) { return n, scan(&n) })
		if err != nil {
			t.Fatal(err)
		}
		return found[0]
	}
	if n := known(); n != 0 {
		t.Fatalf("%d things are known of an empty table", n)
	}
	fill(t, ctx, db, shop)
	if n := known(); n == 0 {
		t.Fatal("nothing is known of a table that grew")
	}
}

func fill(t *testing.T, ctx context.Context, db *database.DB, shop uuid.UUID) {
	t.Helper()
	now := time.Now().UTC()
	var products, variants [][]any
	for range 20_000 {
		id := uuid.Must(uuid.NewV7())
		products = append(products, []any{id, shop, now, now, id.String(), "A title", "active", now})
		variants = append(variants, []any{uuid.Must(uuid.NewV7()), shop, now, now, id, "Default Title", id.String()})
	}
	err := db.InTx(ctx, func(tx database.Tx) error {
		if err := database.Insert(ctx, tx, "product", strings.Fields("id shop_id created_at updated_at handle title status published_at"), products, ""); err != nil {
			return err
		}
		return database.Insert(ctx, tx, "variant", strings.Fields("id shop_id created_at updated_at product_id title sku"), variants, "")
	})
	if err != nil {
		t.Fatal(err)
	}
}

func planOf(t *testing.T, ctx context.Context, db *database.DB, query string, args ...any) string {
	t.Helper()
	rows, err := db.Query(ctx, "EXPLAIN QUERY PLAN "+query, args...)
	lines, err := database.Scan(rows, err, func(scan func(...any) error) (line string, err error) {
		var id, parent, unused int
		return line, scan(&id, &parent, &unused, &line)
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
