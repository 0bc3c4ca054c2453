package evolution

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// rule is what a caller must have: alternatives, each a set of needs. Nil is the rule of what is open.
type rule [][]string

// ruleOf is the rule of a field, its own or else its type's; or of the type itself where there is no field.
func ruleOf(def *ast.Definition, f *ast.FieldDefinition) rule {
	if f != nil && hasRule(f.Directives) {
		return readRule(f.Directives)
	}
	return readRule(def.Directives)
}

func hasRule(directives ast.DirectiveList) bool {
	return slices.ContainsFunc(directives, func(d *ast.Directive) bool {
		return slices.Contains([]string{"public", "authenticated", "requiresScopes", "policy"}, d.Name)
	})
}

func readRule(directives ast.DirectiveList) rule {
	for _, d := range directives {
		switch d.Name {
		case "authenticated":
			return rule{{"to be signed in"}}
		case "requiresScopes":
			return needs(d, "scopes", "to be signed in", "the scope ")
		case "policy":
			return needs(d, "policies", "", "the policy ")
		}
	}
	return nil
}

func needs(d *ast.Directive, argument, always, prefix string) rule {
	var out rule
	a := d.Arguments.ForName(argument)
	if a == nil {
		return out
	}
	for _, alternative := range a.Value.Children {
		var set []string
		if always != "" {
			set = append(set, always)
		}
		for _, name := range alternative.Value.Children {
			set = append(set, prefix+name.Value.Raw)
		}
		out = append(out, set)
	}
	return out
}

// opens reports whether whoever meets r meets other too.
func (r rule) opens(other rule) bool {
	if len(other) == 0 {
		return true
	}
	if len(r) == 0 {
		return false
	}
	return !slices.ContainsFunc(r, func(have []string) bool {
		return !slices.ContainsFunc(other, func(need []string) bool {
			return !slices.ContainsFunc(need, func(n string) bool { return !slices.Contains(have, n) })
		})
	})
}

func (d *differ) access(at string, before, after rule) {
	stays, opened := before.opens(after), after.opens(before)
	switch {
	case !stays:
		d.add(Change{
			Level: Dangerous, Kind: AccessStricter, Coordinate: at,
			Message: fmt.Sprintf("Some who could read `%s` are refused now. Acknowledge it when they never should have read it.", at),
		})
	case !opened:
		d.add(Change{Kind: AccessLooser, Coordinate: at, Message: fmt.Sprintf("More callers may read `%s`.", at)})
	}
}
