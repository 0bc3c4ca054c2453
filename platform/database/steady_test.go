package database

import (
	"testing"

	"github.com/google/uuid"
)

func TestListsOfIDsAreHidden(t *testing.T) {
	ids := []uuid.UUID{uuid.New()}
	for query, want := range map[string]string{
		"SELECT a FROM t WHERE shop_id = $1 AND id = ANY($2)":                    "SELECT a FROM t WHERE shop_id = $1 AND id = ANY((SELECT $2::uuid[])::uuid[])",
		"SELECT a FROM t WHERE shop_id = $1 AND id = ANY($2) AND name = ANY($3)": "SELECT a FROM t WHERE shop_id = $1 AND id = ANY((SELECT $2::uuid[])::uuid[]) AND name = ANY($3)",
		"SELECT a FROM t WHERE shop_id = $1 AND name = ANY($3)":                  "SELECT a FROM t WHERE shop_id = $1 AND name = ANY($3)",
		"SELECT a FROM t WHERE shop_id = $1 AND id = ANY($4)":                    "SELECT a FROM t WHERE shop_id = $1 AND id = ANY($4)",
		"SELECT a FROM t WHERE shop_id = $1":                                     "SELECT a FROM t WHERE shop_id = $1",
	} {
		for range 2 {
			if got := steady(query, []any{uuid.New(), ids, []string{"x"}}); got != want {
				t.Errorf("%s\nbecame %s\nwant   %s", query, got, want)
			}
		}
	}
}
