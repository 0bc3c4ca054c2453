package customer

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// When a person is erased; what an erasure does, commerce/privacy knows.

// ErasedEmail stands in the place of an erased person's email. Mail to it reaches nobody (RFC 2606).
func ErasedEmail(id uuid.UUID) string { return id.String() + "@erased.invalid" }

// RequestErasure has a person erased once the delay is over. Asked again, the first date stays.
func (s *Service) RequestErasure(ctx context.Context, id gid.ID) (*Customer, fault.Problems, error) {
	at := s.clock.Now().Add(s.delay)
	return s.schedule(ctx, id, "customer.erasure_requested", func(a account) (*time.Time, bool) {
		return &at, a.customer.ErasureScheduledAt == nil
	})
}

// CancelErasure takes the request back. Where there is none, nothing changes.
func (s *Service) CancelErasure(ctx context.Context, id gid.ID) (*Customer, fault.Problems, error) {
	return s.schedule(ctx, id, "customer.erasure_canceled", func(a account) (*time.Time, bool) {
		return nil, a.customer.ErasureScheduledAt != nil
	})
}

func (s *Service) schedule(ctx context.Context, id gid.ID, action string, when func(account) (*time.Time, bool)) (*Customer, fault.Problems, error) {
	owner := customerOf(id)
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		a, err := lockLiving(ctx, tx, owner, "customerId")
		if err != nil {
			return err
		}
		at, changes := when(a)
		if !changes {
			return nil
		}
		if err := setErasure(ctx, tx, owner, at, revision.Next(s.clock.Now(), a.written)); err != nil {
			return err
		}
		return s.told(ctx, tx, SubjectUpdated, action, owner, map[string]any{"erasureScheduledAt": at})
	})
	return s.outcome(ctx, owner, checker{}, err)
}

// lockLiving is [lockAccount] for what staff do: an account that is not there, or was erased, is refused.
func lockLiving(ctx context.Context, tx database.Tx, id uuid.UUID, field ...string) (account, error) {
	a, err := lockAccount(ctx, tx, id)
	if err != nil {
		return a, missing(err, field...)
	}
	if a.customer.ErasedAt != nil {
		return a, refuse(CodeConflict, "This customer was erased. Nothing can be written about them any more.", field...)
	}
	return a, nil
}
