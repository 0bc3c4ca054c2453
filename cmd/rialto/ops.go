package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/cost"
	"github.com/rialtohq/rialto/graph/generated"
	"github.com/rialtohq/rialto/graph/limits"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/graph/statements"
)

type opsCmd struct {
	Cost     opsCostCmd     `cmd:"" help:"Tell what the operations of a file cost at most, and where. Nothing runs and no shop is asked."`
	Register opsRegisterCmd `cmd:"" help:"Register the operations of an app: what clients then ask for by id."`
	Activate opsActivateCmd `cmd:"" help:"Put in force what a release of an app has pending."`
	List     opsListCmd     `cmd:"" help:"List what apps have registered."`
	Retire   opsRetireCmd   `cmd:"" help:"Take a release of an app out of force."`
	Mode     opsModeCmd     `cmd:"" help:"Say which operations an app may send: any, any with a note in the log, or only registered ones."`
	Token    opsTokenCmd    `cmd:"" help:"Make a storefront token that belongs to an app, or give the app one that is there."`
}

type opsCostCmd struct {
	File      string `arg:"" help:"A .graphql file with one or more operations." type:"existingfile"`
	Variables string `help:"Values of variables as JSON, such as '{\"first\": 20}'. A length that stands in a variable without a value counts as the longest."`
}

// Run prices each operation of the file, every list as long as is asked for.
func (c *opsCostCmd) Run(r *run) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	variables := map[string]any{}
	if c.Variables != "" {
		in := json.NewDecoder(bytes.NewReader([]byte(c.Variables)))
		in.UseNumber()
		if err := in.Decode(&variables); err != nil || variables == nil {
			return fmt.Errorf("--variables must be a JSON object, such as '{\"first\": 20}', and not %s", c.Variables)
		}
	}
	doc, prices, err := understand(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	for _, op := range doc.Operations {
		plan, err := prices.Compile(op)
		if err != nil {
			return err
		}
		if err := c.print(r, op, plan, variables); err != nil {
			return err
		}
	}
	return nil
}

// understand reads a document as the server would.
func understand(text string) (*ast.QueryDocument, *cost.Prices, error) {
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		return nil, nil, err
	}
	doc, err := limits.Limits{Suggestions: true}.Read(loaded, text)
	if err != nil {
		return nil, nil, err
	}
	prices, err := statements.Prices(loaded, generated.EngineTypes)
	return doc, prices, err
}

func (c *opsCostCmd) print(r *run, op *ast.OperationDefinition, plan *cost.Plan, variables map[string]any) error {
	variables, unset, err := filled(op, plan, variables)
	if err != nil {
		return err
	}
	e := plan.Estimate(variables, nil)
	name := op.Name
	if name == "" {
		name = "(no name)"
	}
	most := ""
	if n, said := plan.Statements(); said {
		most = ", " + counted(n, "SQL statement")
		if len(unset) > 0 { // what is asked for by ids that nobody knows takes most
			e.Points += cost.StatementPoints * int64(max(n-e.Statements, 0))
		}
	}
	if _, err := fmt.Fprintf(r.out, "%s %s: %s, %s%s at most\n", op.Operation, name, counted(e.Points, "point"), counted(e.Objects, "object"), most); err != nil {
		return err
	}
	for _, name := range unset {
		_, _ = fmt.Fprintf(r.out, "  $%s has no value and counts as %d, the longest that may be: --variables gives it another\n", name, cost.Longest)
	}
	t := tabwriter.NewWriter(r.out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "  points\ttimes\tstatements\tfield\tat")
	for _, s := range cost.Dearest(plan.Breakdown(variables, nil), 20) {
		_, _ = fmt.Fprintf(t, "  %d\t%d\t%d\t%s\t%s\n", s.Points, s.Times, s.Statements, s.Field, s.Path)
	}
	return t.Flush()
}

// filled gives variables their defaults, and those in which a length stands and that have no value the longest. These are named, in
// order.
func filled(op *ast.OperationDefinition, plan *cost.Plan, variables map[string]any) (values map[string]any, unset []string, err error) {
	values = maps.Clone(variables)
	lengths := plan.Lengths()
	for _, v := range op.VariableDefinitions {
		if _, given := values[v.Variable]; given {
			continue
		}
		switch {
		case v.DefaultValue != nil:
			if values[v.Variable], err = v.DefaultValue.Value(nil); err != nil {
				return nil, nil, err
			}
		case slices.Contains(lengths, v.Variable):
			unset = append(unset, v.Variable)
			if values[v.Variable] = int64(cost.Longest); v.Type.Elem != nil {
				values[v.Variable] = make([]any, cost.Longest)
			}
		}
	}
	slices.Sort(unset)
	return values, unset, nil
}

// counted is a number with what it counts: 1 point, 2 points.
func counted[N int | int64](n N, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
