package database_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

func TestTextsAlikeAreDecodedOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, _ := databasetest.Shop(t, db)
		query := `SELECT NULL`
		for i := range 200 {
			query += fmt.Sprintf(` UNION ALL SELECT '{"n": %d}'`, i%100)
		}
		type number struct{ N int }
		var column database.Alike[*number]
		rows, err := db.SysQuery(database.AllShops(ctx), query)
		got, err := database.Scan(rows, err, func(scan func(...any) error) (*number, error) {
			err := scan(&column)
			return column.V, err
		})
		if err != nil || len(got) != 201 || got[0] != nil {
			t.Fatal(len(got), err)
		}
		var want, have []int
		shared := 0
		for i, n := range got[1:] {
			want, have = append(want, i%100), append(have, n.N)
			if i >= 100 && got[1+i-100] == n {
				shared++
			}
		}
		if d := cmp.Diff(want, have); d != "" {
			t.Error(d)
		}
		if shared != 64 {
			t.Errorf("%d values are shared, want as many as are remembered", shared)
		}
		if err := column.Scan([]byte("{")); err == nil {
			t.Error("broken JSON was read")
		}
	})
}
