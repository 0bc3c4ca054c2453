package database_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

func TestTablesOfStatements(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]struct{ reads, writes []string }{
		`SELECT id FROM product p WHERE p.shop_id = $1`:                                {reads: []string{"product"}},
		`SELECT p.id, gift_card, p.gift_card FROM product p WHERE gift_card`:           {reads: []string{"product"}},
		`SELECT 1 FROM product p, variant v WHERE v.product_id = p.id`:                 {reads: []string{"product", "variant"}},
		"SELECT 1 FROM product p\n\tJOIN LATERAL (SELECT m.id FROM media m) x ON true": {reads: []string{"product", "media"}},
		"SELECT * FROM product":     {reads: []string{"product", "product.sales_count"}},
		"SELECT p.* FROM product p": {reads: []string{"product", "product.sales_count"}},
		"UPDATE product SET sales_count = (SELECT count(*) FROM orders), title = $2 WHERE id = $1":                 {reads: []string{"product", "orders", "product.sales_count"}, writes: []string{"product"}},
		"SELECT f.rowid FROM search_fts f JOIN search_row r ON r.id = f.rowid":                                     {reads: []string{"search_document"}},
		"INSERT INTO search_word (shop_id, word) SELECT $1, w FROM unnest($2::text[]) AS w ON CONFLICT DO NOTHING": {reads: []string{"search_document"}, writes: []string{"search_document"}},
		"SELECT 1, * FROM product":                                                                   {reads: []string{"product", "product.sales_count"}},
		"SELECT *, 1 FROM product":                                                                   {reads: []string{"product", "product.sales_count"}},
		`SELECT "t".* FROM variant v JOIN "product" AS "t" ON true`:                                  {reads: []string{"variant", "product", "product.sales_count"}},
		`SELECT q.* FROM variant v JOIN product AS q ON true`:                                        {reads: []string{"variant", "product", "product.sales_count"}},
		"SELECT child.* FROM x CROSS JOIN LATERAL (SELECT p.id FROM product p) AS child":             {reads: []string{"product"}},
		"SELECT * FROM (SELECT p.id FROM product p) a":                                               {reads: []string{"product"}},
		"SELECT count(*), 2 * 3 FROM product":                                                        {reads: []string{"product"}},
		"SELECT id FROM product p ORDER BY p.sales_count":                                            {reads: []string{"product", "product.sales_count"}},
		"UPDATE product SET sales_count = sales_count + s.n FROM (SELECT 1 AS n) AS s WHERE id = $1": {reads: []string{"product", "product.sales_count"}, writes: []string{"product.sales_count"}},
		"UPDATE product AS p\n\tSET sales_count = p.sales_count + 1 WHERE id = $1":                   {reads: []string{"product", "product.sales_count"}, writes: []string{"product.sales_count"}},
		"UPDATE product SET sales_count = 1, title = $2 WHERE id = $1":                               {reads: []string{"product", "product.sales_count"}, writes: []string{"product"}},
		"UPDATE product SET title = $2, sales_count = 1 WHERE id = $1":                               {reads: []string{"product", "product.sales_count"}, writes: []string{"product"}},
		"UPDATE product SET sales_count = 1":                                                         {reads: []string{"product", "product.sales_count"}, writes: []string{"product"}},
		"UPDATE product_price SET sales_count = 1 WHERE id = $1":                                     {reads: []string{"product_price"}, writes: []string{"product_price"}},
		"WITH a AS (UPDATE product SET sales_count = 1 WHERE id = $1 RETURNING id) UPDATE product SET title = $2 WHERE id IN (SELECT id FROM a)": {reads: []string{"product", "product.sales_count"}, writes: []string{"product.sales_count", "product"}},
		`SELECT (SELECT count(*) FROM orders), now() FROM "page" AS "t"`:                                                                         {reads: []string{"orders", "page"}},
		`WITH taken AS (SELECT id FROM cart FOR UPDATE SKIP LOCKED) SELECT * FROM taken`:                                                         {reads: []string{"cart"}},
		`WITH d AS (UPDATE variant SET title = $2 RETURNING id) SELECT id FROM d JOIN product USING (id)`:                                        {reads: []string{"variant", "product"}, writes: []string{"variant"}},
		`DELETE FROM product_tag WHERE shop_id = $1`:                                                                                             {reads: []string{"product_tag"}, writes: []string{"product_tag"}},
		`INSERT INTO page (id, shop_id) VALUES ($1,$2), ($3,$4) ON CONFLICT (id) DO UPDATE SET title = 1`:                                        {reads: []string{"page"}, writes: []string{"page"}},
		`UPDATE inventory_level AS l SET on_hand = 1 FROM (VALUES (1)) d`:                                                                        {reads: []string{"inventory_level"}, writes: []string{"inventory_level"}},
		`SELECT 1`: {},
	} {
		reads, writes := database.TablesOf(query)
		if d := cmp.Diff(want.reads, reads); d != "" {
			t.Errorf("%s reads (-want +got):\n%s", query, d)
		}
		if d := cmp.Diff(want.writes, writes); d != "" {
			t.Errorf("%s writes (-want +got):\n%s", query, d)
		}
	}
}

