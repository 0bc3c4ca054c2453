package tap

import (
	"context"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
)

func TestHearsWhatIsSaid(t *testing.T) {
	t.Parallel()
	server := os.Getenv("RIALTO_TEST_DATABASE_URL")
	if server == "" {
		if os.Getenv("RIALTO_TEST_REQUIRED") != "" {
			t.Fatal("RIALTO_TEST_DATABASE_URL is required here and not set")
		}
		t.Skip("RIALTO_TEST_DATABASE_URL is not set: there is nobody to listen to")
	}
	tap, err := Listen(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	defer tap.Close()
	conn, err := pgx.Connect(t.Context(), tap.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()

	const one, many = "SELECT $1::uuid AS id, $2::bigint AS n, $3::text AS word", "SELECT x FROM unnest($1::text[]) AS t(x)"
	id := "0190c0de-0000-7000-8000-000000000001"
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), one, id, int64(7), nil); err != nil {
		_, why := tap.Take()
		t.Fatal(err, why)
	}
	if _, err := tx.Exec(t.Context(), many, []string{"a b", "c", "d"}); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "SELECT 1 / $1::int", 0); err == nil {
		t.Fatal("a division by zero was answered")
	}
	b := &pgx.Batch{}
	b.Queue("SELECT $1::timestamptz AS at", "2026-01-02T03:04:05Z")
	b.Queue("SELECT true AS yes")
	if err := conn.SendBatch(t.Context(), b).Close(); err != nil {
		t.Fatal(err)
	}

	heard, err := tap.Take()
	if err != nil {
		t.Fatal(err)
	}
	want := []Statement{
		{SQL: "begin", Simple: true},
		{SQL: one, Args: []Value{{Text: id}, {Text: "7"}, {Null: true}}, Columns: []string{"id", "n", "word"}, Rows: [][]Value{{{Text: id}, {Text: "7"}, {Null: true}}}},
		{SQL: many, Args: []Value{{Text: `{"a b",c,d}`}}, Columns: []string{"x"}, Rows: [][]Value{{{Text: "a b"}}, {{Text: "c"}}, {{Text: "d"}}}},
		{SQL: "commit", Simple: true},
		{SQL: "SELECT $1::timestamptz AS at", Args: []Value{{Text: "2026-01-02T03:04:05Z"}}, Columns: []string{"at"}, Rows: [][]Value{{{Text: "2026-01-02 03:04:05Z"}}}},
		{SQL: "SELECT true AS yes", Columns: []string{"yes"}, Rows: [][]Value{{{Text: "t"}}}},
	}
	if d := cmp.Diff(want, heard, cmpopts.IgnoreFields(Value{}, "OID"), cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	if oid := heard[1].Args[0].OID; oid != 2950 {
		t.Errorf("the type of an id is %d", oid)
	}
	if again, err := tap.Take(); err != nil || len(again) != 0 {
		t.Errorf("%d statements were heard twice, %v", len(again), err)
	}
}
