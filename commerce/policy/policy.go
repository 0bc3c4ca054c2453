// Package policy decides what depends on the object: whose order, which location, how much money. The rules are Cedar
// policies in files: Rialto's own in policies/, and an operator's.
//
// It is not about fields (graph/access), nor about what a role may do anywhere ([access.Scopes]), nor about which shop:
// statements keep shops apart. Lists are scoped in statements; what statements decide is [Action.Settled] here.
//
// Invariants: what no policy permits is refused, and what one forbids stays refused; an evaluation in which any policy
// fails refuses (Cedar itself would leave out a failing forbid); a file that cannot be read, a policy without a name of
// its own, or a word that the vocabulary does not have, stops the start; a request asks each question once.
package policy

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/cedar-policy/cedar-go"

	"github.com/rialtohq/rialto/commerce/access"
)

// Engine evaluates policies. It is safe for concurrent use and never changes.
type Engine struct {
	policies []*Policy
	buckets  map[Action]bucket
	blind    map[Action]blind
	log      *slog.Logger
	asked    atomic.Uint64
}

// Policy is one rule, as people read it.
type Policy struct {
	// ID is unique over all files, such as order.view.own.
	ID string
	// Description says in a sentence what it permits or forbids.
	Description string
	// File is the file that it stands in and the line, such as order.cedar:3.
	File string
	// Forbids says that it forbids; else it permits.
	Forbids bool
	// Actions are those that it speaks of, in the order of [Actions].
	Actions []Action

	parsed *cedar.Policy
}

// Decision is what was decided, and why.
type Decision struct {
	Allowed bool
	// By are the policies that made the decision, by id: those that permit, or those that forbid. Empty where nothing
	// permits.
	By []*Policy
	// Failed are the policies that could not be evaluated; where there is one, nothing is allowed.
	Failed []*Policy
	// Unjudged says that no policy was asked: Rialto itself acts, or nobody does.
	Unjudged bool
}

// Or is the engine, or [Builtin] where it is nil: what a service without an engine of its own goes by.
func (e *Engine) Or() *Engine {
	if e == nil {
		return Builtin()
	}
	return e
}

// Builtin is the engine of Rialto's own policies alone.
var Builtin = sync.OnceValue(func() *Engine {
	e, err := New(Config{})
	if err != nil {
		panic(err) // the files are in the binary, and a test loads them
	}
	return e
})

// Allows reports whether the context's actor may do something with a resource.
func (e *Engine) Allows(ctx context.Context, action Action, on Resource) bool {
	actor := access.From(ctx)
	if m, ok := ctx.Value(memoKey{}).(*memo); ok {
		return m.allows(ctx, e, actor, action, on)
	}
	return e.decide(ctx, actor, action, on).Allowed
}

// Explain decides for an actor and says why.
func (e *Engine) Explain(ctx context.Context, actor access.Actor, action Action, on Resource) Decision {
	return e.decide(ctx, actor, action, on)
}

// Policies lists every policy, in the order of files and lines.
func (e *Engine) Policies() []*Policy { return e.policies }

// Evaluations counts the decisions for which policies were evaluated since the start.
func (e *Engine) Evaluations() uint64 { return e.asked.Load() }

func (e *Engine) decide(ctx context.Context, actor access.Actor, action Action, on Resource) Decision {
	if actor.Kind == access.System {
		return Decision{Allowed: true, Unjudged: true}
	}
	who, known := principalOf(actor)
	if !known {
		return Decision{Unjudged: true}
	}
	e.asked.Add(1)
	uid, attributes, facts := on.describe(shopOf(actor))
	verdict, why := cedar.Authorize(e.buckets[action], entities{who, cedar.Entity{UID: uid, Attributes: attributes}}, cedar.Request{
		Principal: who.UID, Action: action.uid(), Resource: uid, Context: facts,
	})
	d := Decision{Allowed: verdict == cedar.Allow}
	for _, r := range why.Reasons {
		d.By = append(d.By, e.named(r.PolicyID))
	}
	for _, failed := range why.Errors {
		d.Allowed, d.By = false, nil
		d.Failed = append(d.Failed, e.named(failed.PolicyID))
		e.log.ErrorContext(ctx, "a policy could not be evaluated, so nothing is allowed", "policy", string(failed.PolicyID),
			"action", string(action), "actor", actor.Label(), "error", failed.Message)
	}
	sortPolicies(d.By)
	sortPolicies(d.Failed)
	return d
}
