package schema_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/schema"
)

// TestStorefrontFacts holds the schema to what storefronts were written against.
func TestStorefrontFacts(t *testing.T) {
	t.Parallel()
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/storefront.txt")
	if err != nil {
		t.Fatal(err)
	}
	facts := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		facts++
		if why := lacks(loaded, line); why != "" {
			t.Errorf("%s: %s", line, why)
		}
	}
	if facts < 850 {
		t.Errorf("only %d facts are held", facts)
	}
}

// TestLacks shows that each kind of fact is noticed when it is not kept.
func TestLacks(t *testing.T) {
	t.Parallel()
	s := small(t, `"" type A @public { f(x: Int! y: String): [Int!]! g: Int i: I2 } "" input I { a: Int! b: Int } "" enum E { V } union U = A type I2 @public { a: Int }`)
	var got []string
	for _, fact := range []string{
		"A.f: [Int!]!", "A.f: [Int]", "A.f: [Int!]", "A.g: Int", "I.b: Int", "I.a: Int!", "I.b: Int!", "A.f(y): String!", "A.f(x): Int!", "E = V", "U | A",
		"A.f: Int", "A.g: Int!", "A.h: Int", "B.f: Int", "I.a: Int", "A.f(x): Int", "A.f(z): Int", "E = W", "U | I2", "A.f(y): Int", "nonsense",
	} {
		if why := lacks(s, fact); why != "" {
			got = append(got, fact+": "+why)
		}
	}
	if diff := cmp.Diff([]string{
		"A.f: Int: it is [Int!]!", "A.g: Int!: it is Int", "A.h: Int: there is no such field", "B.f: Int: there is no such type", "I.a: Int: it is Int!",
		"A.f(x): Int: it is Int!", "A.f(z): Int: there is no such argument", "E = W: there is no such value", "U | I2: it is no member", "A.f(y): Int: it is String", "nonsense: this is no fact",
	}, got); diff != "" {
		t.Error(diff)
	}
}

var fieldFact = regexp.MustCompile(`^(\w+)\.(\w+)(?:\((\w+)\))?: ([\[\]\w!]+)$`)

// lacks says in what the schema does not keep a fact; empty where it does.
func lacks(s *ast.Schema, fact string) string {
	if enum, value, ok := strings.Cut(fact, " = "); ok {
		if def := s.Types[enum]; def == nil || def.EnumValues.ForName(value) == nil {
			return "there is no such value"
		}
		return ""
	}
	if union, member, ok := strings.Cut(fact, " | "); ok {
		if def := s.Types[union]; def == nil || !slices.Contains(def.Types, member) {
			return "it is no member"
		}
		return ""
	}
	m := fieldFact.FindStringSubmatch(fact)
	if m == nil {
		return "this is no fact"
	}
	def := s.Types[m[1]]
	if def == nil {
		return "there is no such type"
	}
	field := def.Fields.ForName(m[2])
	if field == nil {
		return "there is no such field"
	}
	// What is sent must fit what the schema takes; what the schema gives must fit what is read.
	have, sent := field.Type, def.Kind == ast.InputObject
	if m[3] != "" {
		argument := field.Arguments.ForName(m[3])
		if argument == nil {
			return "there is no such argument"
		}
		have, sent = argument.Type, true
		if argument.DefaultValue != nil {
			have = &ast.Type{NamedType: have.NamedType, Elem: have.Elem}
		}
	}
	want := typeOf(m[4])
	if sent && !fits(want, have) || !sent && !fits(have, want) {
		return fmt.Sprintf("it is %s", have)
	}
	return ""
}

// typeOf reads a type as it is written.
func typeOf(text string) *ast.Type {
	t := &ast.Type{NonNull: strings.HasSuffix(text, "!")}
	text = strings.TrimSuffix(text, "!")
	if strings.HasPrefix(text, "[") {
		t.Elem = typeOf(text[1 : len(text)-1])
		return t
	}
	t.NamedType = text
	return t
}

// fits reports whether every value of one type is one of the other.
func fits(value, place *ast.Type) bool {
	if place.NonNull && !value.NonNull || (value.Elem == nil) != (place.Elem == nil) {
		return false
	}
	if value.Elem != nil {
		return fits(value.Elem, place.Elem)
	}
	return value.NamedType == place.NamedType
}
