package graph

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/graph/cached"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/admit"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/generation"
)

const (
	// cacheHeader says where an answer came from, and for how many seconds it will be given.
	cacheHeader = "Rialto-Cache"
	// changedHeader says in the answer to a mutation as of which moment its changes are seen; whoever sends it back as afterHeader
	// is given nothing older, whichever process answers.
	changedHeader, afterHeader = "Rialto-Changed", "Rialto-After"
	// tagHeader names what an answer is made of to a CDN that can forget by such names: the shop, and tables of it.
	tagHeader = "Surrogate-Key"
	// hitPoints is what an answer costs that is kept already.
	hitPoints = 1
)

// asked is a request that is about to be answered.
type asked struct {
	*memo
	r       *wire.Request
	actor   iam.Actor
	viewers map[string]iam.Actor
	cost    *priced
	// ran is how many SQL statements it took, once it ran.
	ran atomic.Int64
}

// memo is what is the same of all requests of the same bytes, whoever sends them, as long as their document is kept: their
// variables, read. What it holds is never changed, and what follows from it is worked out once.
type memo struct {
	doc       *document
	op        *ast.OperationDefinition
	variables map[string]any
	// text names the variables.
	text func() ([]byte, error)
	// uses are the places that it touches.
	uses func() uses
	// key is what its answer was last looked up by.
	key atomic.Pointer[keyed]
	// price is what it was last estimated to cost.
	price atomic.Pointer[priced]
}

// memo is that of a request: the one that it came with, where it still fits.
func (h *Handler) memo(doc *document, op *ast.OperationDefinition, r *wire.Request) (*memo, error) {
	if m, ok := r.Memo.(*memo); ok && m.doc == doc && m.op == op {
		return m, nil
	}
	variables, err := variablesOf(h.schema.Schema(), op, r.Variables)
	m := &memo{doc: doc, op: op, variables: variables}
	m.text = sync.OnceValues(func() ([]byte, error) { return json.Marshal(variables) })
	m.uses = sync.OnceValue(func() uses { return h.uses(doc, op, variables) })
	return m, err
}

// answer answers a request that may be answered: from what is kept, or by running it.
func (h *Handler) answer(ctx context.Context, q *asked) *wire.Answer {
	maxAge := q.shared()
	if h.cache != nil && maxAge > 0 && h.caughtUp(q) {
		return h.recall(ctx, q, maxAge)
	}
	if h.cache != nil && q.op.Operation == ast.Query {
		h.cache.Observe(cached.Bypass)
	}
	spent, refusal := h.spend(ctx, q, q.cost.Points)
	if refusal != nil {
		return refusal
	}
	if q.r.Headers.Get(afterHeader) != "" { // of a moment that this process may not have heard of
		ctx = cached.Afresh(ctx)
	}
	ctx, written := generation.Noting(ctx)
	answer := h.admitted(ctx, priorityOf(q.op, q.actor, q.cost.Points), func() *wire.Answer { return h.run(ctx, q) })
	h.settle(ctx, q, spent, answer, q.cost.measure(answer, q.ran.Load()))
	tell(answer, written)
	h.keep(q, answer)
	return answer
}

// caughtUp reports whether what is kept may be given to who asks: to whoever was told of a moment, only where this process knows all
// changes up to it.
func (h *Handler) caughtUp(q *asked) bool {
	after := q.r.Headers.Get(afterHeader)
	if after == "" {
		return true
	}
	m, told := generation.ParseMoment(after)
	return !told || h.cache.Generations().At(q.actor.Shop, m)
}

// shared says for how long the answer to a request is the same for everybody who shows such a token; zero where it is not.
func (q *asked) shared() time.Duration {
	if q.op.Operation != ast.Query || q.actor.Kind != iam.Storefront || len(q.viewers) > 0 {
		return 0
	}
	if p, _ := q.doc.policies.get(q.op); !p.Private { // it never fails
		return p.MaxAge
	}
	return 0
}

// keyed is a key with what it was made of beside the request.
type keyed struct {
	of  standing
	key cached.Key
}

// standing is what an answer depends on beside the request: the buyer, and what the token opens.
type standing struct {
	shop, market                        uuid.UUID
	country, language, currency, scopes string
	onError                             wire.OnError
	taxIncluded, private                bool
}

// keyOf names the answer to a request, by all that it depends on: what is asked, with which values, for which buyer, and what a
// token opens.
func keyOf(q *asked, buyer shop.Buyer) (cached.Key, error) {
	of := standing{
		shop: q.actor.Shop, country: buyer.Country, language: buyer.Language, currency: string(buyer.Currency), scopes: q.actor.Scopes.Key(),
		onError: q.r.OnError, taxIncluded: buyer.TaxIncluded, private: q.actor.Private,
	}
	if buyer.Market != nil {
		of.market = buyer.Market.ID
	}
	if last := q.key.Load(); last != nil && last.of == of {
		return last.key, nil
	}
	text, err := q.text()
	if err != nil {
		return cached.Key{}, err
	}
	b := make([]byte, 0, 512)
	for _, part := range []string{
		q.doc.ID, q.op.Name, of.country, of.language, of.currency, string(of.market[:]), of.scopes, string(of.onError),
		strconv.FormatBool(of.taxIncluded), strconv.FormatBool(of.private),
	} {
		b = append(binary.AppendUvarint(b, uint64(len(part))), part...)
	}
	made := &keyed{of: of, key: cached.Key{Shop: of.shop, Hash: sha256.Sum256(append(b, text...))}}
	q.key.Store(made)
	return made.key, nil
}

