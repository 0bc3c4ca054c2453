package database_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

func TestLater(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, shop := databasetest.Shop(t, db)
		now := time.Now()
		add := func(tx database.Tx, handle string) error {
			return database.InsertLater(ctx, tx, "page", []string{"id", "shop_id", "created_at", "updated_at", "handle", "title"}, [][]any{{uuid.New(), shop, now, now, handle, "T"}}, "")
		}
		retitle := func(tx database.Tx, handle string, check func(int64) error) error {
			return tx.Later(ctx, check, "UPDATE page SET title = 'new' WHERE shop_id = $1 AND handle = $2", handle)
		}
		pages := func(t *testing.T, q database.Querier, handle string) int {
			t.Helper()
			return count(t, ctx, q, "SELECT count(*) FROM page WHERE shop_id = $1 AND handle = $2", handle)
		}
		t.Run("IsThereForWhatComesNext", func(t *testing.T) {
			err := db.InTx(ctx, func(tx database.Tx) error {
				if err := add(tx, "next"); err != nil {
					return err
				}
				if n := pages(t, tx, "next"); n != 1 {
					t.Errorf("%d pages are seen", n)
				}
				return nil
			})
			if n := pages(t, db, "next"); err != nil || n != 1 {
				t.Errorf("%d pages, %v", n, err)
			}
		})
		t.Run("GoesWithTheCommit", func(t *testing.T) {
			changed := int64(0)
			err := db.InTx(ctx, func(tx database.Tx) error {
				return errors.Join(add(tx, "last"), retitle(tx, "last", func(n int64) error { changed = n; return nil }), add(tx, "very-last"))
			})
			if n := pages(t, db, "last") + pages(t, db, "very-last"); err != nil || n != 2 || changed != 1 {
				t.Errorf("%d pages, %d changed, %v", n, changed, err)
			}
		})
		t.Run("WhatItFailsWithIsTheCommits", func(t *testing.T) {
			err := db.InTx(ctx, func(tx database.Tx) error { return errors.Join(add(tx, "undone"), add(tx, "next")) })
			if n := pages(t, db, "undone"); !database.IsUnique(err) || n != 0 {
				t.Errorf("%d pages, %v", n, err)
			}
		})
		t.Run("WhatItFailsWithIsTheNextStatements", func(t *testing.T) {
			err := db.InTx(ctx, func(tx database.Tx) error {
				if err := errors.Join(add(tx, "undone"), add(tx, "next")); err != nil {
					return err // SQLite says so at once
				}
				_, err := tx.Exec(ctx, "UPDATE page SET title = 'T' WHERE shop_id = $1 AND handle = $2", "undone")
				if err == nil {
					t.Error("a statement passed behind one that failed")
				}
				return err
			})
			if n := pages(t, db, "undone"); !database.IsUnique(err) || n != 0 {
				t.Errorf("%d pages, %v", n, err)
			}
		})
		refused := errors.New("refused")
		none := func(n int64) error {
			if n == 0 {
				return refused
			}
			return nil
		}
		t.Run("ACheckUndoesTheTransaction", func(t *testing.T) {
			for _, behind := range []bool{false, true} {
				err := db.InTx(ctx, func(tx database.Tx) error {
					if err := errors.Join(add(tx, "undone"), retitle(tx, "nowhere", none)); err != nil || !behind {
						return err
					}
					_, err := tx.Exec(ctx, "UPDATE page SET title = 'T' WHERE shop_id = $1 AND handle = $2", "next")
					return err
				})
				if n := pages(t, db, "undone"); !errors.Is(err, refused) || n != 0 {
					t.Errorf("with a statement behind it: %v: %d pages, %v", behind, n, err)
				}
			}
		})
		t.Run("ACheckUndoesItWhoeverPassesItsErrorOver", func(t *testing.T) {
			err := db.InTx(ctx, func(tx database.Tx) error {
				if err := errors.Join(add(tx, "ignored"), retitle(tx, "nowhere", none)); err != nil {
					return err
				}
				for range 2 {
					_, _ = tx.Exec(ctx, "UPDATE page SET title = 'T' WHERE shop_id = $1 AND handle = $2", "next")
				}
				return nil
			})
			if n := pages(t, db, "ignored"); !errors.Is(err, refused) || n != 0 {
				t.Errorf("%d pages, %v", n, err)
			}
		})
		t.Run("NothingIsLeftOfAPanic", func(t *testing.T) {
			for range 12 { // more than there are connections
				func() {
					defer func() { _ = recover() }()
					_ = db.InTx(ctx, func(tx database.Tx) error {
						if err := add(tx, "panic"); err != nil {
							return err
						}
						panic("in the middle")
					})
				}()
			}
			if n := pages(t, db, "panic"); n != 0 {
				t.Errorf("%d pages", n)
			}
		})
		t.Run("OfNothingNothingBecomes", func(t *testing.T) {
			for range 12 {
				if err := db.InTx(ctx, func(database.Tx) error { return nil }); err != nil {
					t.Fatal(err)
				}
			}
		})
		t.Run("AnEndedContextCommitsNothing", func(t *testing.T) {
			ended, end := context.WithCancel(ctx)
			err := db.InTx(ended, func(tx database.Tx) error {
				defer end()
				return add(tx, "ended")
			})
			if n := pages(t, db, "ended"); err == nil || n != 0 {
				t.Errorf("%d pages, %v", n, err)
			}
		})
		t.Run("StatementsAreCountedOnce", func(t *testing.T) {
			counted, record := database.Recording(ctx, false)
			err := db.InTx(counted, func(tx database.Tx) error {
				return tx.Later(counted, nil, "UPDATE page SET title = 'T' WHERE shop_id = $1 AND handle = $2", "next")
			})
			if n := record.Count(); err != nil || n != 1 {
				t.Errorf("%d statements, %v", n, err)
			}
		})
	})
}
