package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/commerce/operation"
)

func TestOpsCost(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "list.graphql")
	price := func(t *testing.T, text, variables string) (string, error) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err := (&opsCostCmd{File: file, Variables: variables}).Run(&run{Context: t.Context(), out: &out})
		return out.String(), err
	}
	const list = `query List($first: Int) { products(first: $first) { nodes { variants(first: 5) { nodes { id } } } } }
		mutation Empty { cartCreate { cart { id } } }`
	got, err := price(t, list, `{"first": 10}`)
	for _, want := range []string{
		"query List: 111 points, 71 objects, 2 SQL statements at most\n", "50      50     0           ProductVariantConnection.nodes  products.nodes.variants.nodes\n", "mutation Empty: 12 points, 2 objects at most\n",
	} {
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%v: it does not say %q:\n%s", err, want, got)
		}
	}
	for what, bad := range map[string][2]string{
		"list.graphql: Syntax error": {"query {", ""}, "Did you mean": {"{ productz { nodes { id } } }", ""}, "--variables is a JSON object": {"{ shop { id } }", "first"},
	} {
		if _, err := price(t, bad[0], bad[1]); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v; want %q", err, what)
		}
	}
}

func TestMostStatements(t *testing.T) {
	t.Parallel()
	docs := []operation.Document{{Name: "Write"}, {Name: "Small", Statements: 2}, {Name: "Large", Statements: 9}}
	if got := mostStatements(docs); got != ", most SQL statements takes Large, at most 9" {
		t.Errorf("%q", got)
	}
	if got := mostStatements(docs[:1]); got != "" {
		t.Errorf("of a mutation it says %q", got)
	}
}
