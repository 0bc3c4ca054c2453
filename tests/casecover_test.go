package tests

import (
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/rialtohq/rialto/graph/schema"
)

// TestEveryRootFieldHasACase keeps the case files complete: what can be asked or changed is asked or changed by one.
func TestEveryRootFieldHasACase(t *testing.T) {
	t.Parallel()
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, c := range cases {
		doc, err := parser.ParseQuery(&ast.Source{Input: c.query})
		if err != nil {
			continue // a case of what is no document
		}
		for _, op := range doc.Operations {
			for _, s := range op.SelectionSet {
				if f, ok := s.(*ast.Field); ok {
					asked[f.Name] = true
				}
			}
		}
	}
	s := gqlparser.MustLoadSchema(schema.Sources()...)
	for _, root := range []*ast.Definition{s.Query, s.Mutation} {
		for _, f := range root.Fields {
			if !asked[f.Name] && !slices.Contains([]string{"__schema", "__type"}, f.Name) {
				t.Errorf("no case asks %s.%s: add one below graph/testdata", root.Name, f.Name)
			}
		}
	}
}
