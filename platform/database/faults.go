package database

import (
	"context"
	"sync/atomic"
)

type faultsKey struct{}

type faults struct {
	of   func(statement int64) error
	seen atomic.Int64
}

// Faults gives a context in which statements fail that a function has an error for, by their number from 1 on: for tests of
// what becomes of a request when the database fails it. Such a statement does not run.
func Faults(ctx context.Context, of func(statement int64) error) context.Context {
	return context.WithValue(ctx, faultsKey{}, &faults{of: of})
}

func faulty(ctx context.Context) error {
	f, ok := ctx.Value(faultsKey{}).(*faults)
	if !ok {
		return nil
	}
	return f.of(f.seen.Add(1))
}
