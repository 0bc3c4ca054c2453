package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

var spans = otel.Tracer("github.com/rialtohq/rialto/graph")

// tracer opens a span for each field with a resolver, where the request is being traced at all; plain fields have none.
func tracer(ctx context.Context) func(ctx context.Context, object, field string, path ast.Path) (context.Context, func(error)) {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return nil
	}
	return func(ctx context.Context, object, field string, path ast.Path) (context.Context, func(error)) {
		ctx, span := spans.Start(ctx, object+"."+field, trace.WithAttributes(attribute.String("graphql.field.path", path.String())))
		return ctx, func(err error) {
			if err != nil {
				span.SetStatus(codes.Error, "field failed")
			}
			span.End()
		}
	}
}

// traced is field middleware that does the same for gqlgen's executor.
func traced(ctx context.Context, next graphql.FieldMiddleware) graphql.FieldMiddleware {
	open := tracer(ctx)
	if open == nil {
		return next
	}
	return func(ctx context.Context, resolve graphql.Resolver) (v any, err error) {
		fc := graphql.GetFieldContext(ctx)
		if !fc.IsResolver {
			return next(ctx, resolve)
		}
		ctx, end := open(ctx, fc.Object, fc.Field.Name, fc.Path())
		defer func() { end(err) }()
		return next(ctx, resolve)
	}
}
