// Package graph is the GraphQL door: it answers requests with the services of commerce.
//
// Start at [Handler.Execute]: what happens when a query arrives, from top to bottom. The contract stands in schema/,
// resolvers in *.resolvers.go, what they ask for in batches in loader/.
//
// It decides nothing: who may see a field, the schema states; what a shop does, commerce does.
//
// Invariants: nothing of a document runs before it was measured, validated and planned for its viewer; an error becomes a
// GraphQL error in one place (errors.go), and no internal text leaves the process.
package graph

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/graph/access"
	"github.com/rialtohq/rialto/graph/cached"
	"github.com/rialtohq/rialto/graph/coordinate"
	"github.com/rialtohq/rialto/graph/engine"
	"github.com/rialtohq/rialto/graph/freshness"
	"github.com/rialtohq/rialto/graph/generated"
	"github.com/rialtohq/rialto/graph/limits"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/persisted"
	"github.com/rialtohq/rialto/graph/statements"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/admit"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Config is what the handler needs. Log may be nil.
type Config struct {
	Services
	Identity *identity.Service
	Limits   limits.Limits
	Log      *slog.Logger
	// Budget is what operations may cost.
	Budget Budget
	// Gate bounds how many operations run at once; nil lets any number.
	Gate *admit.Gate
	// Reference lets gqlgen's executor run every operation, instead of the engine that is generated beside it.
	Reference bool
	// Operations finds the document that a request means; nil lets any text run and knows no ids.
	Operations *persisted.Door
	// Usage counts which places of the schema are used; nil counts nothing.
	Usage Usage
	// Cache keeps whole answers to queries that are the same for everybody; nil keeps none.
	Cache *cached.Store
	// Answers remembers the answers of mutations that carry an idempotency key; nil refuses such keys.
	Answers Answers
}

// Handler answers GraphQL requests. It is a [wire.Executor].
type Handler struct {
	schema    graphql.ExecutableSchema
	engine    *generated.Engine
	docs      *documents
	planner   *access.Planner
	views     *access.Views
	identity  *identity.Service
	resolver  *Resolver
	answers   Answers
	cache     *cached.Store
	persisted *persisted.Door
	budget    Budget
	bounds    *shopBounds
	gate      *admit.Gate
	places    *coordinate.Schema
	usage     Usage
	parties   parties
	log       *slog.Logger
	// reference lets gqlgen's executor run everything.
	reference bool
}

var _ wire.Executor = (*Handler)(nil)

// New makes a handler. Fails where a field of the schema has no access rule.
func New(c Config) (*Handler, error) {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	resolver := &Resolver{Services: c.Services}
	config := generated.Config{Resolvers: resolver}
	es := generated.NewExecutableSchema(config)
	resolver.places = coordinate.NewSchema(es.Schema())
	rules, err := access.NewRules(es.Schema(), objectPolicies{c.Orders})
	if err != nil {
		return nil, err
	}
	prices, err := statements.Prices(es.Schema(), generated.EngineTypes)
	if err != nil {
		return nil, err
	}
	hints, err := freshness.New(es.Schema())
	if err != nil {
		return nil, err
	}
	h := &Handler{
		schema: es, engine: generated.NewEngine(config), docs: newDocuments(es.Schema(), c.Limits, prices, resolver.places, hints), budget: c.Budget.orDefault(), planner: access.NewPlanner(rules, 10_000), views: access.NewViews(rules, es.Schema()),
		identity: c.Identity, resolver: resolver, places: resolver.places, usage: c.Usage, parties: newParties(), answers: c.Answers, cache: c.Cache, persisted: c.Operations, gate: c.Gate, log: c.Log, reference: c.Reference,
	}
	if c.Budget.ShopBounds {
		h.bounds = newShopBounds(c.Services, c.Log)
	}
	return h, nil
}

