package tests

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// step is a field on the way to an object, on the concrete type that it stands on there.
type step struct {
	on    *ast.Definition
	field *ast.FieldDefinition
	// values are the arguments that are given.
	values map[string]any
}

// route is a way from a root field to an object.
type route struct {
	kind  string // of the operation
	steps []step
	end   *ast.Definition
}

func (r route) String() string {
	var names []string
	for _, s := range r.steps {
		names = append(names, s.field.Name)
	}
	return r.kind + " " + strings.Join(names, ".") + " on " + r.end.Name
}

// then is the route one field further.
func (r route) then(s step, end *ast.Definition) route {
	return route{r.kind, append(slices.Clone(r.steps), s), end}
}

// stepName is the response name of a step.
func stepName(i int) string { return fmt.Sprintf("step%d", i) }

// leafName is the response name of a field at the end.
func leafName(field string) string { return "at_" + field }

// document follows a route and asks for fields at its end. Every argument is a variable.
func (r route) document(s *ast.Schema, fields []step) (query string, variables map[string]any) {
	variables = map[string]any{}
	var heads []string
	call := func(name string, f step) string {
		var args []string
		for _, a := range f.field.Arguments {
			value, given := f.values[a.Name]
			if !given {
				continue
			}
			v := fmt.Sprintf("v%d", len(heads))
			heads, variables[v] = append(heads, "$"+v+": "+a.Type.String()), value
			args = append(args, a.Name+": $"+v)
		}
		out := name + ": " + f.field.Name
		if len(args) > 0 {
			out += "(" + strings.Join(args, ", ") + ")"
		}
		return out
	}
	var b strings.Builder
	for i, st := range r.steps {
		if i > 0 {
			b.WriteString(" { __typename ... on " + st.on.Name)
		}
		b.WriteString(" { " + call(stepName(i), st))
	}
	b.WriteString(" { __typename ... on " + r.end.Name + " {  __typename")
	for _, f := range fields {
		b.WriteString(" " + call(leafName(f.field.Name), f))
		if s.Types[f.field.Type.Name()].IsCompositeType() {
			b.WriteString(" { __typename }")
		}
	}
	b.WriteString(" } }" + strings.Repeat(" } }", len(r.steps)-1) + " }")
	head := r.kind
	if len(heads) > 0 {
		head += "(" + strings.Join(heads, ", ") + ")"
	}
	return head + b.String(), variables
}

// values are what must be given for a field, and a small page of a list.
func (f filler) values(on *ast.Definition, field *ast.FieldDefinition) map[string]any {
	out := map[string]any{}
	for _, a := range field.Arguments {
		at := field.Name + "." + a.Name
		if on.Name != "Query" && on.Name != "Mutation" {
			at = on.Name + "." + at
		}
		switch _, more := f.more.at(at); {
		case a.Name == "first" && on.Name == "Query":
			out[a.Name] = 10
		case a.Name == "first":
			out[a.Name] = 2
		case more || a.Type.NonNull && a.DefaultValue == nil:
			out[a.Name] = f.value(at, a.Type)
		}
	}
	return out
}

// objects finds the objects at the end of a route in an answer, each with its place.
func (r route) objects(data any, visit func(place []any, object map[string]any)) {
	var walk func(v any, place []any, depth int)
	walk = func(v any, place []any, depth int) {
		switch v := v.(type) {
		case []any:
			for i, item := range v {
				walk(item, append(slices.Clone(place), float64(i)), depth)
			}
		case map[string]any:
			switch {
			case depth < len(r.steps) && (depth == 0 || v["__typename"] == r.steps[depth].on.Name):
				walk(v[stepName(depth)], append(slices.Clone(place), stepName(depth)), depth+1)
			case depth == len(r.steps) && v["__typename"] == r.end.Name:
				visit(place, v)
			}
		}
	}
	walk(data, nil, 0)
}
