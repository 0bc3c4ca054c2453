package script

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/rialtohq/rialto/bench/tap"
)

var types = map[uint32]string{pgtype.UUIDOID: "uuid", pgtype.TextOID: "text", pgtype.Int8OID: "bigint", pgtype.UUIDArrayOID: "uuid[]", pgtype.JSONBOID: "jsonb", pgtype.TimestamptzOID: "timestamptz"}

func id(n int) string { return fmt.Sprintf("0190c0de-0000-7000-8000-%012d", n) }

// purchase is what a program said while it bought cart n, of which PostgreSQL told the owner.
func purchase(n int) Recording {
	v := func(oid uint32, text string) tap.Value { return tap.Value{OID: oid, Text: text} }
	return Recording{
		Facts: map[string]string{"cart": id(100 + n), "email": fmt.Sprintf("buyer-%d@example.com", n)},
		Statements: []tap.Statement{
			{SQL: "-- ping", Simple: true},
			{SQL: "begin", Simple: true},
			{
				SQL: "SELECT owner, word FROM cart WHERE shop = $1 AND id = $2", Args: []tap.Value{v(pgtype.UUIDOID, id(1)), v(pgtype.UUIDOID, id(100+n))},
				Columns: []string{"owner", "word"}, Rows: [][]tap.Value{{v(pgtype.UUIDOID, id(200+n)), v(pgtype.TextOID, fmt.Sprintf("word %d", n))}},
			},
			{SQL: "SELECT * FROM owner WHERE id = ANY($1) AND word = $2 AND at < $3", Args: []tap.Value{v(pgtype.UUIDArrayOID, "{"+id(200+n)+"}"), v(pgtype.TextOID, fmt.Sprintf("word %d", n)), v(pgtype.TimestamptzOID, fmt.Sprintf("2026-01-0%d", n))}},
			{SQL: "INSERT INTO sale VALUES ($1, $2, $3, $4, $5, $6)", Args: []tap.Value{
				v(pgtype.UUIDOID, id(300+n)), v(pgtype.TextOID, "sale-"+id(300+n)), v(pgtype.TextOID, fmt.Sprintf("{buyer-%d@example.com}", n)),
				{OID: pgtype.TextOID, Null: true}, v(pgtype.TextOID, ""), v(pgtype.JSONBOID, fmt.Sprintf(`{"n":%d}`, n)),
			}},
			{SQL: "commit", Simple: true},
		},
	}
}

func TestMake(t *testing.T) {
	t.Parallel()
	s, err := Make("bench.rows", []Recording{purchase(1), purchase(2)}, types)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"SELECT c1, c2, c3, c4 FROM bench.rows WHERE n = (SELECT nextval('bench.rows_n'))", "\\gset",
		"begin;",
		"SELECT owner, word FROM cart WHERE shop = (:k1::uuid) AND id = (:c1::uuid)", "\\gset r1_",
		"SELECT * FROM owner WHERE id = ANY(((:k2::text || :r1_owner::text || :k3::text)::uuid[])) AND word = (:r1_word::text) AND at < (:k4::timestamptz);",
		"INSERT INTO sale VALUES ((:c2::uuid), (:c3::text), (:c4::text), (NULL::text), (''::text), (:k5::jsonb));",
		"commit;", "",
	}, "\n")
	if d := cmp.Diff(want, s.Text); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"k1=" + id(1), "k2={", "k3=}", "k4=2026-01-02", `k5={"n":2}`}, s.Defines); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{`$6 of statement 4: {"n":2}`}, s.Frozen); d != "" {
		t.Error(d)
	}
	made := 0
	row := s.Row(map[string]string{"cart": "the cart", "email": "the email"}, func() string { made++; return fmt.Sprintf("new %d", made) })
	if d := cmp.Diff([]string{"the cart", "new 1", "sale-new 1", "{the email}"}, row); d != "" {
		t.Error(d)
	}
	if s.Columns != 4 || s.Statements != 5 {
		t.Errorf("%d columns, %d statements", s.Columns, s.Statements)
	}
}

func TestMakeRefuses(t *testing.T) {
	t.Parallel()
	longer, other, unset := purchase(2), purchase(2), purchase(2)
	longer.Statements = append(longer.Statements, tap.Statement{SQL: "SELECT 1"})
	other.Statements[1] = tap.Statement{SQL: "begin read only", Simple: true}
	unset.Statements[4].Args[3] = tap.Value{OID: pgtype.TextOID, Text: "set"}
	variable := func(n int) Recording {
		return Recording{Statements: []tap.Statement{{SQL: "SELECT to_char(now(), 'HH24:MI')"}, {SQL: "SELECT $1", Args: []tap.Value{{Text: id(n)}}}}}
	}
	missing := Recording{Statements: []tap.Statement{{SQL: "SELECT $2", Args: []tap.Value{{Text: "a"}}}}}
	for name, recordings := range map[string][]Recording{
		"One": {purchase(1)}, "More": {purchase(1), longer}, "Fewer": {longer, purchase(1)}, "Other": {purchase(1), other}, "OnceNull": {purchase(1), unset},
		"Variable": {variable(1), variable(2)}, "NoValue": {missing, missing},
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := Make("bench.rows", recordings, types); err == nil {
				t.Errorf("a script was made:\n%s", s.Text)
			}
		})
	}
}

// An id that came in the answer of a statement with many rows is no new one: it stays as it is, and that is told.
func TestAnsweredIDsAreNotNew(t *testing.T) {
	t.Parallel()
	recording := func(n int) Recording {
		return Recording{Statements: []tap.Statement{
			{SQL: "SELECT id FROM line", Columns: []string{"id"}, Rows: [][]tap.Value{{{Text: id(n)}}, {{Text: id(n + 10)}}}},
			{SQL: "DELETE FROM line WHERE id = $1", Args: []tap.Value{{OID: pgtype.UUIDOID, Text: id(n)}}},
		}}
	}
	s, err := Make("bench.rows", []Recording{recording(1), recording(2)}, types)
	if err != nil {
		t.Fatal(err)
	}
	if s.Columns != 0 || len(s.Frozen) != 1 || !strings.Contains(s.Text, "WHERE id = (:k1::uuid)") {
		t.Errorf("%d columns, %q:\n%s", s.Columns, s.Frozen, s.Text)
	}
}
