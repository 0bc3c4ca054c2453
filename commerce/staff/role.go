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
		return s.give(ctx, tx, id, role)
	})
}

// RemoveRole takes a role from a member of the shop's staff, under the same rules as [Service.AssignRole]. Without its last role
// the account is no longer of the shop, and its sessions there end. The shop's last active owner stays: a problem.
func (s *Service) RemoveRole(ctx context.Context, id uuid.UUID, role string) (fault.Problems, error) {
	_, problems, err := s.changeRole(ctx, id, role, func(tx database.Tx, held []string) error {
		if !slices.Contains(held, role) {
			return refuse(CodeNotFound, "The member does not hold this role.", "role")
		}
		return s.take(ctx, tx, id, role, len(held) == 1)
	})
	// Who holds no role any more is rightly not found.
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return problems, err
}

func (s *Service) changeRole(ctx context.Context, id uuid.UUID, role string, change func(tx database.Tx, held []string) error) (*StaffMember, fault.Problems, error) {
	if !access.IsRole(role) {
		return nil, fault.Problems{{Field: []string{"role"}, Code: CodeInvalid, Message: "There is no such role."}}, nil
	}
	if err := mayGive(access.From(ctx), role); err != nil {
		return nil, nil, err
	}
	err := s.db.InTx(ctx, func(tx database.Tx) error {
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

// mayGive refuses whoever would give away, or take, more than they hold.
func mayGive(actor access.Actor, role string) error {
	if actor.Kind == access.System {
		return nil
	}
	refused := fault.New(fault.Forbidden, "You may not give or take the role %s.", role)
	if actor.Kind != access.Staff || !actor.Can(access.StaffWrite) {
		return refused
	}
	for _, scope := range access.ScopesOf(role).List() {
		if !actor.Can(scope) {
			return refused
		}
	}
	return nil
}

func (s *Service) give(ctx context.Context, tx database.Tx, id uuid.UUID, role string) error {
	if err := insertRole(ctx, tx, s.newID(), id, role, s.clock.Now()); err != nil {
		return err
	}
	s.identity.ForgetTx(tx)
	return s.Audit(ctx, tx, "staff.role_assigned", resource(id), map[string]string{"role": role})
}

func (s *Service) take(ctx context.Context, tx database.Tx, id uuid.UUID, role string, last bool) error {
	if role == access.Owner {
		owners, err := lockOwners(ctx, tx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(owners, func(o uuid.UUID) bool { return o != id }) {
			return refuse(CodeConflict, "A shop keeps its last owner. Make somebody else an owner first.", "role")
		}
	}
	if err := deleteRole(ctx, tx, id, role); err != nil {
		return err
	}
	s.identity.ForgetTx(tx)
	if last {
		if err := s.identity.RevokeAllTx(ctx, tx, id); err != nil {
			return err
		}
	}
	return s.Audit(ctx, tx, "staff.role_removed", resource(id), map[string]string{"role": role})
}
