package engine_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	diff "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/graph/engine"
	"github.com/rialtohq/rialto/graph/generated"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/gid"
)

// What each resolver of these tests does, told by the handle of its product.
const (
	good     = "good"
	fails    = "fails"
	panics   = "panics"
	isNil    = "nil"
	nilItems = "nilItems"
)

// resolvers are those of the graph, but for products, which do as their handles say, and carts, which do as their notes say.
type resolvers struct {
	graph.Resolver
	// carts are the notes of the carts that were to be made.
	carts []string
}

func (r *resolvers) Query() generated.QueryResolver     { return query{r.Resolver.Query()} }
func (r *resolvers) Product() generated.ProductResolver { return product{r.Resolver.Product()} }

type query struct{ generated.QueryResolver }

func (r *resolvers) Mutation() generated.MutationResolver { return mutation{r.Resolver.Mutation(), r} }

type mutation struct {
	generated.MutationResolver
	r *resolvers
}

func (m mutation) CartCreate(_ context.Context, input *model.CartInput) (*model.CartCreatePayload, error) {
	var note string
	if input != nil && input.Note != nil {
		note = *input.Note
	}
	m.r.carts = append(m.r.carts, note)
	return act(note, &model.CartCreatePayload{})
}

func (query) Product(_ context.Context, handle *string, _ *gid.ID) (*catalog.Product, error) {
	return act(*handle, &catalog.Product{Handle: *handle, Title: "a \"quoted\"\ntitle \x01 \u2028 ü"})
}

func (q query) Nodes(ctx context.Context, ids []*gid.ID) ([]model.Any, error) {
	out := make([]model.Any, len(ids))
	for i, id := range ids {
		if id.Type == "Product" {
			out[i] = &catalog.Product{Handle: []string{good, fails, panics, isNil, nilItems}[id.UUID[15]]}
		}
	}
	return out, nil
}

type product struct{ generated.ProductResolver }

func (product) Options(_ context.Context, p *catalog.Product, _ *int) ([]*catalog.Option, error) {
	if p.Handle == nilItems {
		return []*catalog.Option{{Name: "Size"}, nil}, nil
	}
	return act(p.Handle, []*catalog.Option{{Name: "Size"}})
}

func (product) FeaturedImage(_ context.Context, p *catalog.Product) (*catalog.Image, error) {
	return act(p.Handle, &catalog.Image{})
}

func (product) Variants(_ context.Context, p *catalog.Product, first *int, _ *string, _ *int, _ *string, _ *bool, _ *string) (*model.ProductVariantConnection, error) {
	nodes := []*catalog.Variant{{Title: "one"}, {Title: "two"}}
	if p.Handle == nilItems {
		nodes[1] = nil
	}
	return act(p.Handle, &model.ProductVariantConnection{Nodes: nodes[:min(*first, 2)], PageInfo: &model.PageInfo{}})
}

func (product) AvailableForSale(_ context.Context, p *catalog.Product) (bool, error) {
	return act(p.Handle, true)
}

func act[T any](how string, v T) (T, error) {
	var none T
	switch how {
	case fails:
		return none, errors.New("it failed")
	case panics:
		panic("it panicked")
	case isNil:
		return none, nil
	}
	return v, nil
}

// guard refuses the vendor of products, and the title of those that fail.
type guard struct{}

func (guard) Guards(object, field string) bool {
	return object == "Product" && (field == "vendor" || field == "title")
}

func (guard) Refused(_ context.Context, root, object, field string, parent any) error {
	if p := parent.(*catalog.Product); field == "vendor" || p.Handle == fails {
		return fmt.Errorf("%s: %s.%s of %s is refused", root, object, field, p.Handle)
	}
	return nil
}

// middleware is the guard for gqlgen's executor.
func middleware(ctx context.Context, next graphql.Resolver) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	if !(guard{}).Guards(fc.Object, fc.Field.Name) {
		return next(ctx)
	}
	parent := fc.Parent.Result
	if p, ok := parent.(*model.Any); ok {
		parent = *p
	}
	root, _ := fc.Path()[0].(ast.PathName)
	if err := (guard{}).Refused(ctx, string(root), fc.Object, fc.Field.Name, parent); err != nil {
		return nil, err
	}
	return next(ctx)
}

