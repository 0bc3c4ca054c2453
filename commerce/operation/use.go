package operation

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/runner"
)

const (
	// writeEvery is how often uses are written: what a crash can lose, and at most one write a document.
	writeEvery = time.Minute
	maxUses    = 50_000 // documents in use between two writes
)

// use is a document of an app that was run.
type use struct {
	shop, app uuid.UUID
	hash      string
}

// uses remembers when documents were used last until that is written.
type uses struct {
	mu   sync.Mutex
	last map[use]time.Time
}

func newUses() uses { return uses{last: map[use]time.Time{}} }

// note remembers a use. Where there is no room for one more document it is left out: it is noted in a minute.
func (u *uses) note(one use, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	before, known := u.last[one]
	if !known && len(u.last) >= maxUses {
		return
	}
	if at.After(before) {
		u.last[one] = at
	}
}

// take gives what was noted, by shop, and forgets it.
func (u *uses) take() map[uuid.UUID]map[use]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := map[uuid.UUID]map[use]time.Time{}
	for one, at := range u.last {
		if out[one.shop] == nil {
			out[one.shop] = map[use]time.Time{}
		}
		out[one.shop][one] = at
	}
	u.last = map[use]time.Time{}
	return out
}

// WriteUses writes down when documents were used last since it did so before: one transaction a shop. What could not be
// written is kept for the next time.
func (s *Service) WriteUses(ctx context.Context) error {
	var errs []error
	for shop, noted := range s.uses.take() {
		inShop := database.WithShop(ctx, shop)
		err := s.db.InTx(inShop, func(tx database.Tx) error { return writeUses(inShop, tx, noted) })
		if err != nil {
			errs = append(errs, err)
			for one, at := range noted {
				s.uses.note(one, at)
			}
		}
	}
	return errors.Join(errs...)
}

// inOrder gives the noted documents always in one order, so that processes that write the same ones do not lock each other out.
func inOrder(noted map[use]time.Time) []use {
	list := make([]use, 0, len(noted))
	for one := range noted {
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b use) int {
		return cmp.Or(cmp.Compare(a.app.String(), b.app.String()), cmp.Compare(a.hash, b.hash))
	})
	return list
}

// Writer is the part that writes uses: every minute, and a last time when it is stopped.
func (s *Service) Writer() runner.Part {
	loop := runner.NewLoop("uses of operations", writeEvery, s.WriteUses)
	loop.Log = s.log
	return writer{loop, s}
}

type writer struct {
	*runner.Loop
	service *Service
}

// Stop stops the loop and writes what is left.
func (w writer) Stop(ctx context.Context) error {
	return errors.Join(w.Loop.Stop(ctx), w.service.WriteUses(ctx))
}
