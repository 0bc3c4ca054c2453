package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

var tracer = otel.Tracer("github.com/rialtohq/rialto/graph")

// traced gives field middleware that opens a span for each field with a resolver, where the request is being traced at
// all; plain fields have none.
func traced(ctx context.Context, next graphql.FieldMiddleware) graphql.FieldMiddleware {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return next
	}
	return func(ctx context.Context, resolve graphql.Resolver) (any, error) {
		fc := graphql.GetFieldContext(ctx)
		if !fc.IsResolver {
			return next(ctx, resolve)
		}
		ctx, span := tracer.Start(ctx, fc.Object+"."+fc.Field.Name, trace.WithAttributes(attribute.String("graphql.field.path", fc.Path().String())))
		defer span.End()
		v, err := next(ctx, resolve)
		if err != nil {
			span.SetStatus(codes.Error, "field failed")
		}
		return v, err
	}
}
