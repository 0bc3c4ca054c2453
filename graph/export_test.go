package graph

import (
	"context"
	"net/http"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/access"
	"github.com/rialtohq/rialto/graph/coordinate"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/database"
)

// Attempted are the mutations that may only be tried so often.
var Attempted = attempted

// Unguarded makes a handler that goes by the rules of other sources of the schema: for the benchmark of what rules cost.
func Unguarded(c Config, sources ...*ast.Source) (*Handler, error) {
	h, err := New(c)
	if err != nil {
		return nil, err
	}
	loaded, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		return nil, err
	}
	rules, err := access.NewRules(loaded, objectPolicies{c.Orders})
	if err != nil {
		return nil, err
	}
	h.planner = access.NewPlanner(rules, 10_000)
	return h, nil
}

// Unpriced executes operations without pricing them or asking any bucket: for the benchmark of what that costs.
type Unpriced struct{ *Handler }

// Execute answers one request.
func (h Unpriced) Execute(ctx context.Context, r *wire.Request) *wire.Answer {
	actor, err := h.identity.Authenticate(ctx, credentials(r.Headers))
	if err != nil {
		return h.refuse(ctx, err)
	}
	ctx = database.WithShop(iam.With(atBuyer(ctx, actor, r.Headers), actor), actor.Shop)
	doc, refusal := h.docs.get(r.Query, h.docs.kept)
	if refusal != nil {
		return refusal
	}
	op := doc.Operations.ForName(r.OperationName)
	read, err := h.memo(doc, op, r)
	if err != nil {
		return h.refuse(ctx, err)
	}
	if ctx, err = h.inContext(ctx, op, read.variables); err != nil {
		return h.refuse(ctx, err)
	}
	return h.run(ctx, &asked{memo: read, r: r, actor: actor})
}

// Uncounted makes a handler that counts no usage and tells of no deprecation: for the benchmark of what that costs.
func Uncounted(c Config) (*Handler, error) {
	h, err := New(c)
	if err == nil {
		h.places, h.usage = nil, nil
	}
	return h, err
}

// Warn gives the headers, and the extension, of an answer that touches deprecated places.
func Warn(found []coordinate.Deprecation) (http.Header, any) {
	a := &wire.Answer{}
	warn(a, found)
	return a.Header(), told(found)
}
