package database_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/ent/generated/page"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

func TestStatements(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, shop := databasetest.Shop(t, db)
		moment := time.Date(2026, 11, 23, 8, 0, 0, 123456000, time.UTC)
		ids := []uuid.UUID{uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())}
		var rows [][]any
		for i, id := range ids {
			rows = append(rows, []any{id, shop, moment, moment, []string{"a", "b", "c"}[i], "T", "", "", "", ""})
		}
		err := db.InTx(ctx, func(tx database.Tx) error {
			return database.Insert(ctx, tx, "page", []string{"id", "shop_id", "created_at", "updated_at", "handle", "title", "body_html", "summary", "seo_title", "seo_description"}, rows, "")
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Run("AnyOfIds", func(t *testing.T) {
			n := count(t, ctx, db, "SELECT count(*) FROM page WHERE shop_id = $1 AND id = ANY($2)", []uuid.UUID{ids[0], ids[2], uuid.New()})
			if n != 2 {
				t.Fatalf("found %d pages, want 2", n)
			}
		})
		t.Run("AnyOfNoIds", func(t *testing.T) {
			if n := count(t, ctx, db, "SELECT count(*) FROM page WHERE shop_id = $1 AND id = ANY($2)", []uuid.UUID{}); n != 0 {
				t.Fatalf("found %d pages, want none", n)
			}
		})
		t.Run("IdsComeBack", func(t *testing.T) {
			var id uuid.UUID
			var maybe, none *uuid.UUID
			var some, no uuid.NullUUID
			err := db.QueryRow(ctx, "SELECT id, id, CASE WHEN id = $2 THEN NULL ELSE id END, id, CASE WHEN id = $2 THEN NULL ELSE id END FROM page WHERE shop_id = $1 AND id = $2", ids[1]).
				Scan(&id, &maybe, &none, &some, &no)
			if err != nil || id != ids[1] || maybe == nil || *maybe != ids[1] || none != nil || !some.Valid || some.UUID != ids[1] || no.Valid {
				t.Fatalf("read %v, %v, %v, %v and %v, %v; wrote %v", id, maybe, none, some, no, err, ids[1])
			}
		})
		t.Run("AnyOfStrings", func(t *testing.T) {
			if n := count(t, ctx, db, "SELECT count(*) FROM page WHERE shop_id = $1 AND handle = ANY($2)", []string{"a", "b", "x"}); n != 2 {
				t.Fatalf("found %d pages, want 2", n)
			}
		})
		t.Run("TimesAreExactAndUTC", func(t *testing.T) {
			var got time.Time
			if err := db.QueryRow(ctx, "SELECT created_at FROM page WHERE shop_id = $1 AND id = $2 AND created_at <= $3", ids[0], moment).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if !got.Equal(moment) {
				t.Fatalf("read %v, wrote %v", got, moment)
			}
		})
		t.Run("EntReadsTheSameRows", func(t *testing.T) {
			n := 0
			err := db.InTx(ctx, func(tx database.Tx) (err error) {
				n, err = tx.Ent().Page.Query().Where(page.ShopID(shop), page.HandleIn("a", "b")).Count(ctx)
				return err
			})
			if err != nil || n != 2 {
				t.Fatalf("ent counted %d, %v", n, err)
			}
		})
		t.Run("OtherShopSeesNothing", func(t *testing.T) {
			other, _ := databasetest.Shop(t, db)
			if n := count(t, other, db, "SELECT count(*) FROM page WHERE shop_id = $1 AND id = ANY($2)", ids); n != 0 {
				t.Fatalf("another shop sees %d pages", n)
			}
		})
		t.Run("NoShopIsRefused", func(t *testing.T) {
			if _, err := db.Query(context.Background(), "SELECT 1 FROM page WHERE shop_id = $1"); !fault.Is(err, fault.Internal) {
				t.Fatalf("err = %v", err)
			}
			err := db.InTx(ctx, func(tx database.Tx) error {
				if _, err := tx.Ent().Page.Query().Count(context.Background()); err == nil {
					t.Error("ent read pages without a shop")
				}
				if _, err := tx.Ent().Page.Query().Count(ctx); err == nil {
					t.Error("ent read pages of all shops in one shop's context")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
		t.Run("TwiceIsUnique", func(t *testing.T) {
			err := db.InTx(ctx, func(tx database.Tx) error {
				return database.Insert(ctx, tx, "page", []string{"id", "shop_id", "created_at", "updated_at", "handle", "title"}, [][]any{{uuid.New(), shop, moment, moment, "a", "T"}}, "")
			})
			if !database.IsUnique(err) {
				t.Fatalf("err = %v, want a unique violation", err)
			}
			for table, want := range map[string]bool{"page": true, "pag": false, "pages": false, "shop": false} {
				if database.IsUniqueIn(err, table) != want {
					t.Errorf("%v is one of %s: %v", err, table, !want)
				}
			}
			if database.IsUniqueIn(errors.New("UNIQUE constraint failed: page.id"), "page") {
				t.Error("what only reads like one is taken for one")
			}
		})
	})
}

func count(t *testing.T, ctx context.Context, db database.Querier, query string, args ...any) (n int) {
	t.Helper()
	if err := db.QueryRow(ctx, query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTransactions(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, _ := databasetest.Shop(t, db)
		t.Run("ErrorLeavesNothing", func(t *testing.T) {
			boom := errors.New("boom")
			committed := false
			err := db.InTx(ctx, func(tx database.Tx) error {
				tx.AfterCommit(func() { committed = true })
				if _, err := tx.Exec(ctx, "INSERT INTO shop_counter (id, shop_id, series, value) VALUES ($2, $1, 'gone', 1)", uuid.New()); err != nil {
					return err
				}
				return boom
			})
			if !errors.Is(err, boom) || committed {
				t.Fatalf("err = %v, committed = %v", err, committed)
			}
			if n := count(t, ctx, db, "SELECT count(*) FROM shop_counter WHERE shop_id = $1 AND series = 'gone'"); n != 0 {
				t.Fatal("the insert stayed")
			}
		})
		t.Run("PanicLeavesNothing", func(t *testing.T) {
			func() {
				defer func() { _ = recover() }()
				_ = db.InTx(ctx, func(database.Tx) error { panic("boom") })
			}()
			if err := db.InTx(ctx, func(database.Tx) error { return nil }); err != nil {
				t.Fatalf("the next transaction failed: %v", err)
			}
		})
		t.Run("CrossedLocksAreRetried", func(t *testing.T) {
			crossedLocks(t, ctx, db)
		})
		t.Run("WaitingWriterObeysItsContext", func(t *testing.T) {
			if db.Dialect() != database.SQLite {
				return
			}
			inside, leave := make(chan struct{}), make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() {
				_ = db.InTx(ctx, func(database.Tx) error { close(inside); <-leave; return nil })
			})
			<-inside
			short, cancel := context.WithCancel(ctx)
			cancel()
			if err := db.InTx(short, func(database.Tx) error { return nil }); !fault.Is(err, fault.Timeout) {
				t.Errorf("err = %v", err)
			}
			close(leave)
			wg.Wait()
		})
	})
}

// crossedLocks lets two transactions lock two rows in opposite order, many times; every one of them must succeed.
func crossedLocks(t *testing.T, ctx context.Context, db *database.DB) {
	add := func(series string) error {
		return db.InTx(ctx, func(tx database.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO shop_counter (id, shop_id, series, value) VALUES ($2, $1, $3, 0)", uuid.New(), series)
			return err
		})
	}
	if err := errors.Join(add("x"), add("y")); err != nil {
		t.Fatal(err)
	}
	const rounds = 20
	var wg sync.WaitGroup
	for _, order := range [][]string{{"x", "y"}, {"y", "x"}} {
		wg.Go(func() {
			for range rounds {
				err := db.InTx(ctx, func(tx database.Tx) error {
					for _, s := range order {
						if _, err := tx.Exec(ctx, "UPDATE shop_counter SET value = value + 1 WHERE shop_id = $1 AND series = $2", s); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := count(t, ctx, db, "SELECT value FROM shop_counter WHERE shop_id = $1 AND series = 'x'"); n != 2*rounds {
		t.Fatalf("x = %d, want %d", n, 2*rounds)
	}
}
