package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/cost"
	"github.com/rialtohq/rialto/graph/freshness"
	"github.com/rialtohq/rialto/graph/wire"
)

// codeMaxCost refuses an operation that costs too much for anybody, as it stands in extensions.code.
const codeMaxCost = "MAX_COST_EXCEEDED"

// document is a document that was validated, with the price plans of its operations and the places of the schema that they touch.
type document struct {
	*ast.QueryDocument
	// ID is the SHA-256 of the text, in lower-case hex: how caches, metrics and registered operations name a document.
	ID string
	// registered says that an app registered it.
	registered bool
	// plans are their prices, touches what they touch.
	plans   made[*cost.Plan]
	touches made[*touched]
	// policies say how long answers may be kept.
	policies made[freshness.Policy]
}

// made is what is made of each operation of a document, once.
type made[T any] struct {
	make func(*ast.OperationDefinition) (T, error)

	mu sync.Mutex
	of map[*ast.OperationDefinition]T
}

// get gives what was made of an operation, or makes it; where that fails, it is tried again the next time.
func (m *made[T]) get(op *ast.OperationDefinition) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if one, ok := m.of[op]; ok {
		return one, nil
	}
	one, err := m.make(op)
	if err != nil {
		return one, err
	}
	if m.of == nil {
		m.of = map[*ast.OperationDefinition]T{}
	}
	m.of[op] = one
	return one, nil
}

// priced is an operation with its estimate.
type priced struct {
	plan      *cost.Plan
	variables map[string]any
	bounds    cost.Bounds
	cost.Estimate
	// ran is how many SQL statements the operation took, once it ran.
	ran int
}

// price estimates what an operation costs, or says why it is too much for anybody.
func (h *Handler) price(ctx context.Context, shop uuid.UUID, doc *document, op *ast.OperationDefinition, variables map[string]any) (*priced, *wire.Answer) {
	plan, err := doc.plans.get(op)
	if errors.Is(err, cost.ErrTooManySteps) {
		return nil, wire.Refuse(wire.Refused, codeMaxCost, "This operation asks too many different things of interfaces and unions to be priced. Ask for less of each type.")
	}
	if err != nil {
		return nil, h.refuse(ctx, err)
	}
	p := &priced{plan: plan, variables: variables}
	p.Estimate = plan.Estimate(variables, nil)
	if p.Objects > h.budget.MaxObjects {
		return nil, p.tooDear(fmt.Sprintf("This operation could give %d objects; at most %d are allowed. Ask for shorter lists.", p.Objects, h.budget.MaxObjects), h.budget.MaxCost)
	}
	if h.bounds != nil {
		p.bounds = h.bounds.of(ctx, shop)
		p.Estimate = plan.Estimate(variables, p.bounds)
	}
	wire.CallFrom(ctx).CostEstimated = float64(p.Points)
	if p.Points > h.budget.MaxCost {
		return nil, p.tooDear(fmt.Sprintf("This operation costs %d points; one may cost at most %d. Ask for shorter lists, or for less of each item.", p.Points, h.budget.MaxCost), h.budget.MaxCost)
	}
	return p, nil
}

// measure is what an answer cost, in points.
func (p *priced) measure(a *wire.Answer) int64 {
	if a == nil || a.Class != wire.Answered || a.Body != nil {
		return 0
	}
	return p.plan.Actual(p.Estimate, a.Data, p.ran)
}

// tooDear refuses, and names the places that cost most.
func (p *priced) tooDear(message string, limit int64) *wire.Answer {
	return wire.RefuseAll(wire.Refused, &gqlerror.Error{Message: message, Extensions: map[string]any{
		"code": codeMaxCost, "cost": p.Points, "maxCost": limit, "dearest": cost.Dearest(p.plan.Breakdown(p.variables, p.bounds), 5),
	}})
}

// What clients ask for with dryHeader: to be told what an operation would cost without running it, or besides running it what each
// place costs. costHeader asks for the latter too. Only who works for the shop is told of places.
const (
	costHeader = "Rialto-Cost-Debug"
	dryHeader  = "GraphQL-Cost"
	dryRun     = "validate"
	wetRun     = "report"
)

// pricesOnly reports whether a request wants no more than to know what its operation would cost. An answer to a GET is the same for everybody.
func pricesOnly(r *wire.Request) bool {
	return r.Method == http.MethodPost && r.Headers.Get(dryHeader) == dryRun
}

// tell says what an operation would cost. It takes a point, as an answer does that is kept.
func (h *Handler) tell(ctx context.Context, q *asked) *wire.Answer {
	spent, refusal := h.spend(ctx, q, hitPoints)
	if refusal != nil {
		return refusal
	}
	a := &wire.Answer{Data: json.RawMessage("null"), Extensions: map[string]any{"cost": q.price.told(q.r, q.actor, nil, spent)}}
	spent.head(a)
	return a
}

// report says in an answer what its operation cost: in extensions, or where the body must be the same each time, in headers.
func (p *priced) report(a *wire.Answer, r *wire.Request, by iam.Actor, actual int64, spent *spending) {
	if r.Method == http.MethodGet {
		a.With("Rialto-Cost", fmt.Sprintf("requested=%d, actual=%d", p.Points, actual))
		return
	}
	if a.Extensions == nil {
		a.Extensions = map[string]any{}
	}
	a.Extensions["cost"] = p.told(r, by, actual, spent)
}

// told is what stands in extensions.cost; actual is nil of what did not run.
func (p *priced) told(r *wire.Request, by iam.Actor, actual any, spent *spending) map[string]any {
	told := map[string]any{"requestedQueryCost": p.Points, "actualQueryCost": actual}
	if status := spent.status(); status != nil {
		told["throttleStatus"] = status
	}
	if asked := r.Headers.Get(dryHeader); by.Works() && (r.Headers.Get(costHeader) != "" || asked == dryRun || asked == wetRun) {
		told["fields"] = p.plan.Breakdown(p.variables, p.bounds)
	}
	return told
}
