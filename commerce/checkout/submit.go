package checkout

import (
	"context"
	"errors"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func asShort(err error) (inventory.OutOfStock, bool) { return errors.AsType[inventory.OutOfStock](err) }

// Submit buys a cart with the payment that was set on it, under a name that the client chose for this attempt: the same
// name again is the same attempt. Fails with [fault.NotFound] where there is no such cart.
func (s *Service) Submit(ctx context.Context, id gid.ID, token string) (r Result, known bool, err error) {
	if token == "" || len(token) > 255 {
		return refused("", "The attemptToken must have 1 to 255 characters.", "attemptToken"), false, nil
	}
	c, err := s.Carts.Load(ctx, id)
	if err != nil {
		return Result{}, false, err
	}
	if a, err := s.store.byToken(ctx, s.DB, c.ID, token); err != nil || a != nil {
		return Result{Attempt: a}, a != nil, err
	}
	if c.State == cart.Completed {
		return refused(CartCompleted, "This cart was bought already.", "cartId"), false, nil
	}
	if c.Payment == nil {
		return refused(PaymentError, "Set the payment with cartPaymentUpdate first.", "cartId"), false, nil
	}
	p := Payment{Gateway: s.Gateway, Token: c.Payment.SessionID}
	if p.Token == "" {
		p.Token = "free"
	}
	r, err = s.complete(ctx, id, p, Try{Name: token, Agreed: c.Payment.Amount})
	return r, false, err
}

// Prepare finds everything that keeps a cart from being bought as it is; none means that it can be submitted. Fails with
// [fault.NotFound] where there is no such cart.
func (s *Service) Prepare(ctx context.Context, id gid.ID) (*cart.Stored, fault.Problems, error) {
	c, err := s.Carts.Load(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if c.State == cart.Completed {
		return c, refused(CartCompleted, "This cart was bought already.", "cartId").Problems, nil
	}
	priced, snap, err := s.Carts.Snapshot(ctx, c, s.Clock.Now())
	if err != nil {
		return nil, nil, err
	}
	if err := s.contact(ctx, snap); err != nil {
		return nil, nil, err
	}
	return c, ready(priced, snap), nil
}
