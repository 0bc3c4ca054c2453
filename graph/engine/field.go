package engine

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Push steps into the value of a field, and [Run.Pop] out of it.
func (x *Run) Push(f *Field) { x.path = append(x.path, step{field: f}) }

// PushItem steps into an item of a list.
func (x *Run) PushItem(i int) { x.path = append(x.path, step{index: i}) }

// Pop steps out again.
func (x *Run) Pop() { x.path = x.path[:len(x.path)-1] }

// Enter gives the context for a field's resolver. What it returns beside it is called with the resolver's error, where it
// is not nil.
func (x *Run) Enter(f *Field) (context.Context, func(error)) {
	if f.Context == nil {
		f.Field = &graphql.FieldContext{Object: f.object, Field: f.CollectedField, IsMethod: true, IsResolver: f.Resolved}
		f.Context = graphql.WithFieldContext(x.Ctx, f.Field)
	}
	if x.Trace == nil || !f.Resolved {
		return f.Context, nil
	}
	return x.Trace(f.Context, f.object, f.Name, x.Path(f))
}

// Leave ends what Enter began, and turns a panic into an error. It must be deferred by itself.
func (x *Run) Leave(end func(error), err *error) {
	if p := recover(); p != nil {
		*err = panicked{p}
	}
	if end != nil {
		end(*err)
	}
}

// Allowed reports whether the viewer may see a field of an object; where not, the error is noted.
func (x *Run) Allowed(f *Field, parent any) bool {
	root := f.Alias
	if len(x.path) > 0 {
		root = x.path[0].field.Alias
	}
	err := x.Guard.Refused(x.Ctx, root, f.object, f.Name, parent)
	if err != nil {
		ctx := x.failing(f)
		x.Operation.Error(ctx, graphql.AddFieldLocationToError(ctx, err))
	}
	return err == nil
}

// panicked is the panic of a resolver on its way to where it is told.
type panicked struct{ p any }

func (panicked) Error() string { return "a resolver panicked" }

// Fail notes the error of a field and writes null where the field may be null. It reports whether that is so.
func (x *Run) Fail(f *Field, err error) bool {
	ctx := x.failing(f)
	if p, ok := err.(panicked); ok { //nolint:errorlint // Leave has just made it
		err = x.Operation.Recover(ctx, p.p)
	} else if f.BadArgs == nil {
		err = graphql.AddFieldLocationToError(ctx, err)
	}
	x.Operation.Error(ctx, err)
	return x.Absent(f)
}

// Absent writes null for a field whose error is noted, where it may be null. It reports whether that is so.
func (x *Run) Absent(f *Field) bool {
	if f.NonNull {
		return x.Lost()
	}
	return x.Null()
}

// Lost gives up a place that must not be null and has no value. It reports whether what is above it stays.
func (x *Run) Lost() bool { return x.Nulls && x.Null() }

// Over reports whether nothing more is to be begun.
func (x *Run) Over() bool { return x.Halts && len(graphql.GetErrors(x.Ctx)) > 0 }

// Invalid notes that a value is null which the schema promises not to be.
func (x *Run) Invalid(f *Field) bool {
	graphql.AddInvalidNullError(x.failing(f), "")
	return x.Lost()
}

// Missing is Invalid for the value at the place that was stepped into last, which has a type of its own in a list.
func (x *Run) Missing(declared string) bool {
	graphql.AddInvalidNullError(x.failing(nil), declared)
	return x.Lost()
}

// Safely writes a field, and turns a panic, which is a defect of ours, into an error at its place.
func (x *Run) Safely(f *Field, write func() bool) (ok bool) {
	mark, depth := len(x.B), len(x.path)
	defer func() {
		if p := recover(); p != nil {
			x.B, x.path = x.B[:mark], x.path[:depth]
			ctx := x.failing(f)
			x.Operation.Error(ctx, x.Operation.Recover(ctx, p))
			ok = x.Absent(f)
		}
	}()
	return write()
}

// Path is where a field stands in the answer.
func (x *Run) Path(f *Field) ast.Path {
	path := make(ast.Path, 0, len(x.path)+1)
	for _, s := range x.path {
		if s.field != nil {
			path = append(path, ast.PathName(s.field.Alias))
		} else {
			path = append(path, ast.PathIndex(s.index))
		}
	}
	if f != nil {
		path = append(path, ast.PathName(f.Alias))
	}
	return path
}

// failing is the context of an error: gqlgen reads from it where the error belongs.
func (x *Run) failing(f *Field) context.Context {
	ctx := x.Ctx
	for i := range x.path {
		if s := &x.path[i]; s.field != nil {
			ctx = s.field.within(ctx)
		} else {
			index := s.index
			ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &index})
		}
	}
	if f != nil {
		ctx = f.within(ctx)
	}
	return ctx
}

// within is the context of a field in that of its object.
func (f *Field) within(ctx context.Context) context.Context {
	return graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: f.object, Field: f.CollectedField, IsMethod: f.Resolved, IsResolver: f.Resolved})
}