// answers are what both executors make of a query.
type answers struct {
	data   string
	errors []string
}

func execute(t *testing.T, text string, variables map[string]any, run func(context.Context, *graphql.OperationContext) json.RawMessage) answers {
	t.Helper()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	doc, errs := gqlparser.LoadQueryWithRules(schema, text, nil)
	if errs != nil {
		t.Fatal(errs)
	}
	oc := &graphql.OperationContext{
		RawQuery: text, Doc: doc, Operation: doc.Operations[0], Variables: variables, ResolverMiddleware: middleware,
		RootResolverMiddleware: func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler { return next(ctx) },
		RecoverFunc:            func(_ context.Context, p any) error { return fmt.Errorf("recovered: %v", p) },
	}
	ctx := graphql.WithOperationContext(t.Context(), oc)
	ctx = graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, oc.RecoverFunc)
	out := answers{data: string(run(ctx, oc))}
	for _, e := range graphql.GetErrors(ctx) {
		out.errors = append(out.errors, fmt.Sprintf("%s: %s", e.Path, e.Message))
	}
	slices.SortFunc(out.errors, cmp.Compare[string])
	return out
}

// Whatever resolvers do, the engine answers what gqlgen's own executor answers: values, nulls that go up, and errors.
func TestEngineAnswersAsTheReference(t *testing.T) {
	config := generated.Config{Resolvers: &resolvers{}}
	e, reference := generated.NewEngine(config), generated.NewExecutableSchema(config)
	for _, part := range []string{
		"title handle", "featuredImage { altText }", "options { name }", "variants(first: 2) { nodes { title } pageInfo { hasNextPage } }", "availableForSale",
		"vendor handle", "a: options { name } b: options { name id } featuredImage { altText width }",
		"... on Node { id } ...F ... @include(if: $yes) { x: handle } ... @skip(if: $yes) { y: handle } featuredImage @include(if: $no) { altText }",
		"variants(first: $n) { nodes { title } } variants(first: $n) { nodes { id sku } }", "__typename options { __typename name }",
		"options { name } variants(first: 1) { nodes { title barcode } } priceRange { minVariantPrice { amount currencyCode } } tags createdAt",
	} {
		for _, how := range []string{good, fails, panics, isNil, nilItems} {
			for name, query := range map[string]string{
				"one":    `query($yes: Boolean!, $no: Boolean!, $n: Int!) { product(handle: "` + how + `") { ` + part + ` } }`,
				"two":    `query($yes: Boolean!, $no: Boolean!, $n: Int!) { product(handle: "good") { ` + part + ` } other: product(handle: "` + how + `") { ` + part + ` } }`,
				"many":   `query($yes: Boolean!, $no: Boolean!, $n: Int!) { nodes(ids: [` + ids() + `]) { ... on Product { ` + part + ` } id } }`,
				"nested": `query($yes: Boolean!, $no: Boolean!, $n: Int!) { node: nodes(ids: [` + ids() + `]) { __typename ... on Product { handle } ...F ... on Product { ` + part + ` } } }`,
			} {
				query = strings.TrimSuffix(query, "}") + ` used: product(handle: "good") @include(if: $yes) { ...F handle @include(if: $no) variants(first: $n) { nodes { id } } } }`
				query += " fragment F on Product { productType ...G } fragment G on Product { handle }"
				variables := map[string]any{"yes": true, "no": false, "n": 1}
				t.Run(name+"/"+how+"/"+strings.Fields(part)[0], func(t *testing.T) {
					want := execute(t, query, variables, func(ctx context.Context, _ *graphql.OperationContext) json.RawMessage {
						return reference.Exec(ctx)(ctx).Data
					})
					got := execute(t, query, variables, func(ctx context.Context, oc *graphql.OperationContext) json.RawMessage {
						return e.Execute(ctx, engine.Run{Operation: oc, Guard: guard{}})
					})
					if d := diff.Diff(want.data, got.data); d != "" {
						t.Errorf("%s\ndata (-reference +engine):\n%s", query, d)
					}
					if d := diff.Diff(want.errors, got.errors); d != "" {
						t.Errorf("%s\nerrors (-reference +engine):\n%s", query, d)
					}
					var root ast.SelectionSet
					kept := execute(t, query, variables, func(ctx context.Context, oc *graphql.OperationContext) json.RawMessage {
						root = oc.Operation.SelectionSet
						return e.Execute(ctx, engine.Run{Operation: oc, Guard: guard{}, Nulls: true})
					})
					if d := diff.Diff(decode(t, want.data), raise(root, decode(t, kept.data))); d != "" {
						t.Errorf("%s\nnulls where the errors are: %s\nraised by hand (-reference +engine):\n%s", query, kept.data, d)
					}
					if d := diff.Diff(want.errors, kept.errors); d != "" {
						t.Errorf("%s\nerrors with nulls where they are (-reference +engine):\n%s", query, d)
					}
				})
			}
		}
	}
}

