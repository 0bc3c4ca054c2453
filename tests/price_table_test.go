package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"

	"github.com/rialtohq/rialto/graph/generated"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/graph/statements"
)

// TestPricesOfPages keeps what the pages of the benchmark and the documents of storefronts cost at most in a table beside them, so
// that a change of the schema shows whose price it changes. -update writes it.
func TestPricesOfPages(t *testing.T) {
	s := gqlparser.MustLoadSchema(schema.Sources()...)
	prices, err := statements.Prices(s, generated.EngineTypes)
	if err != nil {
		t.Fatal(err)
	}
	const table = "../bench/queries/prices.txt"
	var got strings.Builder
	fmt.Fprintf(&got, "%-12s %-26s %8s %8s %10s\n", "file", "operation", "points", "objects", "statements")
	for _, dir := range []string{"../bench/queries", "../graph/limits/testdata"} {
		files, err := filepath.Glob(dir + "/*.graphql")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", dir, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			doc, invalid := gqlparser.LoadQuery(s, string(text)) //nolint:staticcheck // the rules that are usual
			if invalid != nil {
				t.Logf("%s is not of this schema: %v", file, invalid)
				continue
			}
			for _, op := range doc.Operations {
				plan, err := prices.Compile(op)
				if err != nil {
					t.Fatal(err)
				}
				e := plan.Estimate(nil, nil)
				most, _ := plan.Statements()
				if e.Points > 50_000 {
					t.Errorf("%s costs %d points: no shop answers it", file, e.Points)
				}
				fmt.Fprintf(&got, "%-12s %-26s %8d %8d %10d\n", strings.TrimSuffix(filepath.Base(file), ".graphql"), op.Name, e.Points, e.Objects, most)
			}
		}
	}
	if *update {
		if err := os.WriteFile(table, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("prices change (-before +now); -update keeps them:\n%s", diff)
	}
}
