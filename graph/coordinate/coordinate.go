// Package coordinate tells which places of the schema an operation touches, by their schema coordinates (GraphQL
// specification, "Schema Coordinates"): Type, Type.field, Type.field(argument:), Input.field, Enum.VALUE, @directive and
// @directive(argument:).
//
// What the text of an operation touches is found once, with the document ([Schema.Of]); what the values of variables add is
// found for each request ([Operation.Added]). It does not count anything, nor does it know who asks.
//
// What counts: a field where it is selected, for the type that it is selected of and for each object type that the selection
// can meet; an argument or an input field where it is supplied, null too, but not where its variable is left out; an enum value
// where it is sent; a type where it is named, or given by a selected field; also what @skip and @include leave out, because the
// document would not be valid without it. What asks about the schema itself does not count.
//
// Invariants: no value is kept but the names of enum values; a fragment is looked at once, however often it is spread; the
// strings of coordinates are shared by all operations.
package coordinate

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Schema is a schema with the coordinates of its places. It never changes.
type Schema struct {
	types map[string]*place
	roots map[ast.Operation]string
	// inputs and enums are the input objects' fields and the enums' values.
	inputs     map[string]map[string]inputField
	enums      map[string]map[string]string
	directives map[string]*place
	// deprecated are the places that are not to be used any more.
	deprecated map[string]Deprecation
	all        []string
}

// place is a type, a field or a directive, and what it holds.
type place struct {
	at string
	// of is the type that a field gives.
	of     string
	fields map[string]*place
	// arguments are inputs of a field or a directive.
	arguments map[string]inputField
	// possible are the object types that a type can be.
	possible []*place
}

// inputField is a place that a value is given to.
type inputField struct {
	at string
	of string
}

// NewSchema reads a schema.
func NewSchema(s *ast.Schema) *Schema {
	out := &Schema{
		types: map[string]*place{}, roots: map[ast.Operation]string{}, inputs: map[string]map[string]inputField{}, enums: map[string]map[string]string{},
		directives: map[string]*place{}, deprecated: map[string]Deprecation{},
	}
	for kind, def := range map[ast.Operation]*ast.Definition{ast.Query: s.Query, ast.Mutation: s.Mutation, ast.Subscription: s.Subscription} {
		if def != nil {
			out.roots[kind] = def.Name
		}
	}
	for name, def := range s.Types {
		out.types[name] = &place{at: name, fields: map[string]*place{}}
		switch def.Kind {
		case ast.InputObject:
			fields := map[string]inputField{}
			for _, f := range def.Fields {
				fields[f.Name] = inputField{name + "." + f.Name, f.Type.Name()}
				out.deprecate(name+"."+f.Name, f.Directives)
			}
			out.inputs[name] = fields
		case ast.Enum:
			values := map[string]string{}
			for _, v := range def.EnumValues {
				values[v.Name] = name + "." + v.Name
				out.deprecate(name+"."+v.Name, v.Directives)
			}
			out.enums[name] = values
		case ast.Object, ast.Interface:
			out.fields(name, def)
		}
	}
	for name, def := range s.Types {
		for _, p := range s.GetPossibleTypes(def) {
			out.types[name].possible = append(out.types[name].possible, out.types[p.Name])
		}
	}
	for name, def := range s.Directives {
		if executable(def) {
			out.directives[name] = &place{at: "@" + name, arguments: out.arguments("@"+name, def.Arguments)}
		}
	}
	out.all = out.list()
	return out
}

// executable reports whether clients can write a directive, and not the schema alone. @skip and @include are the specification's, and
// stay what they are.
func executable(d *ast.DirectiveDefinition) bool {
	return d.Name != "skip" && d.Name != "include" && slices.ContainsFunc(d.Locations, func(l ast.DirectiveLocation) bool {
		switch l {
		case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField, ast.LocationFragmentDefinition, ast.LocationFragmentSpread,
			ast.LocationInlineFragment, ast.LocationVariableDefinition:
			return true
		}
		return false
	})
}

func (s *Schema) fields(name string, def *ast.Definition) {
	for _, f := range def.Fields {
		at := name + "." + f.Name
		s.types[name].fields[f.Name] = &place{at: at, of: f.Type.Name(), arguments: s.arguments(at, f.Arguments)}
		s.deprecate(at, f.Directives)
	}
}

func (s *Schema) arguments(of string, list ast.ArgumentDefinitionList) map[string]inputField {
	if len(list) == 0 {
		return nil
	}
	out := make(map[string]inputField, len(list))
	for _, a := range list {
		at := of + "(" + a.Name + ":)"
		out[a.Name] = inputField{at, a.Type.Name()}
		s.deprecate(at, a.Directives)
	}
	return out
}

// All are the coordinates of everything that a client can touch, sorted, without built-in scalars and directives and what describes
// the schema. The list must not be changed.
func (s *Schema) All() []string { return s.all }

// Has reports whether a place can be touched.
func (s *Schema) Has(coordinate string) bool {
	_, has := slices.BinarySearch(s.all, coordinate)
	return has
}

func (s *Schema) list() (out []string) {
	add := func(p *place) {
		out = append(out, p.at)
		for _, a := range p.arguments {
			out = append(out, a.at)
		}
	}
	for name, t := range s.types {
		if builtIn(name) {
			continue
		}
		add(t)
		for _, f := range t.fields {
			if !builtIn(f.at[len(name)+1:]) {
				add(f)
			}
		}
		for _, f := range s.inputs[name] {
			out = append(out, f.at)
		}
		for _, at := range s.enums[name] {
			out = append(out, at)
		}
	}
	for _, d := range s.directives {
		add(d)
	}
	slices.Sort(out)
	return out
}

// builtIn tells the names of the specification: those that describe the schema, and its scalars.
func builtIn(name string) bool {
	switch name {
	case "Int", "Float", "String", "Boolean", "ID":
		return true
	}
	return len(name) > 1 && name[:2] == "__"
}