// Every table is noted, also those that ent does not know of: what is read from one that is not would be kept past its changes.
func TestEveryTableIsNoted(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, _ := databasetest.Shop(t, db)
		query := "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND $1 <> '' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_fts_%' AND name NOT LIKE 'search_trigram_%'"
		if db.Dialect() == database.PostgreSQL {
			query = "SELECT table_name FROM information_schema.tables WHERE $1::uuid IS NOT NULL AND table_schema = current_schema()"
		}
		rows, err := db.SysQuery(database.AllShops(ctx), query, uuid.New())
		names, err := database.Scan(rows, err, func(scan func(...any) error) (name string, err error) { return name, scan(&name) })
		if err != nil || len(names) < 50 {
			t.Fatalf("%d tables, %v", len(names), err)
		}
		for _, name := range names {
			if reads, _ := database.TablesOf("SELECT 1 FROM " + name + " t"); len(reads) == 0 && name != "goose_db_version" && name != "rialto_schema" {
				t.Errorf("what is read from %s is not noted", name)
			}
		}
	})
}

// A transaction tells once, before it is committed and after, which watched tables it wrote to; one that is undone tells nothing
// after.
func TestWatch(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, shop := databasetest.Shop(t, db)
		for _, statement := range []string{
			"INSERT INTO page (shop_id, id, handle, title, body_html, summary, seo_title, seo_description, created_at, updated_at) VALUES ($1, $2, 'a', 'A', '', '', '', '', $3, $3)",
			"INSERT INTO menu (shop_id, id, handle, title, created_at, updated_at) VALUES ($1, $2, 'a', 'A', $3, $3)",
		} {
			if err := db.InTx(ctx, func(tx database.Tx) error {
				_, err := tx.Exec(ctx, statement, uuid.Must(uuid.NewV7()), time.Now().UTC())
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		var told []string
		note := func(when string, w database.Written) {
			for id, c := range w {
				if id != shop || c.ID == uuid.Nil {
					t.Errorf("change %s of shop %s", c.ID, id)
				}
				for _, table := range c.Tables {
					told = append(told, when+" "+table)
				}
			}
		}
		var refuse error
		db.Watch(database.Watch{
			Tables:     []string{"page", "menu"},
			Committing: func(_ context.Context, _ database.Tx, w database.Written) error { note("before", w); return refuse },
			Committed:  func(_ context.Context, w database.Written) { note("after", w) },
		})
		write := func(result error, statements ...string) error {
			told = nil
			return db.InTx(ctx, func(tx database.Tx) error {
				for _, s := range statements {
					if _, err := tx.Exec(ctx, s); err != nil {
						return err
					}
				}
				return result
			})
		}
		const none, pages, menus, tags = "DELETE FROM page WHERE shop_id = $1 AND title = 'B'", "UPDATE page SET title = title WHERE shop_id = $1", "UPDATE menu SET title = title WHERE shop_id = $1", "DELETE FROM product_tag WHERE shop_id = $1"
		errUndone := errors.New("undone")
		for _, c := range []struct {
			name       string
			result     error
			refuse     error
			statements []string
			want       []string
		}{
			{"One", nil, nil, []string{pages}, []string{"before page", "after page"}},
			{"Both", nil, nil, []string{pages, menus, pages}, []string{"before menu", "before page", "after menu", "after page"}},
			{"None", nil, nil, []string{none, menus}, []string{"before menu", "after menu"}},
			{"Within", nil, nil, []string{"WITH found AS (SELECT id FROM page WHERE shop_id = $1) DELETE FROM page WHERE id IN (SELECT id FROM found WHERE FALSE)"}, []string{"before page", "after page"}},
			{"Unwatched", nil, nil, []string{tags}, nil},
			{"Undone", errUndone, nil, []string{pages}, nil},
			{"Refused", nil, errUndone, []string{pages}, []string{"before page"}},
		} {
			refuse = c.refuse
			if err := write(c.result, c.statements...); (c.result == nil && c.refuse == nil) != (err == nil) || err != nil && !errors.Is(err, errUndone) {
				t.Errorf("%s: %v", c.name, err)
			}
			if d := cmp.Diff(c.want, told); d != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, d)
			}
		}
		told, refuse = nil, nil
		if err := db.InTx(ctx, func(tx database.Tx) error {
			rows, err := tx.Query(ctx, "UPDATE page SET title = title WHERE shop_id = $1 RETURNING id")
			if err != nil {
				return err
			}
			return rows.Close()
		}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"before page", "after page"}, told); d != "" {
			t.Errorf("a statement that gives rows (-want +got):\n%s", d)
		}
	})
}

