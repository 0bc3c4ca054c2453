package staff

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// Role is a set of scopes with a name: built in, or made by the context's shop.
type Role struct {
	ID gid.ID
	// Handle is what members hold the role by.
	Handle      string
	Title       string
	Description string
	// AccessScopes are what the role allows, in alphabetical order.
	AccessScopes []string
	// BuiltIn says that the role is the same in every shop, and stays as it is.
	BuiltIn bool
	// CreatedAt and UpdatedAt are nil for a role that is built in.
	CreatedAt, UpdatedAt *time.Time
}

// RoleInput describes a role. In a change, what is nil stays.
type RoleInput struct {
	// Handle names a new role; empty is made from the title. It never changes.
	Handle      string
	Title       *string
	Description *string
	Scopes      []string
}

// RoleType is the type of a role in its global id.
const RoleType = "Role"

const (
	maxRoles       = 100 // of a shop
	maxHandle      = 64
	maxDescription = 500
)

var roleHandle = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// CreateRole makes a role of the shop. The actor needs the scope to change staff and every scope that the role shall have:
// otherwise it fails with [fault.Forbidden].
func (s *Service) CreateRole(ctx context.Context, in RoleInput) (*Role, fault.Problems, error) {
	now := s.clock.Now()
	r := &Role{ID: gid.New(RoleType, s.newID()), Handle: in.Handle, CreatedAt: &now, UpdatedAt: &now}
	if in.Title == nil {
		in.Title = new(string)
	}
	if in.Scopes == nil {
		in.Scopes = []string{}
	}
	problems := r.fill(in)
	if r.Handle == "" {
		r.Handle = slug(r.Title)
	}
	if !roleHandle.MatchString(r.Handle) || len(r.Handle) > maxHandle {
		problems.Add(CodeInvalid, "A handle has small letters, digits, \"_\" and \"-\", at most 64.", "input", "handle")
	}
	if len(problems) > 0 {
		return nil, problems, nil
	}
	if err := covers(ctx, access.NewScopes(r.AccessScopes...), "You may not make a role that allows what you may not do."); err != nil {
		return nil, nil, err
	}
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		n, err := countRoles(ctx, tx)
		if err != nil {
			return err
		}
		if n >= maxRoles {
			return refuse(CodeFull, fmt.Sprintf("A shop has at most %d roles of its own.", maxRoles), "input")
		}
		made, err := insertOwnRole(ctx, tx, r)
		if err != nil {
			return err
		}
		if !made || access.IsRole(r.Handle) {
			return refuse(CodeTaken, "Another role has this handle.", "input", "handle")
		}
		return s.Audit(ctx, tx, "role.created", r.ID.String(), map[string]any{"after": r.facts()})
	})
	return outcome(r, err)
}

// UpdateRole changes a role of the shop, for all who hold it at once. The actor needs every scope that the role has, and
// every one that it shall have.
func (s *Service) UpdateRole(ctx context.Context, id uuid.UUID, in RoleInput) (*Role, fault.Problems, error) {
	var r *Role
	var problems fault.Problems
	err := s.changeOwnRole(ctx, id, func(tx database.Tx, now *Role) error {
		changed := *now
		if problems = changed.fill(in); len(problems) > 0 {
			return refusal{problem: problems[0]}
		}
		if err := covers(ctx, access.NewScopes(changed.AccessScopes...), "You may not make a role that allows what you may not do."); err != nil {
			return err
		}
		at := s.clock.Now()
		changed.UpdatedAt, r = &at, &changed
		if err := updateOwnRole(ctx, tx, r); err != nil {
			return err
		}
		s.identity.ForgetTx(tx)
		return s.Audit(ctx, tx, "role.updated", r.ID.String(), map[string]any{"before": now.facts(), "after": r.facts()})
	})
	if len(problems) > 0 {
		return nil, problems, nil
	}
	return outcome(r, err)
}

// DeleteRole takes a role of the shop away. The actor needs every scope that it has; a role that somebody holds stays: a
// problem.
func (s *Service) DeleteRole(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	err := s.changeOwnRole(ctx, id, func(tx database.Tx, r *Role) error {
		held, err := countHolders(ctx, tx, r.Handle)
		if err != nil {
			return err
		}
		if held > 0 {
			return refuse(CodeConflict, "The role is held by "+strconv.Itoa(held)+" of the staff. Take it from them first.", "roleId")
		}
		if err := deleteOwnRole(ctx, tx, id); err != nil {
			return err
		}
		return s.Audit(ctx, tx, "role.deleted", r.ID.String(), map[string]any{"before": r.facts()})
	})
	_, problems, err := outcome[Role](nil, err)
	return problems, err
}

