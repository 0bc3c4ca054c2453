package graph

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/attempt"
	"github.com/rialtohq/rialto/commerce/quota"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/ratelimit"
)

// Budget is what operations may cost: one by itself, and all of somebody's in a time. A zero value means the default beside
// it.
type Budget struct {
	// MaxCost is the most points of one operation: 50,000. MaxObjects is the most objects that it could give if every list
	// were as long as is asked for, whatever the shop holds: 1,000,000.
	MaxCost, MaxObjects int64
	// ShopBounds has each list reckoned with as no longer than the shop's longest; without, it is as long as is asked for.
	ShopBounds bool
	// Limiter keeps the buckets; nil has none, so that only single operations are limited.
	Limiter ratelimit.Limiter
	// ReportOnly has buckets counted and refuses nothing.
	ReportOnly bool
	// Limits are those of the layers, where a shop or an app has no quota of its own.
	Limits Limits
	// Quotas gives those of a shop; nil has none. What it fails with is logged, and what is usual holds.
	Quotas func(ctx context.Context, shop uuid.UUID) (quota.Plan, error)
	// OnSettled is told of each operation that ran with its points, estimated and actual. It may be nil.
	OnSettled func(estimated, actual int64)
	// OnBreach is told of each refusal, many times a second while somebody does not hold back. It may be nil.
	OnBreach func(context.Context, Breach)
}

// Breach is a request for which a bucket had too little.
type Breach struct {
	// Layer is the sort of bucket, Actor the label of who asked.
	Layer string
	Shop  uuid.UUID
	Actor string
	// Points are what the request would have cost.
	Points int64
	// RetryAfter is how long the same request has to wait.
	RetryAfter time.Duration
	// Served says that the request was not refused, because breaches are only told of.
	Served bool
}

// Limits are the buckets of the layers, in points. Requests pay in all that they belong to.
type Limits struct {
	// Address is that of one address, or of a /64 of IPv6, which is one subscriber: 100,000, and 10,000 a second. A request
	// from this machine has none, nor one with a private token, whose server names its shopper's address.
	Address ratelimit.Limit
	// Storefront is that of a storefront's token, with all its shoppers: 200,000, and 20,000 a second.
	Storefront ratelimit.Limit
	// Customer, Staff and App are those of one shopper, one member of staff and one app: 100,000, and 10,000 a second.
	Customer, Staff, App ratelimit.Limit
	// Shop is that of all requests to a shop: 2,000,000, and 200,000 a second.
	Shop ratelimit.Limit
}

func (b Budget) orDefault() Budget {
	b.MaxCost, b.MaxObjects = cmp.Or(b.MaxCost, 50_000), cmp.Or(b.MaxObjects, 1_000_000)
	for _, l := range []struct {
		limit *ratelimit.Limit
		def   ratelimit.Limit
	}{
		{&b.Limits.Address, ratelimit.Limit{Capacity: 100_000, PerSecond: 10_000}}, {&b.Limits.Storefront, ratelimit.Limit{Capacity: 200_000, PerSecond: 20_000}},
		{&b.Limits.Customer, ratelimit.Limit{Capacity: 100_000, PerSecond: 10_000}}, {&b.Limits.Staff, ratelimit.Limit{Capacity: 100_000, PerSecond: 10_000}},
		{&b.Limits.App, ratelimit.Limit{Capacity: 100_000, PerSecond: 10_000}}, {&b.Limits.Shop, ratelimit.Limit{Capacity: 2_000_000, PerSecond: 200_000}},
	} {
		if *l.limit == (ratelimit.Limit{}) {
			*l.limit = l.def
		}
	}
	if b.OnBreach == nil {
		b.OnBreach = func(context.Context, Breach) {}
	}
	return b
}

// spending is what a request took out of its buckets. The first is the one whose state clients are told: that of who asks.
type spending struct {
	buckets []ratelimit.Bucket
	points  int64
	outcome ratelimit.Outcome
}

