package access_test

import (
	"bytes"
	"context"
	"encoding/json"
	"runtime"
	"sync"
	"testing"
	"weak"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/access"
)

// server executes the toy schema over maps, calling gqlgen's own field machinery as generated code does. It notes every
// field that it resolves.
type server struct {
	schema   *ast.Schema
	mu       sync.Mutex
	resolved []string
}

func (s *server) Schema() *ast.Schema { return s.schema }

func (s *server) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

func (s *server) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	return func(ctx context.Context) *graphql.Response {
		var out bytes.Buffer
		s.object(ctx, op, op.Operation.SelectionSet, data()).MarshalGQL(&out)
		return &graphql.Response{Data: out.Bytes()}
	}
}

func data() map[string]any {
	item := map[string]any{"__typename": "Item", "id": "i", "stock": "7", "cost": "3", "ours": true}
	other := map[string]any{"__typename": "Item", "id": "j", "stock": "8", "cost": "4"}
	person := map[string]any{"__typename": "Person", "id": "p", "name": "Ann", "note": "shy"}
	item["owner"], person["friend"] = person, person
	item["mine"], other["mine"] = "yes", "no"
	return map[string]any{
		"__typename": "Query", "node": item, "nodes": []any{item, person}, "item": item, "find": []any{item, person, other},
		"me": person, "ledger": map[string]any{"__typename": "Ledger", "sum": "9", "public": "1"},
	}
}

func (s *server) object(ctx context.Context, op *graphql.OperationContext, sel ast.SelectionSet, obj map[string]any) graphql.Marshaler {
	def := s.schema.Types[obj["__typename"].(string)]
	satisfies := []string{def.Name}
	for _, more := range s.schema.GetImplements(def) {
		satisfies = append(satisfies, more.Name)
	}
	fields := graphql.CollectFields(op, sel, satisfies)
	out := graphql.NewFieldSet(fields)
	for i, f := range fields {
		if f.Name == "__typename" {
			out.Values[i] = graphql.MarshalString(def.Name)
			continue
		}
		out.Values[i] = graphql.ResolveField(ctx, op, f,
			func(_ context.Context, f graphql.CollectedField) (*graphql.FieldContext, error) {
				return &graphql.FieldContext{Object: def.Name, Field: f}, nil
			},
			func(context.Context) (any, error) {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.resolved = append(s.resolved, def.Name+"."+f.Name)
				return obj[f.Name], nil
			},
			nil,
			func(ctx context.Context, sel ast.SelectionSet, v any) graphql.Marshaler {
				return s.value(ctx, op, sel, v)
			},
			true, def.Fields.ForName(f.Name).Type.NonNull)
	}
	return out
}

func (s *server) value(ctx context.Context, op *graphql.OperationContext, sel ast.SelectionSet, v any) graphql.Marshaler {
	switch v := v.(type) {
	case map[string]any:
		return s.object(ctx, op, sel, v)
	case []any:
		list := make(graphql.Array, len(v))
		for i := range v {
			item := graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &i, Result: &v[i]})
			list[i] = s.value(item, op, sel, v[i])
		}
		return list
	default:
		return graphql.MarshalString(v.(string))
	}
}

// answer is what a client sees, and what was resolved for it.
type answer struct {
	Data     string
	Errors   []string
	Resolved []string
}

func ask(t *testing.T, b bundle, guard access.Guard, by iam.Actor, query string) answer {
	t.Helper()
	s := &server{schema: b.schema}
	exec := executor.New(s)
	exec.Use(guard)
	ctx := graphql.StartOperationTrace(iam.With(t.Context(), by))
	op, errs := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: query})
	if errs != nil {
		t.Fatal(errs)
	}
	respond, ctx := exec.DispatchOperation(ctx, op)
	response := respond(ctx)
	got := answer{Data: string(response.Data), Resolved: s.resolved}
	for _, err := range response.Errors {
		got.Errors = append(got.Errors, describe(t, err))
	}
	return got
}

func describe(t *testing.T, err *gqlerror.Error) string {
	t.Helper()
	path, failed := json.Marshal(err.Path)
	if failed != nil {
		t.Fatal(failed)
	}
	if len(err.Locations) != 1 {
		t.Errorf("locations %v", err.Locations)
	}
	return string(path) + " " + err.Extensions["code"].(string) + " " + err.Message
}