func decode(t *testing.T, data string) (object map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(data), &object); err != nil {
		t.Fatalf("no JSON: %s", data)
	}
	return object
}

// raise makes of an answer that has its nulls where the errors are the one that has them as high as the schema says; nil where
// nothing is left.
func raise(set ast.SelectionSet, object map[string]any) map[string]any {
	var value func(t *ast.Type, set ast.SelectionSet, v any) (any, bool)
	var fields func(set ast.SelectionSet, object map[string]any) bool
	fields = func(set ast.SelectionSet, object map[string]any) bool {
		for _, s := range set {
			ok := true
			switch s := s.(type) {
			case *ast.Field:
				if v, has := object[s.Alias]; has {
					object[s.Alias], ok = value(s.Definition.Type, s.SelectionSet, v)
				}
			case *ast.InlineFragment:
				ok = fields(s.SelectionSet, object)
			case *ast.FragmentSpread:
				ok = fields(s.Definition.SelectionSet, object)
			}
			if !ok {
				return false
			}
		}
		return true
	}
	value = func(t *ast.Type, set ast.SelectionSet, v any) (any, bool) {
		switch given := v.(type) {
		case nil:
			return nil, !t.NonNull
		case map[string]any:
			if !fields(set, given) {
				return nil, !t.NonNull
			}
		case []any:
			for i := range given {
				var ok bool
				if given[i], ok = value(t.Elem, set, given[i]); !ok {
					return nil, !t.NonNull
				}
			}
		}
		return v, true
	}
	if !fields(set, object) {
		return nil
	}
	return object
}

// An operation that is to halt begins no mutation after one that failed.
func TestNoMutationAfterAnError(t *testing.T) {
	r := &resolvers{}
	e := generated.NewEngine(generated.Config{Resolvers: r})
	const text = `mutation {
		a: cartCreate { cart { id } }
		b: cartCreate(input: {note: "fails"}) { cart { id } }
		c: cartCreate { cart { id } }
	}`
	for _, halts := range []bool{false, true} {
		r.carts = nil
		got := execute(t, text, nil, func(ctx context.Context, oc *graphql.OperationContext) json.RawMessage {
			return e.Execute(ctx, engine.Run{Operation: oc, Halts: halts})
		})
		want := map[bool][]string{false: {"", fails, ""}, true: {"", fails}}[halts]
		if !slices.Equal(r.carts, want) || len(got.errors) != 1 || halts != (got.data == "null") {
			t.Errorf("halts %v: %q were made, answer %s %q", halts, r.carts, got.data, got.errors)
		}
	}
}

// ids are one product of each behavior, and something that is nowhere.
func ids() string {
	var all []string
	for i := range byte(5) {
		all = append(all, `"`+gid.New("Product", uuid.UUID{15: i}).String()+`"`)
	}
	return strings.Join(append(all, `"`+gid.New("Nowhere", uuid.UUID{}).String()+`"`), ", ")
}
