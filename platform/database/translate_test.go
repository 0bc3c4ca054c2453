package database

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWordsOfSQLite(t *testing.T) {
	const list = "IN (SELECT value FROM json_each($2))"
	for name, c := range map[string]struct{ query, want string }{
		"Lists":            {"SELECT 1 FROM page WHERE shop_id = $1 AND handle = ANY($2) AND kind <> ALL($3)", "SELECT 1 FROM page WHERE shop_id = $1 AND handle " + list + " AND kind NOT IN (SELECT value FROM json_each($3))"},
		"Locks":            {"SELECT 1 FROM page p WHERE shop_id = $1 FOR NO KEY UPDATE OF p SKIP LOCKED", "SELECT 1 FROM page p WHERE shop_id = $1"},
		"SharedLocks":      {"SELECT 1 FROM page WHERE shop_id = $1 FOR KEY SHARE", "SELECT 1 FROM page WHERE shop_id = $1"},
		"Casts":            {"SELECT $2::bigint, $3::text[]", "SELECT $2, $3"},
		"ByKey":            {"SELECT 1 FROM page WHERE shop_id = $1 AND id = ANY($2)", "SELECT 1 FROM page WHERE +shop_id = $1 AND id " + list},
		"ByKeyOfAlias":     {"SELECT 1 FROM variant v JOIN product p ON p.shop_id = v.shop_id AND p.id = v.product_id WHERE v.shop_id = $1 AND v.id = ANY($2)", "SELECT 1 FROM variant v JOIN product p ON +p.shop_id = v.shop_id AND p.id = v.product_id WHERE +v.shop_id = $1 AND v.id " + list},
		"ByKeyOfAnother":   {"UPDATE a SET x = 1 FROM b WHERE a.shop_id = $1 AND a.id = b.a_id AND b.id = $2", "UPDATE a SET x = 1 FROM b WHERE +a.shop_id = $1 AND a.id = b.a_id AND b.id = $2"},
		"ByParent":         {"SELECT 1 FROM a JOIN b ON b.shop_id = a.shop_id AND b.a_id = a.id", "SELECT 1 FROM a JOIN b ON b.shop_id = a.shop_id AND b.a_id = a.id"},
		"OtherAlias":       {"SELECT 1 FROM a, b WHERE a.shop_id = $1 AND b.id = ANY($2)", "SELECT 1 FROM a, b WHERE a.shop_id = $1 AND b.id " + list},
		"AliasBehind":      {"SELECT 1 FROM variant av WHERE av.shop_id = $1 AND v.id = ANY($2)", "SELECT 1 FROM variant av WHERE av.shop_id = $1 AND v.id " + list},
		"ShopAfterList":    {"SELECT 1 FROM page WHERE id = ANY($2) AND shop_id = $1 ORDER BY id", "SELECT 1 FROM page WHERE id " + list + " AND +shop_id = $1 ORDER BY id"},
		"ConditionBetween": {"DELETE FROM page p WHERE p.shop_id = $1 AND (p.a = 1 OR lower(p.b) = '(x') AND p.id = ANY($2)", "DELETE FROM page p WHERE +p.shop_id = $1 AND (p.a = 1 OR lower(p.b) = '(x') AND p.id " + list},
		"OnlyItsOwnTable":  {"UPDATE a SET x = 1 WHERE shop_id = $1 AND variant_id = ANY($2)", "UPDATE a SET x = 1 WHERE shop_id = $1 AND variant_id " + list},
		"StatementWithin":  {"SELECT 1 FROM a WHERE shop_id = $1 AND b IN (SELECT id FROM b WHERE shop_id = $1 AND id = ANY($2))", "SELECT 1 FROM a WHERE shop_id = $1 AND b IN (SELECT id FROM b WHERE +shop_id = $1 AND id " + list + ")"},
		"StatementAround":  {"SELECT 1 FROM a WHERE shop_id = $1 AND id = ANY($2) AND EXISTS (SELECT 1 FROM b WHERE shop_id = $1)", "SELECT 1 FROM a WHERE +shop_id = $1 AND id " + list + " AND EXISTS (SELECT 1 FROM b WHERE shop_id = $1)"},
		"Alternative":      {"SELECT 1 FROM a WHERE shop_id = $1 AND x = 1 OR id = ANY($2)", "SELECT 1 FROM a WHERE shop_id = $1 AND x = 1 OR id " + list},
		"Union":            {"SELECT 1 FROM a WHERE shop_id = $1 UNION ALL SELECT 1 FROM a WHERE shop_id = $1 AND id = ANY($2)", "SELECT 1 FROM a WHERE shop_id = $1 UNION ALL SELECT 1 FROM a WHERE +shop_id = $1 AND id " + list},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, toSQLite(c.query)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextsAreBounded(t *testing.T) {
	var kept texts
	long := strings.Repeat("x", 1000)
	for i := range 10_000 {
		text := fmt.Sprintf("SELECT %d, '%s'", i, long)
		kept.put(text, text)
	}
	sum := 0
	kept.m.Range(func(k, v any) bool { sum += len(k.(string)) + len(v.(string)); return true })
	if sum == 0 || sum > maxTexts {
		t.Fatalf("%d bytes are kept, of at most %d", sum, maxTexts)
	}
}

func TestInsertionsAreNotKept(t *testing.T) {
	text := insertion(SQLite, "page", []string{"id", "shop_id"}, 2, "ON CONFLICT (id) DO NOTHING")
	if want := "INSERT INTO page (id, shop_id) VALUES (?,?), (?,?) ON CONFLICT (id) DO NOTHING"; text != want {
		t.Fatal(text)
	}
	if _, kept := translated.get(text); kept {
		t.Fatal("the text of an insertion is kept")
	}
	if got, want := insertion(PostgreSQL, "page", []string{"id", "shop_id"}, 2, ""), "INSERT INTO page (id, shop_id) VALUES ($1,$2), ($3,$4)"; got != want {
		t.Fatal(got)
	}
}
