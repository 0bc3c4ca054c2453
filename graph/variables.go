package graph

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/platform/fault"
)

// variablesOf reads the values of an operation's variables as GraphQL has it (specification, 6.1.2 and the input coercion
// of each type): nothing is turned into something else, so 12 is no String and "12" no Int, and an Int has 32 bits. Custom
// scalars are read where they are used.
//
// Fails with [fault.Invalid], which names the place and not the value. What was given is not changed.
func variablesOf(schema *ast.Schema, op *ast.OperationDefinition, given map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(op.VariableDefinitions))
	for _, v := range op.VariableDefinitions {
		value, ok := given[v.Variable]
		if !ok && v.DefaultValue != nil {
			var err error
			if value, err = v.DefaultValue.Value(nil); err != nil {
				return nil, fault.New(fault.Invalid, "$%s: its default value cannot be read.", v.Variable)
			}
			ok = true
		}
		if !ok && v.Type.NonNull {
			return nil, fault.New(fault.Invalid, "$%s: this variable is needed and was not sent.", v.Variable)
		}
		if !ok {
			continue
		}
		read, err := coerce(schema, v.Type, value, "$"+v.Variable)
		if err != nil {
			return nil, err
		}
		out[v.Variable] = read
	}
	return out, nil
}

// coerce reads a value as one of a type. at is the place, for who reads the refusal.
func coerce(schema *ast.Schema, t *ast.Type, value any, at string) (any, error) {
	switch {
	case value == nil && t.NonNull:
		return nil, fault.New(fault.Invalid, "%s: this cannot be null.", at)
	case value == nil:
		return nil, nil
	case t.Elem != nil:
		return coerceList(schema, t.Elem, value, at)
	}
	def := schema.Types[t.NamedType]
	switch def.Kind {
	case ast.InputObject:
		return coerceObject(schema, def, value, at)
	case ast.Enum:
		if s, ok := value.(string); ok && def.EnumValues.ForName(s) != nil {
			return s, nil
		}
		return nil, fault.New(fault.Invalid, "%s: this is no value of %s. Values are written in capital letters, as the schema lists them.", at, def.Name)
	}
	return coerceScalar(def.Name, value, at)
}

// coerceList reads a list; one value stands for a list of it.
func coerceList(schema *ast.Schema, item *ast.Type, value any, at string) (any, error) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	out := make([]any, len(list))
	for i, v := range list {
		read, err := coerce(schema, item, v, at+"."+strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		out[i] = read
	}
	return out, nil
}

func coerceObject(schema *ast.Schema, def *ast.Definition, value any, at string) (any, error) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fault.New(fault.Invalid, "%s: this must be an object, a %s.", at, def.Name)
	}
	out := make(map[string]any, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		field := def.Fields.ForName(name)
		if field == nil && name == "__typename" { // some clients send back what they have read
			continue
		}
		if field == nil {
			return nil, fault.New(fault.Invalid, "%s: %s has no field %.40q.", at, def.Name, name)
		}
		read, err := coerce(schema, field.Type, object[name], at+"."+name)
		if err != nil {
			return nil, err
		}
		out[name] = read
	}
	for _, field := range def.Fields {
		if _, sent := object[field.Name]; !sent && field.Type.NonNull && field.DefaultValue == nil {
			return nil, fault.New(fault.Invalid, "%s.%s: this is needed and was not sent.", at, field.Name)
		}
	}
	return out, nil
}

// coerceScalar reads GraphQL's own scalars. Numbers come as they were written.
func coerceScalar(name string, value any, at string) (any, error) {
	wrong := func(must string) error { return fault.New(fault.Invalid, "%s: this must be %s.", at, must) }
	switch name {
	case "String":
		if s, ok := value.(string); ok {
			return s, nil
		}
		return nil, wrong("a string")
	case "Boolean":
		if b, ok := value.(bool); ok {
			return b, nil
		}
		return nil, wrong("true or false")
	case "Int":
		if n, ok := numeric(value); ok && n == math.Trunc(n) && n >= math.MinInt32 && n <= math.MaxInt32 {
			return int64(n), nil
		}
		return nil, wrong("a whole number from -2147483648 to 2147483647")
	case "Float":
		if n, ok := numeric(value); ok {
			return n, nil
		}
		return nil, wrong("a number")
	}
	return value, nil
}

// numeric reads a number of a request, or of a default value in the document.
func numeric(value any) (float64, bool) {
	switch n := value.(type) {
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
