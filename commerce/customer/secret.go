package customer

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// SecretLifetime is how long a mailed link works.
const SecretLifetime = 24 * time.Hour

// maxSecrets bounds the open secrets of an account, so that nobody can flood a mailbox through it.
const maxSecrets = 5

// Purpose is what a mailed secret is good for.
type Purpose string

// The purposes.
const (
	Reset    Purpose = "reset"
	Activate Purpose = "activate"
)

// Mail is what a mail with a link says. Its URL carries the secret: it is to be sent, and kept nowhere.
type Mail struct {
	CustomerID uuid.UUID
	Purpose    Purpose
	To         string
	// Name is how to address the receiver.
	Name      string
	URL       string
	ExpiresAt time.Time
}

// Recover asks for a mail with a link for a new password. It looks nothing up: the answer is the same, and takes as
// long, whether the email has an account or not.
func (s *Service) Recover(ctx context.Context, email string) (fault.Problems, error) {
	var c checker
	email = c.email(email, "email")
	if len(c.problems) > 0 {
		return c.problems, nil
	}
	return nil, s.db.InTx(ctx, func(tx database.Tx) error {
		return s.events.AppendTx(ctx, tx, SubjectRecoveryRequested, RecoveryRequested{Email: email})
	})
}

// RecoveryMail makes the mail that somebody asked for with [Service.Recover]: with a new secret, for setting a new password,
// or the first one of an invited account. It reports false where no mail is to be sent: no such account, a closed one,
// or one with too many open secrets. Called again for the same event it makes another secret; both work.
func (s *Service) RecoveryMail(ctx context.Context, email string) (Mail, bool, error) {
	rows, err := accountByEmail(ctx, s.db, email)
	if err != nil || len(rows) == 0 {
		return Mail{}, false, err
	}
	return s.mail(ctx, rows[0])
}

// ActivationMail makes the mail for an account that the shop opened. It reports false where none is to be sent, as
// [Service.RecoveryMail] does, or where the account is active.
func (s *Service) ActivationMail(ctx context.Context, customer uuid.UUID) (Mail, bool, error) {
	rows, err := accountsByID(ctx, s.db, []uuid.UUID{customer})
	if err != nil || len(rows) == 0 || rows[0].state != Invited {
		return Mail{}, false, err
	}
	return s.mail(ctx, rows[0])
}

func (s *Service) mail(ctx context.Context, a account) (m Mail, ok bool, err error) {
	purpose := Reset
	switch a.state {
	case Enabled:
	case Invited:
		purpose = Activate
	default:
		return Mail{}, false, nil
	}
	secret, err := s.identity.NewSecret()
	if err != nil {
		return Mail{}, false, err
	}
	now := s.clock.Now()
	m = Mail{CustomerID: a.id, Purpose: purpose, To: a.email, Name: a.customer.DisplayName, ExpiresAt: now.Add(SecretLifetime)}
	m.URL = s.accountURL + "/" + string(purpose) + "/" + a.id.String() + "/" + secret
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		if _, err := lockAccount(ctx, tx, a.id); err != nil {
			return err
		}
		open, err := sweepSecrets(ctx, tx, a.id, now)
		if ok = err == nil && open < maxSecrets; !ok {
			return err
		}
		return insertSecret(ctx, tx, s.newID(), a.id, purpose, identity.Digest(secret), now, m.ExpiresAt)
	})
	if err != nil || !ok {
		return Mail{}, false, err
	}
	return m, true, nil
}

// SweepSecrets deletes mailed secrets of all shops that ran out a day ago, at most so many.
func (s *Service) SweepSecrets(ctx context.Context, most int) (int, error) {
	return database.DeleteBefore(ctx, s.db, "customer_token", "expires_at", s.clock.Now().Add(-24*time.Hour), most)
}

// Redeemed is the outcome of a used link: the account, and a session for whoever used it.
type Redeemed struct {
	Customer    *Customer
	AccessToken *identity.AccessToken
}

// Reset sets a new password with the secret of a mail, ends all sessions of the account, and opens one.
func (s *Service) Reset(ctx context.Context, id gid.ID, secret, password string) (Redeemed, fault.Problems, error) {
	return s.redeem(ctx, link{Reset, id, secret, []string{"input", "resetToken"}}, password, "input", "password")
}

