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
		"list.graphql: Syntax error": {"query {", ""}, "Did you mean": {"{ productz { nodes { id } } }", ""}, "--variables must be a JSON object": {"{ shop { id } }", "first"}, "and not null": {"{ shop { id } }", "null"},
	} {
		if _, err := price(t, bad[0], bad[1]); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v; want %q", err, what)
		}
	}
}

func TestOpsCostOfUnsetLengths(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "unset.graphql")
	const unset = "$n has no value and counts as 250"
	for text, want := range map[string][3]string{ // with its variables, what is said and what is not
		"query V($n: Int!) { products(first: $n) { nodes { id } } }":                                  {"", "query V: 271 points, 251 objects, 1 SQL statement at most\n  " + unset, ""},
		"query W($n: Int!) { products(first: $n) { nodes { id } } }":                                  {`{"n": 10}`, "query W: 31 points, 11 objects, 1 SQL statement at most\n", "no value"},
		"query D($n: Int = 20) { products(first: $n) { nodes { id } } }":                              {"", "query D: 41 points, 21 objects, 1 SQL statement at most\n", "no value"},
		"query I($n: [ID!]!) { nodes(ids: $n) { id } }":                                               {"", unset, "query I: 1 "},
		"query H($n: String!) { product(handle: $n) { title } }":                                      {"", "query H: ", "no value"},
		"query F($n: Int!) { ...All } fragment All on Query { products(first: $n) { nodes { id } } }": {"", unset, ""},
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err := (&opsCostCmd{File: file, Variables: want[0]}).Run(&run{Context: t.Context(), out: &out})
		if got := out.String(); err != nil || !strings.Contains(got, want[1]) || want[2] != "" && strings.Contains(got, want[2]) {
			t.Errorf("%s: %v; want %q and not %q:\n%s", text, err, want[1], want[2], got)
		}
	}
}

func TestStatementsThatAreNotKnown(t *testing.T) {
	t.Parallel()
	if got := said(true, 0) + said(true, 3) + said(false, 0); got != "03-" {
		t.Errorf("%q", got)
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
