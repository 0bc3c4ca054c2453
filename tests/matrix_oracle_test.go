package tests

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/commerce/access"
)

// need is one access directive as the schema states it. This reads the schema apart from the code that enforces it, so
// that both would have to be wrong in the same way.
type need struct {
	kind  string
	anyOf [][]string
}

// needs are what a field of a concrete type asks of its reader: its own directive or its type's, and those of each
// interface that declares the field too.
func needs(s *ast.Schema, on *ast.Definition, field string) (all []need) {
	for _, def := range append([]*ast.Definition{on}, s.GetImplements(on)...) {
		f := def.Fields.ForName(field)
		if f == nil {
			continue
		}
		stated := statedNeeds(f.Directives)
		if stated == nil {
			stated = statedNeeds(def.Directives)
		}
		all = append(all, stated...)
	}
	return slices.DeleteFunc(all, func(n need) bool { return n.kind == "public" })
}

func statedNeeds(list ast.DirectiveList) (out []need) {
	for _, d := range list {
		n := need{kind: d.Name}
		switch d.Name {
		case "public", "authenticated":
		case "requiresScopes", "policy":
			for _, alternative := range d.Arguments[0].Value.Children {
				var together []string
				for _, c := range alternative.Value.Children {
					together = append(together, c.Value.Raw)
				}
				n.anyOf = append(n.anyOf, together)
			}
		default:
			continue
		}
		out = append(out, n)
	}
	return out
}

// verdict is the code with which a viewer is refused a field, empty where it is allowed. Agrees tells what a policy says.
func verdict(all []need, by access.Actor, agrees func(policy string) bool) string {
	inside := by.Kind == access.Customer || by.Kind == access.Staff || by.Kind == access.App
	for _, n := range all {
		holds := by.Can
		switch {
		case n.kind == "policy":
			holds = agrees
		case !inside:
			return "UNAUTHENTICATED"
		case n.kind == "authenticated":
			continue
		}
		if !slices.ContainsFunc(n.anyOf, func(together []string) bool {
			return !slices.ContainsFunc(together, func(name string) bool { return !holds(name) })
		}) {
			return "FORBIDDEN"
		}
	}
	return ""
}
