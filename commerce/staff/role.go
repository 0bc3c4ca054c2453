package staff

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// AssignRole gives a member of the shop's staff one more role. The actor needs the scope to change staff, and every scope
// that the role has: otherwise it fails with [fault.Forbidden]. A role that is held already stays.
func (s *Service) AssignRole(ctx context.Context, id uuid.UUID, role string) (*StaffMember, fault.Problems, error) {
	return s.changeRole(ctx, id, role, func(tx database.Tx, held []string) error {
		if slices.Contains(held, role) {
			return nil
		}
		return s.give(ctx, tx, id, role, held)
	})
}

// RemoveRole takes a role from a member of the shop's staff, under the same rules as [Service.AssignRole]. Without its last role
// the account is no longer of the shop, and its sessions there end. The shop's last active owner stays: a problem.
func (s *Service) RemoveRole(ctx context.Context, id uuid.UUID, role string) (fault.Problems, error) {
	_, problems, err := s.changeRole(ctx, id, role, func(tx database.Tx, held []string) error {
		if !slices.Contains(held, role) {
			return refuse(CodeNotFound, "The member does not hold this role.", "role")
		}
		return s.take(ctx, tx, id, role, held)
	})
	// Who holds no role any more is rightly not found.
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return problems, err
}

func (s *Service) changeRole(ctx context.Context, id uuid.UUID, role string, change func(tx database.Tx, held []string) error) (*StaffMember, fault.Problems, error) {
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		if err := s.mayGive(ctx, tx, role, "role"); err != nil {
			return err
		}
		held, err := rolesOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(held) == 0 {
			return refuse(CodeNotFound, "There is no such member of staff.", "staffMemberId")
		}
		return change(tx, held)
	})
	return s.one(ctx, id, err)
}

// mayGive refuses a role that does not exist, and whoever would give away, or take, more than they hold. A role that the
// shop made stays as it is until the transaction ends.
func (s *Service) mayGive(ctx context.Context, q database.Querier, role string, field ...string) error {
	scopes, known, err := scopesOfRole(ctx, q, role)
	if err != nil {
		return err
	}
	if !known {
		return refuse(CodeInvalid, "There is no such role.", field...)
	}
	return covers(ctx, scopes, "You may not give or take the role %s.", role)
}

// covers refuses whoever may not change staff, or would hand on scopes that they do not hold.
func covers(ctx context.Context, scopes access.Scopes, message string, args ...any) error {
	actor := access.From(ctx)
	if actor.Kind == access.System || actor.Can(access.StaffWrite) && actor.Covers(scopes) {
		return nil
	}
	return fault.New(fault.Forbidden, message, args...)
}

// give adds a role to those that a member holds.
func (s *Service) give(ctx context.Context, tx database.Tx, id uuid.UUID, role string, held []string) error {
	if err := insertRole(ctx, tx, s.newID(), id, role, s.clock.Now()); err != nil {
		return err
	}
	s.identity.ForgetTx(tx)
	after := slices.Sorted(slices.Values(append(slices.Clone(held), role)))
	return s.Audit(ctx, tx, "staff.role_assigned", resource(id), map[string]any{"role": role, "before": list(held), "after": after})
}

func (s *Service) take(ctx context.Context, tx database.Tx, id uuid.UUID, role string, held []string) error {
	if role == access.Owner {
		if err := keepOwner(ctx, tx, id, "role"); err != nil {
			return err
		}
	}
	if err := deleteRole(ctx, tx, id, role); err != nil {
		return err
	}
	s.identity.ForgetTx(tx)
	if len(held) == 1 {
		if err := s.identity.RevokeAllTx(ctx, tx, id); err != nil {
			return err
		}
	}
	left := slices.DeleteFunc(slices.Clone(held), func(r string) bool { return r == role })
	return s.Audit(ctx, tx, "staff.role_removed", resource(id), map[string]any{"role": role, "before": held, "after": list(left)})
}

// keepOwner refuses to go on where nobody but this member is an active owner of the shop.
func keepOwner(ctx context.Context, tx database.Tx, id uuid.UUID, field ...string) error {
	owners, err := lockOwners(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(owners, func(o uuid.UUID) bool { return o != id }) {
		return refuse(CodeConflict, "A shop keeps its last owner. Make somebody else an owner first.", field...)
	}
	return nil
}

// list is a list that is written as such even when it is empty.
func list(roles []string) []string {
	if roles == nil {
		return []string{}
	}
	return roles
}
