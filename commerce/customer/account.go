package customer

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// CreateInput describes a new account.
type CreateInput struct {
	AcceptsMarketing *bool
	Email            string
	FirstName        *string
	LastName         *string
	Password         string
	Phone            *string
}

// UpdateInput describes changes to an account. A nil part stays as it is.
type UpdateInput struct {
	AcceptsMarketing *bool
	Email            *string
	FirstName        *string
	LastName         *string
	Password         *string
	Phone            *string
}

// account is a customer's row with what only this package may see.
type account struct {
	id                  uuid.UUID
	email, first, last  string
	phone, note, locale string
	hash                string
	marketing           bool
	level               string     // how sure the consent is
	asked               *time.Time // when the shopper last said yes or no
	exempt              bool
	tags                []string
	state               State
	written             time.Time // when it was last written
	defaultAddress      uuid.NullUUID
	customer            *Customer
}

// Create opens an account for a shopper, who signs in afterwards. With problems nothing was opened.
func (s *Service) Create(ctx context.Context, in CreateInput) (*Customer, fault.Problems, error) {
	c := checker{field: []string{"input"}}
	a := account{id: s.newID(), state: Enabled}
	a.email = c.email(in.Email, "email")
	c.password(s.identity.CheckPassword(in.Password, in.Email), "password")
	s.details(&c, &a, in.AcceptsMarketing, in.FirstName, in.LastName, in.Phone)
	if len(c.problems) > 0 {
		return nil, c.problems, nil
	}
	// Before the costly hash; the index decides when two come at once.
	taken, err := emailTaken(ctx, s.db, a.email)
	if err != nil {
		return nil, nil, err
	}
	if !taken {
		if a.hash, err = s.identity.Passwords().Hash(ctx, in.Password); err != nil {
			return nil, nil, err
		}
		err = s.insert(ctx, a, SubjectCreated)
		taken = database.IsUnique(err)
	}
	if taken {
		c.add(CodeTaken, "Email has an account already.", "email")
		return nil, c.problems, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return s.one(ctx, a.id)
}

// Invite opens an account without a password on the shop's behalf, and asks for the mail with which the shopper sets
// one. The password of the input is ignored.
func (s *Service) Invite(ctx context.Context, in CreateInput) (*Customer, fault.Problems, error) {
	c := checker{field: []string{"input"}}
	a := account{id: s.newID(), state: Invited}
	a.email = c.email(in.Email, "email")
	s.details(&c, &a, in.AcceptsMarketing, in.FirstName, in.LastName, in.Phone)
	if len(c.problems) > 0 {
		return nil, c.problems, nil
	}
	err := s.insert(ctx, a, SubjectActivationRequested)
	if database.IsUnique(err) {
		c.add(CodeTaken, "Email has an account already.", "email")
		return nil, c.problems, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return s.one(ctx, a.id)
}

func (s *Service) insert(ctx context.Context, a account, subject string) error {
	return s.db.InTx(ctx, func(tx database.Tx) error {
		if err := insertAccount(ctx, tx, a, s.clock.Now()); err != nil {
			return err
		}
		return s.events.AppendTx(ctx, tx, subject, Event{CustomerID: a.id})
	})
}

// details checks the parts that opening and changing an account have in common, and puts them into the row.
func (s *Service) details(c *checker, a *account, marketing *bool, first, last, phone *string) {
	if first != nil {
		a.first = c.text(*first, "firstName", "First name", maxLine)
	}
	if last != nil {
		a.last = c.text(*last, "lastName", "Last name", maxLine)
	}
	if phone != nil {
		a.phone = c.phone(*phone, "phone")
	}
	if marketing != nil {
		a.agree(*marketing, SingleOptIn, s.clock.Now())
	}
}

// one gives an account as the outcome of a change.
func (s *Service) one(ctx context.Context, id uuid.UUID) (*Customer, fault.Problems, error) {
	found, err := s.ByIDs(ctx, []uuid.UUID{id})
	if err == nil && found[id] == nil {
		err = fault.New(fault.NotFound, "There is no such customer.")
	}
	return found[id], nil, err
}

// ByIDs gives accounts by their ids; those that the shop does not have are missing. The caller vouches that the viewer
// may see them.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Customer, error) {
	list, err := customersByID(ctx, s.db, ids)
	found := make(map[uuid.UUID]*Customer, len(list))
	for _, c := range list {
		found[c.ID.UUID] = c
	}
	return found, err
}

// ByToken gives the account of a session. Fails with [fault.Unauthenticated] where the token is unknown, of another
// shop, ended or revoked.
func (s *Service) ByToken(ctx context.Context, token string) (*Customer, error) {
	actor, err := s.identity.LookupIn(ctx, access.Customer, token)
	if err != nil {
		return nil, err
	}
	c, _, err := s.one(ctx, actor.ID)
	return c, err
}

// holder is whose token this is; problems where it is nobody's.
func (s *Service) holder(ctx context.Context, token string) (uuid.UUID, fault.Problems, error) {
	actor, err := s.identity.LookupIn(ctx, access.Customer, token)
	if fault.Is(err, fault.Unauthenticated) {
		return uuid.Nil, fault.Problems{{Field: []string{tokenArgument}, Code: CodeTokenInvalid, Message: tokenInvalidMessage}}, nil
	}
	return actor.ID, nil, err
}

// Update changes the account of a token. A new password ends all its sessions and mailed secrets, and opens a new
// session, which is returned then and only then; a new email ends the mailed secrets.
func (s *Service) Update(ctx context.Context, token string, in UpdateInput) (*Customer, *identity.AccessToken, fault.Problems, error) {
	id, problems, err := s.holder(ctx, token)
	if err != nil || len(problems) > 0 {
		return nil, nil, problems, err
	}
	c := checker{field: []string{"customer"}}
	change := s.checkUpdate(&c, in)
	if len(c.problems) > 0 {
		return nil, nil, c.problems, nil
	}
	if in.Password != nil {
		if change.hash, err = s.identity.Passwords().Hash(ctx, *in.Password); err != nil {
			return nil, nil, nil, err
		}
	}
	var opened *identity.AccessToken
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		opened = nil
		return s.update(ctx, tx, id, in, change, &opened)
	})
	if database.IsUnique(err) {
		c.add(CodeTaken, "Email has an account already.", "email")
		return nil, nil, c.problems, nil
	}
	if err != nil {
		return nil, nil, nil, err
	}
	changed, _, err := s.one(ctx, id)
	return changed, opened, nil, err
}

