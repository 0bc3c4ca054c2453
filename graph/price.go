package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
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
	prices  prices
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

// mostPrices is how many prices of a document are kept: one for each shop and each choice of lengths. documentRoom counts them.
const mostPrices = 8

// priceKey is what the price of an operation depends on.
type priceKey struct {
	plan   *cost.Plan
	of     *sizes
	values string
}

// prices are those of a document that were worked out.
type prices struct {
	mu   sync.Mutex
	kept map[priceKey]*priced
}

// price gives the price of an operation with variables in a shop whose lists are of some sizes; it is worked out once for all
// variables that it does not depend on.
func (d *document) price(op *ast.OperationDefinition, variables map[string]any, of *sizes) (*priced, error) {
	plan, err := d.plans.get(op)
	if err != nil {
		return nil, err
	}
	values, known := plan.Key(variables)
	key := priceKey{plan, of, values}
	if known {
		d.prices.mu.Lock()
		p := d.prices.kept[key]
		d.prices.mu.Unlock()
		if p != nil {
			return p, nil
		}
	}
	p := &priced{plan: plan, variables: variables, of: of, bounds: of.bounds()}
	p.Estimate = plan.Estimate(variables, p.bounds)
	if p.most = p.Objects; of != nil {
		worst, err := d.price(op, variables, nil)
		if err != nil {
			return nil, err
		}
		p.most = worst.most
	}
	if !known {
		return p, nil
	}
	p.variables = plan.Deciding(variables)
	d.prices.mu.Lock()
	defer d.prices.mu.Unlock()
	if d.prices.kept == nil || len(d.prices.kept) >= mostPrices {
		d.prices.kept = map[priceKey]*priced{}
	}
	d.prices.kept[key] = p
	return p, nil
}

// priced is an operation with its estimate. It is never changed.
type priced struct {
	plan      *cost.Plan
	variables map[string]any
	// of is what the shop's lists were when it was made, and bounds what they are reckoned with.
	of     *sizes
	bounds cost.Bounds
	// most is how many objects it could give if every list were as long as is asked for.
	most int64
	cost.Estimate
}

// price estimates what an operation costs, or says why it is too much for anybody. What it could give at most is looked at before
// anything is asked for it.
func (h *Handler) price(ctx context.Context, shop uuid.UUID, m *memo) (*priced, *wire.Answer) {
	p := m.price.Load()
	if p == nil {
		var err error
		p, err = m.doc.price(m.op, m.variables, nil)
		if errors.Is(err, cost.ErrTooManySteps) {
			return nil, wire.Refuse(wire.Refused, codeMaxCost, "This operation asks too many different things of interfaces and unions to be priced. Ask for less of each type.")
		}
		if err != nil {
			return nil, h.refuse(ctx, err)
		}
		m.price.Store(p)
	}
	if p.most > h.budget.MaxObjects {
		return nil, p.tooDear(fmt.Sprintf("This operation could give %d objects; at most %d are allowed. Ask for shorter lists.", p.most, h.budget.MaxObjects), h.budget.MaxCost)
	}
	if h.bounds != nil {
		if of := h.bounds.of(ctx, shop); of != p.of {
			p, _ = m.doc.price(m.op, m.variables, of) // it never fails for one that has a plan
			m.price.Store(p)
		}
	}
	wire.CallFrom(ctx).CostEstimated = float64(p.Points)
	if p.Points > h.budget.MaxCost {
		return nil, p.tooDear(fmt.Sprintf("This operation costs %d points; one may cost at most %d. Ask for shorter lists, or for less of each item.", p.Points, h.budget.MaxCost), h.budget.MaxCost)
	}
	return p, nil
}

// measure is what an answer cost, in points, for which so many SQL statements ran.
func (p *priced) measure(a *wire.Answer, statements int64) int64 {
	if a == nil || a.Class != wire.Answered || a.Body != nil {
		return 0
	}
	return p.plan.Actual(p.Estimate, a.Data, int(statements))
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

// dry reads dryHeader. A word that means nothing is refused: a slip of the pen must not have a mutation run.
func dry(r *wire.Request) *wire.Answer {
	switch r.Headers.Get(dryHeader) {
	case "", dryRun, wetRun:
		return nil
	}
	return wire.Refuse(wire.Refused, wire.CodeBadRequest, `GraphQL-Cost is "validate", to be told what an operation would cost without running it, or "report", to be told beside its answer.`)
}

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
	a := &wire.Answer{Data: json.RawMessage("null"), Cost: q.cost.told(q.r, q.actor, spent)}
	spent.head(a)
	return a
}

// report says in an answer what its operation cost: in extensions, or where the body must be the same each time, in headers.
func (p *priced) report(a *wire.Answer, r *wire.Request, by iam.Actor, actual int64, spent *spending) {
	if r.Method == http.MethodGet {
		b := make([]byte, 0, 48)
		b = strconv.AppendInt(append(b, "requested="...), p.Points, 10)
		b = strconv.AppendInt(append(b, ", actual="...), actual, 10)
		a.With("Rialto-Cost", string(b))
		return
	}
	told := p.told(r, by, spent)
	told.actual, told.ran = actual, true
	a.Cost = told
}

// told is what a client is told of an operation that did not run yet.
func (p *priced) told(r *wire.Request, by iam.Actor, spent *spending) *account {
	told := &account{requested: p.Points, throttle: spent.status()}
	if !by.Works() {
		return told
	}
	if asked := r.Headers.Get(dryHeader); asked == dryRun || asked == wetRun || r.Headers.Get(costHeader) != "" {
		told.fields = p.plan.Breakdown(p.variables, p.bounds)
	}
	return told
}

// account is what a client is told of the cost of an operation.
type account struct {
	requested, actual int64
	// ran says that there is an actual cost.
	ran      bool
	fields   any
	throttle *throttle
}

// throttle is what a client is told of their bucket.
type throttle struct {
	most, left int64
	perSecond  float64
}

// AppendJSON implements [wire.Appender].
func (c *account) AppendJSON(b []byte) []byte {
	b = append(b, `{"actualQueryCost":`...)
	if c.ran {
		b = strconv.AppendInt(b, c.actual, 10)
	} else {
		b = append(b, "null"...)
	}
	if c.fields != nil {
		if encoded, err := json.Marshal(c.fields); err == nil {
			b = append(append(b, `,"fields":`...), encoded...)
		}
	}
	b = strconv.AppendInt(append(b, `,"requestedQueryCost":`...), c.requested, 10)
	if t := c.throttle; t != nil {
		b = strconv.AppendInt(append(b, `,"throttleStatus":{"currentlyAvailable":`...), t.left, 10)
		b = strconv.AppendInt(append(b, `,"maximumAvailable":`...), t.most, 10)
		b = appendNumber(append(b, `,"restoreRate":`...), t.perSecond)
		b = append(b, '}')
	} else if !c.ran {
		b = append(b, `,"throttleStatus":null`...)
	}
	return append(b, '}')
}

// appendNumber writes a number as encoding/json does.
func appendNumber(b []byte, f float64) []byte {
	if whole := int64(f); float64(whole) == f && whole < 1<<53 {
		return strconv.AppendInt(b, whole, 10)
	}
	encoded, err := json.Marshal(f)
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, encoded...)
}
