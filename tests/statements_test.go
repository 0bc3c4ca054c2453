package tests

import (
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/graph/generated"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/graph/statements"
)

// TestStatementsStayWithinTheirBound holds every query of the case files against what its document alone says: it takes no
// more SQL statements (TestCases sees to it that the files tell what is taken), and the bound is not far from what is taken.
func TestStatementsStayWithinTheirBound(t *testing.T) {
	t.Parallel()
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	s := gqlparser.MustLoadSchema(schema.Sources()...)
	prices, err := statements.Prices(s, generated.EngineTypes)
	if err != nil {
		t.Fatal(err)
	}
	var ratios []float64
	exact, unsaid := 0, 0
	for _, c := range cases {
		doc, invalid := gqlparser.LoadQuery(s, c.query) //nolint:staticcheck // some cases are of what is no document
		if invalid != nil || len(doc.Operations) != 1 || doc.Operations[0].Operation != ast.Query {
			continue
		}
		plan, err := prices.Compile(doc.Operations[0])
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		most, said := plan.Statements()
		if !said {
			unsaid++
			continue
		}
		for _, kind := range []apptest.Kind{apptest.Embedded, apptest.Services} {
			taken := c.statements[kind]
			if taken > most {
				t.Errorf("%s takes %d statements (%s), and its document says at most %d: give a field its number in graph/statements/table.go, or read for all at once", c.name, taken, kind, most)
			}
			if taken == most {
				exact++
			}
			if taken > 0 {
				ratios = append(ratios, float64(most)/float64(taken))
			}
		}
	}
	if len(ratios) < 300 {
		t.Fatalf("only %d counts were compared", len(ratios))
	}
	slices.Sort(ratios)
	median, high := ratios[len(ratios)/2], ratios[len(ratios)*9/10]
	t.Logf("%d counts: bound/taken is %.2f at the median, %.2f at the 90th percentile; %d are exact; of %d queries nothing is said", len(ratios), median, high, exact, unsaid)
	if median > 1 || high > 3 {
		t.Errorf("the bound is %.2f times what is taken at the median (want 1), and %.2f times at the 90th percentile (want at most 3)", median, high)
	}
}
