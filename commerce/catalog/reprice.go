package catalog

import (
	"context"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Reprice derives prices anew in every currency that nobody set them in, after the shop's markets or their rates have
// changed, and drops those of currencies that the shop has left. It returns how many products changed. Each batch is a
// transaction of its own: run it again where it failed.
func (s *Service) Reprice(ctx context.Context) (changed int, err error) {
	const batch = 100
	last := ""
	for {
		var n, read int
		next := last
		err := s.db.InTx(ctx, func(tx database.Tx) (err error) {
			n, read, next, err = s.repriceTx(ctx, tx, last, batch)
			return err
		})
		if err != nil {
			return changed, err
		}
		changed += n
		if read < batch {
			return changed, nil
		}
		last = next
	}
}

// repriceTx does it for the products whose handles follow one, and gives how many it changed and read, and the last handle.
func (s *Service) repriceTx(ctx context.Context, tx database.Tx, after string, limit int) (changed, read int, last string, err error) {
	list, err := s.priceList(ctx)
	if err != nil {
		return 0, 0, "", err
	}
	if err := s.store.lockRules(ctx, tx, false); err != nil {
		return 0, 0, "", err
	}
	records, err := s.store.recordsAfter(ctx, tx, after, limit)
	if err != nil || len(records) == 0 {
		return 0, 0, after, err
	}
	edits := make([]*edited, len(records))
	for i, r := range records {
		edits[i] = &edited{before: r, after: r.clone(), saved: &Saved{}}
		if err := edits[i].after.settle(list); err != nil {
			return 0, 0, "", fault.Wrap(err, fault.Conflict, "The prices of %q cannot be converted.", r.row.handle)
		}
	}
	if err := s.saveAll(ctx, tx, edits, list); err != nil {
		return 0, 0, "", err
	}
	for _, e := range edits {
		if e.saved.Changed {
			changed++
		}
	}
	return changed, len(records), records[len(records)-1].row.handle, nil
}
