package evolution_test

import (
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/rialtohq/rialto/graph/evolution"
)

var (
	mutationsFlag = flag.Int("mutations", 25, "how many random changes of the schema are judged; 1000 for a long run")
	seedFlag      = flag.Uint64("seed", 1, "begins the random numbers")
)

// TestEveryBreakIsFlagged changes our schema at random, and holds what the gate says of operations against what becomes of them: each
// is validated again, its variables are coerced again, and the types of its answer are compared. The gate knows of them once as
// registered operations, and once only from the use that was counted.
func TestEveryBreakIsFlagged(t *testing.T) {
	t.Parallel()
	before, err := evolution.Current()
	if err != nil {
		t.Fatal(err)
	}
	ops := corpus(t, before)
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	known := map[string]clients{"registered": record(t, before, ops, now, true), "counted": record(t, before, ops, now, false)}
	m := &mutator{Rand: rand.New(rand.NewPCG(*seedFlag, 0)), text: evolution.Print(before)}
	breaking := 0
	missed, alarms, unnamed := map[string]int{}, map[string]int{}, map[string]int{}
	for range *mutationsFlag {
		after, what := m.mutate(t, 1+m.IntN(6)/5)
		broken := map[string]string{}
		for _, op := range ops {
			if why := breaks(before, after, op); why != "" {
				broken[op.name] = why
			}
		}
		if len(broken) > 0 {
			breaking++
		}
		for how, c := range known {
			flagged := judged(t, evolution.Gate{Before: before, After: after, Now: now, Operations: c, Usage: c})
			switch {
			case len(broken) > 0 && len(flagged) == 0:
				missed[how]++
				t.Logf("%s, missed: %s: %v", how, what, broken)
			case len(broken) == 0 && len(flagged) > 0:
				alarms[how]++
				t.Logf("%s, false alarm: %s", how, what)
			}
			for name := range broken {
				if !slices.Contains(flagged, name) {
					unnamed[how]++
					t.Logf("%s, not named: %s by %s: %s", how, name, what, broken[name])
				}
			}
		}
	}
	for how := range known {
		rate := 100 * float64(alarms[how]) / float64(*mutationsFlag)
		t.Logf("%s: %d changes of the schema, %d break one of %d operations; missed %d, operations not named %d, false alarms %d (%.1f %%)",
			how, *mutationsFlag, breaking, len(ops), missed[how], unnamed[how], alarms[how], rate)
	}
	if missed["registered"] > 0 || unnamed["registered"] > 0 {
		t.Error("registered operations break unseen")
	}
	if alarms["registered"]*50 > *mutationsFlag {
		t.Errorf("%d false alarms; at most 2 %% are allowed", alarms["registered"])
	}
	if missed["counted"]*100 > *mutationsFlag {
		t.Errorf("use that was counted did not tell of %d breaks", missed["counted"])
	}
}

// judged are the operations that the gate calls broken.
func judged(t *testing.T, g evolution.Gate) []string {
	t.Helper()
	v, err := g.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Clone(v.Invalid)
	for i := range v.Changes {
		all = append(all, v.Changes[i].Broken...)
	}
	var names []string
	for _, b := range all {
		names = append(names, b.Operation)
	}
	return names
}

// breaks says in what way an operation breaks, without the gate: empty where it does not.
func breaks(before, after *ast.Schema, op sent) string {
	doc, errs := gqlparser.LoadQueryWithRules(after, op.text, rules.NewDefaultRules())
	if len(errs) > 0 {
		return errs[0].Message
	}
	for _, o := range doc.Operations {
		if _, err := validator.VariableValues(after, o, op.variables); err != nil {
			return err.Error()
		}
		for _, v := range o.VariableDefinitions {
			if why := values(before, after, v.Type, v.Type, op.variables[v.Variable]); why != "" {
				return why
			}
		}
		was, is := rootOf(before, o.Operation), rootOf(after, o.Operation)
		if why := answers(before, after, was, is, o.SelectionSet); why != "" {
			return why
		}
	}
	return ""
}

// values compares the scalars that a value is made of: nobody knows how those of ours are written, so that none stands for another.
func values(before, after *ast.Schema, was, is *ast.Type, value any) string {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			if was.Elem != nil && is.Elem != nil {
				if why := values(before, after, was.Elem, is.Elem, item); why != "" {
					return why
				}
			}
		}
	case map[string]any:
		old, now := before.Types[was.Name()], after.Types[is.Name()]
		for name, inner := range value {
			if old.Kind == ast.InputObject {
				if why := values(before, after, old.Fields.ForName(name).Type, now.Fields.ForName(name).Type, inner); why != "" {
					return why
				}
			}
		}
	}
	if before.Types[was.Name()].Kind == ast.Scalar && was.Name() != is.Name() && value != nil {
		return was.Name() + " is " + is.Name()
	}
	return ""
}

// literals does so with what is written in the text, which is bound to the schema after.
func literals(before, after *ast.Schema, was *ast.Type, v *ast.Value) string {
	for _, c := range v.Children {
		of := was
		switch {
		case v.Kind == ast.ListValue && was.Elem != nil:
			of = was.Elem
		case v.Kind == ast.ObjectValue && before.Types[was.Name()].Kind == ast.InputObject:
			of = before.Types[was.Name()].Fields.ForName(c.Name).Type
		}
		if why := literals(before, after, of, c.Value); why != "" {
			return why
		}
	}
	if v.Kind == ast.Variable || v.Kind == ast.NullValue || v.Definition == nil || before.Types[was.Name()].Kind != ast.Scalar || was.Name() == v.Definition.Name {
		return ""
	}
	return was.Name() + " is " + v.Definition.Name
}

func rootOf(s *ast.Schema, of ast.Operation) *ast.Definition {
	if of == ast.Mutation {
		return s.Mutation
	}
	return s.Query
}

// answers compares the types of what is selected.
func answers(before, after *ast.Schema, was, is *ast.Definition, set ast.SelectionSet) string {
	for _, sel := range set {
		var why string
		switch sel := sel.(type) {
		case *ast.Field:
			if strings.HasPrefix(sel.Name, "__") {
				continue
			}
			old, now := was.Fields.ForName(sel.Name).Type, is.Fields.ForName(sel.Name).Type
			if !readable(old.String(), now.String()) || before.Types[old.Name()].Kind != after.Types[now.Name()].Kind {
				return was.Name + "." + sel.Name + " is " + now.String() + " and was " + old.String()
			}
			for _, a := range sel.Arguments {
				if why := literals(before, after, was.Fields.ForName(sel.Name).Arguments.ForName(a.Name).Type, a.Value); why != "" {
					return why
				}
			}
			why = answers(before, after, before.Types[old.Name()], after.Types[now.Name()], sel.SelectionSet)
		case *ast.InlineFragment:
			if sel.TypeCondition == "" {
				why = answers(before, after, was, is, sel.SelectionSet)
			} else {
				why = answers(before, after, before.Types[sel.TypeCondition], after.Types[sel.TypeCondition], sel.SelectionSet)
			}
		case *ast.FragmentSpread:
			on := sel.Definition.TypeCondition
			why = answers(before, after, before.Types[on], after.Types[on], sel.Definition.SelectionSet)
		}
		if why != "" {
			return why
		}
	}
	return ""
}

// readable reports whether the types are the same, but for a promise more that values are there: it compares them as they are written.
func readable(before, after string) bool {
	for before != after {
		i := 0
		for i < len(before) && i < len(after) && before[i] == after[i] {
			i++
		}
		if i == len(after) || after[i] != '!' {
			return false
		}
		after = after[:i] + after[i+1:]
	}
	return true
}
