package staff

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// UpdateInput changes an account; what is nil stays.
type UpdateInput struct {
	Name   *string
	Active *bool
}

var memberOrder = keyset.Order{Name: "staff-id", ID: "r.staff_id"}

// List gives a page of those who hold a role in the shop, in the order in which their accounts were made. The query is terms
// that must all hold: email: with the beginning of an email, role: with a handle, active: with true or false, and bare
// words, each the beginning of the email or of the name. Fails with [fault.Invalid] for anything else.
func (s *Service) List(ctx context.Context, query string, args keyset.Args) (keyset.Page[*StaffMember], error) {
	w, err := args.Window(memberOrder)
	if err != nil {
		return keyset.Page[*StaffMember]{}, err
	}
	c, err := parse(query, 2, map[string]field{
		"":      {sql: `(lower(m.email) LIKE $%[1]d ESCAPE '!' OR lower(m.name) LIKE $%[1]d ESCAPE '!')`, value: beginning},
		"email": {sql: `lower(m.email) LIKE $%d ESCAPE '!'`, value: beginning},
		"role":  {sql: `EXISTS (SELECT 1 FROM role_assignment h WHERE h.shop_id = r.shop_id AND h.staff_id = r.staff_id AND h.role = $%d)`, value: exact},
		"active": {sql: `m.active = $%d`, value: func(text string) (any, error) {
			if text != "true" && text != "false" {
				return nil, fault.New(fault.Invalid, "active: takes true or false.")
			}
			return text == "true", nil
		}},
	})
	if err != nil {
		return keyset.Page[*StaffMember]{}, err
	}
	ids, err := listMembers(ctx, s.db, w, c)
	if err != nil {
		return keyset.Page[*StaffMember]{}, err
	}
	found, err := s.ByIDs(ctx, ids)
	page := keyset.Cut(w, ids, func(id uuid.UUID) (any, uuid.UUID) { return "", id })
	return keyset.Swap(page, func(id uuid.UUID) (*StaffMember, bool) { return found[id], found[id] != nil }), err
}

// Visible is [Service.ByIDs] for ids that the viewer sent: members of staff see themselves, and others with the scope to
// read staff. What is not visible is missing.
func (s *Service) Visible(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*StaffMember, error) {
	if actor := access.From(ctx); !mayRead(ctx) {
		if actor.Kind != access.Staff || !slices.Contains(ids, actor.ID) {
			return map[uuid.UUID]*StaffMember{}, nil
		}
		ids = []uuid.UUID{actor.ID}
	}
	return s.ByIDs(ctx, ids)
}

// Update changes a member's account. Closing it ends its sessions at once, and the shop's last active owner cannot be
// closed. The actor needs every scope that the member has. An account that other shops use too is not this shop's to
// change, but for one's own name: a problem.
func (s *Service) Update(ctx context.Context, id uuid.UUID, in UpdateInput) (*StaffMember, fault.Problems, error) {
	var problems fault.Problems
	if in.Name != nil {
		name := line(&problems, *in.Name, "Name", maxName, "input", "name")
		in.Name = &name
	}
	if len(problems) > 0 {
		return nil, problems, nil
	}
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		m, err := s.hold(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := covers(ctx, access.NewScopes(m.AccessScopes...), "You may not change somebody who may do what you may not."); err != nil {
			return err
		}
		return s.update(ctx, tx, m, in)
	})
	return s.one(ctx, id, err)
}

func (s *Service) update(ctx context.Context, tx database.Tx, m *StaffMember, in UpdateInput) error {
	id, name, active := m.ID.UUID, m.Name, m.Active
	if in.Name != nil {
		name = *in.Name
	}
	if in.Active != nil {
		active = *in.Active
	}
	if name == m.Name && active == m.Active {
		return nil
	}
	elsewhere, err := worksElsewhere(ctx, tx, id)
	if err != nil {
		return err
	}
	if elsewhere && (active != m.Active || !self(ctx, id)) {
		return refuse(CodeConflict, "This account is not this shop's alone. Take its roles away instead.", "staffMemberId")
	}
	if !active && m.Active && m.IsShopOwner() {
		if err := keepOwner(ctx, tx, id, "input", "active"); err != nil {
			return err
		}
	}
	if err := updateMember(ctx, tx, id, name, active, s.clock.Now()); err != nil {
		return err
	}
	s.identity.ForgetTx(tx)
	if !active {
		if err := s.identity.RevokeAllTx(ctx, tx, id); err != nil {
			return err
		}
	}
	return s.Audit(ctx, tx, "staff.member_updated", resource(id), map[string]any{
		"before": map[string]any{"name": m.Name, "active": m.Active}, "after": map[string]any{"name": name, "active": active},
	})
}

// Remove takes every role in the shop from a member and ends their sessions there; the account stays for other shops. The
// actor needs every scope that the member has; the shop's last active owner stays: a problem.
func (s *Service) Remove(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		m, err := s.hold(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := covers(ctx, access.NewScopes(m.AccessScopes...), "You may not remove somebody who may do what you may not."); err != nil {
			return err
		}
		if m.IsShopOwner() {
			if err := keepOwner(ctx, tx, id, "staffMemberId"); err != nil {
				return err
			}
		}
		if err := deleteRoles(ctx, tx, id); err != nil {
			return err
		}
		s.identity.ForgetTx(tx)
		if err := s.identity.RevokeAllTx(ctx, tx, id); err != nil {
			return err
		}
		return s.Audit(ctx, tx, "staff.member_removed", resource(id), map[string]any{"before": map[string]any{"email": m.Email, "roles": m.Roles}})
	})
	_, problems, err := outcome[StaffMember](nil, err)
	return problems, err
}

// SignOutEverywhere ends every session that a member has in the shop: one's own, or those of somebody whose scopes the actor
// has.
func (s *Service) SignOutEverywhere(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		if !self(ctx, id) {
			// Asked first, so that who may not change staff does not learn who is one.
			if err := covers(ctx, access.Scopes{}, "You may sign out yourself only."); err != nil {
				return err
			}
		}
		m, err := s.hold(ctx, tx, id)
		if err != nil {
			return err
		}
		if !self(ctx, id) {
			if err := covers(ctx, access.NewScopes(m.AccessScopes...), "You may not sign out somebody who may do what you may not."); err != nil {
				return err
			}
		}
		if err := s.identity.RevokeAllTx(ctx, tx, id); err != nil {
			return err
		}
		return s.Audit(ctx, tx, "staff.signed_out_everywhere", resource(id), nil)
	})
	_, problems, err := outcome[StaffMember](nil, err)
	return problems, err
}

// self reports whether the actor is this member of staff.
func self(ctx context.Context, id uuid.UUID) bool {
	actor := access.From(ctx)
	return actor.Kind == access.Staff && actor.ID == id
}

// hold reads a member and holds their roles until the transaction ends.
func (s *Service) hold(ctx context.Context, tx database.Tx, id uuid.UUID) (*StaffMember, error) {
	if _, err := rolesOf(ctx, tx, id); err != nil {
		return nil, err
	}
	found, err := membersByID(ctx, tx, []uuid.UUID{id})
	if err == nil && found[id] == nil {
		err = refuse(CodeNotFound, "There is no such member of staff.", "staffMemberId")
	}
	return found[id], err
}

// outcome gives what a change made, or the problem that err carries.
func outcome[T any](made *T, err error) (*T, fault.Problems, error) {
	if r, ok := errors.AsType[refusal](err); ok {
		return nil, fault.Problems{r.problem}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return made, nil, nil
}
