package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Rules are the rules of every field of every concrete type of a schema, and what each field can lead to. They never
// change once made.
type Rules struct {
	policies Policies
	objects  []*object
	byName   map[string]*object
	// concrete are the object types that a value of a composite type can have, by that type's name.
	concrete map[string]set
	roots    map[ast.Operation]*object
}

type object struct {
	id     int
	name   string
	fields map[string]*field
}

type field struct {
	at   Coordinate
	rule Rule
	// leads holds the object types that the field can return; nothing for a leaf.
	leads set
}

// NewRules reads the rules of a schema. Policies may be nil where the schema names none. The error lists everything that
// is wrong: a field without a rule, a root field that does not state its own, two rules on one element, an empty list,
// a policy that does not exist, or a guarded field that returns a root type.
func NewRules(schema *ast.Schema, policies Policies) (*Rules, error) {
	r := &Rules{
		policies: policies, byName: map[string]*object{}, concrete: map[string]set{}, roots: map[ast.Operation]*object{},
	}
	r.number(schema)
	var faults []error
	for _, o := range r.objects {
		def := schema.Types[o.name]
		for _, f := range def.Fields {
			if introspective(f.Name) {
				continue
			}
			made, err := r.field(schema, def, f)
			if err != nil {
				faults = append(faults, fmt.Errorf("%s.%s: %w", def.Name, f.Name, err))
				continue
			}
			o.fields[f.Name] = made
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("access rules of the schema: %w", err)
	}
	return r, nil
}

// number gives each object type its place in the sets, and each composite type its set.
func (r *Rules) number(schema *ast.Schema) {
	for _, def := range schema.Types {
		if def.Kind == ast.Object && !introspective(def.Name) {
			r.objects = append(r.objects, &object{name: def.Name, fields: make(map[string]*field, len(def.Fields))})
		}
	}
	slices.SortFunc(r.objects, func(a, b *object) int { return strings.Compare(a.name, b.name) })
	for id, o := range r.objects {
		o.id = id
		r.byName[o.name] = o
	}
	for _, def := range schema.Types {
		if !def.IsCompositeType() || introspective(def.Name) {
			continue
		}
		all := newSet(len(r.objects))
		for _, possible := range append([]*ast.Definition{def}, schema.GetPossibleTypes(def)...) {
			if o := r.byName[possible.Name]; o != nil {
				all.add(o.id)
			}
		}
		r.concrete[def.Name] = all
	}
	for operation, def := range map[ast.Operation]*ast.Definition{
		ast.Query: schema.Query, ast.Mutation: schema.Mutation, ast.Subscription: schema.Subscription,
	} {
		if def != nil {
			r.roots[operation] = r.byName[def.Name]
		}
	}
}

// field joins the rule that a field has on its own type with those of the interfaces that declare it too. They hold
// always, not only for selections on the interface: what a caller may read must not depend on how it is asked for.
func (r *Rules) field(schema *ast.Schema, def *ast.Definition, f *ast.FieldDefinition) (*field, error) {
	rule, err := r.ruleOf(def, f)
	if err != nil {
		return nil, err
	}
	for _, name := range def.Interfaces {
		declared := schema.Types[name].Fields.ForName(f.Name)
		if declared == nil {
			continue
		}
		more, err := r.ruleOf(schema.Types[name], declared)
		if err != nil {
			return nil, fmt.Errorf("as declared by %s: %w", name, err)
		}
		rule = rule.and(more)
	}
	target := r.byName[f.Type.Name()]
	if target != nil && r.isRoot(target) && !rule.Open() {
		// gqlgen returns the root object without asking any middleware, so that the rule would not be enforced.
		return nil, errors.New("returns a root type and therefore cannot be guarded; guard the fields inside")
	}
	return &field{at: Coordinate{def.Name, f.Name}, rule: rule, leads: r.concrete[f.Type.Name()]}, nil
}

func (r *Rules) ruleOf(def *ast.Definition, f *ast.FieldDefinition) (Rule, error) {
	rule, found, err := readRule(f.Directives, r.policies)
	if found || err != nil {
		return rule, err
	}
	if o := r.byName[def.Name]; o != nil && r.isRoot(o) {
		return Rule{}, errors.New("a root field states its own access rule")
	}
	rule, found, err = readRule(def.Directives, r.policies)
	if err == nil && !found {
		err = errors.New("no access rule on the field or its type")
	}
	return rule, err
}

func (r *Rules) isRoot(o *object) bool {
	for _, root := range r.roots {
		if root == o {
			return true
		}
	}
	return false
}

// Of gives the rule of a field of a concrete type. Found is false where there is no such field.
func (r *Rules) Of(at Coordinate) (rule Rule, found bool) {
	if o := r.byName[at.Object]; o != nil {
		if f := o.fields[at.Field]; f != nil {
			return f.rule, true
		}
	}
	return Rule{}, false
}

// Coordinates lists every field that has a rule, which is every field that a caller can select, in alphabetical order.
func (r *Rules) Coordinates() []Coordinate {
	var all []Coordinate
	for _, o := range r.objects {
		for _, f := range o.fields {
			all = append(all, f.at)
		}
	}
	slices.SortFunc(all, Coordinate.compare)
	return all
}

// introspective reports whether a type or field belongs to GraphQL itself.
func introspective(name string) bool { return strings.HasPrefix(name, "__") }
