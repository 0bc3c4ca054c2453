package outbox

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/runner"
)

// HandleTogether is [Inbox.Handle] for several events at once: the effect is given those of one shop that it has not been had
// of, in one transaction, each once. Where that fails, each has its effect alone, and time for it: no event pays for another's
// fault. Whoever is not the last has half of what is left of the context's time.
func (i *Inbox) HandleTogether(consumer string, effect func(ctx context.Context, tx database.Tx, events []Event) error) bus.BatchHandler {
	return func(ctx context.Context, messages []bus.Message) []error {
		errs := make([]error, len(messages))
		var alone []received
		shops := sortOut(messages, errs)
		for n, some := range shops {
			last := n == len(shops)-1 && len(some) == 1 && len(alone) == 0
			switch err := i.have(ctx, last, consumer, some, effect); {
			case err == nil:
			case len(some) == 1:
				some[0].fail(errs, err)
			default:
				for _, r := range some {
					r.fail(errs, err) // and that is it, should the time be over
				}
				alone = append(alone, some...)
			}
		}
		for n, r := range alone {
			if ctx.Err() != nil {
				break
			}
			r.fail(errs, i.have(ctx, n == len(alone)-1, consumer, []received{r}, effect))
		}
		return errs
	}
}

// have has the effect of events of one shop. It leaves half of the time to those that come after.
func (i *Inbox) have(ctx context.Context, last bool, consumer string, some []received, effect func(ctx context.Context, tx database.Tx, events []Event) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !last {
		var cancel context.CancelFunc
		ctx, cancel = half(ctx)
		defer cancel()
	}
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

// half gives a context that ends after half of what is left of another's time.
func half(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/2)
}

// noteWithin is how long a consumer has to write down what it has done outside, also when its time is over.
const noteWithin = 4 * time.Second

// HandleOutsideTogether is [Inbox.HandleOutside] for several events at once: prepare is given those of one shop that are not
// known to have been had, to read what they need in few statements, and gives what has the effect of one of them. Up to
// atOnce effects run at the same time, of all shops in turn; once the context has ended, none begins. What was done for a shop
// is noted in one transaction: a crash before it has all of them again.
func (i *Inbox) HandleOutsideTogether(consumer string, atOnce int, prepare func(ctx context.Context, events []Event) (func(ctx context.Context, e Event) error, error)) bus.BatchHandler {
	return func(ctx context.Context, messages []bus.Message) []error {
		errs := make([]error, len(messages))
		shops := sortOut(messages, errs)
		prepared := make([]*outside, len(shops))
		turns := make(turns, max(1, atOnce))
		var running sync.WaitGroup
		reading, cancel := half(ctx)
		defer cancel()
		for n, some := range shops {
			turns.run(reading, &running, func(err error) {
				if err == nil {
					err = runner.Guard(func() (err error) {
						prepared[n], err = i.prepare(database.WithShop(reading, some[0].Shop), consumer, some, prepare)
						return err
					})
				}
				if err != nil {
					prepared[n] = &outside{}
					for _, r := range some {
						r.fail(errs, err)
					}
				}
			})
		}
		running.Wait()
		// One of each shop after the other, so that none waits for all of another's.
		for k, more := 0, true; more; k++ {
			more = false
			for _, o := range prepared {
				if k >= len(o.events) {
					continue
				}
				more = true
				turns.run(ctx, &running, func(err error) {
					of := database.WithShop(ctx, o.events[k].Shop)
					if err == nil {
						err = runner.Guard(func() error { return o.effect(of, o.events[k].Event) })
					}
					if o.outcomes[k] = err; o.left.Add(-1) == 0 {
						running.Go(func() { i.note(of, consumer, o, errs) })
					}
				})
			}
		}
		running.Wait()
		return errs
	}
}

// turns is how many may run at once.
type turns chan struct{}

// run gives f a turn, or why there is none for it any more.
func (t turns) run(ctx context.Context, running *sync.WaitGroup, f func(err error)) {
	select {
	case t <- struct{}{}:
	case <-ctx.Done():
		f(context.Cause(ctx))
		return
	}
	running.Go(func() {
		defer func() { <-t }()
		if ctx.Err() != nil {
			f(context.Cause(ctx))
			return
		}
		f(nil)
	})
}

// outside is one shop's events, and what has the effect of one of them.
type outside struct {
	events   []received
	effect   func(ctx context.Context, e Event) error
	outcomes []error
	left     atomic.Int64 // outcomes that are not known yet
}

// prepare finds which events of one shop have not been had, and what has their effect.
func (i *Inbox) prepare(ctx context.Context, consumer string, some []received, prepare func(ctx context.Context, events []Event) (func(ctx context.Context, e Event) error, error)) (*outside, error) {
	had, err := hadInboxes(ctx, i.config.DB, consumer, idsOf(some))
	if err != nil {
		return nil, err
	}
	o := &outside{events: pick(some, func(id uuid.UUID) bool { return !slices.Contains(had, id) })}
	o.outcomes = make([]error, len(o.events))
	o.left.Store(int64(len(o.events)))
	if len(o.events) > 0 {
		o.effect, err = prepare(ctx, eventsOf(o.events))
	}
	return o, err
}

// note writes down what was done for a shop, and says what was not.
func (i *Inbox) note(ctx context.Context, consumer string, o *outside, errs []error) {
	var done []received
	for n, r := range o.events {
		if r.fail(errs, o.outcomes[n]); o.outcomes[n] == nil {
			done = append(done, r)
		}
	}
	if len(done) == 0 {
		return
	}
	// One effect that took all of the time must not have the others had again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
	defer cancel()
	err := runner.Guard(func() error {
		return i.config.DB.InTx(ctx, func(tx database.Tx) error {
			_, err := i.insertInboxes(ctx, tx, consumer, idsOf(done))
			return err
		})
	})
	if err != nil {
		for _, r := range done {
			r.fail(errs, fmt.Errorf("inbox: %w", err))
		}
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