// spend takes points out of the buckets of a request, or refuses it.
func (h *Handler) spend(ctx context.Context, q *asked, points int64) (*spending, *wire.Answer) {
	if h.budget.Limiter == nil {
		return nil, nil
	}
	by := q.actor
	address := subscriberOf(wire.CallFrom(ctx), q.r.Headers, by)
	s := &spending{buckets: h.budget.buckets(by, h.parties.of(by), address, h.quotas(ctx, by.Shop)), points: points}
	if checksOut(q.op) {
		s.buckets = slices.DeleteFunc(s.buckets, func(b ratelimit.Bucket) bool { return b.Layer == string(iam.Storefront) || b.Layer == shopLayer })
	}
	s.buckets = append(s.buckets, attempt.Buckets(by.Shop, triesOf(q.op, q.variables, by, address)...)...)
	if len(s.buckets) == 0 {
		return nil, nil
	}
	var held bool
	switch s.outcome, held = h.budget.Take(ctx, h.log, by, points, s.buckets); {
	case !held && len(s.outcome.States) < len(s.buckets):
		return nil, nil
	case !held: // it is only told of: nothing was taken, and nothing is given back
		s.points = 0
		return s, nil
	case s.outcome.Allowed:
		return s, nil
	}
	return nil, s.refuse(q.cost)
}

// Take takes points out of buckets for somebody, and tells of it where there are too few. Held is false where what came of it is
// not to be gone by: the buckets could not be asked, or are only reported on.
func (b Budget) Take(ctx context.Context, log *slog.Logger, by iam.Actor, points int64, buckets []ratelimit.Bucket) (out ratelimit.Outcome, held bool) {
	out, err := b.Limiter.Take(ctx, points, buckets)
	if err != nil {
		log.ErrorContext(ctx, "rate limits could not be asked, so none held", "error", err)
		return out, false
	}
	if out.Allowed {
		return out, true
	}
	b.OnBreach(ctx, Breach{Layer: buckets[out.Refusing].Layer, Shop: by.Shop, Actor: by.Label(), Points: points, RetryAfter: out.RetryAfter, Served: b.ReportOnly})
	return out, !b.ReportOnly
}

// quotas are those of a shop.
func (h *Handler) quotas(ctx context.Context, shop uuid.UUID) quota.Plan {
	if h.budget.Quotas == nil {
		return quota.Plan{}
	}
	plan, err := h.budget.Quotas(ctx, shop)
	if err != nil {
		h.log.ErrorContext(ctx, "quotas could not be read, so what is usual holds", "error", err)
	}
	return plan
}

// checkouts are the mutations with which a shopper pays.
var checkouts = []string{"cartPaymentUpdate", "cartPrepareForCompletion", "cartSubmitForCompletion", "checkoutComplete"}

// checksOut reports whether all that an operation does is to pay for carts. However much is asked of a shop, such operations
// are not held up by what others ask: they pay in no bucket that shoppers share.
func checksOut(op *ast.OperationDefinition) bool {
	if op.Operation != ast.Mutation {
		return false
	}
	return !slices.ContainsFunc(rootFields(op.SelectionSet, nil), func(f *ast.Field) bool { return !slices.Contains(checkouts, f.Name) })
}

// shopLayer is the layer of all requests to a shop.
const shopLayer = "shop"

// buckets are those that a request pays in.
func (b *Budget) buckets(by iam.Actor, as *party, address string, quotas quota.Plan) []ratelimit.Bucket {
	of := func(layer string, usual ratelimit.Limit) ratelimit.Limit {
		if own, ok := quotas.Limit(by.Program(), layer); ok {
			return own
		}
		return usual
	}
	whose, limit := string(by.Kind), b.Limits.Storefront
	switch by.Kind {
	case iam.Customer:
		limit = b.Limits.Customer
	case iam.Staff:
		limit = b.Limits.Staff
	case iam.App:
		limit = b.Limits.App
	}
	out := make([]ratelimit.Bucket, 0, 3)
	out = append(
		out,
		ratelimit.Bucket{Layer: whose, Key: as.own, Limit: of(whose, limit)},
		ratelimit.Bucket{Layer: shopLayer, Key: as.common, Limit: of(shopLayer, b.Limits.Shop)},
	)
	if address != "" {
		out = append(out, ratelimit.Bucket{Layer: "address", Key: as.place + "address:" + address, Limit: of("address", b.Limits.Address)})
	}
	return out
}