// Rows are told apart where every statement says what its rows belong to, and there are not too many.
func TestRowsOf(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, shop := databasetest.Shop(t, db)
		var told map[string][]uuid.UUID
		db.Watch(database.Watch{Tables: []string{"inventory_level"}, Committed: func(_ context.Context, w database.Written) { told = w[shop].Rows }})
		ids := make([]uuid.UUID, 257)
		for i := range ids {
			ids[i] = uuid.New()
		}
		type within = func(context.Context) context.Context
		of := func(n ...uuid.UUID) within {
			return func(ctx context.Context) context.Context { return database.RowsOf(ctx, "inventory_level", n...) }
		}
		unsaid := func(ctx context.Context) context.Context { return ctx }
		other := func(ctx context.Context) context.Context { return database.RowsOf(ctx, "product", ids[1], ids[2]) }
		write := func(ctx context.Context, tx database.Tx) {
			// What it is told to write does not matter here, but something has to be written.
			if _, err := tx.Exec(ctx, "WITH found AS (SELECT id FROM page WHERE shop_id = $1) DELETE FROM inventory_level WHERE id IN (SELECT id FROM found)"); err != nil {
				t.Error(err)
			}
		}
		for name, c := range map[string]struct {
			contexts []within
			want     int
		}{
			"One":         {[]within{of(ids[0])}, 1},
			"Two":         {[]within{of(ids[0]), of(ids[0], ids[1])}, 2},
			"Unsaid":      {[]within{of(ids[0]), unsaid}, 0},
			"UnsaidFirst": {[]within{unsaid, of(ids[0])}, 0},
			"Nothing":     {[]within{of()}, 0},
			"Most":        {[]within{of(ids[:256]...)}, 256},
			"TooMany":     {[]within{of(ids[:200]...), of(ids[200:]...)}, 0},
			"OtherTable":  {[]within{other}, 0},
			"Within":      {[]within{func(ctx context.Context) context.Context { return other(of(ids[0])(ctx)) }}, 1},
		} {
			if err := db.InTx(ctx, func(tx database.Tx) error {
				for _, in := range c.contexts {
					write(in(ctx), tx)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if len(told["inventory_level"]) != c.want {
				t.Errorf("%s: a transaction tells of %d, want %d", name, len(told["inventory_level"]), c.want)
			}
			reading, reads := database.Reading(ctx)
			for _, in := range c.contexts {
				rows, err := db.Query(in(reading), "SELECT id FROM inventory_level WHERE shop_id = $1")
				if err != nil {
					t.Fatal(err)
				}
				_ = rows.Close()
			}
			if got := reads.Rows()["inventory_level"]; len(got) != c.want {
				t.Errorf("%s: reading tells of %d, want %d", name, len(got), c.want)
			}
		}
	})
}

func TestReading(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, _ := databasetest.Shop(t, db)
		ctx, reads := database.Reading(ctx)
		for _, query := range []string{"SELECT count(*) FROM page WHERE shop_id = $1", "SELECT count(*) FROM product p JOIN variant v ON v.product_id = p.id WHERE p.shop_id = $1"} {
			var n int
			if err := db.QueryRow(ctx, query).Scan(&n); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff([]string{"page", "product", "variant"}, reads.Tables()); d != "" {
			t.Error(d)
		}
	})
}
