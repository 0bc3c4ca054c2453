package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMigrationsLeadToTheSchema fails where ent/schema was changed and no migration written, and where a migration would
// drop what was made by hand.
func TestMigrationsLeadToTheSchema(t *testing.T) {
	url := os.Getenv("RIALTO_TEST_DATABASE_URL")
	if url == "" {
		t.Skip("RIALTO_TEST_DATABASE_URL is not set")
	}
	folder := t.TempDir()
	if err := copyFiles("..", folder, nil); err != nil {
		t.Fatal(err)
	}
	before, err := versions(folder)
	if err != nil || len(before) == 0 {
		t.Fatalf("%d migrations: %v", len(before), err)
	}
	if err := run(t.Context(), url, folder, "missing"); err != nil {
		t.Fatal(err)
	}
	after, err := versions(folder)
	if err != nil {
		t.Fatal(err)
	}
	for name := range after {
		if before[name] {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Errorf("a migration is missing: make migration NAME=what_changes\n%s", text)
	}
}

// TestSchemaFileIsFresh fails where schema.sql does not tell what the migrations lead to.
func TestSchemaFileIsFresh(t *testing.T) {
	url := os.Getenv("RIALTO_TEST_DATABASE_URL")
	if url == "" {
		t.Skip("RIALTO_TEST_DATABASE_URL is not set")
	}
	want, err := schemaOf(t.Context(), url, "..")
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(filepath.Join("..", "schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(have)); diff != "" {
		t.Errorf("schema.sql is stale; mend it with: make schema\n%s", diff)
	}
}
