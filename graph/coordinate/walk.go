package coordinate

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Operation is what an operation touches. It never changes, and holds on to nothing of the document.
type Operation struct {
	schema *Schema
	// Known are the coordinates that it touches whatever its variables are, sorted, each once.
	Known []string
	// Deprecated are those of them that are not to be used any more, as far as the client named them itself: what it asks of an
	// interface is not held against it where one of the objects has it deprecated.
	Deprecated []string
	known      map[string]bool
	variables  []variable
	// full is what variables add where all were sent, if that does not depend on their values.
	full []string
}

// variable is a variable and what it touches when it is sent.
type variable struct {
	name string
	// given are the places that it is given to.
	given []string
	// of is its type where its value touches more: an input object or an enum; else empty.
	of string
}

// Of finds what an operation of a validated document touches.
func (s *Schema) Of(op *ast.OperationDefinition) *Operation {
	w := &walker{schema: s, known: map[string]bool{}, deprecated: map[string]bool{}, given: map[string]map[string]bool{}, spread: map[string]bool{}, whole: map[*place]bool{}}
	for _, v := range op.VariableDefinitions {
		w.named(v.Type.Name())
		w.directives(v.Directives)
	}
	w.directives(op.Directives)
	if root := s.types[s.roots[op.Operation]]; root != nil {
		w.set(op.SelectionSet, root, root.possible)
	}
	out := &Operation{schema: s, known: w.known, Known: slices.Sorted(maps.Keys(w.known)), Deprecated: slices.Sorted(maps.Keys(w.deprecated))}
	deep := false
	for _, v := range op.VariableDefinitions {
		found := variable{name: v.Variable}
		for _, at := range slices.Sorted(maps.Keys(w.given[v.Variable])) {
			if !w.known[at] {
				found.given = append(found.given, at)
			}
		}
		if of := v.Type.Name(); s.inputs[of] != nil || s.enums[of] != nil {
			found.of, deep = of, true
		}
		if found.of != "" || len(found.given) > 0 {
			out.variables = append(out.variables, found)
		}
	}
	if !deep {
		out.full = out.Given()
	}
	return out
}

// Given are the arguments and input fields that the operation gives its variables to: it touches them where the variables are
// sent, and is no valid document without them. They are sorted, and none is among those known.
func (o *Operation) Given() []string {
	var all []string
	for _, v := range o.variables {
		all = append(all, v.given...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// walker walks an operation once.
type walker struct {
	schema     *Schema
	known      map[string]bool
	deprecated map[string]bool
	// given are the places that a variable is given to, by the variable.
	given  map[string]map[string]bool
	spread map[string]bool
	// whole are the fields that were walked for each object type that has them.
	whole map[*place]bool
}

// set walks what is selected of a type, which can be met as some object types.
func (w *walker) set(set ast.SelectionSet, on *place, among []*place) {
	w.named(on.at)
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			w.directives(sel.Directives)
			w.field(sel, on, among)
		case *ast.InlineFragment:
			w.directives(sel.Directives)
			if within := w.schema.types[sel.TypeCondition]; within != nil {
				w.set(sel.SelectionSet, within, both(among, within.possible))
			} else {
				w.set(sel.SelectionSet, on, among)
			}
		case *ast.FragmentSpread:
			w.directives(sel.Directives)
			if f := sel.Definition; f != nil && !w.spread[f.Name] {
				w.spread[f.Name] = true
				w.directives(f.Directives)
				if within := w.schema.types[f.TypeCondition]; within != nil {
					w.set(f.SelectionSet, within, within.possible)
				}
			}
		}
	}
}

// both are the types of two lists.
func both(a, b []*place) []*place {
	return slices.DeleteFunc(slices.Clone(a), func(p *place) bool { return !slices.Contains(b, p) })
}

func (w *walker) field(f *ast.Field, on *place, among []*place) {
	declared := on.fields[f.Name]
	if declared == nil || builtIn(f.Name) {
		return
	}
	w.at(declared.at)
	w.arguments(f.Arguments, declared.arguments, true)
	again := len(f.Arguments) == 0 && w.whole[declared]
	w.whole[declared] = w.whole[declared] || len(among) == len(on.possible)
	for _, object := range among {
		if again {
			break
		}
		if of := object.fields[f.Name]; of != nil && object != on {
			w.known[object.at] = true
			w.known[of.at] = true
			w.arguments(f.Arguments, of.arguments, false)
		}
	}
	w.named(declared.of)
	if under := w.schema.types[declared.of]; len(f.SelectionSet) > 0 && under != nil {
		w.set(f.SelectionSet, under, under.possible)
	}
}

// at notes a place that the client named itself.
func (w *walker) at(coordinate string) {
	w.known[coordinate] = true
	if _, is := w.schema.deprecated[coordinate]; is {
		w.deprecated[coordinate] = true
	}
}

// named notes a type.
func (w *walker) named(name string) {
	if !builtIn(name) {
		w.known[name] = true
	}
}

// directives notes directives.
func (w *walker) directives(list ast.DirectiveList) {
	for _, d := range list {
		if p := w.schema.directives[d.Name]; p != nil {
			w.at(p.at)
			w.arguments(d.Arguments, p.arguments, true)
		}
	}
}

// arguments notes arguments. Where they are those of an object that was not named, what is in them was noted before.
func (w *walker) arguments(list ast.ArgumentList, known map[string]inputField, named bool) {
	for _, a := range list {
		into, ok := known[a.Name]
		switch {
		case ok && named:
			w.value(a.Value, into)
		case ok && a.Value.Kind == ast.Variable:
			w.give(a.Value.Raw, into.at)
		case ok:
			w.known[into.at] = true
		}
	}
}

// value notes the place of a value, and what is in it.
func (w *walker) value(v *ast.Value, into inputField) {
	if v.Kind == ast.Variable {
		w.give(v.Raw, into.at)
		return
	}
	w.at(into.at)
	w.inside(v, into.of)
}

func (w *walker) inside(v *ast.Value, of string) {
	switch v.Kind {
	case ast.ListValue:
		for _, c := range v.Children {
			w.inside(c.Value, of)
		}
	case ast.ObjectValue:
		for _, c := range v.Children {
			if field, ok := w.schema.inputs[of][c.Name]; ok {
				w.value(c.Value, field)
			}
		}
	case ast.EnumValue:
		if at, ok := w.schema.enums[of][v.Raw]; ok {
			w.at(at)
		}
	}
}

func (w *walker) give(variable, at string) {
	if w.given[variable] == nil {
		w.given[variable] = map[string]bool{}
	}
	w.given[variable][at] = true
}
