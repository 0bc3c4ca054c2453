package tests

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// leaf is one place in the arguments of a root field where a value can stand: the names that lead there.
type leaf struct {
	root *ast.FieldDefinition
	path []string
	// types are those of the path, from the argument's down.
	types []*ast.Type
}

// typ is the name of the leaf's own type.
func (l leaf) typ() string { return l.types[len(l.types)-1].Name() }

// name is the leaf's own name, and where is its whole path.
func (l leaf) name() string  { return l.path[len(l.path)-1] }
func (l leaf) where() string { return l.root.Name + "." + strings.Join(l.path, ".") }

// list reports whether the leaf takes a list.
func (l leaf) list() bool { return l.types[len(l.types)-1].Elem != nil }

// deepest is how many inputs are followed inside each other.
const deepest = 7

// leaves finds every place for a value in a root field's arguments. An input that holds itself is entered once.
func leaves(s *ast.Schema, root *ast.FieldDefinition) (out []leaf) {
	var enter func(l leaf, seen []string)
	enter = func(l leaf, seen []string) {
		def := s.Types[l.typ()]
		if def.Kind != ast.InputObject {
			out = append(out, l)
			return
		}
		if slices.Contains(seen, def.Name) || len(l.path) > deepest {
			return
		}
		for _, f := range def.Fields {
			enter(leaf{root, append(slices.Clone(l.path), f.Name), append(slices.Clone(l.types), f.Type)}, append(slices.Clone(seen), def.Name))
		}
	}
	for _, a := range root.Arguments {
		enter(leaf{root, []string{a.Name}, []*ast.Type{a.Type}}, nil)
	}
	return out
}

// samples are values of a shop by the end of the path where they stand; the longest end that fits is taken.
type samples map[string]any

func (s samples) at(path string) (any, bool) {
	for {
		if v, ok := s[path]; ok {
			return v, true
		}
		_, rest, ok := strings.Cut(path, ".")
		if !ok {
			return nil, false
		}
		path = rest
	}
}

// plain are values that suit a type where a shop has none of its own for the place.
var plainValues = map[string]any{
	"String": "plain", "Int": 1, "Float": 1.0, "Boolean": true, "Decimal": "1.00", "UnsignedInt64": "1", "CurrencyCode": "USD", "CountryCode": "US",
	"DateTime": "2030-01-01T00:00:00Z", "URL": "https://rialto.test/", "HTML": "<p>plain</p>", "JSON": "{}", "ID": "gid://rialto/Product/01900000-0000-7000-8000-000000000000",
}

// filler makes values for arguments.
type filler struct {
	schema *ast.Schema
	// samples are values where one is needed, more where none is needed but the whole makes no sense without it.
	samples, more samples
}

// value is a value of a type at a path: from the samples, or made of what the type requires.
func (f filler) value(path string, t *ast.Type) any {
	if v, ok := f.more.at(path); ok {
		return v
	}
	if v, ok := f.samples.at(path); ok {
		return v
	}
	if t.Elem != nil {
		return []any{f.value(path, t.Elem)}
	}
	def := f.schema.Types[t.NamedType]
	switch {
	case def.Kind == ast.InputObject:
		return f.object(path, def)
	case plainValues[def.Name] != nil:
		return plainValues[def.Name]
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	}
	return "plain"
}

func (f filler) object(path string, def *ast.Definition) map[string]any {
	out := map[string]any{}
	for _, field := range def.Fields {
		at := path + "." + field.Name
		if _, more := f.more.at(at); more || field.Type.NonNull && field.DefaultValue == nil {
			out[field.Name] = f.value(at, field.Type)
		}
	}
	return out
}

// arguments are a root field's required arguments, with a value at a leaf.
func (f filler) arguments(l leaf, bad any) map[string]any {
	out := map[string]any{}
	for _, a := range l.root.Arguments {
		path := l.root.Name + "." + a.Name
		if _, more := f.more.at(path); more || a.Type.NonNull && a.DefaultValue == nil {
			out[a.Name] = f.value(path, a.Type)
		}
	}
	f.set(out, l, 0, bad)
	return out
}

// set writes the value at the leaf and makes what is missing on the way there.
func (f filler) set(into map[string]any, l leaf, at int, bad any) {
	name, t := l.path[at], l.types[at]
	if at == len(l.path)-1 {
		if t.Elem != nil && !isWhole(bad) {
			bad = []any{bad}
		}
		into[name] = unwrapWhole(bad)
		return
	}
	next, _ := into[name].(map[string]any)
	if items, ok := into[name].([]any); ok && len(items) > 0 {
		next, _ = items[0].(map[string]any)
	}
	if next == nil {
		next = f.object(l.root.Name+"."+strings.Join(l.path[:at+1], "."), f.schema.Types[t.Name()])
	}
	next = maps.Clone(next)
	f.set(next, l, at+1, bad)
	into[name] = next
	if t.Elem != nil {
		into[name] = []any{next}
	}
}

// whole is a value that stands for a whole list rather than for an item of it.
type whole struct{ value any }

func isWhole(v any) bool { _, ok := v.(whole); return ok }

func unwrapWhole(v any) any {
	if w, ok := v.(whole); ok {
		return w.value
	}
	return v
}

// document asks for one root field with all its arguments as variables, and for what a client would look at to learn that
// it was refused.
func document(s *ast.Schema, kind string, root *ast.FieldDefinition) string {
	var heads, args []string
	for _, a := range root.Arguments {
		heads, args = append(heads, "$"+a.Name+": "+a.Type.String()), append(args, a.Name+": $"+a.Name)
	}
	head, arg := "", ""
	if len(heads) > 0 {
		head, arg = "("+strings.Join(heads, ", ")+")", "("+strings.Join(args, ", ")+")"
	}
	return kind + head + " { answer: " + root.Name + arg + selection(s, root.Type) + " }"
}

// selection asks for the problems and the result of a payload, for the first items of a connection, and for the type of
// anything else.
func selection(s *ast.Schema, t *ast.Type) string {
	def := s.Types[t.Name()]
	if def.IsLeafType() {
		return ""
	}
	out := "__typename"
	for _, f := range def.Fields {
		switch {
		case strings.HasSuffix(f.Name, "serErrors"):
			out += " " + f.Name + " {"
			for _, part := range []string{"code", "field", "message"} {
				if s.Types[f.Type.Name()].Fields.ForName(part) != nil {
					out += " " + part
				}
			}
			out += " }"
		case f.Name == "result":
			out += " result { __typename }"
		case f.Name == "nodes":
			out += " nodes" + selection(s, f.Type)
		}
	}
	if strings.HasSuffix(def.Name, "Connection") {
		out += " pageInfo { hasNextPage }"
	}
	return " { " + out + " }"
}
