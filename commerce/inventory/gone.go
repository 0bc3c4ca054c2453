package inventory

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// GoneTx forgets the levels of variants that the caller deletes, and every promise of them: what a buyer was promised of
// them cannot be had any more. What was sold leaves the stock first. Their movements stay, as history.
func (s *Service) GoneTx(ctx context.Context, tx database.Tx, variants []uuid.UUID) error {
	if len(variants) == 0 {
		return nil
	}
	// Levels come first: a buyer who is being promised units holds them, and the promise is found once they are free.
	levels, err := s.store.lockLevels(ctx, tx, variants)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(levels, func(l level) bool { return l.reserved > 0 }) {
		return s.store.forget(ctx, tx, variants, false)
	}
	sold, err := s.store.soldOf(ctx, tx, variants)
	if err != nil {
		return err
	}
	t := newTurn(levels)
	t.end(sold)
	if err := s.finish(ctx, tx, t); err != nil {
		return err
	}
	return s.store.forget(ctx, tx, variants, true)
}