// Execute answers one request.
func (h *Handler) Execute(ctx context.Context, r *wire.Request) *wire.Answer {
	call := wire.CallFrom(ctx)

	// Who asks, and so which shop.
	actor, err := h.identity.Authenticate(ctx, credentials(r.Headers))
	if err != nil {
		return h.refuse(ctx, err)
	}
	ctx = database.WithShop(iam.With(atBuyer(ctx, actor, r.Headers), actor), actor.Shop)
	as := h.parties.of(actor)
	call.Shop, call.Actor = as.shop, as.label

	// What is asked: found by its id where it came without text, measured, parsed and validated once, then kept.
	doc, refusal := h.document(ctx, actor, r)
	if refusal != nil {
		return refusal
	}
	op := doc.Operations.ForName(r.OperationName)
	if op == nil {
		return wire.Refuse(wire.Refused, "OPERATION_NOT_FOUND", "Say in operationName which operation of the document to run.")
	}
	call.Document, call.Operation, call.Kind = doc.ID, op.Name, string(op.Operation)
	if r.Method == http.MethodGet && op.Operation != ast.Query {
		return wire.Refuse(wire.MutationByGet, "METHOD_NOT_ALLOWED", "Only queries can be sent by GET: send this operation by POST.")
	}

	// With which values, and for which buyer: variables, country and language.
	read, err := h.memo(doc, op, r)
	if err != nil {
		return h.refuse(ctx, err)
	}
	variables := read.variables
	if ctx, err = h.inContext(ctx, op, variables); err != nil {
		return h.refuse(ctx, err)
	}

	// What it costs, and whether that is too much for anybody: before anything is looked up for it.
	price, refusal := h.price(ctx, actor.Shop, read)
	if refusal != nil {
		return refusal
	}
	viewers, err := h.viewers(ctx, actor, op, variables)
	if err != nil {
		return h.refuse(ctx, err)
	}

	q := &asked{memo: read, r: r, actor: actor, viewers: viewers, cost: price}
	if refusal := dry(r); refusal != nil {
		return refusal
	}
	if pricesOnly(r) {
		return h.tell(ctx, q)
	}
	// Whether who asks has that much left, and whether there is room for it now: unless it is kept already.
	if key := r.Headers.Get("Idempotency-Key"); key != "" && op.Operation == ast.Mutation {
		return h.once(ctx, key, r, op, func(ctx context.Context) *wire.Answer { return h.answer(ctx, q) })
	}
	return h.answer(ctx, q)
}

// run plans what the viewer may see, executes what is left, and counts what was used.
func (h *Handler) run(ctx context.Context, q *asked) *wire.Answer {
	plan := h.plan(q.op, q.actor, q.viewers)
	if plan.AllRootsDenied() {
		refusals := plan.Refusals()
		if q.r.OnError == wire.Halt {
			refusals = refusals[:1]
		}
		return &wire.Answer{Data: json.RawMessage("null"), Errors: refusals}
	}
	if q.r.OnError == wire.Null && (h.reference || plan.Introspects()) && asksForData(q.op) {
		return wire.Refuse(wire.Refused, wire.CodeBadRequest, `With onError "NULL", ask for __schema and __type in a request of their own.`)
	}
	oc := &graphql.OperationContext{
		RawQuery: q.r.Query, Variables: q.variables, OperationName: q.r.OperationName, Doc: q.doc.QueryDocument, Operation: q.op, Headers: q.r.Headers,
		RecoverFunc: h.recover, ResolverMiddleware: plain, RootResolverMiddleware: asViewer(q.viewers),
	}
	ctx, ran := database.Recording(ctx, false)
	touched, _ := q.doc.touches.get(q.op)                                                  // never fails
	ctx = policy.Remember(loader.With(context.WithValue(ctx, wantsKey{}, &touched.wants))) // what loaders read, too, is no more than is shown
	ctx, present, halt := h.presenting(ctx, q.r.OnError)
	defer halt()
	ctx = graphql.WithResponseContext(graphql.WithOperationContext(ctx, oc), present, h.recover)
	data := h.execute(ctx, oc, plan, q)
	call := wire.CallFrom(ctx)
	call.Statements = ran.Count()
	q.ran.Store(int64(ran.Count()))
	errs := graphql.GetErrors(ctx)
	if q.r.OnError == wire.Halt && len(errs) > 0 {
		data = json.RawMessage("null")
	}
	for _, e := range errs {
		if code, ok := e.Extensions["code"].(string); ok {
			call.Codes = append(call.Codes, code)
		}
	}
	answer := &wire.Answer{Data: data, Errors: errs}
	h.used(q, answer)
	return answer
}

