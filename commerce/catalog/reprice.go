package catalog

import (
	"context"
	"time"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/outbox"
)

// PricesConsumer is the name of the consumer on the bus, for ever.
const PricesConsumer = "prices"

// EventPricesDue says that prices are to be derived anew from one product on.
const EventPricesDue = "catalog.prices_due"

// PricesSubjects are the events after which prices follow the shop's markets.
var PricesSubjects = []string{"shop.markets_changed", EventPricesDue}

// repriceBatch is how many products one transaction derives the prices of.
const repriceBatch = 100

// settled is how long after a change of markets no process writes products by the markets of before: what each remembers
// of them, with room to spare.
const settled = 5 * time.Second

// PricesDue goes with [EventPricesDue].
type PricesDue struct {
	After string    `json:"after,omitempty"` // the handle of the last product that is done
	Again bool      `json:"again,omitempty"` // the second time through
	At    time.Time `json:"at,omitzero"`     // not before; zero is at once
}

// DueAt is when the event is to be told.
func (d PricesDue) DueAt() time.Time { return d.At }

// FollowMarkets derives prices anew after the shop's markets have changed, one batch of products an event: the effect for
// outbox's inbox. It goes through the products twice, at once and once more when no process remembers the markets of
// before, since one that does may write a product meanwhile. Running it again does no harm.
func (s *Service) FollowMarkets(ctx context.Context, tx database.Tx, e outbox.Event) error {
	var due PricesDue
	if err := e.Decode(&due); err != nil {
		return err
	}
	if e.Type != EventPricesDue {
		due = PricesDue{}
		if err := s.emit(ctx, tx, EventPricesDue, PricesDue{Again: true, At: s.clock.Now().Add(settled)}); err != nil {
			return err
		}
	}
	_, read, last, err := s.repriceTx(ctx, tx, due.After, repriceBatch)
	if err != nil || read < repriceBatch {
		return err
	}
	return s.emit(ctx, tx, EventPricesDue, PricesDue{After: last, Again: due.Again})
}

// Reprice derives prices anew in every currency that nobody set them in, after the shop's markets or their rates have
// changed, and drops those of currencies that the shop has left. It returns how many products changed. Each batch is a
// transaction of its own: run it again where it failed.
func (s *Service) Reprice(ctx context.Context) (changed int, err error) {
	last := ""
	for {
		var n, read int
		next := last
		err := s.db.InTx(ctx, func(tx database.Tx) (err error) {
			n, read, next, err = s.repriceTx(ctx, tx, last, repriceBatch)
			return err
		})
		if err != nil {
			return changed, err
		}
		changed += n
		if read < repriceBatch {
			return changed, nil
		}
		last = next
	}
}

// repriceTx does it for the products whose handles follow one, and gives how many it changed and read, and the last handle.
// The first batch waits for writes of products that are under way, which may know the markets of before.
func (s *Service) repriceTx(ctx context.Context, tx database.Tx, after string, limit int) (changed, read int, last string, err error) {
	if err := s.store.lockRules(ctx, tx, after == ""); err != nil {
		return 0, 0, "", err
	}
	list, _, err := s.priceListTx(ctx, tx)
	if err != nil {
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
