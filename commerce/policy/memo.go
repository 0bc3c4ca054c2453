package policy

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
)

// memo keeps the answers of one request.
type memo struct {
	mu    sync.Mutex
	known map[question]bool
}

type memoKey struct{}

// question is all that an answer depends on. A resource is part of it with its facts, so that what changed is asked anew;
// what no policy of the action looks at is left out.
type question struct {
	engine                   *Engine
	action                   Action
	on                       Resource
	kind                     access.Kind
	shop, id                 uuid.UUID
	scopes, roles, locations string
}

// Remember gives a context in which each question is asked once. A request has one; what runs long must not.
func Remember(ctx context.Context) context.Context {
	return context.WithValue(ctx, memoKey{}, &memo{})
}

// allows evaluates under the lock: it takes microseconds, and two fields that ask at once must not both evaluate.
func (m *memo) allows(ctx context.Context, e *Engine, a access.Actor, action Action, on Resource) bool {
	on = e.blind[action].alike(a, on)
	q := question{engine: e, action: action, on: on, kind: a.Kind, shop: a.Shop, id: a.ID, scopes: a.Scopes.Key(), roles: strings.Join(a.Roles, " ")}
	if len(a.Locations) > 0 {
		q.locations = fmt.Sprint(a.Locations)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if answer, ok := m.known[q]; ok {
		return answer
	}
	answer := e.decide(ctx, a, action, on).Allowed
	if m.known == nil {
		m.known = map[question]bool{}
	}
	m.known[q] = answer
	return answer
}
