package staff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// CreateInput describes a new member of the shop's staff.
type CreateInput struct {
	Email string
	Name  string
	// Password is the first one. Who is invited has none yet, and is mailed a link to choose it.
	Password string
	Invite   bool
	Role     string
}

// member is an account's row with what only this package may see.
type member struct {
	id          uuid.UUID
	email, name string
	hash        string
	active      bool
}

const maxName = 255

// Create gives somebody an account and a role in the shop, or invites them to choose a password. An email that has an account through another shop is a problem:
// whoever made that account chose its password, and no shop may let in whom another one vouches for. The deployment's
// operator may ([Service.Admit]). Fails with [fault.Forbidden] unless the actor may give the role (see
// [Service.AssignRole]).
func (s *Service) Create(ctx context.Context, in CreateInput) (*StaffMember, fault.Problems, error) {
	m, problems := s.check(in)
	// Looked at before the costly hash, and again where it counts.
	err := s.mayGive(ctx, s.db, in.Role, "input", "role")
	if r, ok := errors.AsType[refusal](err); ok {
		problems, err = append(problems, r.problem), nil
	}
	if len(problems) > 0 || err != nil {
		return nil, problems, err
	}
	if !in.Invite {
		if m.hash, err = s.identity.Passwords().Hash(ctx, in.Password); err != nil {
			return nil, nil, err
		}
	}
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		if err := s.mayGive(ctx, tx, in.Role, "input", "role"); err != nil {
			return err
		}
		made := m.id
		if m.id, err = s.ensureMember(ctx, tx, m); err != nil {
			return err
		}
		roles, err := rolesOf(ctx, tx, m.id)
		if err != nil {
			return err
		}
		if len(roles) > 0 {
			return refuse(CodeTaken, "Email belongs to a member of this shop's staff already.", "input", "email")
		}
		if m.id == made {
			return s.created(ctx, tx, m, in.Role)
		}
		elsewhere, err := worksElsewhere(ctx, tx, m.id)
		if err != nil {
			return err
		}
		if elsewhere {
			return refuse(CodeConflict, "Email belongs to somebody at another shop. Ask whoever runs this deployment to add them: rialto shop admit.", "input", "email")
		}
		// An account that no shop has any more begins anew: nothing of it is left to come in with.
		if err := errors.Join(renewMember(ctx, tx, m, s.clock.Now()), endSecrets(ctx, tx, m.id, s.clock.Now())); err != nil {
			return err
		}
		return s.created(ctx, tx, m, in.Role)
	})
	return s.one(ctx, m.id, err)
}

func (s *Service) created(ctx context.Context, tx database.Tx, m member, role string) error {
	data := map[string]any{"email": m.email}
	if m.hash == "" {
		data["invited"] = true
	}
	if err := s.Audit(ctx, tx, "staff.member_created", resource(m.id), data); err != nil {
		return err
	}
	if m.hash == "" {
		if err := s.events.AppendTx(ctx, tx, SubjectInvited, Invited{StaffID: m.id}); err != nil {
			return err
		}
	}
	return s.give(ctx, tx, m.id, role, nil)
}

func (s *Service) check(in CreateInput) (m member, problems fault.Problems) {
	email, problems := checkEmail(in.Email, "input", "email")
	name := line(&problems, in.Name, "Name", maxName, "input", "name")
	if !in.Invite {
		problems = append(problems, s.checkPassword(in.Password, in.Email, "input", "password")...)
	}
	return member{id: s.newID(), email: email, name: name, active: true}, problems
}

// line checks a text that is shown on one line, and gives it without space around it.
func line(problems *fault.Problems, text, what string, most int, field ...string) string {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		problems.Add(CodeBlank, what+" is missing.", field...)
	case !utf8.ValidString(text) || strings.IndexFunc(text, unicode.IsControl) >= 0:
		problems.Add(CodeInvalid, what+" has characters that cannot be printed.", field...)
	case utf8.RuneCountInString(text) > most:
		problems.Add(CodeTooLong, fmt.Sprintf("%s is too long: at most %d characters.", what, most), field...)
	}
	return text
}

