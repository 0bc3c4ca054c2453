package federation

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// tokenPrefix lets people, logs and secret scanners tell these tokens from others.
const tokenPrefix = "rso_"

// CodeInvalidToken is the code of a token that is not good, for customers: a value of the API's CustomerErrorCode.
const CodeInvalidToken = "INVALID_MULTIPASS_REQUEST"

// SignInCustomer opens a session for the customer that a token stands for, which is used up by it.
func (s *Service) SignInCustomer(ctx context.Context, token string) (*identity.AccessToken, fault.Problems, error) {
	return s.exchange(ctx, Customers, token, s.customers.OpenSessionTx, fault.Problem{Field: []string{"multipassToken"}, Code: CodeInvalidToken}, customer.CodeDisabled)
}

// SignInStaff opens a session for the member of staff that a token stands for, which is used up by it.
func (s *Service) SignInStaff(ctx context.Context, token string) (*identity.AccessToken, fault.Problems, error) {
	return s.exchange(ctx, Staff, token, s.staff.OpenSessionTx, fault.Problem{Field: []string{"token"}, Code: staff.CodeTokenInvalid}, staff.CodeDisabled)
}

// exchange uses a token up and opens a session. That a token is unknown, used, too old, of another shop or for another kind of
// account cannot be told apart; one that is shown in the wrong place is used up too.
func (s *Service) exchange(ctx context.Context, audience, token string, open func(context.Context, database.Tx, uuid.UUID) (identity.AccessToken, error), bad fault.Problem, closedCode string) (*identity.AccessToken, fault.Problems, error) {
	bad.Message = "This token is wrong, has been used, or has ended. Sign in again."
	if !strings.HasPrefix(token, tokenPrefix) {
		return nil, fault.Problems{&bad}, nil
	}
	var out identity.AccessToken
	var refused fault.Problems
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		out, refused = identity.AccessToken{}, nil
		of, err := takeToken(ctx, tx, identity.Digest(token), s.clock.Now())
		if err != nil {
			return err
		}
		if of == nil {
			refused = fault.Problems{&bad}
			return nil
		}
		p, err := providerBy(ctx, tx, "id", of.provider)
		if err != nil {
			return err
		}
		if p == nil || !p.Enabled || p.Audience != audience {
			refused = fault.Problems{&bad}
			return nil
		}
		out, err = open(ctx, tx, of.account)
		if err == nil {
			// A tie that ended since takes what it gave with it; the account is held now, so none ends meanwhile.
			err = stillTied(ctx, tx, of)
		}
		if fault.Is(err, fault.Forbidden) {
			refused, err = fault.Problems{{Field: bad.Field, Code: closedCode, Message: "This account is closed."}}, nil
		}
		return err
	})
	if errors.Is(err, errUntied) {
		refused, err = fault.Problems{&bad}, nil
	}
	if err != nil || len(refused) > 0 {
		return nil, refused, err
	}
	return &out, nil, nil
}

// errUntied says that an account is not tied to the provider any more. The transaction is undone with it.
var errUntied = errors.New("the account is not tied any more")

func stillTied(ctx context.Context, tx database.Tx, of *tie) error {
	ties, err := tiesOf(ctx, tx, of.account)
	if err == nil && !slices.ContainsFunc(ties, func(t *tie) bool { return t.provider == of.provider }) {
		err = errUntied
	}
	return err
}
