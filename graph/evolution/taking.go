package evolution

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// taking tells whether what was sent for one type may be sent for another, whatever the types are called: whether an input object
// takes the fields, or an enum the values, that the other took.
type taking struct {
	before, after *ast.Schema
	// asked are the pairs that are looked at already: inputs may hold themselves.
	asked map[string]bool
}

func (t taking) typ(before, after *ast.Type) bool {
	switch {
	case after.NonNull && !before.NonNull, (before.Elem == nil) != (after.Elem == nil):
		return false
	case before.Elem != nil:
		return t.typ(before.Elem, after.Elem)
	case before.NamedType == after.NamedType:
		return true // what became of the type itself is told of it
	}
	was, is := t.before.Types[before.NamedType], t.after.Types[after.NamedType]
	if was.Kind != is.Kind {
		return false
	}
	switch was.Kind {
	case ast.Enum:
		return !slices.ContainsFunc(was.EnumValues, func(v *ast.EnumValueDefinition) bool { return is.EnumValues.ForName(v.Name) == nil })
	case ast.InputObject:
		return t.input(was, is)
	}
	return false // nobody knows how a scalar is written
}

func (t taking) input(was, is *ast.Definition) bool {
	pair := was.Name + " " + is.Name
	if t.asked[pair] {
		return true
	}
	t.asked[pair] = true
	if is.Directives.ForName("oneOf") != nil && was.Directives.ForName("oneOf") == nil {
		return false
	}
	for _, f := range is.Fields {
		old := was.Fields.ForName(f.Name)
		if must(f) && (old == nil || !must(old)) {
			return false
		}
	}
	return !slices.ContainsFunc(was.Fields, func(f *ast.FieldDefinition) bool {
		now := is.Fields.ForName(f.Name)
		return now == nil || !t.typ(f.Type, now.Type)
	})
}

func must(f *ast.FieldDefinition) bool { return f.Type.NonNull && f.DefaultValue == nil }
