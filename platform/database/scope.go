package database

import (
	"context"
	"slices"
	"strings"

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

// admit refuses a statement whose context names no shop, and one on a shop's rows that does not name the shop column.
func admit(ctx context.Context, query string) error {
	if err := faulty(ctx); err != nil {
		return err
	}
	s, err := scopeOf(ctx)
	if err != nil || s.all || strings.Contains(query, shopColumn) {
		return err
	}
	return fault.New(fault.Internal, "statement refused: it does not name %s", shopColumn)
}

// admitRows is [admit] for rows to be inserted: where the context names a shop, every row must be that shop's.
func admitRows(ctx context.Context, table string, columns []string, rows [][]any) error {
	s, err := scopeOf(ctx)
	if err != nil || s.all {
		return err
	}
	at := slices.Index(columns, shopColumn)
	if at < 0 {
		return fault.New(fault.Internal, "insert into %s refused: its columns do not name %s", table, shopColumn)
	}
	for _, row := range rows {
		if row[at] != any(s.shop) {
			return fault.New(fault.Internal, "insert into %s refused: a row is not of the shop that is bound to its context", table)
		}
	}
	return nil
}

func scopeOf(ctx context.Context) (scope, error) {
	s, ok := ctx.Value(scopeKey{}).(scope)
	if !ok {
		return s, fault.New(fault.Internal, "statement refused: no shop is bound to its context")
	}
	return s, nil
}

// shopColumn is the column of every table of commerce that says whose a row is.
const shopColumn = "shop_id"
