package evolution_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// mutator changes a schema at random.
type mutator struct {
	*rand.Rand
	text string
	doc  *ast.SchemaDocument
}

// mutation changes something and says what; empty where there was nothing to change.
type mutation func(*mutator) string

// mutate applies some mutations, and tries others until a valid schema comes of it.
func (m *mutator) mutate(t testing.TB, n int) (*ast.Schema, string) {
	t.Helper()
	for range 1000 {
		doc, err := parser.ParseSchema(&ast.Source{Name: "mutated", Input: m.text})
		if err != nil {
			t.Fatal(err)
		}
		m.doc = doc
		var said []string
		for range n {
			if what := mutations[m.IntN(len(mutations))](m); what != "" {
				said = append(said, what)
			}
		}
		if len(said) != n {
			continue
		}
		doc.Merge(validator.PreludeDocument())
		if s, err := validator.ValidateSchemaDocument(doc); err == nil {
			return s, strings.Join(said, "; ")
		}
	}
	t.Fatal("no mutation gave a valid schema")
	return nil, ""
}

func pick[T any](m *mutator, list []T) (one T, ok bool) {
	if len(list) == 0 {
		return one, false
	}
	return list[m.IntN(len(list))], true
}

func (m *mutator) definitions(kinds ...ast.DefinitionKind) []*ast.Definition {
	var out []*ast.Definition
	for _, d := range m.doc.Definitions {
		if slices.Contains(kinds, d.Kind) {
			out = append(out, d)
		}
	}
	return out
}

// place is a field with the type around it.
type place struct {
	def   *ast.Definition
	field *ast.FieldDefinition
}

func (m *mutator) places(fit func(place) bool, kinds ...ast.DefinitionKind) []place {
	var out []place
	for _, d := range m.definitions(kinds...) {
		for _, f := range d.Fields {
			if p := (place{d, f}); fit(p) {
				out = append(out, p)
			}
		}
	}
	return out
}

func anywhere(place) bool { return true }

// field changes a field that fits, of kinds of types.
func field(what string, fit func(place) bool, change func(*mutator, place), kinds ...ast.DefinitionKind) mutation {
	return func(m *mutator) string {
		p, ok := pick(m, m.places(fit, kinds...))
		if !ok {
			return ""
		}
		said := what + " " + p.def.Name + "." + p.field.Name + ": " + p.field.Type.String()
		change(m, p)
		return said
	}
}

// argument changes an argument that fits.
func argument(what string, fit func(*ast.ArgumentDefinition) bool, change func(*mutator, place, *ast.ArgumentDefinition)) mutation {
	return func(m *mutator) string {
		has := func(p place) bool { return slices.ContainsFunc(p.field.Arguments, fit) }
		p, ok := pick(m, m.places(has, ast.Object, ast.Interface))
		if !ok {
			return ""
		}
		a, _ := pick(m, slices.DeleteFunc(slices.Clone(p.field.Arguments), func(a *ast.ArgumentDefinition) bool { return !fit(a) }))
		said := what + " " + p.def.Name + "." + p.field.Name + "(" + a.Name + ":)"
		change(m, p, a)
		return said
	}
}

// kind changes a type of a kind.
func kind(what string, of ast.DefinitionKind, change func(*mutator, *ast.Definition) bool) mutation {
	return func(m *mutator) string {
		d, ok := pick(m, m.definitions(of))
		if !ok || !change(m, d) {
			return ""
		}
		return what + " " + d.Name
	}
}

func leaf(p place) bool {
	return slices.Contains([]string{"String", "Int", "Float", "Boolean", "ID", "URL", "DateTime", "HTML", "Decimal"}, p.field.Type.Name())
}

func nonNull(p place) bool  { return p.field.Type.NonNull }
func nullable(p place) bool { return !p.field.Type.NonNull }

func innermost(t *ast.Type) *ast.Type {
	for t.Elem != nil {
		t = t.Elem
	}
	return t
}

func retype(t *ast.Type) {
	if inner := innermost(t); inner.NamedType == "String" {
		inner.NamedType = "Int"
	} else {
		inner.NamedType = "String"
	}
}

