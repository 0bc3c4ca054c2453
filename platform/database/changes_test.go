package database_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

func TestTablesOfStatements(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]struct{ reads, writes []string }{
		`SELECT id FROM product p WHERE p.shop_id = $1`:                                                   {reads: []string{"product"}},
		`SELECT p.id, gift_card, p.gift_card FROM product p WHERE gift_card`:                              {reads: []string{"product"}},
		`SELECT 1 FROM product p, variant v WHERE v.product_id = p.id`:                                    {reads: []string{"product", "variant"}},
		"SELECT 1 FROM product p\n\tJOIN LATERAL (SELECT * FROM media m) x ON true":                       {reads: []string{"product", "media"}},
		`SELECT (SELECT count(*) FROM orders), now() FROM "page" AS "t"`:                                  {reads: []string{"orders", "page"}},
		`WITH taken AS (SELECT id FROM cart FOR UPDATE SKIP LOCKED) SELECT * FROM taken`:                  {reads: []string{"cart"}},
		`WITH d AS (UPDATE variant SET title = $2 RETURNING id) SELECT id FROM d JOIN product USING (id)`: {reads: []string{"variant", "product"}, writes: []string{"variant"}},
		`DELETE FROM product_tag WHERE shop_id = $1`:                                                      {reads: []string{"product_tag"}, writes: []string{"product_tag"}},
		`INSERT INTO page (id, shop_id) VALUES ($1,$2), ($3,$4) ON CONFLICT (id) DO UPDATE SET title = 1`: {reads: []string{"page"}, writes: []string{"page"}},
		`UPDATE inventory_level AS l SET on_hand = 1 FROM (VALUES (1)) d`:                                 {reads: []string{"inventory_level"}, writes: []string{"inventory_level"}},
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

// A transaction tells once, before it is committed and after, which watched tables it wrote to; one that is undone tells nothing
// after.
func TestWatch(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, shop := databasetest.Shop(t, db)
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
		const pages, menus, tags = "DELETE FROM page WHERE shop_id = $1", "UPDATE menu SET title = title WHERE shop_id = $1", "DELETE FROM product_tag WHERE shop_id = $1"
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
			{"Unwatched", nil, nil, []string{tags}, nil},
			{"Undone", errUndone, nil, []string{pages}, nil},
			{"Refused", nil, errUndone, []string{pages}, []string{"before page"}},
		} {
			refuse = c.refuse
			if err := write(c.result, c.statements...); (c.result != nil || c.refuse != nil) != errors.Is(err, errUndone) {
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
