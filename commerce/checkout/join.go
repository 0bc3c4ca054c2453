package checkout

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// join goes on with an attempt that is under way: it waits while another process works on it, and takes it over when that
// one is gone. again says that the attempt ended without an order and was paid otherwise than p: the caller may try anew.
func (s *Service) join(ctx context.Context, id gid.ID, a *Attempt, p Payment) (r Result, again bool, err error) {
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, 250*time.Millisecond) {
		now, err := s.store.byID(ctx, s.DB, a.ID)
		if err != nil {
			return s.waited(ctx, a, err)
		}
		if a = now; !a.live() {
			return s.ended(ctx, id, a, p)
		}
		mine, err := s.take(ctx, a)
		if err != nil {
			return s.waited(ctx, a, err)
		}
		if mine {
			r, err := s.resume(ctx, id.Key, a)
			return r, false, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return s.waited(ctx, a, nil)
		}
	}
}

// waited is what whoever waited for an attempt is told when the time is over, also where that was in the middle of a look.
func (s *Service) waited(ctx context.Context, a *Attempt, err error) (Result, bool, error) {
	if ctx.Err() == nil {
		return Result{}, false, err
	}
	r := refused(PaymentPending, "The payment is still being worked on. Ask again with the same payment in a moment: nothing is charged twice.", "payment")
	r.Attempt = a
	return r, false, nil
}

// ended is what a twin learns of an attempt that it waited for.
func (s *Service) ended(ctx context.Context, id gid.ID, a *Attempt, p Payment) (Result, bool, error) {
	if a.State == Completed {
		o, err := s.Orders.ByCart(ctx, a.CartID, id.Key)
		return Result{Order: o, Attempt: a}, false, err
	}
	if a.PaymentToken != p.Token || a.Gateway != p.Gateway {
		return Result{}, true, nil
	}
	return s.told(a), false, nil
}

// take tries to get the lease of an attempt.
func (s *Service) take(ctx context.Context, a *Attempt) (mine bool, err error) {
	now := s.Clock.Now()
	if a.LeaseUntil != nil && a.LeaseUntil.After(now) {
		return false, nil
	}
	err = s.DB.InTx(ctx, func(tx database.Tx) error {
		mine, err = s.store.lease(ctx, tx, a.ID, s.owner, now, now.Add(leaseFor))
		return err
	})
	a.Tries++
	return mine, err
}

// resume drives an attempt that was left: what it held may have run out meanwhile.
func (s *Service) resume(ctx context.Context, key string, a *Attempt) (Result, error) {
	if a.State == Returning {
		return s.giveBack(ctx, a)
	}
	until := s.Clock.Now().Add(holdFor)
	held, err := s.Stock.Extend(ctx, inventory.Ref(a.ref()), until)
	if err != nil {
		return Result{}, err
	}
	if !held {
		err = s.Stock.Reserve(ctx, inventory.Ref(a.ref()), a.lines(), until)
	}
	if short, ok := asShort(err); ok {
		a.ErrorCode, a.ErrorMessage = OutOfStock, shortages(a, short)[0].Message
		if err := s.turn(ctx, a); err != nil {
			return Result{}, err
		}
		return s.giveBack(ctx, a)
	}
	if err != nil {
		return Result{}, err
	}
	return s.drive(ctx, key, a)
}

// Sweep goes on with attempts of the context's shop that were left by a crash or by a gateway that did not answer, at most
// limit of them, and counts those that it drove.
func (s *Service) Sweep(ctx context.Context, limit int) (int, error) {
	ids, err := s.store.due(ctx, s.DB, s.Clock.Now(), limit)
	if err != nil {
		return 0, err
	}
	done := 0
	for _, id := range ids {
		if err := s.sweep(ctx, id); err != nil {
			s.Log.ErrorContext(ctx, "an attempt could not be driven on", "attempt", id, "error", err)
			continue
		}
		done++
	}
	return done, ctx.Err()
}

func (s *Service) sweep(ctx context.Context, id uuid.UUID) error {
	a, err := s.store.byID(ctx, s.DB, id)
	if err != nil || !a.live() {
		return err
	}
	mine, err := s.take(ctx, a)
	if err != nil || !mine {
		return err
	}
	_, err = s.resume(ctx, "", a)
	return err
}

// AttemptByID finds an attempt for whoever has the key of its cart. Fails with [fault.NotFound].
func (s *Service) AttemptByID(ctx context.Context, id gid.ID) (*Attempt, error) {
	missing := fault.New(fault.NotFound, "There is no such attempt.")
	if id.Type != AttemptType {
		return nil, missing
	}
	a, err := s.store.byID(ctx, s.DB, id.UUID)
	if database.NoRows(err) {
		return nil, missing
	}
	if err != nil {
		return nil, err
	}
	_, err = s.Carts.Load(ctx, gid.ID{Type: "Cart", UUID: a.CartID, Key: id.Key})
	if fault.Is(err, fault.NotFound) {
		return nil, missing
	}
	return a, err
}
