package database_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

func TestInsert(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, shop := databasetest.Shop(t, db)
		put := func(ctx context.Context, columns string, rows ...[]any) error {
			return db.InTx(ctx, func(tx database.Tx) error {
				return database.Insert(ctx, tx, "shop_counter", strings.Fields(columns), rows, "")
			})
		}
		const all = "id shop_id series value"
		row := func(of uuid.UUID, series string) []any { return []any{uuid.New(), of, series, 1} }
		t.Run("ManyRowsInFewStatements", func(t *testing.T) {
			rows := make([][]any, 12_000)
			for i := range rows {
				rows[i] = row(shop, "many "+uuid.NewString())
			}
			counted, record := database.Recording(ctx, false)
			if err := put(counted, all, rows...); err != nil {
				t.Fatal(err)
			}
			if n := count(t, ctx, db, "SELECT count(*) FROM shop_counter WHERE shop_id = $1 AND series LIKE 'many %'"); n != len(rows) || record.Count() != 3 {
				t.Fatalf("%d rows in %d statements", n, record.Count())
			}
		})
		t.Run("WithoutShopRefused", func(t *testing.T) {
			if err := put(ctx, "id series value", []any{uuid.New(), "none", 1}); !fault.Is(err, fault.Internal) {
				t.Fatalf("err = %v", err)
			}
		})
		t.Run("OtherShopRefused", func(t *testing.T) {
			_, other := databasetest.Shop(t, db)
			if err := put(ctx, all, row(shop, "mine"), row(other, "theirs")); !fault.Is(err, fault.Internal) {
				t.Fatalf("err = %v", err)
			}
			if n := count(t, ctx, db, "SELECT count(*) FROM shop_counter WHERE shop_id = $1 AND series = 'mine'"); n != 0 {
				t.Fatal("a part was written")
			}
			if err := put(database.AllShops(ctx), all, row(shop, "swept"), row(other, "swept")); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("NoShopRefused", func(t *testing.T) {
			if err := put(context.Background(), all, row(shop, "nobody's")); !fault.Is(err, fault.Internal) {
				t.Fatalf("err = %v", err)
			}
		})
		t.Run("UnevenRowsRefused", func(t *testing.T) {
			if err := put(ctx, all, []any{uuid.New(), shop, "short"}); err == nil {
				t.Fatal("a row without all of its values was written")
			}
		})
	})
}

func TestRecordedArguments(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, shop := databasetest.Shop(t, db)
		const query = "SELECT count(*) FROM shop_counter WHERE shop_id = $1 AND series = $2"
		plain, texts := database.Recording(ctx, true)
		count(t, plain, db, query, "secret")
		for _, s := range texts.Calls() {
			if len(s.Args) > 0 {
				t.Fatalf("parameters were kept: %v", s.Args)
			}
		}
		kept, calls := database.RecordingArgs(ctx)
		inner, counted := database.Recording(kept, false)
		count(t, inner, db, query, "seen")
		if counted.Count() != 1 {
			t.Fatalf("the inner record counts %d statements", counted.Count())
		}
		got := calls.Calls()
		if len(got) != 1 || got[0].Text != query || len(got[0].Args) != 2 || got[0].Args[0] != any(shop) || got[0].Args[1] != any("seen") {
			t.Fatalf("%+v", got)
		}
	})
}
