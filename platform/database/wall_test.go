package database_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

// TestEveryTableOfShopsIsWalled fails for a table with a shop that a later migration forgot to protect.
func TestEveryTableOfShopsIsWalled(t *testing.T) {
	db := databasetest.PostgreSQL(t)
	rows, err := db.SysQuery(database.AllShops(t.Context()), `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND (a.attname = 'shop_id' OR c.relname = 'shop' AND a.attname = 'id')
		AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL))`)
	open, err := database.Scan(rows, err, func(scan func(...any) error) (name string, err error) { return name, scan(&name) })
	if err != nil || len(open) > 0 {
		t.Fatalf("these tables have a shop and no policy; see migrations/20261126090000_row_security.sql: %v %v", open, err)
	}
}

// TestWall works as a role that owns nothing, so that PostgreSQL itself keeps shops apart.
func TestWall(t *testing.T) {
	server := databasetest.PostgreSQLURL(t)
	owner, err := database.Open(t.Context(), database.Config{URL: server, MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close() })
	mine, _ := databasetest.Shop(t, owner)
	other, _ := databasetest.Shop(t, owner)
	for _, ctx := range []context.Context{mine, other} {
		addPage(t, ctx, owner, "about")
	}
	guest := databasetest.Guest(t, server)
	db, err := database.Open(t.Context(), database.Config{URL: guest, MaxConns: 2, RowSecurity: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })

	// The texts below forget the shop on purpose: they say shop_id, which is all that the first wall can see.
	const everything = "SELECT handle FROM page WHERE shop_id = shop_id AND $1::uuid IS NOT NULL"
	reads := func(t *testing.T, ctx context.Context, q database.Querier, query string) int {
		t.Helper()
		rows, err := q.Query(ctx, query)
		found, err := database.Scan(rows, err, func(scan func(...any) error) (s string, err error) { return s, scan(&s) })
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	t.Run("AStatementSeesItsShopOnly", func(t *testing.T) {
		if n := reads(t, mine, db, everything); n != 1 {
			t.Fatalf("%d pages are seen", n)
		}
		if n := reads(t, mine, owner, everything); n != 2 {
			t.Fatalf("the owner sees %d pages: then this test proves nothing", n)
		}
	})
	t.Run("ATransactionSeesItsShopOnly", func(t *testing.T) {
		err := db.InTx(mine, func(tx database.Tx) error {
			if n := reads(t, mine, tx, everything); n != 1 {
				t.Errorf("%d pages are seen", n)
			}
			changed, err := tx.Exec(mine, "UPDATE page SET title = 'changed' WHERE shop_id = shop_id AND $1::uuid IS NOT NULL")
			if changed != 1 {
				t.Errorf("%d pages were changed", changed)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("ATransactionMayWorkForAllInBetween", func(t *testing.T) {
		err := db.InTx(mine, func(tx database.Tx) error {
			var n int
			row, err := tx.SysQuery(database.AllShops(mine), "SELECT count(*) FROM page")
			found, err := database.Scan(row, err, func(scan func(...any) error) (int, error) { return n, scan(&n) })
			if err != nil || len(found) != 1 || n != 2 {
				t.Errorf("%d pages are seen: %v", n, err)
			}
			if n := reads(t, mine, tx, everything); n != 1 {
				t.Errorf("afterwards %d pages are seen", n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("WhatWaitsIsOfItsOwnShop", func(t *testing.T) {
		err := db.InTx(mine, func(tx database.Tx) error {
			return errors.Join(
				tx.Later(mine, nil, "UPDATE page SET title = 'mine' WHERE shop_id = shop_id AND $1::uuid IS NOT NULL"),
				tx.SysLater(database.AllShops(mine), nil, "UPDATE page SET summary = $1", "all"),
				tx.Later(mine, nil, "UPDATE page SET seo_title = 'mine' WHERE shop_id = shop_id AND $1::uuid IS NOT NULL"))
		})
		for query, want := range map[string]int{"title = 'mine'": 1, "summary = 'all'": 2, "seo_title = 'mine'": 1} {
			if n := reads(t, mine, owner, everything+" AND "+query); err != nil || n != want {
				t.Errorf("%s of %d pages, want %d: %v", query, n, want, err)
			}
		}
	})
	t.Run("RowsOfOthersAreNotTaken", func(t *testing.T) {
		foreign, _ := database.Shop(other)
		err := db.InTx(mine, func(tx database.Tx) error {
			_, err := tx.Exec(mine, "INSERT INTO page (id, shop_id, created_at, updated_at, handle, title) SELECT $2, $3, now(), now(), 'stolen', 'T' WHERE $1::uuid IS NOT NULL", uuid.New(), foreign)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "row-level security") {
			t.Fatal(err)
		}
	})
	t.Run("NothingIsKept", func(t *testing.T) {
		if n := reads(t, mine, db, everything); n != 1 {
			t.Fatalf("%d pages are seen", n)
		}
		for range 4 {
			conn, err := db.Pool().Acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var n int
			if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM page").Scan(&n); err != nil || n != 0 {
				t.Errorf("a connection from the pool sees %d pages: %v", n, err)
			}
			conn.Release()
		}
	})
	t.Run("AFailedStatementLeavesTheConnectionUsable", func(t *testing.T) {
		for range 5 {
			if _, err := db.Exec(mine, "UPDATE page SET title = NULL WHERE shop_id = $1"); err == nil {
				t.Fatal("a null was taken")
			}
			rows, err := db.Query(mine, "SELECT 1/(position('x' in title)) FROM page WHERE shop_id = $1")
			if _, err := database.Scan(rows, err, func(scan func(...any) error) (n int, err error) { return n, scan(&n) }); err == nil {
				t.Fatal("divided by zero")
			}
		}
		if n := reads(t, mine, db, everything); n != 1 {
			t.Fatalf("%d pages are seen", n)
		}
	})
	t.Run("WithoutTheSettingTheStartIsRefused", func(t *testing.T) {
		blind, err := database.Open(t.Context(), database.Config{URL: guest})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = blind.Close() }()
		if n := reads(t, mine, blind, everything); n != 0 {
			t.Fatalf("who names no shop sees %d pages", n)
		}
		if err := blind.Ready(t.Context()); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "RIALTO_ROW_SECURITY") {
			t.Fatal(err)
		}
		if err := db.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func addPage(t *testing.T, ctx context.Context, db *database.DB, handle string) {
	t.Helper()
	shop, err := database.Shop(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = db.InTx(ctx, func(tx database.Tx) error {
		now := time.Now()
		return database.Insert(ctx, tx, "page", []string{"id", "shop_id", "created_at", "updated_at", "handle", "title"}, [][]any{{uuid.New(), shop, now, now, handle, "T"}}, "")
	})
	if err != nil {
		t.Fatal(err)
	}
}
