package database

import (
	"context"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/fault"
)

type scopeKey struct{}

// scope is whose rows the statements of a context may touch.
type scope struct {
	shop uuid.UUID
	all  bool
}

// WithShop binds the statements of a context to one shop.
func WithShop(ctx context.Context, shop uuid.UUID) context.Context {
	return context.WithValue(ctx, scopeKey{}, scope{shop: shop})
}

// AllShops lets the statements of a context touch tables and rows whatever their shop: for start-up, sweeps and the
// platform's own tables. It is never derived from a request.
func AllShops(ctx context.Context) context.Context {
	return context.WithValue(ctx, scopeKey{}, scope{all: true})
}

// Shop is the shop that a context is bound to. Fails closed: without one it is an error, never a zero id.
func Shop(ctx context.Context) (uuid.UUID, error) {
	if s, ok := ctx.Value(scopeKey{}).(scope); ok && s.shop != uuid.Nil {
		return s.shop, nil
	}
	return uuid.Nil, fault.New(fault.Internal, "no shop is bound to this work")
}

// verdicts remembers which statement texts name the shop column; texts are few and constant.
var verdicts sync.Map

// admit refuses a statement whose context names no shop, and one on a shop's rows that does not name the shop column.
func admit(ctx context.Context, query string) error {
	s, ok := ctx.Value(scopeKey{}).(scope)
	if !ok {
		return fault.New(fault.Internal, "statement refused: no shop is bound to its context")
	}
	if s.all {
		return nil
	}
	named, ok := verdicts.Load(query)
	if !ok {
		named = strings.Contains(query, "shop_id")
		verdicts.Store(query, named)
	}
	if !named.(bool) {
		return fault.New(fault.Internal, "statement refused: it does not name shop_id")
	}
	return nil
}
