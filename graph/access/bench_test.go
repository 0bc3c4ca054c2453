package access_test

import (
	"context"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/access"
	"github.com/rialtohq/rialto/graph/schema"
)

// listPage is a usual product list, with one field that a storefront may not read.
const listPage = `query($ids: [ID!]!) {
	products(first: 20) { nodes { ...P } pageInfo { hasNextPage } }
	nodes(ids: $ids) { id ... on Product { ...P } ... on Collection { id title } }
	search(query: "x", first: 5) { nodes { ... on Product { ...P } ... on Page { title } ... on Article { title } } }
}
fragment P on Product {
	id title handle status
	images(first: 2) { nodes { url altText } }
	media(first: 3) { nodes { id alt ... on Video { sources { url } } } }
	variants(first: 5) { nodes { id title price { amount currencyCode } product { id } } }
	collections(first: 3) { nodes { id title } }
}`

func benchmarked(b *testing.B) (bundle, *ast.OperationDefinition) {
	b.Helper()
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		b.Fatal(err)
	}
	with := bundleOf(b, loaded, anyPolicy{})
	return with, with.parse(b, listPage)
}

func BenchmarkRules(b *testing.B) {
	with, _ := benchmarked(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := access.NewRules(with.schema, anyPolicy{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPlanFresh(b *testing.B) {
	with, op := benchmarked(b)
	planner := access.NewPlanner(with.rules, 1)
	b.ReportAllocs()
	for b.Loop() {
		again := *op // another pointer, so another operation to the planner
		planner.Plan(&again, nobody)
	}
}

func BenchmarkPlanKept(b *testing.B) {
	with, op := benchmarked(b)
	by := staff("products:read", "orders:read")
	b.ReportAllocs()
	for b.Loop() {
		with.planner.Plan(op, by)
	}
}

func BenchmarkMiddlewarePerField(b *testing.B) {
	with, op := benchmarked(b)
	next := func(context.Context, graphql.Resolver) (any, error) { return nil, nil }
	denying := with.planner.Plan(op, nobody)
	open := with.planner.Plan(with.parse(b, `{ shop { name } }`), nobody)
	if denying.Empty() || !open.Empty() {
		b.Fatal("the operations do not tell the cases apart")
	}
	for name, tt := range map[string]struct {
		plan  *access.Plan
		field string
	}{
		"EmptyPlan": {open, "title"}, "Allowed": {denying, "title"}, "Denied": {denying, "status"},
	} {
		b.Run(name, func(b *testing.B) {
			ctx := graphql.WithFieldContext(b.Context(), &graphql.FieldContext{
				Object: "Product", Field: graphql.CollectedField{Field: &ast.Field{Name: tt.field, Alias: tt.field}},
			})
			middleware := tt.plan.Middleware(next)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = middleware(ctx, nil)
			}
		})
	}
}
