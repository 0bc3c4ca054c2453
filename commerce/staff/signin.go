package staff

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// errChanged says that an account's password changed while a sign-in was checked against the old one.
var errChanged = errors.New("the account changed meanwhile")

// SignIn opens a session in the shop for email and password. An unknown email, a wrong password and an account without a
// role in the shop get the same problem after the same work; that an account is closed is told only to who knows its
// password.
func (s *Service) SignIn(ctx context.Context, email, password string) (*identity.AccessToken, fault.Problems, error) {
	var t identity.AccessToken
	problems, err := s.SignInWith(ctx, email, password, func(tx database.Tx, id uuid.UUID) error {
		var err error
		t, err = s.identity.CreateTx(ctx, tx, access.Staff, id)
		return err
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return &t, nil, nil
}

// SignInWith is [Service.SignIn] for whoever opens another kind of session: open does, for the member with this id, in the
// transaction in which the password was found right.
func (s *Service) SignInWith(ctx context.Context, email, password string, open func(tx database.Tx, id uuid.UUID) error) (fault.Problems, error) {
	var problems fault.Problems
	if email == "" {
		problems.Add(CodeBlank, "Email is missing.", "input", "email")
	}
	if password == "" {
		problems.Add(CodeBlank, "Password is missing.", "input", "password")
	}
	if len(problems) > 0 {
		return problems, nil
	}
	attempt, wait, err := s.identity.Attempt(ctx, access.Staff, email)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		problems.Add(CodeTooMany, identity.TooManyAttempts(wait), "input")
		return problems, nil
	}
	m, err := s.known(ctx, email)
	if err != nil {
		return nil, err
	}
	ok, stale, err := s.identity.Passwords().Verify(ctx, m.hash, password)
	if err != nil {
		return nil, err
	}
	if ok && !m.active {
		problems.Add(CodeDisabled, "This account is closed.", "input")
		return problems, nil
	}
	if ok {
		err := s.signIn(ctx, m, password, stale, open)
		if err == nil {
			attempt.Succeeded(ctx)
		}
		if !errors.Is(err, errChanged) {
			return nil, err
		}
	}
	problems.Add(CodeUnknownMember, "Email and password do not belong to an account.", "input")
	return problems, nil
}

// known is the account of an email that has a role in the shop, or an empty one, against which no password is right.
func (s *Service) known(ctx context.Context, email string) (member, error) {
	email, flaw := identity.NormalizeEmail(email)
	if flaw != identity.EmailOK {
		// Look up something all the same, so that this takes as long.
		email = ""
	}
	found, err := memberOfShop(ctx, s.db, email)
	if err != nil || len(found) == 0 {
		return member{}, err
	}
	return found[0], nil
}

func (s *Service) signIn(ctx context.Context, m member, password string, stale bool, open func(tx database.Tx, id uuid.UUID) error) error {
	hash := m.hash
	if stale {
		var err error
		if hash, err = s.identity.Passwords().Hash(ctx, password); err != nil {
			return err
		}
	}
	return s.db.InTx(ctx, func(tx database.Tx) error {
		// A password change that came between must not leave a session behind that the old password opened.
		same, err := confirmPassword(ctx, tx, m.id, m.hash)
		if err == nil && !same {
			err = errChanged
		}
		if err == nil && stale {
			err = setPassword(ctx, tx, m.id, hash, s.clock.Now())
		}
		if err == nil {
			err = open(tx, m.id)
		}
		return err
	})
}

// SignOut ends a session and gives its id. The token itself is the proof.
func (s *Service) SignOut(ctx context.Context, token string) (uuid.UUID, fault.Problems, error) {
	id, err := s.identity.Revoke(ctx, access.Staff, token)
	if fault.Is(err, fault.Unauthenticated) {
		return uuid.Nil, fault.Problems{{Field: []string{"staffAccessToken"}, Code: CodeTokenInvalid, Message: "The token is wrong or has ended already."}}, nil
	}
	return id, nil, err
}
