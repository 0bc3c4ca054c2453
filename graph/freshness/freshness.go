// Package freshness says how long the answer to an operation may be kept, and by whom, from the hints of the schema:
// @cacheControl, with the rules of Apollo Server for combining them.
//
// An answer may be kept as long as the part of it that may be kept least long. A field at the top, and one that gives objects,
// may not be kept unless a hint says so, its own or its type's; one that gives plain values may be kept as long as what it stands
// in. One private part makes the whole answer private.
//
// It does not know who asks nor what the answer is: that an answer for a signed-in shopper, or one with errors, is not for
// everybody is up to who asks it. It keeps nothing.
//
// Invariant: of what an abstract type may turn out to be, the strictest counts; @skip and @include leave nothing out.
package freshness

import (
	"fmt"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// Directive is the hints' name in the schema.
const Directive = "cacheControl"

// Policy is how long an answer may be kept.
type Policy struct {
	// MaxAge is zero where it may not be kept.
	MaxAge time.Duration
	// Private says that only who asked may keep it.
	Private bool
}

// hint is what a field or a type says.
type hint struct {
	// age is nil where it says nothing of it.
	age      *time.Duration
	inherits bool
	private  bool
}

// Hints are those of a schema. They are safe for concurrent use.
type Hints struct {
	schema *ast.Schema
	fields map[*ast.FieldDefinition]hint
	types  map[string]hint
}

// New reads the hints of a schema. Fails where one makes no sense.
func New(schema *ast.Schema) (*Hints, error) {
	h := &Hints{schema: schema, fields: map[*ast.FieldDefinition]hint{}, types: map[string]hint{}}
	for name, def := range schema.Types {
		if d := def.Directives.ForName(Directive); d != nil {
			one, err := read(d)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			h.types[name] = one
		}
		for _, f := range def.Fields {
			if d := f.Directives.ForName(Directive); d != nil {
				one, err := read(d)
				if err != nil {
					return nil, fmt.Errorf("%s.%s: %w", name, f.Name, err)
				}
				h.fields[f] = one
			}
		}
	}
	return h, nil
}

func read(d *ast.Directive) (h hint, err error) {
	for _, a := range d.Arguments {
		switch a.Name {
		case "maxAge":
			seconds, err := strconv.Atoi(a.Value.Raw)
			if err != nil || seconds < 0 {
				return h, fmt.Errorf("maxAge is a number of seconds, not %s", a.Value)
			}
			age := time.Duration(seconds) * time.Second
			h.age = &age
		case "scope":
			h.private = a.Value.Raw == "PRIVATE"
		case "inheritMaxAge":
			h.inherits = a.Value.Raw == "true"
		}
	}
	if h.age != nil && h.inherits {
		return h, fmt.Errorf("either a maxAge or inheritMaxAge")
	}
	return h, nil
}

// Of is the policy of an operation of a validated document. It is the same whatever the variables are: it can be kept with the
// document.
func (h *Hints) Of(op *ast.OperationDefinition) Policy {
	if op.Operation != ast.Query {
		return Policy{Private: true}
	}
	w := walk{hints: h, seen: map[string]bool{}, least: -1}
	w.selections(op.SelectionSet, h.schema.Query, true)
	if w.least <= 0 {
		return Policy{Private: w.private}
	}
	return Policy{MaxAge: w.least, Private: w.private}
}

// walk goes through an operation. Fragments are looked at once for each type that they stand on, which is enough for a minimum.
type walk struct {
	hints   *Hints
	seen    map[string]bool
	least   time.Duration // below zero while nothing was found
	private bool
}

func (w *walk) selections(set ast.SelectionSet, on *ast.Definition, top bool) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			w.field(s, on, top)
		case *ast.InlineFragment:
			w.selections(s.SelectionSet, w.narrowed(s.TypeCondition, on), top)
		case *ast.FragmentSpread:
			key := s.Name + " on " + on.Name
			if s.Definition == nil || w.seen[key] {
				continue
			}
			w.seen[key] = true
			w.selections(s.Definition.SelectionSet, w.narrowed(s.Definition.TypeCondition, on), top)
		}
	}
}

func (w *walk) narrowed(condition string, on *ast.Definition) *ast.Definition {
	if def := w.hints.schema.Types[condition]; def != nil {
		return def
	}
	return on
}

func (w *walk) field(f *ast.Field, on *ast.Definition, top bool) {
	if f.Name == "__typename" {
		return
	}
	if f.Definition == nil || f.Name == "__schema" || f.Name == "__type" {
		w.atMost(0)
		return
	}
	result := w.hints.schema.Types[f.Definition.Type.Name()]
	w.apply(w.hints.fields[f.Definition], result, top)
	if on.IsAbstractType() {
		for _, possible := range w.hints.schema.GetPossibleTypes(on) {
			if def := possible.Fields.ForName(f.Name); def != nil {
				w.apply(w.hints.fields[def], w.hints.schema.Types[def.Type.Name()], top)
			}
		}
	}
	if len(f.SelectionSet) > 0 {
		w.selections(f.SelectionSet, result, false)
	}
}

// apply takes in what a field with a hint, or none, says of the answer that it stands in.
func (w *walk) apply(of hint, result *ast.Definition, top bool) {
	byType := w.hints.types[result.Name]
	w.private = w.private || of.private || byType.private
	switch {
	case of.age != nil:
		w.atMost(*of.age)
	case of.inherits:
	case byType.age != nil:
		w.atMost(*byType.age)
	case byType.inherits && !top:
	case top || result.IsCompositeType():
		w.atMost(0)
	}
}

func (w *walk) atMost(age time.Duration) {
	if w.least < 0 || age < w.least {
		w.least = age
	}
}
