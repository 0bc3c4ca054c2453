package access

import (
	"slices"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"

	iam "github.com/rialtohq/rialto/commerce/access"
)

// Views are the parts of the schema that callers get to see when they ask GraphQL about itself. It is safe for concurrent
// use, and keeps the views of the latest sets of scopes.
type Views struct {
	rules  *Rules
	schema *ast.Schema
	kept   *otter.Cache[string, *ast.Schema]
}

// views is how many are kept: about one for each role and app.
const views = 64

// NewViews makes the views of the schema that the rules were read from.
func NewViews(rules *Rules, schema *ast.Schema) *Views {
	return &Views{rules: rules, schema: schema, kept: otter.Must(&otter.Options[string, *ast.Schema]{MaximumSize: views})}
}

// For gives the part of the schema that an actor may use: fields whose scopes it holds, and what is reached by them. What
// only needs somebody to sign in is shown to all, because a shopper may, also by an argument of the operation. The view
// is complete in itself: each type that it names is in it. It must not be changed.
func (v *Views) For(by iam.Actor) *ast.Schema {
	if !signedIn(by) {
		by = iam.Actor{Kind: iam.Customer} // scopes say nothing about nobody
	}
	if kept, ok := v.kept.GetIfPresent(by.Scopes.Key()); ok {
		return kept
	}
	made := (&view{rules: v.rules, from: v.schema, by: by, shown: map[string]bool{}}).make()
	v.kept.Set(by.Scopes.Key(), made)
	return made
}

// view is one being made.
type view struct {
	rules *Rules
	from  *ast.Schema
	by    iam.Actor
	// hidden are types without anything that may be seen; fields that return them are hidden with them.
	hidden map[string]bool
	// shown are the types that are reached from the roots.
	shown map[string]bool
}

func (v *view) make() *ast.Schema {
	v.hide()
	for _, root := range []*ast.Definition{v.from.Query, v.from.Mutation, v.from.Subscription} {
		if root != nil && !v.hidden[root.Name] {
			v.show(root.Name)
		}
	}
	for name := range v.from.Types {
		if introspective(name) {
			v.show(name)
		}
	}
	for _, d := range v.from.Directives {
		v.showArguments(d.Arguments)
	}
	return v.build()
}

// hide finds the types of which nothing is left. One type's end can be another's, so it goes round until none is found.
func (v *view) hide() {
	v.hidden = map[string]bool{}
	for found := true; found; {
		found = false
		for name, def := range v.from.Types {
			if !introspective(name) && !v.hidden[name] && def.IsCompositeType() && v.nothingLeft(def) {
				v.hidden[name], found = true, true
			}
		}
	}
}

func (v *view) nothingLeft(def *ast.Definition) bool {
	if def.Kind == ast.Object {
		return !slices.ContainsFunc(def.Fields, func(f *ast.FieldDefinition) bool { return v.visible(def, f) })
	}
	return !slices.ContainsFunc(v.from.GetPossibleTypes(def), func(d *ast.Definition) bool { return !v.hidden[d.Name] })
}

// visible reports whether a field may be used. A field of an interface may where any of its objects lets it.
func (v *view) visible(def *ast.Definition, f *ast.FieldDefinition) bool {
	if introspective(f.Name) || introspective(def.Name) {
		return introspective(def.Name)
	}
	if v.hidden[f.Type.Name()] {
		return false
	}
	if def.Kind == ast.Object {
		rule, ok := v.rules.Of(Coordinate{def.Name, f.Name})
		code, _ := rule.Check(v.by)
		return ok && code == ""
	}
	return slices.ContainsFunc(v.from.GetPossibleTypes(def), func(d *ast.Definition) bool {
		own := d.Fields.ForName(f.Name)
		return own != nil && v.visible(d, own)
	})
}

// show reaches a type, and all that can be reached from it.
func (v *view) show(name string) {
	def := v.from.Types[name]
	if v.shown[name] || v.hidden[name] || def == nil {
		return
	}
	v.shown[name] = true
	for _, f := range def.Fields {
		if def.Kind == ast.InputObject || v.visible(def, f) {
			v.show(f.Type.Name())
			v.showArguments(f.Arguments)
		}
	}
	for _, name := range def.Interfaces {
		v.show(name)
	}
	if def.IsAbstractType() {
		for _, possible := range v.from.GetPossibleTypes(def) {
			v.show(possible.Name)
		}
	}
}

func (v *view) showArguments(list ast.ArgumentDefinitionList) {
	for _, a := range list {
		v.show(a.Type.Name())
	}
}

func (v *view) build() *ast.Schema {
	out := &ast.Schema{
		Types: map[string]*ast.Definition{}, Directives: v.from.Directives, PossibleTypes: map[string][]*ast.Definition{},
		Implements: map[string][]*ast.Definition{}, Description: v.from.Description, SchemaDirectives: v.from.SchemaDirectives,
	}
	for name := range v.shown {
		out.Types[name] = v.part(v.from.Types[name])
	}
	for into, from := range map[*map[string][]*ast.Definition]map[string][]*ast.Definition{&out.PossibleTypes: v.from.PossibleTypes, &out.Implements: v.from.Implements} {
		for name, defs := range from {
			for _, d := range defs {
				if part := out.Types[d.Name]; v.shown[name] && part != nil {
					(*into)[name] = append((*into)[name], part)
				}
			}
		}
	}
	for into, from := range map[**ast.Definition]*ast.Definition{&out.Query: v.from.Query, &out.Mutation: v.from.Mutation, &out.Subscription: v.from.Subscription} {
		if from != nil {
			*into = out.Types[from.Name]
		}
	}
	return out
}

// part copies what is shown of a type.
func (v *view) part(def *ast.Definition) *ast.Definition {
	part := *def
	if def.Kind != ast.InputObject {
		part.Fields = slices.DeleteFunc(slices.Clone(def.Fields), func(f *ast.FieldDefinition) bool { return !v.visible(def, f) })
	}
	unseen := func(name string) bool { return !v.shown[name] }
	part.Interfaces = slices.DeleteFunc(slices.Clone(def.Interfaces), unseen)
	part.Types = slices.DeleteFunc(slices.Clone(def.Types), unseen)
	return &part
}
