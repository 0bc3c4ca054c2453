package customer

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/revision"
)

// errChanged says that an account's password or state changed while a sign-in was checked against the old one.
var errChanged = errors.New("the account changed meanwhile")

// SignIn opens a session for email and password. An unknown email, a wrong password and an account without a password
// get the same problem after the same work; that an account is closed is told only to who knows its password.
func (s *Service) SignIn(ctx context.Context, email, password string) (*identity.AccessToken, fault.Problems, error) {
	c := checker{field: []string{"input"}}
	if email == "" {
		c.add(CodeBlank, "Email is missing.", "email")
	}
	if password == "" {
		c.add(CodeBlank, "Password is missing.", "password")
	}
	if len(c.problems) > 0 {
		return nil, c.problems, nil
	}
	attempt, wait, err := s.identity.Attempt(ctx, access.Customer, email)
	if err != nil {
		return nil, nil, err
	}
	if wait > 0 { // clients know no other code for this
		c.add(CodeUnknownCustomer, identity.TooManyAttempts(wait))
		return nil, c.problems, nil
	}
	a, err := s.known(ctx, email)
	if err != nil {
		return nil, nil, err
	}
	ok, stale, err := s.identity.Passwords().Verify(ctx, a.hash, password)
	if err != nil {
		return nil, nil, err
	}
	if ok && a.state == Disabled {
		c.add(CodeDisabled, "This account is closed.")
		return nil, c.problems, nil
	}
	if ok && a.state == Enabled {
		t, err := s.signIn(ctx, a, password, stale)
		if err == nil {
			attempt.Succeeded(ctx)
		}
		if !errors.Is(err, errChanged) {
			return t, nil, err
		}
	}
	c.add(CodeUnknownCustomer, "Email and password do not belong to an account.")
	return nil, c.problems, nil
}

// known is the account of an email, or an empty one, against which no password is right.
func (s *Service) known(ctx context.Context, email string) (account, error) {
	email, flaw := identity.NormalizeEmail(email)
	if flaw != identity.EmailOK {
		// Look up something all the same, so that this takes as long.
		email = ""
	}
	rows, err := accountByEmail(ctx, s.db, email)
	if err != nil || len(rows) == 0 {
		return account{}, err
	}
	return rows[0], nil
}

func (s *Service) signIn(ctx context.Context, a account, password string, stale bool) (*identity.AccessToken, error) {
	hash := a.hash
	if stale {
		var err error
		if hash, err = s.identity.Passwords().Hash(ctx, password); err != nil {
			return nil, err
		}
	}
	var t identity.AccessToken
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		// A password change that came between must not leave a session behind that the old password opened.
		written, same, err := confirmPassword(ctx, tx, a.id, a.hash)
		if err == nil && !same {
			err = errChanged
		}
		if err == nil && stale {
			err = setPassword(ctx, tx, a.id, hash, Enabled, revision.Next(s.clock.Now(), written))
		}
		if err == nil {
			t, err = s.identity.CreateTx(ctx, tx, access.Customer, a.id)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &t, nil
}

// RenewToken ends a session and opens another in its place.
func (s *Service) RenewToken(ctx context.Context, token string) (*identity.AccessToken, fault.Problems, error) {
	t, err := s.identity.Renew(ctx, access.Customer, token)
	if fault.Is(err, fault.Unauthenticated) {
		return nil, fault.Problems{{Field: []string{tokenArgument}, Code: CodeTokenInvalid, Message: tokenInvalidMessage}}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return &t, nil, nil
}

// DeleteToken ends a session and gives its id.
func (s *Service) DeleteToken(ctx context.Context, token string) (uuid.UUID, fault.Problems, error) {
	id, err := s.identity.Revoke(ctx, access.Customer, token)
	if fault.Is(err, fault.Unauthenticated) {
		return uuid.Nil, fault.Problems{{Field: []string{tokenArgument}, Code: CodeTokenInvalid, Message: tokenInvalidMessage}}, nil
	}
	return id, nil, err
}