// ResetByURL is [Service.Reset] with the link of the mail in one piece.
func (s *Service) ResetByURL(ctx context.Context, resetURL, password string) (Redeemed, fault.Problems, error) {
	return s.redeem(ctx, parseLink(Reset, resetURL, "resetUrl"), password, "password")
}

// Activate sets the first password of an account that the shop opened, and opens a session.
func (s *Service) Activate(ctx context.Context, id gid.ID, secret, password string) (Redeemed, fault.Problems, error) {
	return s.redeem(ctx, link{Activate, id, secret, []string{"input", "activationToken"}}, password, "input", "password")
}

// ActivateByURL is [Service.Activate] with the link of the mail in one piece.
func (s *Service) ActivateByURL(ctx context.Context, activationURL, password string) (Redeemed, fault.Problems, error) {
	return s.redeem(ctx, parseLink(Activate, activationURL, "activationUrl"), password, "password")
}

// link is a mailed link, taken apart; field is where the shopper's program put it.
type link struct {
	purpose Purpose
	id      gid.ID
	secret  string
	field   []string
}

// parseLink takes the last three parts of the path, so that shops may put their account pages anywhere.
func parseLink(purpose Purpose, raw, field string) link {
	l := link{purpose: purpose, field: []string{field}}
	u, err := url.Parse(raw)
	if err != nil {
		return l
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 3 || parts[len(parts)-3] != string(purpose) {
		return l
	}
	id, err := uuid.Parse(parts[len(parts)-2])
	if err != nil {
		return l
	}
	l.id, l.secret = gid.New("Customer", id), parts[len(parts)-1]
	return l
}

func (l link) refuse() error { return refuse(CodeTokenInvalid, secretInvalidMessage, l.field...) }

func (s *Service) redeem(ctx context.Context, l link, password string, passwordField ...string) (Redeemed, fault.Problems, error) {
	var c checker
	if c.password(s.identity.CheckPassword(password), passwordField...); len(c.problems) > 0 {
		return Redeemed{}, c.problems, nil
	}
	done, err := s.redeemChecked(ctx, l, password)
	if r, ok := errors.AsType[refusal](err); ok {
		return Redeemed{}, fault.Problems{r.problem}, nil
	}
	return done, nil, err
}

func (s *Service) redeemChecked(ctx context.Context, l link, password string) (Redeemed, error) {
	if l.id.Type != "Customer" || l.secret == "" {
		return Redeemed{}, l.refuse()
	}
	// Look before hashing, so that invented secrets cost us nothing; the transaction decides.
	if err := s.peek(ctx, l); err != nil {
		return Redeemed{}, err
	}
	hash, err := s.identity.Passwords().Hash(ctx, password)
	if err != nil {
		return Redeemed{}, err
	}
	var t identity.AccessToken
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		a, err := lockAccount(ctx, tx, l.id.UUID)
		if err != nil {
			return err
		}
		now := revision.Next(s.clock.Now(), a.written)
		used, err := useSecret(ctx, tx, l, s.clock.Now())
		switch {
		case err != nil:
			return err
		case !used:
			return l.refuse()
		case a.state == Disabled || a.state == Declined:
			return refuse(CodeDisabled, "This account is closed.")
		}
		if err := errors.Join(setPassword(ctx, tx, a.id, hash, Enabled, now), endSecrets(ctx, tx, a.id, now), confirmEmail(ctx, tx, a.id, now)); err != nil {
			return err
		}
		t, err = s.reopenTx(ctx, tx, a.id)
		return err
	})
	if err != nil {
		return Redeemed{}, err
	}
	changed, _, err := s.one(ctx, l.id.UUID)
	return Redeemed{Customer: changed, AccessToken: &t}, err
}

// peek refuses a secret that is not good. That the account is active already is told only to who was sent the secret.
func (s *Service) peek(ctx context.Context, l link) error {
	found, good, state, err := findSecret(ctx, s.db, l, s.clock.Now())
	switch {
	case err != nil:
		return err
	case found && !good && l.purpose == Activate && state == Enabled:
		return refuse(CodeAlreadyEnabled, "This account is active already. Sign in.", l.field...)
	case !good:
		return l.refuse()
	}
	return nil
}
