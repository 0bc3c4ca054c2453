package app

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
	// writeEvery is how often uses are written: what a crash can lose, and at most one write a key.
	writeEvery = time.Minute
	maxUses    = 20_000 // keys in use between two writes
)

// use says when a key was used last.
type use struct {
	key, shop uuid.UUID
	at        time.Time
}

// uses remembers when keys were used last until that is written.
type uses struct {
	mu   sync.Mutex
	last map[uuid.UUID]use
}

// note remembers a use; false where there is no room for one more key.
func (u *uses) note(key, shop uuid.UUID, at time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	before, known := u.last[key]
	if !known && len(u.last) >= maxUses {
		return false
	}
	if at.After(before.at) {
		u.last[key] = use{key: key, shop: shop, at: at}
	}
	return true
}

// take gives what was noted, by shop, and forgets it.
func (u *uses) take() map[uuid.UUID][]use {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := map[uuid.UUID][]use{}
	for _, one := range u.last {
		out[one.shop] = append(out[one.shop], one)
	}
	u.last = map[uuid.UUID]use{}
	return out
}

// WriteUses writes down when keys were used last since it did so before: one transaction a shop. What could not be written is
// kept for the next time.
func (s *Service) WriteUses(ctx context.Context) error {
	var errs []error
	for shop, list := range s.uses.take() {
		// Always in one order, so that processes that write the same keys do not lock each other out.
		slices.SortFunc(list, func(a, b use) int { return cmp.Compare(a.key.String(), b.key.String()) })
		err := s.db.InTx(database.WithShop(ctx, shop), func(tx database.Tx) error {
			return writeUses(database.WithShop(ctx, shop), tx, list)
		})
		if err != nil {
			errs = append(errs, err)
			for _, u := range list {
				s.uses.note(u.key, u.shop, u.at)
			}
		}
	}
	return errors.Join(errs...)
}

// Writer is the part that writes uses: every minute, and a last time when it is stopped.
func (s *Service) Writer() runner.Part {
	loop := runner.NewLoop("uses of API keys", writeEvery, s.WriteUses)
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
