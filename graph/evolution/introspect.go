package evolution

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// Introspection is the query whose data [FromIntrospection] reads.
const Introspection = `query Introspection {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
      kind name specifiedByURL isOneOf interfaces { name } possibleTypes { name }
      fields(includeDeprecated: true) { name isDeprecated deprecationReason type { ...Ref } args(includeDeprecated: true) { ...Input } }
      inputFields(includeDeprecated: true) { ...Input }
      enumValues(includeDeprecated: true) { name isDeprecated deprecationReason }
    }
    directives { name isRepeatable locations args(includeDeprecated: true) { ...Input } }
  }
}
fragment Input on __InputValue { name defaultValue isDeprecated deprecationReason type { ...Ref } }
fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } }`

type namedType struct{ Name string }

type typeRef struct {
	Kind, Name string
	OfType     *typeRef
}

type deprecated struct {
	IsDeprecated      bool
	DeprecationReason string
}

type inputValue struct {
	deprecated
	Name         string
	DefaultValue *string
	Type         typeRef
}

type introspected struct {
	Schema struct {
		QueryType, MutationType, SubscriptionType *namedType
		Types                                     []struct {
			Kind, Name, SpecifiedByURL string
			IsOneOf                    bool
			Interfaces, PossibleTypes  []namedType
			Fields                     []struct {
				deprecated
				Name string
				Type typeRef
				Args []inputValue
			}
			InputFields []inputValue
			EnumValues  []struct {
				deprecated
				Name string
			}
		}
		Directives []struct {
			Name         string
			IsRepeatable bool
			Locations    []string
			Args         []inputValue
		}
	} `json:"__schema"`
}

// FromIntrospection makes a schema of the data of an answer to [Introspection]. It is what the caller may see, without the
// metadata that introspection does not tell: see [Bare].
func FromIntrospection(data []byte) (*ast.Schema, error) {
	var in introspected
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("the answer is no introspection: %w", err)
	}
	if in.Schema.QueryType == nil {
		return nil, errors.New("the answer is no introspection: it names no query type")
	}
	var b strings.Builder
	in.write(&b)
	doc, err := parser.ParseSchema(&ast.Source{Name: "introspection", Input: b.String()})
	if err != nil {
		return nil, err
	}
	doc.Merge(validator.PreludeDocument())
	return validator.ValidateSchemaDocument(doc)
}

// write writes the SDL of what was introspected.
func (in *introspected) write(b *strings.Builder) {
	b.WriteString("schema {")
	for kind, root := range map[string]*namedType{"query": in.Schema.QueryType, "mutation": in.Schema.MutationType, "subscription": in.Schema.SubscriptionType} {
		if root != nil {
			fmt.Fprintf(b, " %s: %s", kind, root.Name)
		}
	}
	b.WriteString(" }\n")
	for _, d := range in.Schema.Directives {
		if native(d.Name) {
			continue
		}
		fmt.Fprintf(b, "directive @%s%s", d.Name, sdlArguments(d.Args))
		if d.IsRepeatable {
			b.WriteString(" repeatable")
		}
		fmt.Fprintf(b, " on %s\n", strings.Join(d.Locations, " | "))
	}
	for i := range in.Schema.Types {
		if !native(in.Schema.Types[i].Name) {
			in.writeType(b, i)
		}
	}
}

func (in *introspected) writeType(b *strings.Builder, i int) {
	t := &in.Schema.Types[i]
	keyword := map[string]string{"OBJECT": "type", "INPUT_OBJECT": "input"}[t.Kind]
	if keyword == "" {
		keyword = strings.ToLower(t.Kind)
	}
	fmt.Fprintf(b, "%s %s", keyword, t.Name)
	if len(t.Interfaces) > 0 {
		fmt.Fprintf(b, " implements %s", joined(t.Interfaces, " & "))
	}
	if t.SpecifiedByURL != "" {
		fmt.Fprintf(b, " @specifiedBy(url: %s)", quoted(t.SpecifiedByURL))
	}
	if t.IsOneOf {
		b.WriteString(" @oneOf")
	}
	if t.Kind == "UNION" {
		fmt.Fprintf(b, " = %s", joined(t.PossibleTypes, " | "))
	}
	var members []string
	for _, f := range t.Fields {
		members = append(members, f.Name+sdlArguments(f.Args)+": "+f.Type.sdl()+f.sdl())
	}
	for _, f := range t.InputFields {
		members = append(members, f.sdl())
	}
	for _, v := range t.EnumValues {
		members = append(members, v.Name+v.sdl())
	}
	if len(members) > 0 {
		fmt.Fprintf(b, " {\n  %s\n}", strings.Join(members, "\n  "))
	}
	b.WriteByte('\n')
}

func joined(list []namedType, by string) string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = n.Name
	}
	return strings.Join(names, by)
}

// quoted writes a string of SDL; those of JSON are such.
func quoted(s string) string {
	b, _ := json.Marshal(s) //nolint:errchkjson // a string can be written
	return string(b)
}

func (t typeRef) sdl() string {
	switch {
	case t.OfType == nil:
		return t.Name
	case t.Kind == "NON_NULL":
		return t.OfType.sdl() + "!"
	}
	return "[" + t.OfType.sdl() + "]"
}

func (d deprecated) sdl() string {
	if !d.IsDeprecated {
		return ""
	}
	return " @deprecated(reason: " + quoted(d.DeprecationReason) + ")"
}

func (v inputValue) sdl() string {
	out := v.Name + ": " + v.Type.sdl()
	if v.DefaultValue != nil {
		out += " = " + *v.DefaultValue
	}
	return out + v.deprecated.sdl()
}

func sdlArguments(list []inputValue) string {
	if len(list) == 0 {
		return ""
	}
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = v.sdl()
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// Bare leaves out the directives that introspection does not tell, so that a schema can be compared with one that came from
// there: prices and access rules.
func Bare(s *ast.Schema) *ast.Schema {
	keep := func(list ast.DirectiveList) ast.DirectiveList {
		var out ast.DirectiveList
		for _, d := range list {
			if native(d.Name) {
				out = append(out, d)
			}
		}
		return out
	}
	out := *s
	out.Types = make(map[string]*ast.Definition, len(s.Types))
	for name, def := range s.Types {
		bare := *def
		bare.Directives = keep(def.Directives)
		bare.Fields = nil
		for _, f := range def.Fields {
			field := *f
			field.Directives, field.Arguments = keep(f.Directives), nil
			for _, a := range f.Arguments {
				argument := *a
				argument.Directives = keep(a.Directives)
				field.Arguments = append(field.Arguments, &argument)
			}
			bare.Fields = append(bare.Fields, &field)
		}
		out.Types[name] = &bare
	}
	return &out
}