func without[T comparable](list []T, one T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(other T) bool { return other == one })
}

func named(name string, required bool) *ast.Type {
	return &ast.Type{NamedType: name, NonNull: required}
}

func directive(name, argument string, value *ast.Value) *ast.Directive {
	d := &ast.Directive{Name: name, Position: &ast.Position{Src: &ast.Source{}}}
	if argument != "" {
		d.Arguments = ast.ArgumentList{{Name: argument, Value: value, Position: d.Position}}
	}
	return d
}

var output = []ast.DefinitionKind{ast.Object, ast.Interface}

var mutations = []mutation{
	field("remove", anywhere, func(_ *mutator, p place) { p.def.Fields = without(p.def.Fields, p.field) }, output...),
	field("rename", anywhere, func(_ *mutator, p place) { p.field.Name += "Renamed" }, output...),
	field("make nullable", nonNull, func(_ *mutator, p place) { p.field.Type.NonNull = false }, output...),
	field("make non-null", nullable, func(_ *mutator, p place) { p.field.Type.NonNull = true }, output...),
	field("retype", leaf, func(_ *mutator, p place) { retype(p.field.Type) }, output...),
	field("make a list", leaf, func(_ *mutator, p place) { p.field.Type = &ast.Type{Elem: p.field.Type} }, output...),
	field("make items nullable", func(p place) bool { return p.field.Type.Elem != nil && p.field.Type.Elem.NonNull },
		func(_ *mutator, p place) { p.field.Type.Elem.NonNull = false }, output...),
	field("add beside", anywhere, func(m *mutator, p place) {
		p.def.Fields = append(p.def.Fields, &ast.FieldDefinition{Name: "added", Type: named("String", m.IntN(2) == 0), Position: p.field.Position})
	}, ast.Object),
	field("deprecate", anywhere, func(_ *mutator, p place) {
		p.field.Directives = append(p.field.Directives, directive("deprecated", "", nil))
	}, output...),
	field("cost", anywhere, func(_ *mutator, p place) {
		if p.field.Directives.ForName("cost") == nil {
			p.field.Directives = append(p.field.Directives, directive("cost", "weight", &ast.Value{Kind: ast.StringValue, Raw: "7"}))
		}
	}, output...),
	field("add optional argument to", anywhere, func(_ *mutator, p place) {
		p.field.Arguments = append(p.field.Arguments, &ast.ArgumentDefinition{Name: "added", Type: named("String", false), Position: p.field.Position})
	}, output...),
	field("add required argument to", anywhere, func(_ *mutator, p place) {
		p.field.Arguments = append(p.field.Arguments, &ast.ArgumentDefinition{Name: "added", Type: named("String", true), Position: p.field.Position})
	}, output...),

	argument("remove", func(*ast.ArgumentDefinition) bool { return true }, func(_ *mutator, p place, a *ast.ArgumentDefinition) {
		p.field.Arguments = without(p.field.Arguments, a)
	}),
	argument("rename", func(*ast.ArgumentDefinition) bool { return true }, func(_ *mutator, _ place, a *ast.ArgumentDefinition) { a.Name += "Renamed" }),
	argument("require", func(a *ast.ArgumentDefinition) bool { return !a.Type.NonNull }, func(_ *mutator, _ place, a *ast.ArgumentDefinition) {
		a.Type.NonNull, a.DefaultValue = true, nil
	}),
	argument("make optional", func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull }, func(_ *mutator, _ place, a *ast.ArgumentDefinition) {
		a.Type.NonNull = false
	}),
	argument("retype", func(a *ast.ArgumentDefinition) bool { return a.DefaultValue == nil }, func(_ *mutator, _ place, a *ast.ArgumentDefinition) { retype(a.Type) }),
	argument("take default of", func(a *ast.ArgumentDefinition) bool { return a.DefaultValue != nil }, func(_ *mutator, _ place, a *ast.ArgumentDefinition) {
		a.DefaultValue = nil
	}),
	argument("default", func(a *ast.ArgumentDefinition) bool { return a.Type.Name() == "Int" }, func(m *mutator, _ place, a *ast.ArgumentDefinition) {
		a.DefaultValue = &ast.Value{Kind: ast.IntValue, Raw: "7"}
		a.Type.NonNull = m.IntN(2) == 0
	}),

	field("remove", anywhere, func(_ *mutator, p place) { p.def.Fields = without(p.def.Fields, p.field) }, ast.InputObject),
	field("rename", anywhere, func(_ *mutator, p place) { p.field.Name += "Renamed" }, ast.InputObject),
	field("retype", func(p place) bool { return p.field.DefaultValue == nil }, func(_ *mutator, p place) { retype(p.field.Type) }, ast.InputObject),
	field("require", nullable, func(_ *mutator, p place) { p.field.Type.NonNull, p.field.DefaultValue = true, nil }, ast.InputObject),
	field("make optional", nonNull, func(_ *mutator, p place) { p.field.Type.NonNull = false }, ast.InputObject),
	field("add beside", anywhere, func(m *mutator, p place) {
		p.def.Fields = append(p.def.Fields, &ast.FieldDefinition{Name: "added", Type: named("String", m.IntN(2) == 0), Position: p.field.Position})
	}, ast.InputObject),
	kind("make one-of", ast.InputObject, func(_ *mutator, d *ast.Definition) bool {
		d.Directives = append(d.Directives, directive("oneOf", "", nil))
		return true
	}),

	kind("remove value of", ast.Enum, func(m *mutator, d *ast.Definition) bool {
		v, _ := pick(m, d.EnumValues)
		d.EnumValues = without(d.EnumValues, v)
		return true
	}),
	kind("rename value of", ast.Enum, func(m *mutator, d *ast.Definition) bool {
		v, _ := pick(m, d.EnumValues)
		v.Name += "_RENAMED"
		return true
	}),
	kind("add value to", ast.Enum, func(_ *mutator, d *ast.Definition) bool {
		d.EnumValues = append(d.EnumValues, &ast.EnumValueDefinition{Name: "ADDED", Position: d.Position})
		return true
	}),
	kind("remove member of", ast.Union, func(m *mutator, d *ast.Definition) bool {
		one, _ := pick(m, d.Types)
		d.Types, d.TypePositions = without(d.Types, one), nil
		return len(d.Types) > 0
	}),
	kind("add member to", ast.Union, func(m *mutator, d *ast.Definition) bool {
		one, _ := pick(m, m.definitions(ast.Object))
		d.Types, d.TypePositions = append(without(d.Types, one.Name), one.Name), nil
		return true
	}),
	func(m *mutator) string {
		has := slices.DeleteFunc(m.definitions(ast.Object), func(d *ast.Definition) bool { return len(d.Interfaces) == 0 })
		d, _ := pick(m, has)
		name, _ := pick(m, d.Interfaces)
		d.Interfaces = without(d.Interfaces, name)
		return "take " + name + " from " + d.Name
	},
	renameType(ast.Object), renameType(ast.InputObject), renameType(ast.Enum), renameType(ast.Union),
	func(m *mutator) string {
		d := m.doc.Directives.ForName("inContext")
		if m.IntN(2) == 0 {
			d.Locations = d.Locations[1:]
			return "shorten @inContext"
		}
		a, _ := pick(m, d.Arguments)
		d.Arguments = without(d.Arguments, a)
		return "remove @inContext(" + a.Name + ":)"
	},
}

// renameType renames a type everywhere, which is another type to clients.
func renameType(of ast.DefinitionKind) mutation {
	return kind("rename", of, func(m *mutator, d *ast.Definition) bool {
		name := d.Name
		if name == "Query" || name == "Mutation" {
			return false
		}
		d.Name += "Renamed"
		rename := func(t *ast.Type) {
			if inner := innermost(t); inner.NamedType == name {
				inner.NamedType = d.Name
			}
		}
		for _, other := range m.doc.Definitions {
			for i := range other.Types {
				if other.Types[i] == name {
					other.Types[i] = d.Name
				}
			}
			for _, f := range other.Fields {
				rename(f.Type)
				for _, a := range f.Arguments {
					rename(a.Type)
				}
			}
		}
		for _, other := range m.doc.Directives {
			for _, a := range other.Arguments {
				rename(a.Type)
			}
		}
		return true
	})
}
