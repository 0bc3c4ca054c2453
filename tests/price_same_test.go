package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/rialtohq/rialto/graph/cost"
	"github.com/rialtohq/rialto/graph/generated"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/graph/statements"
)

// TestSamePriceInlineAndAsVariables prices every operation of the corpus, the case files and the documents of storefronts, as it is
// written, with the values of its variables written into it, and with every argument as a variable: each way costs the same. So it
// does where variables that may be left out are, and where they are null.
func TestSamePriceInlineAndAsVariables(t *testing.T) {
	t.Parallel()
	s := gqlparser.MustLoadSchema(schema.Sources()...)
	prices, err := statements.Prices(s, generated.EngineTypes)
	if err != nil {
		t.Fatal(err)
	}
	p := pricing{s, prices}
	compared, variables := 0, 0
	for _, d := range corpus(t) {
		doc, invalid := gqlparser.LoadQuery(s, d.text) //nolint:staticcheck // the rules that are usual
		if invalid != nil {
			continue // a case of a document that is refused
		}
		for _, op := range doc.Operations {
			for how, values := range p.choices(op, d.values) {
				if _, invalid := validator.VariableValues(s, op, values); invalid != nil {
					continue // and one of values that are
				}
				told, differ := p.compare(t, d.text, op.Name, values)
				if differ {
					t.Errorf("%s %s, %s: %s", d.name, op.Name, how, told)
				}
				compared, variables = compared+1, variables+len(values)
			}
		}
	}
	t.Logf("%d operations with their values compared, %d variables", compared, variables)
	if compared < 900 || variables < 500 {
		t.Errorf("the corpus has shrunk to %d operations with their values, and %d variables", compared, variables)
	}
}

// written is a document of the corpus with the values that its variables have.
type written struct {
	name, text string
	values     map[string]any
}

func corpus(t *testing.T) (all []written) {
	t.Helper()
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		all = append(all, written{c.name, c.query, c.variables})
		for _, l := range c.lets {
			all = append(all, written{c.name + " before", l.query, c.variables})
		}
	}
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
			all = append(all, written{file, string(text), nil})
		}
	}
	return all
}

type pricing struct {
	schema *ast.Schema
	prices *cost.Prices
}

// choices are values of an operation's variables: as they are known, with what may be left out, and with null where that may be.
func (p pricing) choices(op *ast.OperationDefinition, known map[string]any) map[string]map[string]any {
	given, least, null := map[string]any{}, map[string]any{}, map[string]any{}
	for _, v := range op.VariableDefinitions {
		value, ok := known[v.Variable]
		if !ok {
			value = p.some(v.Type)
		}
		value = numbers(value)
		given[v.Variable] = value
		if v.Type.NonNull {
			null[v.Variable] = value
			if v.DefaultValue == nil {
				least[v.Variable] = value
			}
			continue
		}
		null[v.Variable] = nil
	}
	if len(given) == len(least) {
		return map[string]map[string]any{"as given": given}
	}
	return map[string]map[string]any{"as given": given, "without what may be left out": least, "with null": null}
}

// numbers makes whole numbers of those that JSON gave, as a request's are read.
func numbers(value any) any {
	switch v := value.(type) {
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return value
}

// some is a value of a type.
func (p pricing) some(t *ast.Type) any {
	if t.Elem != nil {
		return []any{p.some(t.Elem), p.some(t.Elem), p.some(t.Elem)}
	}
	switch def := p.schema.Types[t.NamedType]; def.Kind {
	case ast.Enum:
		return def.EnumValues[0].Name
	case ast.InputObject:
		out := map[string]any{}
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil {
				out[f.Name] = p.some(f.Type)
			}
		}
		return out
	}
	switch t.NamedType {
	case "Int", "Float":
		return int64(7)
	case "Boolean":
		return true
	case "ID":
		return "gid://rialto/Product/019ab000-0000-7000-8000-000000000001"
	}
	return "text"
}

