// Package engine executes operations: it walks a document over the objects of commerce and writes the answer's bytes as it
// goes, with no value, context or goroutine for a plain field.
//
// What it knows of types and fields is generated from the schema beside gqlgen's own executor (gen/ writes
// graph/generated/engine.generated.go), which stays the reference: every case file is run through both. This package is the
// part that is the same for all types: the buffer, selections, errors with their paths, who may see a field.
//
// A list is walked one object after the other. Loaders read for a whole list when its first object asks (ADR 3), so the
// others find their answers; only on the way that leads to first objects, which is where statements are waited for, do
// fields with resolvers run side by side ([Run.Cold]).
//
// Invariants: the answer is that of the specification's section 6, whatever runs side by side: order of fields, errors with
// paths, a null that goes up to the next field that may be null. Nothing of a refused field is resolved.
package engine

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Type is an object type as the executor knows it.
type Type struct {
	Name         string
	Implementors []string
	// Numbers are the places of fields in the generated switch, by name.
	Numbers map[string]int
	// Resolved says which fields ask a resolver, Composite which have fields themselves; both by number.
	Resolved, Composite []bool
}

// Field is one field of a selection on objects of one type.
type Field struct {
	graphql.CollectedField
	Number int
	// Guarded fields are asked about for each object.
	Guarded bool
	// Resolved fields ask a resolver.
	Resolved bool
	// Heavy fields do, or have fields themselves that may.
	Heavy bool
	// NonNull says that the schema promises a value.
	NonNull bool
	// Below is what is selected of the field's value.
	Below Selection

	// Context is what resolvers of this field get, and Field what stands in it. Both are the same for every object, so that
	// arguments are read once.
	Context context.Context
	Field   *graphql.FieldContext
	Parsed  bool
	BadArgs error

	key    []byte
	object string
}

// Selection is what a document selects at one place. It is told apart by the type of the object that stands there.
type Selection struct {
	set   ast.SelectionSet
	kinds []kind
}

type kind struct {
	of       *Type
	fields   []Field
	sideways bool
}

// Guard says who may see a field; see the access plan.
type Guard interface {
	// Guards reports whether the field may be refused to anybody.
	Guards(object, field string) bool
	// Refused is why the viewer may not see a field of this object, below a root field; nil where it may be seen.
	Refused(ctx context.Context, root, object, field string, parent any) error
}

// Run is the execution of one operation, or of a part that runs beside others and has a buffer of its own.
type Run struct {
	// Ctx is the context that the root field runs in.
	Ctx context.Context
	// Operation is gqlgen's state of the operation, which resolvers may ask for.
	Operation *graphql.OperationContext
	// Guard is nil where nothing may be refused.
	Guard Guard
	// Trace opens a span for a field with a resolver; nil where the request is not traced.
	Trace func(ctx context.Context, object, field string, path ast.Path) (context.Context, func(error))
	// Nulls puts null at the place of each error, also where the schema promises a value, instead of giving up what is above it.
	Nulls bool
	// Halts begins no further mutation once there is an error.
	Halts bool
	// Cold says that nothing before this place is likely to have read what this place needs.
	Cold bool
	// B is the answer so far.
	B []byte

	path []step
}

// step is a part of the path to the place that is being written: a field, or an item of a list.
type step struct {
	field *Field
	index int
}

// Select begins at the top of an operation.
func Select(set ast.SelectionSet) *Selection { return &Selection{set: set} }

// Fields are what is selected of objects of a type, in the order of the answer, and whether it is worth the while to
// resolve them side by side.
func (x *Run) Fields(s *Selection, t *Type) (fields []Field, sideways bool) {
	for i := range s.kinds {
		if s.kinds[i].of == t {
			return s.kinds[i].fields, s.kinds[i].sideways
		}
	}
	collected := graphql.CollectFields(x.Operation, s.set, t.Implementors)
	k := kind{of: t, fields: make([]Field, len(collected))}
	resolved, heavy := 0, 0
	for i, c := range collected {
		n, ok := t.Numbers[c.Name]
		if !ok {
			panic("engine: " + t.Name + " has no field " + c.Name)
		}
		f := &k.fields[i]
		*f = Field{CollectedField: c, Number: n, Resolved: t.Resolved[n], Heavy: t.Resolved[n] || t.Composite[n], object: t.Name, Below: Selection{set: c.Selections}}
		f.NonNull = c.Definition != nil && c.Definition.Type.NonNull
		f.Guarded = x.Guard != nil && x.Guard.Guards(t.Name, c.Name)
		f.key = append(strconv.AppendQuote(nil, c.Alias), ':')
		if f.Resolved {
			resolved++
		}
		if f.Heavy {
			heavy++
		}
	}
	k.sideways = resolved > 0 && heavy > 1
	s.kinds = append(s.kinds, k)
	return k.fields, k.sideways
}

// Part is a run beside this one, at the same place, with a buffer of its own.
func (x *Run) Part() Run {
	part := *x
	part.B = Take()
	part.path = slices.Clone(x.path)
	return part
}

// Join writes what a part has written, and ends it.
func (x *Run) Join(part *Run) {
	x.B = append(x.B, part.B...)
	Release(part.B)
	part.B = nil
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 8<<10); return &b }}

// keptBuffer is the largest buffer that is kept for the next answer.
const keptBuffer = 1 << 20

// Take gives an empty buffer.
func Take() []byte { return (*buffers.Get().(*[]byte))[:0] }

// Release gives a buffer back. Nothing may be read from it afterwards.
func Release(b []byte) {
	if cap(b) <= keptBuffer {
		buffers.Put(&b)
	}
}