// checkUpdate gives a row that holds the checked parts of the input.
func (s *Service) checkUpdate(c *checker, in UpdateInput) (change account) {
	if in.Email != nil {
		change.email = c.email(*in.Email, "email")
	}
	if in.Password != nil {
		c.password(s.identity.CheckPassword(*in.Password), "password")
	}
	s.details(c, &change, in.AcceptsMarketing, in.FirstName, in.LastName, in.Phone)
	return change
}

func (s *Service) update(ctx context.Context, tx database.Tx, id uuid.UUID, in UpdateInput, change account, opened **identity.AccessToken) error {
	a, err := lockAccount(ctx, tx, id)
	if err != nil {
		return err
	}
	secretsEnd := in.Password != nil || in.Email != nil && change.email != a.email
	set(&a.email, in.Email, change.email)
	set(&a.first, in.FirstName, change.first)
	set(&a.last, in.LastName, change.last)
	set(&a.phone, in.Phone, change.phone)
	set(&a.hash, in.Password, change.hash)
	if in.AcceptsMarketing != nil && change.marketing != a.marketing {
		a.agree(change.marketing, SingleOptIn, s.clock.Now())
	}
	now := s.clock.Now()
	if err := updateAccount(ctx, tx, a, now); err != nil {
		return err
	}
	if secretsEnd {
		if err := endSecrets(ctx, tx, id, now); err != nil {
			return err
		}
	}
	if in.Password != nil {
		t, err := s.reopenTx(ctx, tx, id)
		if err != nil {
			return err
		}
		*opened = &t
	}
	return s.events.AppendTx(ctx, tx, SubjectUpdated, Event{CustomerID: id})
}

// set takes a new value over where the input has one.
func set[T any](to *T, in *T, value T) {
	if in != nil {
		*to = value
	}
}

// reopenTx ends every session of an account whose password changed and opens one for whoever changed it.
func (s *Service) reopenTx(ctx context.Context, tx database.Tx, id uuid.UUID) (identity.AccessToken, error) {
	if err := s.identity.RevokeAllTx(ctx, tx, id); err != nil {
		return identity.AccessToken{}, err
	}
	if err := s.events.AppendTx(ctx, tx, SubjectPasswordChanged, Event{CustomerID: id}); err != nil {
		return identity.AccessToken{}, err
	}
	return s.identity.CreateTx(ctx, tx, access.Customer, id)
}

// SetState opens or closes an account on the shop's behalf. Closing it ends its sessions and mailed secrets. Fails with
// [fault.NotFound] where there is no such account, and with [fault.Invalid] for any other state.
func (s *Service) SetState(ctx context.Context, id uuid.UUID, state State) (*Customer, error) {
	if state != Enabled && state != Disabled {
		return nil, fault.New(fault.Invalid, "An account can be set to %s or %s.", Enabled, Disabled)
	}
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		a, err := lockAccount(ctx, tx, id)
		if err != nil {
			return err
		}
		a.state = state
		now := s.clock.Now()
		err = updateAccount(ctx, tx, a, now)
		if err == nil && state == Disabled {
			err = errors.Join(s.identity.RevokeAllTx(ctx, tx, id), endSecrets(ctx, tx, id, now))
		}
		if err != nil {
			return err
		}
		return s.events.AppendTx(ctx, tx, SubjectUpdated, Event{CustomerID: id})
	})
	if err != nil {
		return nil, err
	}
	c, _, err := s.one(ctx, id)
	return c, err
}

// OrderPlacedTx counts an order of the account, in the transaction that makes the order.
func (s *Service) OrderPlacedTx(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	return countOrder(ctx, tx, id)
}
