package customer

import (
	"context"
	"errors"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// SendInvite asks for the mail with which who holds an account sets a first password. An account that is in use, or closed,
// is refused.
func (s *Service) SendInvite(ctx context.Context, id gid.ID) (*Customer, fault.Problems, error) {
	return s.turn(ctx, id, "customer.invited", SubjectActivationRequested, func(a *account) error {
		switch a.state {
		case Disabled:
			return refuse(CodeConflict, "This account is closed. Enable it first.", "customerId")
		case Enabled:
			return refuse(CodeConflict, "This account is in use already.", "customerId")
		}
		a.state = Invited
		return nil
	})
}

// Disable closes an account: its sessions and mailed secrets end. One that is closed stays so.
func (s *Service) Disable(ctx context.Context, id gid.ID) (*Customer, fault.Problems, error) {
	return s.turn(ctx, id, "customer.disabled", SubjectUpdated, func(a *account) error {
		a.state = Disabled
		return nil
	})
}

// Enable opens a closed account again. Without a password that was ever set, it waits for an invitation.
func (s *Service) Enable(ctx context.Context, id gid.ID) (*Customer, fault.Problems, error) {
	return s.turn(ctx, id, "customer.enabled", SubjectUpdated, func(a *account) error {
		switch {
		case a.state != Disabled:
		case a.hash == "" && !a.customer.VerifiedEmail:
			a.state = Invited
		default:
			a.state = Enabled
		}
		return nil
	})
}

// turn changes the state of an account on the shop's behalf, tells and records it. What is so already is neither written
// nor told, but for an invitation, which can be sent again.
func (s *Service) turn(ctx context.Context, id gid.ID, action, subject string, f func(*account) error) (*Customer, fault.Problems, error) {
	owner := customerOf(id)
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		old, err := lockLiving(ctx, tx, owner, "customerId")
		if err != nil {
			return err
		}
		a := old
		if err := f(&a); err != nil {
			return err
		}
		if a.state == old.state && subject == SubjectUpdated {
			return nil
		}
		now := s.clock.Now()
		err = updateAccount(ctx, tx, a, now)
		if err == nil && a.state == Disabled {
			err = errors.Join(s.identity.RevokeAllTx(ctx, tx, owner), endSecrets(ctx, tx, owner, now))
		}
		if err != nil {
			return err
		}
		return s.told(ctx, tx, subject, action, owner, map[string]any{"before": old.record(), "after": a.record()})
	})
	return s.outcome(ctx, owner, checker{}, err)
}

// Delete deletes an account with its book, ties, sessions and metafields. Carts lose their owner. A customer with orders
// stays, because the books name them.
func (s *Service) Delete(ctx context.Context, id gid.ID) (fault.Problems, error) {
	owner := customerOf(id)
	return problemsOf(s.db.InTx(ctx, func(tx database.Tx) error {
		a, err := lockAccount(ctx, tx, owner)
		if err != nil {
			return missing(err, "input", "id")
		}
		ordered, paying, err := business(ctx, tx, owner)
		switch {
		case err != nil:
			return err
		case ordered:
			return refuse(CodeConflict, "This customer has orders, and the books need whose they are. Erase the person instead, with customerRequestDataErasure.", "input", "id")
		case paying:
			return refuse(CodeConflict, "This customer is paying right now. Try again in a few minutes.", "input", "id")
		}
		if err := s.identity.RevokeAllTx(ctx, tx, owner); err != nil {
			return err
		}
		if err := dropAccount(ctx, tx, owner); err != nil {
			return err
		}
		return s.told(ctx, tx, SubjectDeleted, "customer.deleted", owner, map[string]any{"before": a.record()})
	}))
}
