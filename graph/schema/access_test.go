package schema_test

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// A rule is what a caller must have, as alternatives of which each is a set of needs. The public rule has one
// alternative without any need.
type rule [][]string

// rules returns the access rules among directives; more than one is a fault of the schema.
func rules(directives ast.DirectiveList) []rule {
	var all []rule
	for _, d := range directives {
		switch d.Name {
		case "public":
			all = append(all, rule{{}})
		case "authenticated":
			all = append(all, rule{{"authenticated"}})
		case "requiresScopes":
			all = append(all, needs("authenticated", "scope:", d.Arguments.ForName("scopes")))
		case "policy":
			all = append(all, needs("", "policy:", d.Arguments.ForName("policies")))
		}
	}
	return all
}

func needs(always, prefix string, arg *ast.Argument) rule {
	var r rule
	for _, alternative := range arg.Value.Children {
		var set []string
		if always != "" {
			set = append(set, always)
		}
		for _, name := range alternative.Value.Children {
			set = append(set, prefix+name.Value.Raw)
		}
		r = append(r, set)
	}
	return r
}

// opens reports whether everybody who meets r meets other too.
func (r rule) opens(other rule) bool {
	return !slices.ContainsFunc(r, func(have []string) bool {
		return !slices.ContainsFunc(other, func(need []string) bool {
			return !slices.ContainsFunc(need, func(n string) bool { return !slices.Contains(have, n) })
		})
	})
}

// ruleOf returns the rule of a type. A root type may leave it to its fields, and then counts as public.
func ruleOf(def *ast.Definition) rule {
	if all := rules(def.Directives); len(all) > 0 {
		return all[0]
	}
	return rule{{}}
}

func ruleOfField(def *ast.Definition, field *ast.FieldDefinition) rule {
	if all := rules(field.Directives); len(all) > 0 {
		return all[0]
	}
	return ruleOf(def)
}

// typesWithoutRule finds types whose fields would depend on each stating a rule: the next field added would be open.
func typesWithoutRule(s *ast.Schema) []string {
	var found []string
	for _, def := range own(s) {
		if composite(def) && !isRoot(s, def) && len(rules(def.Directives)) == 0 {
			found = append(found, def.Name)
		}
	}
	return found
}

func rootFieldsWithoutRule(s *ast.Schema) []string {
	var found []string
	for _, def := range own(s) {
		if !isRoot(s, def) {
			continue
		}
		for _, field := range ownFields(def) {
			if len(rules(field.Directives)) == 0 {
				found = append(found, def.Name+"."+field.Name)
			}
		}
	}
	return found
}

func severalRules(s *ast.Schema) []string {
	var found []string
	for _, e := range elements(s) {
		if len(rules(e.directives)) > 1 {
			found = append(found, e.at)
		}
	}
	return found
}

// stricterNonNull finds fields that some readers of the type may not read, and that still promise a value: denying
// such a field would take the whole object with it.
func stricterNonNull(s *ast.Schema) []string {
	return fields(s, func(def *ast.Definition, field *ast.FieldDefinition) bool {
		return field.Type.NonNull && !ruleOf(def).opens(ruleOfField(def, field))
	})
}

// nonNullIntoGuarded finds fields that promise an object whose fields some of their readers may not read: what is
// denied inside would come up through them.
func nonNullIntoGuarded(s *ast.Schema) []string {
	return fields(s, func(def *ast.Definition, field *ast.FieldDefinition) bool {
		target := s.Types[field.Type.Name()]
		return field.Type.NonNull && composite(target) && !ruleOfField(def, field).opens(ruleOf(target))
	})
}

func fields(s *ast.Schema, fault func(*ast.Definition, *ast.FieldDefinition) bool) []string {
	var found []string
	for _, def := range own(s) {
		if !composite(def) {
			continue
		}
		for _, field := range ownFields(def) {
			if fault(def, field) {
				found = append(found, def.Name+"."+field.Name)
			}
		}
	}
	return found
}
