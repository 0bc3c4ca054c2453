package delivery

import (
	"context"
	"time"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// kept is what staff keep one by one: a zone or a tax.
type kept[T any] interface {
	*T
	NodeID() gid.ID
	times() (created, updated *time.Time)
	record() any
}

// change lets plan choose a change with all of the shop's zones and taxes locked, and makes it. Plan gives what was, nil for
// something new, and what is to be, nil for a deletion.
func change[T any, P kept[T]](
	ctx context.Context, s *Service, action string,
	read func(context.Context, database.Querier) ([]P, error), save func(ctx context.Context, tx database.Tx, before, after P) error,
	plan func(all []P) (before, after P, problems fault.Problems),
) (out P, problems fault.Problems, err error) {
	err = s.write(ctx, func(tx database.Tx) error {
		if err := s.store.lock(ctx, tx); err != nil {
			return err
		}
		all, err := read(ctx, tx)
		if err != nil {
			return err
		}
		var before P
		if before, out, problems = plan(all); len(problems) > 0 {
			out = nil
			return nil
		}
		on, now := before, s.clock.Now()
		if out != nil {
			on = out
			stamp(now, before, out)
		}
		if err := save(ctx, tx, before, out); err != nil {
			return err
		}
		return s.note(ctx, tx, action, on.NodeID(), before.record(), out.record())
	})
	return out, problems, err
}

// stamp says when something was made, and that it was changed.
func stamp[T any, P kept[T]](now time.Time, before, after P) {
	created, updated := after.times()
	*created, *updated = now, now
	if before != nil {
		was, last := before.times()
		*created, *updated = *was, revision.Next(now, *last)
	}
}
