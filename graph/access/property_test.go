package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
	"pgregory.net/rapid"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/access"
)

// TestPlanAgreesWithPlainWalk compares plans of random documents with a walk that tries every concrete type at every
// place, one after the other, remembers nothing, and reads the directives anew.
func TestPlanAgreesWithPlainWalk(t *testing.T) {
	t.Parallel()
	b := setup(t, toy, nil)
	rapid.Check(t, func(t *rapid.T) {
		document := writer{t: t, schema: b.schema}.document()
		op := parseOnly(t, b.schema, document)
		by := somebody[rapid.SampledFrom([]string{"nobody", "visitor", "shopper", "clerk", "boss"}).Draw(t, "by")]
		found := map[string]bool{}
		plainWalk(b.schema, by, b.schema.Query, op.SelectionSet, found)
		var want []string
		for at := range found {
			want = append(want, at)
		}
		slices.Sort(want)
		var got []string
		for _, d := range b.planner.Plan(op, by).Denials() {
			got = append(got, d.String())
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s\n%s", document, diff)
		}
	})
}

// plainWalk collects what is refused to somebody in a selection set on one concrete type.
func plainWalk(s *ast.Schema, by iam.Actor, on *ast.Definition, selections ast.SelectionSet, found map[string]bool) {
	for _, selection := range selections {
		switch x := selection.(type) {
		case *ast.InlineFragment:
			if x.TypeCondition == "" || canBe(s, on, x.TypeCondition) {
				plainWalk(s, by, on, x.SelectionSet, found)
			}
		case *ast.FragmentSpread:
			if canBe(s, on, x.Definition.TypeCondition) {
				plainWalk(s, by, on, x.Definition.SelectionSet, found)
			}
		case *ast.Field:
			if x.Name == "__typename" {
				continue
			}
			if !plainlyAllowed(s, by, on, x.Name) {
				found[on.Name+"."+x.Name] = true
			}
			target := s.Types[on.Fields.ForName(x.Name).Type.Name()]
			for _, possible := range s.GetPossibleTypes(target) {
				if possible.Kind == ast.Object {
					plainWalk(s, by, possible, x.SelectionSet, found)
				}
			}
		}
	}
}

func canBe(s *ast.Schema, def *ast.Definition, name string) bool {
	return slices.Contains(s.GetPossibleTypes(s.Types[name]), def)
}

func plainlyAllowed(s *ast.Schema, by iam.Actor, on *ast.Definition, name string) bool {
	known := by.Kind == iam.Customer || by.Kind == iam.Staff
	for _, def := range append([]*ast.Definition{on}, s.GetImplements(on)...) {
		f := def.Fields.ForName(name)
		if f == nil {
			continue
		}
		directives := f.Directives
		if len(directives) == 0 {
			directives = def.Directives
		}
		if directives.ForName("public") != nil {
			continue
		}
		if !known {
			return false
		}
		if d := directives.ForName("requiresScopes"); d != nil && !slices.ContainsFunc(d.Arguments[0].Value.Children, func(all *ast.ChildValue) bool {
			return !slices.ContainsFunc(all.Value.Children, func(scope *ast.ChildValue) bool { return !by.Can(scope.Value.Raw) })
		}) {
			return false
		}
	}
	return true
}

// writer writes random documents in which every selection can apply.
type writer struct {
	t      *rapid.T
	schema *ast.Schema
}

func (w writer) document() string {
	conditions := rapid.SliceOfN(rapid.SampledFrom([]string{"Node", "Priced", "Found", "Item", "Gift", "Person", "Query"}), 0, 5).Draw(w.t, "fragments")
	var text strings.Builder
	text.WriteString("query " + w.selections("Query", conditions, 0, 4))
	for i, condition := range conditions {
		// A fragment spreads later ones only, so that there are no cycles.
		fmt.Fprintf(&text, " fragment F%d on %s %s", i, condition, w.selections(condition, conditions, i+1, 3))
	}
	return text.String()
}