// compare prices an operation of a document in its three forms.
func (p pricing) compare(t *testing.T, text, name string, values map[string]any) (told string, differ bool) {
	t.Helper()
	inlined, none := p.rewritten(t, text, name, inline(p, t, values)), map[string]any{}
	lift := &lifter{values: map[string]any{}}
	lifted := p.rewritten(t, inlined, name, lift.lift)
	for what, bounds := range map[string]cost.Bounds{"a large shop": nil, "a small shop": {"Product.variants": 6, "Query.products": 9, "Collection.products": 4, "Product.media": 2, "QueryRoot.products": 9}} {
		as, in, out := p.price(t, text, name, values, bounds), p.price(t, inlined, name, none, bounds), p.price(t, lifted, name, lift.values, bounds)
		if as != in || as != out {
			told += fmt.Sprintf("as written %+v, inline %+v, all as variables %+v, in %s\n", as, in, out, what)
		}
	}
	if told == "" {
		return "", false
	}
	return told + text + "\n" + inlined + "\n" + lifted + fmt.Sprint(lift.values), true
}

func (p pricing) price(t *testing.T, text, name string, values map[string]any, bounds cost.Bounds) cost.Estimate {
	t.Helper()
	doc := p.read(t, text)
	op := doc.Operations.ForName(name)
	coerced, invalid := validator.VariableValues(p.schema, op, values)
	if invalid != nil {
		t.Fatalf("%v: %v\n%s", invalid, values, text)
	}
	plan, err := p.prices.Compile(op)
	if err != nil {
		t.Fatal(err)
	}
	e := plan.Estimate(coerced, bounds)
	if _, ok := plan.Key(coerced); ok { // what a price is kept by, and made of, is all that it depends on
		if by := plan.Estimate(plan.Deciding(coerced), bounds); by != e {
			t.Errorf("%+v, and %+v by what decides: %v\n%s", e, by, coerced, text)
		}
	}
	return e
}

func (p pricing) read(t *testing.T, text string) *ast.QueryDocument {
	t.Helper()
	doc, invalid := gqlparser.LoadQuery(p.schema, text) //nolint:staticcheck // the rules that are usual
	if invalid != nil {
		t.Fatalf("%v:\n%s", invalid, text)
	}
	return doc
}

// rewritten is one operation of a document, by itself, changed.
func (p pricing) rewritten(t *testing.T, text, name string, change func(*ast.OperationDefinition, *argumentWalk)) string {
	t.Helper()
	doc := p.read(t, text)
	op := doc.Operations.ForName(name)
	w := &argumentWalk{fragments: map[string]*ast.FragmentDefinition{}}
	change(op, w)
	w.op(op)
	one := &ast.QueryDocument{Operations: ast.OperationList{op}}
	for _, f := range doc.Fragments {
		if w.fragments[f.Name] != nil {
			one.Fragments = append(one.Fragments, f)
		}
	}
	var out strings.Builder
	formatter.NewFormatter(&out).FormatQueryDocument(one)
	return out.String()
}

// argumentWalk changes the arguments of an operation and of the fragments that it uses.
type argumentWalk struct {
	arguments func(ast.ArgumentList, ast.ArgumentDefinitionList) ast.ArgumentList
	fragments map[string]*ast.FragmentDefinition
}

func (w *argumentWalk) op(op *ast.OperationDefinition) {
	w.directives(op.Directives)
	w.set(op.SelectionSet)
}

func (w *argumentWalk) directives(all ast.DirectiveList) {
	for _, d := range all {
		d.Arguments = w.arguments(d.Arguments, d.Definition.Arguments)
	}
}

func (w *argumentWalk) set(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			s.Arguments = w.arguments(s.Arguments, s.Definition.Arguments)
			w.directives(s.Directives)
			w.set(s.SelectionSet)
		case *ast.InlineFragment:
			w.directives(s.Directives)
			w.set(s.SelectionSet)
		case *ast.FragmentSpread:
			w.directives(s.Directives)
			if w.fragments[s.Name] == nil {
				w.fragments[s.Name] = s.Definition
				w.set(s.Definition.SelectionSet)
			}
		}
	}
}

// inline writes the values of variables where the variables stand. What has no value is left out.
func inline(p pricing, t *testing.T, values map[string]any) func(*ast.OperationDefinition, *argumentWalk) {
	return func(op *ast.OperationDefinition, w *argumentWalk) {
		t.Helper()
		coerced, invalid := validator.VariableValues(p.schema, op, values)
		if invalid != nil {
			t.Fatal(invalid)
		}
		op.VariableDefinitions = nil
		w.arguments = func(list ast.ArgumentList, of ast.ArgumentDefinitionList) (out ast.ArgumentList) {
			for _, a := range list {
				if a.Value = p.inlined(a.Value, of.ForName(a.Name).Type, coerced); a.Value != nil {
					out = append(out, a)
				}
			}
			return out
		}
	}
}

