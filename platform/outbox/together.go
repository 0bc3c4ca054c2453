package outbox

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/runner"
)

// HandleTogether is [Inbox.Handle] for several events at once: the effect is given those of one shop that it has not been had
// of, in one transaction, each once. Where that fails, each has its effect alone: no event pays for another's fault.
func (i *Inbox) HandleTogether(consumer string, effect func(ctx context.Context, tx database.Tx, events []Event) error) bus.BatchHandler {
	return func(ctx context.Context, messages []bus.Message) []error {
		errs := make([]error, len(messages))
		for _, some := range sortOut(messages, errs) {
			err := i.have(ctx, consumer, some, effect)
			if err == nil {
				continue
			}
			for n := range some {
				if len(some) > 1 {
					err = i.have(ctx, consumer, some[n:n+1], effect)
				}
				some[n].fail(errs, err)
			}
		}
		return errs
	}
}

// have has the effect of events of one shop.
func (i *Inbox) have(ctx context.Context, consumer string, some []received, effect func(ctx context.Context, tx database.Tx, events []Event) error) error {
	ctx = database.WithShop(ctx, some[0].Shop)
	return i.config.DB.InTx(ctx, func(tx database.Tx) error {
		first, err := i.insertInboxes(ctx, tx, consumer, idsOf(some))
		if err != nil {
			return fmt.Errorf("inbox: %w", err)
		}
		events := pick(some, func(id uuid.UUID) bool { return slices.Contains(first, id) })
		if len(events) == 0 {
			return nil
		}
		// A panic must not pass the transaction's end by.
		return runner.Guard(func() error { return effect(ctx, tx, eventsOf(events)) })
	})
}

// noteWithin is how long a consumer has to write down what it has done outside, also when its time is over.
const noteWithin = 4 * time.Second

// HandleOutsideTogether is [Inbox.HandleOutside] for several events at once: prepare is given those of one shop that are not
// known to have been had, to read what they need in few statements, and gives what has the effect of one of them. Up to
// atOnce effects run at the same time. What was done is noted in one transaction: a crash before it has all of them again.
func (i *Inbox) HandleOutsideTogether(consumer string, atOnce int, prepare func(ctx context.Context, events []Event) (func(ctx context.Context, e Event) error, error)) bus.BatchHandler {
	return func(ctx context.Context, messages []bus.Message) []error {
		errs := make([]error, len(messages))
		for _, some := range sortOut(messages, errs) {
			i.do(database.WithShop(ctx, some[0].Shop), consumer, atOnce, some, errs, prepare)
		}
		return errs
	}
}

// do has the effect of events of one shop outside the database.
func (i *Inbox) do(ctx context.Context, consumer string, atOnce int, some []received, errs []error, prepare func(ctx context.Context, events []Event) (func(ctx context.Context, e Event) error, error)) {
	fail := func(list []received, err error) {
		for _, r := range list {
			r.fail(errs, err)
		}
	}
	had, err := hadInboxes(ctx, i.config.DB, consumer, idsOf(some))
	if err != nil {
		fail(some, err)
		return
	}
	some = pick(some, func(id uuid.UUID) bool { return !slices.Contains(had, id) })
	if len(some) == 0 {
		return
	}
	effect, err := prepare(ctx, eventsOf(some))
	if err != nil {
		fail(some, err)
		return
	}
	outcomes := make([]error, len(some))
	var running sync.WaitGroup
	turn := make(chan struct{}, max(1, atOnce))
	for n := range some {
		turn <- struct{}{}
		running.Go(func() {
			defer func() { <-turn }()
			outcomes[n] = runner.Guard(func() error { return effect(ctx, some[n].Event) })
		})
	}
	running.Wait()
	var done []received
	for n, r := range some {
		if r.fail(errs, outcomes[n]); outcomes[n] == nil {
			done = append(done, r)
		}
	}
	if len(done) == 0 {
		return
	}
	// One effect that took all of the time must not have the others had again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
	defer cancel()
	err = i.config.DB.InTx(ctx, func(tx database.Tx) error {
		_, err := i.insertInboxes(ctx, tx, consumer, idsOf(done))
		return err
	})
	if err != nil {
		fail(done, fmt.Errorf("inbox: %w", err))
	}
}

// received is an event and the places of its messages: one that came twice has two.
type received struct {
	Event
	at []int
}

func (r received) fail(errs []error, err error) {
	for _, n := range r.at {
		errs[n] = err
	}
}

// sortOut reads messages and gives the events of each shop, in the order of their ids. What cannot be read has its error.
func sortOut(messages []bus.Message, errs []error) (shops [][]received) {
	at := map[uuid.UUID]int{}
	for n, m := range messages {
		e, err := read(m)
		if err != nil {
			errs[n] = err
			continue
		}
		shop, known := at[e.Shop]
		if !known {
			shop, shops = len(shops), append(shops, nil)
			at[e.Shop] = shop
		}
		if twin := slices.IndexFunc(shops[shop], func(r received) bool { return r.ID == e.ID }); twin >= 0 {
			shops[shop][twin].at = append(shops[shop][twin].at, n)
			continue
		}
		shops[shop] = append(shops[shop], received{e, []int{n}})
	}
	for _, some := range shops {
		slices.SortFunc(some, func(a, b received) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	}
	return shops
}

func idsOf(some []received) []uuid.UUID {
	ids := make([]uuid.UUID, len(some))
	for n, r := range some {
		ids[n] = r.ID
	}
	return ids
}

func eventsOf(some []received) []Event {
	events := make([]Event, len(some))
	for n, r := range some {
		events[n] = r.Event
	}
	return events
}

func pick(some []received, wanted func(id uuid.UUID) bool) (out []received) {
	for _, r := range some {
		if wanted(r.ID) {
			out = append(out, r)
		}
	}
	return out
}