func (w writer) selections(on string, fragments []string, from, depth int) string {
	var text strings.Builder
	text.WriteString("{ __typename")
	for range rapid.IntRange(0, 4).Draw(w.t, "selections") {
		text.WriteString(" " + w.selection(on, fragments, from, depth))
	}
	return text.String() + " }"
}

func (w writer) selection(on string, fragments []string, from, depth int) string {
	def := w.schema.Types[on]
	switch kind := rapid.IntRange(0, 5).Draw(w.t, "kind"); {
	case kind == 0 && from < len(fragments):
		return fmt.Sprintf("...F%d", rapid.IntRange(from, len(fragments)-1).Draw(w.t, "spread"))
	case kind <= 2 && depth > 0:
		condition := rapid.SampledFrom([]string{"Node", "Priced", "Found", "Item", "Gift", "Person", on}).Draw(w.t, "condition")
		return "... on " + condition + " " + w.selections(condition, fragments, from, depth-1)
	case len(def.Fields) == 0:
		return "__typename"
	}
	fields := slices.DeleteFunc(slices.Clone(def.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
	f := rapid.SampledFrom(fields).Draw(w.t, "field")
	target := w.schema.Types[f.Type.Name()]
	text := f.Name
	if rapid.Bool().Draw(w.t, "alias") {
		text = "x: " + text
	}
	if rapid.IntRange(0, 3).Draw(w.t, "skip") == 0 {
		text += rapid.SampledFrom([]string{"", " @skip(if: true)", " @include(if: false)"}).Draw(w.t, "how")
	}
	switch {
	case target.IsLeafType():
		return text
	case depth == 0:
		return text + " { __typename }"
	}
	return text + " " + w.selections(target.Name, fragments, from, depth-1)
}

// parseOnly resolves names without validating, so that random aliases may clash and fragments stand unused.
func parseOnly(t interface{ Fatal(...any) }, s *ast.Schema, document string) *ast.OperationDefinition {
	doc, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		t.Fatal(err)
	}
	if errs := validator.ValidateWithRules(s, doc, rules.NewRules()); errs != nil {
		t.Fatal(errs)
	}
	return doc.Operations[0]
}

// bomb doubles itself at each of its levels: n fragments, each spread twice by the one before, once through fields.
func bomb(n int) string {
	var text strings.Builder
	text.WriteString("{ find { ...F0 } }")
	for i := range n {
		next := "id"
		if i < n-1 {
			next = fmt.Sprintf("...F%d near { ...F%d } ... on Item { x: near { ...F%d } }", i+1, i+1, i+1)
		}
		fmt.Fprintf(&text, " fragment F%d on Priced { %s }", i, next)
	}
	return text.String()
}

func TestFragmentBombIsLinear(t *testing.T) { // not parallel: it counts allocations
	b := setup(t, toy, nil)
	op := func(n int) *ast.OperationDefinition {
		doc, err := parser.ParseQuery(&ast.Source{Input: bomb(n)})
		if err != nil {
			t.Fatal(err)
		}
		// Validation itself is not linear on this, so names are resolved by hand: fragments are all the plan follows.
		for _, f := range doc.Fragments {
			link(f.SelectionSet, doc)
		}
		link(doc.Operations[0].SelectionSet, doc)
		return doc.Operations[0]
	}
	steps := func(n int) float64 {
		operation := op(n)
		return testing.AllocsPerRun(1, func() { access.NewPlanner(b.rules, 1).Plan(operation, nobody) })
	}
	base := steps(1)
	small, large := steps(100)-base, steps(1000)-base
	if large > 15*small {
		t.Errorf("100 fragments take %.0f allocations, 1000 take %.0f", small, large)
	}
	start := time.Now()
	access.NewPlanner(b.rules, 1).Plan(op(5000), nobody)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("5000 fragments take %s", took)
	}
}

func link(selections ast.SelectionSet, doc *ast.QueryDocument) {
	for _, selection := range selections {
		switch x := selection.(type) {
		case *ast.Field:
			link(x.SelectionSet, doc)
		case *ast.InlineFragment:
			link(x.SelectionSet, doc)
		case *ast.FragmentSpread:
			x.Definition = doc.Fragments.ForName(x.Name)
		}
	}
}
