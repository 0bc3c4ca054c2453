package schema_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/schema"
)

// A promise is something that every element of the schema keeps. It returns the elements that break it.
type promise func(*ast.Schema) []string

func TestSchema(t *testing.T) {
	t.Parallel()
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	for name, keep := range map[string]promise{
		"Described":            undescribed,
		"TypesHaveARule":       typesWithoutRule,
		"RootFieldsHaveARule":  rootFieldsWithoutRule,
		"OneRuleEach":          severalRules,
		"StricterIsNullable":   stricterNonNull,
		"NonNullLeadsToOpen":   nonNullIntoGuarded,
		"DeprecatedSaysWhat":   deprecatedWithoutReason,
		"AmericanSpelling":     britishSpelling,
		"ConnectionsGiveBoth":  halfConnections,
		"DefinitionsAreUnique": func(*ast.Schema) []string { return declaredTwice(schema.Sources()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, at := range keep(loaded) {
				t.Error(at)
			}
		})
	}
}

// TestPromises shows that each promise notices when it is broken: a check that finds nothing anywhere proves nothing.
func TestPromises(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		keep promise
		sdl  string
		want []string
	}{
		"Undescribed": {undescribed,
			`"" type A @public { "f" f("" x: Int): E } "e" enum E { V "w" W } "i" input I { a: Int }`,
			[]string{"A", "A.f(x)", "E.V", "I.a"}},
		"TypeWithoutRule": {typesWithoutRule, `type A { f: Int @public } type B @public { f: Int }`, []string{"A"}},
		"RootWithoutRule": {rootFieldsWithoutRule, `extend type Query { a: Int @public b: Int }`, []string{"Query.b"}},
		"TwoRules":        {severalRules, `type A @public @authenticated { f: Int @public }`, []string{"A"}},
		"StricterNonNull": {stricterNonNull, `
			type A @public { a: Int! @authenticated b: Int @authenticated c: Int! }
			type B @requiresScopes(scopes: [["x", "y"], ["z"]]) {
				a: Int! @requiresScopes(scopes: [["z"], ["x"]]) b: Int! @requiresScopes(scopes: [["x"]]) c: Int! @authenticated
			}
			extend type Query { d: Int! @policy(policies: [["own"]]) }`,
			[]string{"A.a", "B.b", "Query.d"}},
		"NonNullIntoGuarded": {nonNullIntoGuarded, `
			type A @public { a: B! b: [B!]! c: B d: B! @authenticated }
			type B @authenticated { a: Int! e: B! }`,
			[]string{"A.a", "A.b"}},
		"ReasonMissing": {deprecatedWithoutReason,
			"type A @public { a: Int @deprecated b: Int @deprecated(reason: \"Use `a` instead.\") }", []string{"A.a"}},
		"BritishNames": {britishSpelling,
			`type Fulfilment @public { catalogueId: Int "a catalogue" b: Int "fulfillment catalogs" c: Int }`,
			[]string{"Fulfilment", "Fulfilment.b", "Fulfilment.catalogueId"}},
		"HalfConnection": {halfConnections,
			`type P @public { a: Int } type AConnection @public { edges: [Int] pageInfo: P! }`, []string{"AConnection"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tt.keep(small(t, tt.sdl))
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// small loads an SDL of a few lines together with Rialto's directives and what these stand on.
func small(t *testing.T, sdl string) *ast.Schema {
	t.Helper()
	sources := []*ast.Source{{Name: "small", Input: `"q" type Query @public { "x" x: Int @public } ` + sdl}}
	for _, source := range schema.Sources() {
		if source.Name == "directives.graphqls" || source.Name == "codes.graphqls" {
			sources = append(sources, source)
		}
	}
	loaded, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// element is one described thing of the schema: a definition, field, argument, enum value or directive.
type element struct {
	at          string
	name        string
	description string
	directives  ast.DirectiveList
}

// elements lists everything that Rialto's own files declare, leaving out what GraphQL itself brings.
func elements(s *ast.Schema) []element {
	var all []element
	for _, def := range own(s) {
		all = append(all, element{def.Name, def.Name, def.Description, def.Directives})
		for _, field := range ownFields(def) {
			at := def.Name + "." + field.Name
			all = append(all, element{at, field.Name, field.Description, field.Directives})
			all = append(all, arguments(at, field.Arguments)...)
		}
		for _, value := range def.EnumValues {
			all = append(all, element{def.Name + "." + value.Name, value.Name, value.Description, value.Directives})
		}
	}
	for _, directive := range s.Directives {
		if directive.Position.Src.BuiltIn {
			continue
		}
		at := "@" + directive.Name
		all = append(all, element{at: at, name: directive.Name, description: directive.Description})
		all = append(all, arguments(at, directive.Arguments)...)
	}
	return all
}

func arguments(at string, list ast.ArgumentDefinitionList) []element {
	var all []element
	for _, arg := range list {
		all = append(all, element{fmt.Sprintf("%s(%s)", at, arg.Name), arg.Name, arg.Description, arg.Directives})
	}
	return all
}

func own(s *ast.Schema) []*ast.Definition {
	var defs []*ast.Definition
	for _, def := range s.Types {
		if !def.BuiltIn {
			defs = append(defs, def)
		}
	}
	slices.SortFunc(defs, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return defs
}

func ownFields(def *ast.Definition) ast.FieldList {
	return slices.DeleteFunc(slices.Clone(def.Fields), func(f *ast.FieldDefinition) bool {
		return strings.HasPrefix(f.Name, "__")
	})
}

func composite(def *ast.Definition) bool { return def.Kind == ast.Object || def.Kind == ast.Interface }

func isRoot(s *ast.Schema, def *ast.Definition) bool {
	return def == s.Query || def == s.Mutation || def == s.Subscription
}

func undescribed(s *ast.Schema) []string {
	var found []string
	for _, e := range elements(s) {
		if strings.TrimSpace(e.description) == "" {
			found = append(found, e.at)
		}
	}
	return found
}

func deprecatedWithoutReason(s *ast.Schema) []string {
	var found []string
	for _, e := range elements(s) {
		d := e.directives.ForName("deprecated")
		if d == nil {
			continue
		}
		if reason := d.Arguments.ForName("reason"); reason == nil || strings.TrimSpace(reason.Value.Raw) == "" {
			found = append(found, e.at)
		}
	}
	return found
}

var british = regexp.MustCompile(`(?i)fulfilment|catalogue`)

func britishSpelling(s *ast.Schema) []string {
	var found []string
	for _, e := range elements(s) {
		if british.MatchString(e.name) || british.MatchString(e.description) {
			found = append(found, e.at)
		}
	}
	return found
}

// halfConnections finds connections that give only one of `edges` and `nodes`: storefronts read both.
func halfConnections(s *ast.Schema) []string {
	var found []string
	for _, def := range own(s) {
		if def.Kind != ast.Object || !strings.HasSuffix(def.Name, "Connection") {
			continue
		}
		for _, name := range []string{"edges", "nodes", "pageInfo"} {
			if f := def.Fields.ForName(name); f == nil || !f.Type.NonNull {
				found = append(found, def.Name)
				break
			}
		}
	}
	return found
}

var declaration = regexp.MustCompile(`(?m)^(?:type|interface|union|enum|input|scalar|directive) (@?\w+)`)

// declaredTwice finds names that two files declare. Loading refuses them too, but names only the second place.
func declaredTwice(sources []*ast.Source) []string {
	var found []string
	first := map[string]string{}
	for _, source := range sources {
		for _, m := range declaration.FindAllStringSubmatch(source.Input, -1) {
			if before, ok := first[m[1]]; ok {
				found = append(found, fmt.Sprintf("%s: %s and %s", m[1], before, source.Name))
			}
			first[m[1]] = source.Name
		}
	}
	return found
}