// inlined is a value with literals for its variables; nil where it has none.
func (p pricing) inlined(v *ast.Value, t *ast.Type, values map[string]any) *ast.Value {
	if v.Kind == ast.Variable {
		value, ok := values[v.Raw]
		if !ok {
			return nil
		}
		return p.literal(value, t)
	}
	if v.Kind != ast.ListValue && v.Kind != ast.ObjectValue {
		return v
	}
	one := *v
	one.Children = nil
	for _, c := range v.Children {
		below := t
		switch {
		case v.Kind == ast.ObjectValue:
			below = p.schema.Types[t.Name()].Fields.ForName(c.Name).Type
		case t.Elem != nil:
			below = t.Elem
		}
		in := p.inlined(c.Value, below, values)
		if in == nil && v.Kind == ast.ListValue {
			in = &ast.Value{Kind: ast.NullValue, Raw: "null"}
		}
		if in != nil {
			one.Children = append(one.Children, &ast.ChildValue{Name: c.Name, Value: in})
		}
	}
	return &one
}

// literal is a value of a type as it is written in a document.
func (p pricing) literal(value any, t *ast.Type) *ast.Value {
	if value == nil {
		return &ast.Value{Kind: ast.NullValue, Raw: "null"}
	}
	if r := reflect.ValueOf(value); r.Kind() == reflect.Slice {
		out, item := &ast.Value{Kind: ast.ListValue}, t
		if t.Elem != nil {
			item = t.Elem
		}
		for i := range r.Len() {
			out.Children = append(out.Children, &ast.ChildValue{Value: p.literal(r.Index(i).Interface(), item)})
		}
		return out
	}
	switch v := value.(type) {
	case map[string]any:
		out, fields := &ast.Value{Kind: ast.ObjectValue}, ast.FieldList(nil)
		if def := p.schema.Types[t.Name()]; def != nil {
			fields = def.Fields
		}
		for _, f := range fields {
			if below, ok := v[f.Name]; ok {
				out.Children = append(out.Children, &ast.ChildValue{Name: f.Name, Value: p.literal(below, f.Type)})
			}
		}
		return out
	case bool:
		return &ast.Value{Kind: ast.BooleanValue, Raw: fmt.Sprint(v)}
	case string:
		if p.schema.Types[t.Name()].Kind == ast.Enum {
			return &ast.Value{Kind: ast.EnumValue, Raw: v}
		}
		return &ast.Value{Kind: ast.StringValue, Raw: v}
	case float64:
		if v != float64(int64(v)) {
			return &ast.Value{Kind: ast.FloatValue, Raw: fmt.Sprint(v)}
		}
		return &ast.Value{Kind: ast.IntValue, Raw: fmt.Sprint(int64(v))}
	}
	return &ast.Value{Kind: ast.IntValue, Raw: fmt.Sprint(value)}
}

// lifter makes a variable of every argument, one of the same values: fields that are asked for twice stay the same field.
type lifter struct {
	op     *ast.OperationDefinition
	names  []string // of the variables that there are, by what they are
	values map[string]any
}

func (l *lifter) lift(op *ast.OperationDefinition, w *argumentWalk) {
	l.op = op
	w.arguments = func(list ast.ArgumentList, of ast.ArgumentDefinitionList) ast.ArgumentList {
		for _, a := range list {
			value, err := a.Value.Value(nil)
			def := of.ForName(a.Name)
			if err != nil || value == nil && def.Type.NonNull {
				continue
			}
			what := def.Type.String() + " " + a.Value.String()
			i := slices.Index(l.names, what)
			if i < 0 {
				i = len(l.names)
				l.names = append(l.names, what)
				name := fmt.Sprintf("lifted%d", i)
				l.op.VariableDefinitions = append(l.op.VariableDefinitions, &ast.VariableDefinition{Variable: name, Type: def.Type})
				l.values[name] = value
			}
			a.Value = &ast.Value{Kind: ast.Variable, Raw: fmt.Sprintf("lifted%d", i)}
		}
		return list
	}
}