// execute gives the value of the data entry. What an operation asks about the schema itself, gqlgen's executor answers; it
// is also what the engine is tested against.
func (h *Handler) execute(ctx context.Context, oc *graphql.OperationContext, plan *access.Plan, q *asked) json.RawMessage {
	if plan.Introspects() || h.reference {
		plan.Install(oc)
		oc.ResolverMiddleware = traced(ctx, oc.ResolverMiddleware)
		return h.executable(plan, q.actor).Exec(ctx)(ctx).Data
	}
	r := engine.Run{Operation: oc, Trace: tracer(ctx), Nulls: q.r.OnError == wire.Null, Halts: q.r.OnError == wire.Halt}
	if !plan.Empty() {
		r.Guard = plan
	}
	return h.engine.Execute(ctx, r)
}

// presenting is how errors are told of a request; where it halts at the first, that also ends what is still being read.
func (h *Handler) presenting(ctx context.Context, on wire.OnError) (context.Context, graphql.ErrorPresenterFunc, context.CancelFunc) {
	if on != wire.Halt {
		return ctx, h.present, func() {}
	}
	ctx, halt := context.WithCancel(ctx)
	var halted atomic.Bool
	return ctx, func(ctx context.Context, err error) *gqlerror.Error {
		if halted.Swap(true) {
			return nil // of what was ended: shown to nobody
		}
		defer halt()
		return h.present(ctx, err)
	}, halt
}

// asksForData reports whether an operation asks for more than the schema.
func asksForData(op *ast.OperationDefinition) bool {
	return slices.ContainsFunc(rootFields(op.SelectionSet, nil), func(f *ast.Field) bool { return !strings.HasPrefix(f.Name, "__") })
}

// executable is the schema to execute: the whole one, or for an operation that asks about the schema itself the part that its
// sender may use.
func (h *Handler) executable(plan *access.Plan, actor iam.Actor) graphql.ExecutableSchema {
	if !plan.Introspects() {
		return h.schema
	}
	return generated.NewExecutableSchema(generated.Config{Resolvers: h.resolver, Schema: h.views.For(actor)})
}

func (h *Handler) plan(op *ast.OperationDefinition, actor iam.Actor, viewers map[string]iam.Actor) *access.Plan {
	if len(viewers) == 0 {
		return h.planner.Plan(op, actor)
	}
	return h.planner.PlanRoots(op, func(root string) iam.Actor {
		if v, ok := viewers[root]; ok {
			return v
		}
		return actor
	})
}

// plain is the field middleware that does nothing.
func plain(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) }

// asViewer lets a root field whose argument names a viewer act as that one.
func asViewer(viewers map[string]iam.Actor) graphql.RootFieldMiddleware {
	return func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
		if v, ok := viewers[graphql.GetRootFieldContext(ctx).Field.Alias]; ok {
			ctx = iam.With(ctx, v)
		}
		return next(ctx)
	}
}

// inContext finds the buyer that the operation is answered for.
func (h *Handler) inContext(ctx context.Context, op *ast.OperationDefinition, variables map[string]any) (context.Context, error) {
	var country, language string
	if d := op.Directives.ForName("inContext"); d != nil {
		args := d.ArgumentMap(variables)
		country, _ = args["country"].(string)
		language, _ = args["language"].(string)
	}
	buyer, err := h.resolver.Shops.Buyer(ctx, country, language)
	if err != nil {
		return ctx, err
	}
	return shop.WithBuyer(ctx, buyer), nil
}

// refuse turns an error that came before execution into an answer.
func (h *Handler) refuse(ctx context.Context, err error) *wire.Answer {
	class := wire.Failed
	switch fault.CodeOf(err) {
	case fault.Unauthenticated:
		class = wire.Unauthenticated
	case fault.Forbidden:
		class = wire.Forbidden
	case fault.Invalid, fault.NotFound, fault.TooLarge:
		class = wire.Refused
	case fault.Conflict:
		class = wire.Conflicting
	case fault.Unavailable:
		class = wire.Unavailable
	case fault.Timeout:
		class = wire.Overdue
	}
	e := h.present(ctx, err)
	code, _ := e.Extensions["code"].(string)
	wire.CallFrom(ctx).Codes = []string{code}
	return wire.RefuseAll(class, e)
}