// subscriberOf names where a request comes from without telling it; see [attempt.Subscriber]. It is empty too for a server that
// shows a private token without its shopper's address.
func subscriberOf(call *wire.Call, headers http.Header, by iam.Actor) string {
	if !by.Private {
		return attempt.Subscriber(call.Client)
	}
	named, err := netip.ParseAddr(strings.TrimSpace(headers.Get("Shopify-Storefront-Buyer-IP")))
	if err != nil {
		return ""
	}
	return attempt.Subscriber(named)
}

// refuse is the answer to a request for which there are not enough points.
func (s *spending) refuse(p *priced) *wire.Answer {
	wait := s.outcome.RetryAfter
	b := s.buckets[s.outcome.Refusing]
	message := fmt.Sprintf("Too much was asked for in too short a time. Try again in %s, or ask for less at once.", wait.Round(time.Millisecond))
	if b.Fixed > 0 {
		message = fmt.Sprintf("This was tried too often. Try again in %s.", wait.Round(time.Second))
	}
	a := wire.RefuseAll(wire.Throttled, &gqlerror.Error{
		Message:    message,
		Extensions: map[string]any{"code": wire.CodeThrottled, "cost": p.Points, "retryAfterMs": wait.Milliseconds() + 1, "layer": b.Layer},
	})
	a.Cost = &account{requested: p.Points, throttle: s.status()}
	s.head(a)
	return a.With("Retry-After", strconv.FormatInt(int64(math.Ceil(wait.Seconds())), 10))
}

// status is what clients are told of their bucket; nil where there is nothing to tell.
func (s *spending) status() *throttle {
	if s == nil || s.buckets[0].Fixed > 0 {
		return nil
	}
	b := s.buckets[0]
	return &throttle{most: b.Limit.Capacity, left: s.outcome.States[0].Available, perSecond: b.Limit.PerSecond}
}

// The fields of draft-ietf-httpapi-ratelimit-headers-10, as they are spelled in headers that were read.
const (
	policyHeader = "Ratelimit-Policy"
	limitHeader  = "Ratelimit"
)

// head says the same in headers: the policy of a bucket is its capacity and how many seconds it takes to fill; its state is what
// remains, and when it is full again.
func (s *spending) head(a *wire.Answer) {
	if s == nil {
		return
	}
	var room [2][160]byte
	policies, states := room[0][:0], room[1][:0]
	for i, b := range s.buckets {
		if i > 0 {
			policies, states = append(policies, ", "...), append(states, ", "...)
		}
		state := s.outcome.States[i]
		policies = appendLimit(policies, b.Layer, "q", b.Limit.Capacity, "w", float64(b.Limit.Capacity)/b.Limit.PerSecond)
		states = appendLimit(states, b.Layer, "r", state.Available, "t", state.Full.Seconds())
	}
	a.With(policyHeader, string(policies)).With(limitHeader, string(states))
}

// appendLimit writes an item with two parameters, points and whole seconds.
func appendLimit(b []byte, layer, points string, n int64, in string, seconds float64) []byte {
	b = strconv.AppendQuote(b, layer)
	b = strconv.AppendInt(append(append(append(b, ';'), points...), '='), n, 10)
	return strconv.AppendFloat(append(append(append(b, ';'), in...), '='), math.Ceil(seconds), 'f', 0, 64)
}

// settle gives back what an operation was charged and did not cost, and says in its answer what it cost.
func (h *Handler) settle(ctx context.Context, q *asked, s *spending, a *wire.Answer, actual int64) {
	if a == nil || a.Body != nil {
		return
	}
	wire.CallFrom(ctx).CostActual = float64(actual)
	if h.budget.OnSettled != nil {
		h.budget.OnSettled(q.cost.Points, actual)
	}
	if s != nil && s.points > actual {
		if err := h.budget.Limiter.Return(ctx, s.points-actual, s.buckets); err != nil {
			h.log.ErrorContext(ctx, "points could not be given back", "error", err)
		}
		for i, b := range s.buckets {
			if b.Fixed > 0 {
				continue
			}
			state := &s.outcome.States[i]
			state.Available = min(b.Limit.Capacity, state.Available+s.points-actual)
			state.Full = max(0, state.Full-time.Duration(float64(s.points-actual)/b.Limit.PerSecond*float64(time.Second)))
		}
	}
	s.head(a)
	q.cost.report(a, q.r, q.actor, actual, s)
}
