package access

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// reach is what some root fields of an operation can come to, whoever asks: nothing in it depends on the caller, and
// nothing in it holds on to the document.
type reach struct {
	// roots are the root fields in the order written, once for each response name, introspection left out.
	roots []root
	// introspects says that GraphQL itself is asked something too, which is always answered.
	introspects bool
	// guarded are the fields with a rule that can be reached, in alphabetical order.
	guarded []*field
}

// root is a root field, with its place in the answer and in the document.
type root struct {
	at   Coordinate
	name string
	line gqlerror.Location
}

// rootFields collects the root fields of an operation from all its fragments, as often as they are written.
func (r *Rules) rootFields(op *ast.OperationDefinition) []*ast.Field {
	on := r.roots[op.Operation]
	if on == nil {
		return nil
	}
	var found []*ast.Field
	seen := map[*ast.FragmentDefinition]bool{}
	var collect func(string, ast.SelectionSet)
	collect = func(condition string, selections ast.SelectionSet) {
		if condition != "" && !r.concrete[condition].has(on.id) {
			return
		}
		for _, selection := range selections {
			switch s := selection.(type) {
			case *ast.Field:
				found = append(found, s)
			case *ast.InlineFragment:
				collect(s.TypeCondition, s.SelectionSet)
			case *ast.FragmentSpread:
				if s.Definition != nil && !seen[s.Definition] {
					seen[s.Definition] = true
					collect(s.Definition.TypeCondition, s.Definition.SelectionSet)
				}
			}
		}
	}
	collect("", op.SelectionSet)
	return found
}

// reachOf walks the selections below root fields.
func (r *Rules) reachOf(operation ast.Operation, fields []*ast.Field) reach {
	on := r.roots[operation]
	if on == nil {
		return reach{}
	}
	w := walker{rules: r, seen: map[any]set{}, found: map[*field]struct{}{}}
	only := newSet(len(r.objects))
	only.add(on.id)
	reached := reach{}
	named := map[string]bool{}
	for _, f := range fields {
		if introspective(f.Name) {
			reached.introspects = true
			continue
		}
		w.field(f, only)
		if !named[f.Alias] {
			named[f.Alias] = true
			reached.roots = append(reached.roots, rootOfField(on, f))
		}
	}
	for f := range w.found {
		reached.guarded = append(reached.guarded, f)
	}
	slices.SortFunc(reached.guarded, func(a, b *field) int { return a.at.compare(b.at) })
	return reached
}

// rootOfField copies what the plan keeps of a field: a part of the document's text would hold on to all of it.
func rootOfField(on *object, f *ast.Field) root {
	r := root{at: Coordinate{on.name, strings.Clone(f.Name)}, name: strings.Clone(f.Alias)}
	if f.Position != nil {
		r.line = gqlerror.Location{Line: f.Position.Line, Column: f.Position.Column}
	}
	return r
}

// walker follows selections for sets of types at once. It remembers for which types it has been through a fragment or a
// field's selections, so that each is walked at most once per type, however often fragments spread one another.
type walker struct {
	rules *Rules
	seen  map[any]set
	found map[*field]struct{}
}

// selections follows a selection set on objects of the given types.
func (w *walker) selections(selections ast.SelectionSet, types set) {
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.Field:
			w.field(s, types)
		case *ast.InlineFragment:
			if narrowed := w.narrow(types, s.TypeCondition); !narrowed.empty() {
				w.selections(s.SelectionSet, narrowed)
			}
		case *ast.FragmentSpread:
			if s.Definition == nil {
				continue
			}
			if fresh := w.unseen(s.Definition, w.narrow(types, s.Definition.TypeCondition)); !fresh.empty() {
				w.selections(s.Definition.SelectionSet, fresh)
			}
		}
	}
}

// field notes a field as it stands on each of the types, and follows its selections into all that they return together.
func (w *walker) field(f *ast.Field, types set) {
	if introspective(f.Name) {
		return
	}
	var leads set
	if len(f.SelectionSet) > 0 {
		leads = newSet(len(w.rules.objects))
	}
	for id := range types.all() {
		known := w.rules.objects[id].fields[f.Name]
		if known == nil {
			continue // validation has seen to it that the field exists wherever it can be executed
		}
		if !known.rule.Open() {
			w.found[known] = struct{}{}
		}
		if leads != nil {
			leads.union(known.leads)
		}
	}
	if fresh := w.unseen(f, leads); !fresh.empty() {
		w.selections(f.SelectionSet, fresh)
	}
}

func (w *walker) narrow(types set, condition string) set {
	if condition == "" {
		return types
	}
	return types.and(w.rules.concrete[condition])
}

// unseen gives the types for which a fragment or field has not been walked yet, and marks them.
func (w *walker) unseen(at any, types set) set {
	if types.empty() {
		return nil
	}
	before, ok := w.seen[at]
	if !ok {
		before = newSet(len(w.rules.objects))
		w.seen[at] = before
	}
	return before.take(types)
}
