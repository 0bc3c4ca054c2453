package staff

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// What signing in through an outside provider needs of the staff. Whom a provider may sign in is commerce/federation's.

// MemberByEmailTx gives the account of a normalized email that holds a role in the shop, and whether it is active. It reports
// false where there is none.
func (s *Service) MemberByEmailTx(ctx context.Context, tx database.Tx, email string) (id uuid.UUID, active, found bool, err error) {
	rows, err := memberOfShop(ctx, tx, email)
	if err != nil || len(rows) == 0 {
		return uuid.Nil, false, false, err
	}
	return rows[0].id, rows[0].active, true, nil
}

// MemberTx reports whether somebody holds a role in the shop and is active.
func (s *Service) MemberTx(ctx context.Context, tx database.Tx, id uuid.UUID) (bool, error) {
	found, err := membersByID(ctx, tx, []uuid.UUID{id})
	return err == nil && found[id] != nil && found[id].Active, err
}

// OpenSessionTx signs a member in to the shop who has shown elsewhere who they are. Fails with [fault.Forbidden] where the
// account is closed, or holds no role in the shop any more.
func (s *Service) OpenSessionTx(ctx context.Context, tx database.Tx, id uuid.UUID) (identity.AccessToken, error) {
	ok, err := s.MemberTx(ctx, tx, id)
	if err != nil {
		return identity.AccessToken{}, err
	}
	if !ok {
		return identity.AccessToken{}, fault.New(fault.Forbidden, "This account is closed.")
	}
	return s.identity.CreateTx(ctx, tx, access.Staff, id)
}