// changeOwnRole finds a role of the shop and holds it while it is changed.
func (s *Service) changeOwnRole(ctx context.Context, id uuid.UUID, change func(tx database.Tx, r *Role) error) error {
	if slices.ContainsFunc(builtIn(), func(r *Role) bool { return r.ID.UUID == id }) {
		return refuse(CodeConflict, "A built-in role stays as it is. Make one of your own.", "roleId")
	}
	return s.db.InTx(ctx, func(tx database.Tx) error {
		r, err := lockOwnRole(ctx, tx, id)
		if err != nil {
			return err
		}
		if r == nil {
			return refuse(CodeNotFound, "There is no such role.", "roleId")
		}
		if err := covers(ctx, access.NewScopes(r.AccessScopes...), "You may not change a role that allows what you may not do."); err != nil {
			return err
		}
		return change(tx, r)
	})
}

// Roles gives a page of the roles that there are in the shop: the built-in ones first, then its own, oldest first. A shop has
// few: all are read.
func (s *Service) Roles(ctx context.Context, args keyset.Args) (keyset.Page[*Role], error) {
	own, err := ownRoles(ctx, s.db)
	if err != nil {
		return keyset.Page[*Role]{}, err
	}
	return keyset.Slice(args, append(builtIn(), own...), func(r *Role) uuid.UUID { return r.ID.UUID })
}

// RolesByID gives roles by their ids, for who may read or change staff; others and those that the shop does not have are missing.
func (s *Service) RolesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Role, error) {
	out := map[uuid.UUID]*Role{}
	if !mayRead(ctx) && !access.From(ctx).Can(access.StaffWrite) {
		return out, nil
	}
	own, err := ownRoles(ctx, s.db)
	for _, r := range append(builtIn(), own...) {
		if slices.Contains(ids, r.ID.UUID) {
			out[r.ID.UUID] = r
		}
	}
	return out, err
}

func mayRead(ctx context.Context) bool {
	a := access.From(ctx)
	return a.Kind == access.System || a.Can(access.StaffRead)
}

// fill takes over what an input says, and tells what is wrong with it.
func (r *Role) fill(in RoleInput) (problems fault.Problems) {
	if in.Title != nil {
		r.Title = line(&problems, *in.Title, "Title", maxName, "input", "title")
	}
	if in.Description != nil && strings.TrimSpace(*in.Description) != "" {
		r.Description = line(&problems, *in.Description, "Description", maxDescription, "input", "description")
	} else if in.Description != nil {
		r.Description = ""
	}
	if in.Scopes == nil {
		return problems
	}
	for i, scope := range in.Scopes {
		if !access.IsScope(scope) {
			problems.Add(CodeInvalid, "There is no such scope.", "input", "accessScopes", strconv.Itoa(i))
		}
	}
	if len(in.Scopes) == 0 {
		problems.Add(CodeBlank, "A role allows something: name at least one scope.", "input", "accessScopes")
	}
	r.AccessScopes = access.NewScopes(in.Scopes...).List()
	return problems
}

// facts is what the audit trail keeps of a role.
func (r *Role) facts() map[string]any {
	return map[string]any{"handle": r.Handle, "title": r.Title, "description": r.Description, "accessScopes": r.AccessScopes}
}

// slug makes a handle of a title; empty where it has no letter or digit that a handle may have.
func slug(title string) string {
	s := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(title), "-")
	if len(s) > maxHandle {
		s = s[:maxHandle]
	}
	return strings.Trim(s, "-")
}

// builtIn are the roles that every shop has. Their ids follow from their handles.
func builtIn() []*Role {
	out := make([]*Role, len(access.Roles))
	for i, r := range access.Roles {
		id := uuid.NewSHA1(uuid.NameSpaceURL, []byte("rialto:role:"+r.Handle))
		out[i] = &Role{ID: gid.New(RoleType, id), Handle: r.Handle, Title: r.Title, Description: r.Description, AccessScopes: access.ScopesOf(r.Handle).List(), BuiltIn: true}
	}
	return out
}