// recall gives the answer to a request that may be kept.
func (h *Handler) recall(ctx context.Context, q *asked, maxAge time.Duration) *wire.Answer {
	key, err := keyOf(q, shop.BuyerFrom(ctx))
	if err != nil {
		return h.refuse(ctx, err)
	}
	kept, from, old := h.cache.Get(ctx, key)
	if kept != nil {
		if h.cache.Aging(kept) {
			h.cache.Refresh(ctx, key, kept, h.making(q, admit.Low))
		}
		return h.give(ctx, q, kept, from)
	}
	spent, refusal := h.spend(ctx, q, q.cost.Points)
	if refusal != nil {
		return refusal
	}
	made := h.cache.Fill(ctx, key, maxAge, func(ctx context.Context) cached.Made {
		return h.make(ctx, q, priorityOf(q.op, q.actor, q.cost.Points))
	})
	answer, actual := made.Answer, int64(hitPoints)
	switch {
	case old != nil && failed(answer):
		h.cache.Observe(cached.Stale)
		answer = h.again(ctx, q, &wire.Answer{Class: wire.Answered, Data: old.Data, Tag: &old.ETag}, cached.Stale, h.cache.Age(old), old.MaxAge, old.Tables)
	case answer == nil:
		return nil
	case made.Shared:
		answer = h.again(ctx, q, &wire.Answer{Class: answer.Class, Data: answer.Data, Errors: answer.Errors}, cached.Shared, 0, maxAge, made.Tables)
	default:
		actual = q.cost.measure(answer, q.ran.Load())
		h.label(ctx, q, answer, cached.Miss, 0, maxAge, made.Tables)
	}
	h.settle(ctx, q, spent, answer, actual)
	h.keep(q, answer)
	return answer
}

// failed reports whether an answer could not be made, for reasons that have nothing to do with what was asked.
func failed(a *wire.Answer) bool {
	if a == nil {
		return true
	}
	switch a.Class {
	case wire.Failed, wire.Unavailable, wire.Overdue:
		return true
	}
	return slices.ContainsFunc(a.Errors, func(e *gqlerror.Error) bool {
		code, _ := e.Extensions["code"].(string)
		return slices.Contains([]string{wire.CodeInternal, wire.CodeTimeout, wire.CodeOverloaded, string(fault.Unavailable)}, code)
	})
}

// give answers with what is kept.
func (h *Handler) give(ctx context.Context, q *asked, kept *cached.Kept, from cached.Result) *wire.Answer {
	spent, refusal := h.spend(ctx, q, hitPoints)
	if refusal != nil {
		return refusal
	}
	answer := h.again(ctx, q, &wire.Answer{Class: wire.Answered, Data: kept.Data, Tag: &kept.ETag, Memo: q.memo}, from, h.cache.Age(kept), kept.MaxAge, kept.Tables)
	h.settle(ctx, q, spent, answer, hitPoints)
	h.keep(q, answer)
	return answer
}

// again gives an answer that was made for another request: what is used is counted each time.
func (h *Handler) again(ctx context.Context, q *asked, a *wire.Answer, from cached.Result, age, maxAge time.Duration, tables []string) *wire.Answer {
	h.used(q, a)
	h.label(ctx, q, a, from, age, maxAge, tables)
	return a
}

// label says in an answer where it came from, and for how long it will be given.
func (h *Handler) label(ctx context.Context, q *asked, a *wire.Answer, from cached.Result, age, maxAge time.Duration, tables []string) {
	if a.Class != wire.Answered {
		return
	}
	wire.CallFrom(ctx).Cache = string(from)
	b := append(make([]byte, 0, 32), from...)
	b = strconv.AppendInt(append(b, "; ttl="...), int64(max(0, (maxAge-age).Seconds())), 10)
	a.With(cacheHeader, string(b))
	if q.r.Method != http.MethodGet {
		return
	}
	shop := h.parties.of(q.actor).shop
	a.With(tagHeader, shop+" "+strings.Join(tables, " "))
	a.With(groupsHeader, groups(shop, tables))
	if age >= time.Second {
		a.With("Age", strconv.Itoa(int(age.Seconds())))
	}
}

// making makes an answer that nobody waits for.
func (h *Handler) making(q *asked, as admit.Priority) func(ctx context.Context) cached.Made {
	return func(ctx context.Context) cached.Made {
		return h.make(wire.WithCall(ctx, &wire.Call{Shop: q.actor.Shop.String()}), q, as)
	}
}

// make runs a request, and says which tables were read for it.
func (h *Handler) make(ctx context.Context, q *asked, as admit.Priority) cached.Made {
	ctx, reads := database.Reading(ctx)
	answer := h.admitted(ctx, as, func() *wire.Answer { return h.run(ctx, q) })
	return cached.Made{Answer: answer, Tables: reads.Tables(), Rows: reads.Rows()}
}