// ensureMember gives the id of the account of m's email, and makes the account where there is none.
func (s *Service) ensureMember(ctx context.Context, tx database.Tx, m member) (uuid.UUID, error) {
	if err := insertMember(ctx, tx, m, s.clock.Now()); err != nil {
		return uuid.Nil, err
	}
	return memberID(ctx, tx, m.email)
}

// EnsureOwner makes sure that there is an account with this email and that it owns the shop. An account that is there
// already keeps its name and password. It is for setting a shop up: nobody needs to have signed in.
func (s *Service) EnsureOwner(ctx context.Context, email, name, password string) (*StaffMember, error) {
	m, problems := s.check(CreateInput{Email: email, Name: name, Password: password, Role: access.Owner})
	if len(problems) > 0 {
		return nil, fault.New(fault.Invalid, "%s", problems[0].Message)
	}
	var err error
	if m.hash, err = s.identity.Passwords().Hash(ctx, password); err != nil {
		return nil, err
	}
	ctx = access.With(ctx, access.Actor{Kind: access.System})
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		if m.id, err = s.ensureMember(ctx, tx, m); err != nil {
			return err
		}
		roles, err := rolesOf(ctx, tx, m.id)
		if err != nil || slices.Contains(roles, access.Owner) {
			return err
		}
		return s.give(ctx, tx, m.id, access.Owner, roles)
	})
	owner, _, err := s.one(ctx, m.id, err)
	return owner, err
}

// Known reports whether an email has an account, in whatever shop.
func (s *Service) Known(ctx context.Context, email string) (bool, error) {
	email, _ = identity.NormalizeEmail(email)
	id, err := memberID(ctx, s.db, email)
	return id != uuid.Nil, err
}

// Admit gives an account that is there already a role in the context's shop. It is for the deployment's operator, who knows
// whose account it is. Fails with [fault.NotFound] where there is no such account or role.
func (s *Service) Admit(ctx context.Context, email, role string) (*StaffMember, error) {
	email, _ = identity.NormalizeEmail(email)
	ctx = access.With(ctx, access.Actor{Kind: access.System})
	var id uuid.UUID
	err := s.db.InTx(ctx, func(tx database.Tx) (err error) {
		if id, err = memberID(ctx, tx, email); err == nil && id == uuid.Nil {
			err = fault.New(fault.NotFound, "There is no account with this e-mail.")
		}
		if err != nil {
			return err
		}
		if err := s.mayGive(ctx, tx, role, "role"); err != nil {
			return err
		}
		held, err := rolesOf(ctx, tx, id)
		if err != nil || slices.Contains(held, role) {
			return err
		}
		return s.give(ctx, tx, id, role, held)
	})
	m, problems, err := s.one(ctx, id, err)
	if len(problems) > 0 {
		err = fault.New(fault.NotFound, "%s", problems[0].Message)
	}
	return m, err
}

// ByIDs gives members of the shop's staff; accounts without a role in the shop are missing.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*StaffMember, error) {
	return membersByID(ctx, s.db, ids)
}

// one gives a member as the outcome of the change that err came from.
func (s *Service) one(ctx context.Context, id uuid.UUID, err error) (*StaffMember, fault.Problems, error) {
	if r, ok := errors.AsType[refusal](err); ok {
		return nil, fault.Problems{r.problem}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	found, err := s.ByIDs(ctx, []uuid.UUID{id})
	if err == nil && found[id] == nil {
		err = fault.New(fault.NotFound, "There is no such member of staff.")
	}
	return found[id], nil, err
}

// refusal carries a problem that is found within a transaction out of it, so that the transaction has no effect.
type refusal struct{ problem *fault.Problem }

// Error is for logs; a refusal never leaves the package as an error.
func (r refusal) Error() string { return r.problem.Message }

func refuse(code, message string, field ...string) error {
	return refusal{problem: &fault.Problem{Field: field, Code: code, Message: message}}
}
