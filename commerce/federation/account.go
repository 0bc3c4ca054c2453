package federation

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// accountTx finds the account of who was vouched for, as [Service.Finish] tells.
func (s *Service) accountTx(ctx context.Context, tx database.Tx, p *stored, who *claims) (uuid.UUID, error) {
	tied, err := tieOf(ctx, tx, p.ID.UUID, who.Subject)
	if err != nil {
		return uuid.Nil, err
	}
	if tied != nil {
		if err := s.openTx(ctx, tx, p, tied.account); err != nil {
			return uuid.Nil, err
		}
		// The tie may have ended while the account was waited for.
		still, err := tieOf(ctx, tx, p.ID.UUID, who.Subject)
		if err == nil && still == nil {
			err = noAccount(p)
		}
		return tied.account, err
	}
	email, flaw := identity.NormalizeEmail(who.Email)
	if !who.Verified || flaw != identity.EmailOK {
		return uuid.Nil, unverified(p)
	}
	account, err := s.foundTx(ctx, tx, p, email, who)
	if err != nil {
		return uuid.Nil, err
	}
	// The same person may have come in twice at the same time: now that the account is held, the other one is through.
	if tied, err = tieOf(ctx, tx, p.ID.UUID, who.Subject); err != nil || tied != nil {
		return account, err
	}
	if err := s.insertTie(ctx, tx, p, tie{provider: p.ID.UUID, account: account, subject: who.Subject}); err != nil {
		return uuid.Nil, err
	}
	of := gid.New(map[string]string{Customers: "Customer", Staff: "StaffMember"}[p.Audience], account)
	return account, s.audit.Audit(ctx, tx, "external_identity.tied", of.String(), map[string]any{"identityProviderId": p.ID.String()})
}

// openTx refuses an account that is closed.
func (s *Service) openTx(ctx context.Context, tx database.Tx, p *stored, account uuid.UUID) error {
	if p.Audience == Staff {
		open, err := s.staff.MemberTx(ctx, tx, account)
		if err == nil && !open {
			err = closed()
		}
		return err
	}
	held, found, err := s.customers.HoldTx(ctx, tx, account)
	if err == nil && (!found || held.Closed()) {
		err = closed()
	}
	return err
}

// foundTx finds or makes the account that may be tied by a verified email.
func (s *Service) foundTx(ctx context.Context, tx database.Tx, p *stored, email string, who *claims) (uuid.UUID, error) {
	if p.Audience == Staff {
		return s.memberTx(ctx, tx, p, email, who)
	}
	return s.customerTx(ctx, tx, p, email, who)
}

// memberTx finds the member of staff that may be tied by a verified email.
func (s *Service) memberTx(ctx context.Context, tx database.Tx, p *stored, email string, who *claims) (uuid.UUID, error) {
	// An account of staff is that of all shops: what is held for as long as one is tied is this shop's provider.
	p, err := lockProvider(ctx, tx, p.ID.UUID)
	if err != nil {
		return uuid.Nil, err
	}
	if p == nil || !p.Enabled { // taken away, or switched off, since the browser left
		return uuid.Nil, unknown()
	}
	id, active, found, err := s.staff.MemberByEmailTx(ctx, tx, email)
	switch {
	case err != nil:
		return uuid.Nil, err
	case !found:
		return uuid.Nil, noAccount(p)
	case !active:
		return uuid.Nil, closed()
	case !p.LinkAccounts:
		return uuid.Nil, noTies(p)
	}
	ties, err := tiesOf(ctx, tx, id)
	if err == nil && tiedToOther(ties, p, who) {
		err = tiedToAnother(p)
	}
	return id, err
}

// customerTx finds or makes the customer that may be tied by a verified email.
func (s *Service) customerTx(ctx context.Context, tx database.Tx, p *stored, email string, who *claims) (uuid.UUID, error) {
	held, found, err := s.customers.HoldByEmailTx(ctx, tx, email)
	switch {
	case err != nil:
		return uuid.Nil, err
	case !found && !p.CreateAccounts:
		return uuid.Nil, noAccount(p)
	case !found:
		return s.customers.OpenVerifiedTx(ctx, tx, email, who.First, who.Last)
	case held.Closed():
		return uuid.Nil, closed()
	case !p.LinkAccounts:
		return uuid.Nil, noTies(p)
	}
	ties, err := tiesOf(ctx, tx, held.ID)
	switch {
	case err != nil:
		return uuid.Nil, err
	case !held.Verified && (held.Password || len(ties) > 0):
		return uuid.Nil, passwordFirst(p)
	case tiedToOther(ties, p, who): // an email that the provider gave to somebody else opens nothing of its holder before
		return uuid.Nil, tiedToAnother(p)
	}
	return held.ID, s.customers.ConfirmTx(ctx, tx, held)
}

// tiedToOther reports whether an account is tied to another subject of a provider.
func tiedToOther(ties []*tie, p *stored, who *claims) bool {
	for _, t := range ties {
		if t.provider == p.ID.UUID && t.subject != who.Subject {
			return true
		}
	}
	return false
}
