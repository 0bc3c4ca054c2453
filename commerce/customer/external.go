package customer

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/revision"
)

// What signing in through an outside provider needs of accounts. Whom a provider may sign in is commerce/federation's.

// Held is an account that is held until the transaction ends, with what decides who may be let into it.
type Held struct {
	ID    uuid.UUID
	State State
	// Verified says that whoever holds the account has shown that mail to its email reaches them.
	Verified bool
	// Password says that the account has one, so that somebody may know it.
	Password bool
	written  time.Time // when the account was last written
}

// Closed reports whether nobody may sign in to the account.
func (h Held) Closed() bool { return h.State != Enabled && h.State != Invited }

// HoldTx holds an account. It reports false where there is none.
func (s *Service) HoldTx(ctx context.Context, tx database.Tx, id uuid.UUID) (Held, bool, error) {
	return holdAccount(ctx, tx, "id", id)
}

// HoldByEmailTx is [Service.HoldTx] for the account of a normalized email.
func (s *Service) HoldByEmailTx(ctx context.Context, tx database.Tx, email string) (Held, bool, error) {
	return holdAccount(ctx, tx, "email", email)
}

// OpenVerifiedTx opens an account without a password for who has shown elsewhere that a normalized email is theirs. A name
// that an account cannot have is left out. An email that has an account already is a violation of its index.
func (s *Service) OpenVerifiedTx(ctx context.Context, tx database.Tx, email, first, last string) (uuid.UUID, error) {
	a := account{id: s.newID(), state: Enabled, email: email, first: fitting(first), last: fitting(last)}
	now := s.clock.Now()
	if err := insertAccount(ctx, tx, a, now); err != nil {
		return uuid.Nil, err
	}
	if err := confirmEmail(ctx, tx, a.id, now); err != nil {
		return uuid.Nil, err
	}
	return a.id, s.events.AppendTx(ctx, tx, SubjectCreated, Event{CustomerID: a.id})
}

// fitting is a text where a name can be it, and else empty.
func fitting(text string) string {
	var c checker
	if text = c.text(strings.TrimSpace(text), "name", "Name", maxLine); len(c.problems) > 0 {
		return ""
	}
	return text
}

// ConfirmTx notes that whoever is let into an account now has shown elsewhere that its email is theirs. An invited account
// is in use from then on.
func (s *Service) ConfirmTx(ctx context.Context, tx database.Tx, h Held) error {
	now := revision.Next(s.clock.Now(), h.written)
	if !h.Verified {
		if err := confirmEmail(ctx, tx, h.ID, now); err != nil {
			return err
		}
	}
	if h.State != Invited {
		return nil
	}
	if err := enableAccount(ctx, tx, h.ID, now); err != nil {
		return err
	}
	return s.events.AppendTx(ctx, tx, SubjectUpdated, Event{CustomerID: h.ID})
}

// OpenSessionTx signs somebody in to an account who has shown elsewhere who they are. Fails with [fault.Forbidden] where the
// account is closed.
func (s *Service) OpenSessionTx(ctx context.Context, tx database.Tx, id uuid.UUID) (identity.AccessToken, error) {
	h, ok, err := s.HoldTx(ctx, tx, id)
	if err != nil {
		return identity.AccessToken{}, err
	}
	if !ok || h.State != Enabled {
		return identity.AccessToken{}, fault.New(fault.Forbidden, "This account is closed.")
	}
	return s.identity.CreateTx(ctx, tx, access.Customer, id)
}
