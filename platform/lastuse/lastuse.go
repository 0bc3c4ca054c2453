// Package lastuse remembers when things of shops were used last, and has it written from time to time: what is used with every
// request must not be written with every request.
//
// It does not know what is used, nor where it is written.
//
// Invariants: memory is bounded; what could not be written is kept for the next time; a crash loses what was noted since it was
// last written, a stop nothing.
package lastuse

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/runner"
)

// writeEvery is how often uses are written: what a crash can lose, and at most one write of each thing.
const writeEvery = time.Minute

// Use says when a thing was used last.
type Use[K comparable] struct {
	Of K
	At time.Time
}

// Config is what a [Notes] is made of. All but Log are required.
type Config[K comparable] struct {
	// Name is what its work is called in the log.
	Name string
	DB   *database.DB
	// Most is how many things are remembered between two writes.
	Most int
	// Compare gives the things an order. They are always written in it, so that processes that write the same ones do not lock
	// each other out.
	Compare func(a, b K) int
	// Write writes the uses of things of the context's shop. What another process wrote later must stay.
	Write func(ctx context.Context, tx database.Tx, uses []Use[K]) error
	// Log gets failures; the default is the process's.
	Log *slog.Logger
}

// Notes are the uses that were not written yet. It is safe for concurrent use.
type Notes[K comparable] struct {
	c    Config[K]
	mu   sync.Mutex
	last map[thing[K]]time.Time
}

// thing is what is used, in its shop.
type thing[K comparable] struct {
	shop uuid.UUID
	of   K
}

// New makes empty notes.
func New[K comparable](c Config[K]) *Notes[K] {
	return &Notes[K]{c: c, last: map[thing[K]]time.Time{}}
}

// Note remembers that a thing of a shop was used; false where there is no room for one more.
func (n *Notes[K]) Note(shop uuid.UUID, of K, at time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	one := thing[K]{shop, of}
	before, known := n.last[one]
	if !known && len(n.last) >= n.c.Most {
		return false
	}
	if at.After(before) {
		n.last[one] = at
	}
	return true
}

// take gives what was noted, by shop, and forgets it.
func (n *Notes[K]) take() map[uuid.UUID][]Use[K] {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := map[uuid.UUID][]Use[K]{}
	for one, at := range n.last {
		out[one.shop] = append(out[one.shop], Use[K]{one.of, at})
	}
	n.last = map[thing[K]]time.Time{}
	return out
}

// Write writes what was noted since it did so before: one transaction a shop. What could not be written is kept for the next time.
func (n *Notes[K]) Write(ctx context.Context) error {
	var errs []error
	for shop, uses := range n.take() {
		slices.SortFunc(uses, func(a, b Use[K]) int { return n.c.Compare(a.Of, b.Of) })
		inShop := database.WithShop(ctx, shop)
		if err := n.c.DB.InTx(inShop, func(tx database.Tx) error { return n.c.Write(inShop, tx, uses) }); err != nil {
			errs = append(errs, err)
			for _, u := range uses {
				n.Note(shop, u.Of, u.At)
			}
		}
	}
	return errors.Join(errs...)
}

// Part is what writes: every minute, and a last time when it is stopped.
func (n *Notes[K]) Part() runner.Part {
	loop := runner.NewLoop(n.c.Name, writeEvery, n.Write)
	loop.Log = n.c.Log
	return runner.Funcs{
		OnStart: loop.Start,
		OnStop:  func(ctx context.Context) error { return errors.Join(loop.Stop(ctx), n.Write(ctx)) },
	}
}