func TestGuardWithholds(t *testing.T) {
	t.Parallel()
	b := setup(t, toy, nil)
	const signIn, mayNot = " UNAUTHENTICATED Sign in to use this field.", " FORBIDDEN You are signed in, but may not use this field."
	for name, tt := range map[string]struct {
		by    iam.Actor
		query string
		want  answer
	}{
		"NothingFromTheBoss": {boss, `{ item { stock } }`, answer{`{"item":{"stock":"7"}}`, nil, []string{"Query.item", "Item.stock"}}},
		"Field": {
			shopper, `{ item { id s: stock } }`,
			answer{`{"item":{"id":"i","s":null}}`, []string{`["item","s"]` + mayNot}, []string{"Query.item", "Item.id"}},
		},
		"ThroughNode": {
			visitor, `{ node(id: 1) { id ... on Item { stock } } }`,
			answer{`{"node":{"id":"i","stock":null}}`, []string{`["node","stock"]` + signIn}, []string{"Query.node", "Item.id"}},
		},
		"ThroughNodes": {
			visitor, `{ nodes { ... on Item { id } ... on Person { name } } }`,
			answer{`{"nodes":[{"id":"i"},{"name":null}]}`, []string{`["nodes",1,"name"]` + signIn}, []string{"Query.nodes", "Item.id"}},
		},
		"ThroughUnion": {
			shopper, `{ find { ... on Person { name note } } }`,
			answer{
				`{"find":[{},{"name":"Ann","note":null},{}]}`, []string{`["find",1,"note"]` + mayNot},
				[]string{"Query.find", "Person.name"},
			},
		},
		"ThroughInterface": {
			shopper, `{ nodes { ... on Priced { cost } } }`,
			answer{`{"nodes":[{"cost":null},{}]}`, []string{`["nodes",0,"cost"]` + mayNot}, []string{"Query.nodes"}},
		},
		"MergedWithAnotherPlace": {
			shopper, `{ nodes { ... on Priced { x: cost } ... on Item { x: cost id } } }`,
			answer{`{"nodes":[{"x":null,"id":"i"},{}]}`, []string{`["nodes",0,"x"]` + mayNot}, []string{"Query.nodes", "Item.id"}},
		},
		"RootOnce": {
			visitor, `{ me { name } item { id } }`,
			answer{`{"me":null,"item":{"id":"i"}}`, []string{`["me"]` + signIn}, []string{"Query.item", "Item.id"}},
		},
		"AllRoots": {
			shopper, `{ ledger { sum } l: ledger { public } }`,
			answer{`null`, []string{`["ledger"]` + mayNot, `["l"]` + mayNot}, nil},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, ask(t, b, access.Guard{Planner: b.planner}, tt.by, tt.query)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGuardFollowsTheViewerOfEachRoot(t *testing.T) {
	t.Parallel()
	b := setup(t, toy, nil)
	guard := access.Guard{Planner: b.planner, Viewers: func(context.Context, *graphql.OperationContext) func(string) iam.Actor {
		return func(root string) iam.Actor {
			if root == "mine" {
				return shopper
			}
			return visitor
		}
	}}
	got := ask(t, b, guard, visitor, `{ mine: me { friend { name } } item { owner { name } } me { name } }`)
	want := answer{
		`{"mine":{"friend":{"name":"Ann"}},"item":{"owner":null},"me":null}`,
		[]string{
			`["item","owner"] UNAUTHENTICATED Sign in to use this field.`, `["me"] UNAUTHENTICATED Sign in to use this field.`,
		},
		[]string{"Query.me", "Person.friend", "Person.name", "Query.item"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPoliciesDecidePerObject(t *testing.T) {
	t.Parallel()
	b := setup(t, `
		type Query { find: [Found!]! @public me: Person @policy(policies: [["never"]]) }
		union Found = Item | Person
		type Item @public { id: ID! mine: String @policy(policies: [["own", "never"], ["own"]]) }
		type Person @public { id: ID! }`, owners{})
	got := ask(t, b, access.Guard{Planner: b.planner}, shopper, `{ find { ... on Item { mine } } me { id } }`)
	want := answer{
		`{"find":[{"mine":"yes"},{},{"mine":null}],"me":null}`,
		[]string{
			`["find",2,"mine"] FORBIDDEN You are signed in, but may not use this field.`,
			`["me"] FORBIDDEN You are signed in, but may not use this field.`,
		},
		[]string{"Query.find", "Item.mine"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestGuardLeavesOpenOperationsAlone(t *testing.T) {
	t.Parallel()
	b := setup(t, toy, nil)
	var calls int
	op := &graphql.OperationContext{ResolverMiddleware: func(context.Context, graphql.Resolver) (any, error) { calls++; return nil, nil }}
	plan := b.planner.Plan(b.parse(t, `{ item { id } }`), nobody)
	plan.Install(op)
	if access.Of(op) != plan || access.Of(&graphql.OperationContext{}) != nil {
		t.Error("the plan in force is not found")
	}
	// Without a field context, any middleware of ours would fail.
	if _, err := op.ResolverMiddleware(t.Context(), nil); err != nil || calls != 1 {
		t.Errorf("calls = %d, err = %v", calls, err)
	}
	if (access.Guard{}).Validate(nil) == nil {
		t.Error("a guard without a planner is accepted")
	}
}

func TestKeptPlanLetsItsDocumentGo(t *testing.T) {
	t.Parallel()
	b := setup(t, toy, nil)
	var plan *access.Plan
	op := func() weak.Pointer[ast.OperationDefinition] {
		parsed := b.parse(t, `{ me { note } }`)
		plan = b.planner.Plan(parsed, nobody)
		return weak.Make(parsed)
	}()
	runtime.GC()
	if op.Value() != nil {
		t.Error("the document is still held")
	}
	runtime.KeepAlive(plan)
	runtime.KeepAlive(b)
}
