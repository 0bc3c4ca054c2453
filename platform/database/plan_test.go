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

// Twenty thousand products make reading a whole shop a mistake that is felt.
func TestPlansOnSQLite(t *testing.T) {
	db := databasetest.SQLite(t)
	ctx, shop := databasetest.Shop(t, db)
	ids := fill(t, ctx, db, shop)
	for name, c := range map[string]struct {
		query string
		args  []any
		want  string
	}{
		"ByKeys":       {"SELECT title FROM product WHERE shop_id = $1 AND id = ANY($2)", []any{ids}, "sqlite_autoindex_product_1 (id=?)"},
		"ByKey":        {"SELECT title FROM product WHERE shop_id = $1 AND id = $2", []any{ids[0]}, "sqlite_autoindex_product_1 (id=?)"},
		"VisibleOnes":  {"SELECT p.title FROM product p WHERE p.shop_id = $1 AND p.id = ANY($2) AND p.status = 'active' AND p.published_at <= $3", []any{ids, time.Now()}, "sqlite_autoindex_product_1 (id=?)"},
		"Joined":       {"SELECT p.title FROM variant v JOIN product p ON p.shop_id = v.shop_id AND p.id = v.product_id WHERE v.shop_id = $1 AND v.id = ANY($2)", []any{ids}, "sqlite_autoindex_variant_1 (id=?)"},
		"ByHandle":     {"SELECT title FROM product WHERE shop_id = $1 AND handle = $2", []any{"x"}, "product_shop_id_handle (shop_id=? AND handle=?)"},
		"OfParents":    {"SELECT sku FROM variant WHERE shop_id = $1 AND product_id = ANY($2)", []any{ids}, "(shop_id=? AND product_id=?)"},
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

func fill(t *testing.T, ctx context.Context, db *database.DB, shop uuid.UUID) (ids []uuid.UUID) {
	t.Helper()
	now := time.Now().UTC()
	var products, variants [][]any
	for range 20_000 {
		id := uuid.Must(uuid.NewV7())
		ids = append(ids, id)
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
	return ids[:50]
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
