package staff

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// How long mailed links work.
const (
	InvitationLifetime = 7 * 24 * time.Hour
	RecoveryLifetime   = time.Hour
)

// maxSecrets bounds the open secrets of a member, so that nobody can flood a mailbox through it.
const maxSecrets = 5

// secretPrefix begins mailed secrets, so that people, logs and secret scanners know one.
const secretPrefix = "rsp_"

// Purpose is what a mailed secret is good for. Either sets a password.
type Purpose string

// The purposes.
const (
	Invitation Purpose = "invitation"
	Recovery   Purpose = "recovery"
)

func (p Purpose) lifetime() time.Duration {
	if p == Invitation {
		return InvitationLifetime
	}
	return RecoveryLifetime
}

// The subjects of events, with their payloads.
const (
	// SubjectInvited: somebody got an account without a password, or is to be asked again to choose one ([Invited]).
	SubjectInvited = "staff.invited"
	// SubjectRecoveryAsked: somebody, whoever it is, asked for a new password ([RecoveryAsked]).
	SubjectRecoveryAsked = "staff.recovery_asked"
)

// Invited names who was invited.
type Invited struct {
	StaffID uuid.UUID `json:"staffId"`
}

// RecoveryAsked names the email that was typed in, which may have no account.
type RecoveryAsked struct {
	Email string `json:"email"`
}

// Mail is what a mail with a link says. Its URL carries the secret: it is to be sent, and kept nowhere.
type Mail struct {
	Purpose   Purpose
	To        string
	Name      string
	URL       string
	ExpiresAt time.Time
}

// ResendInvitation mails a member who has no password yet another link to choose one. The actor needs every scope that the
// member has. Who has a password is a problem.
func (s *Service) ResendInvitation(ctx context.Context, id uuid.UUID) (*StaffMember, fault.Problems, error) {
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		m, err := s.hold(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := covers(ctx, access.NewScopes(m.AccessScopes...), "You may not invite somebody who may do what you may not."); err != nil {
			return err
		}
		if !m.Invited || !m.Active {
			return refuse(CodeConflict, "Only a member who has not chosen a password yet can be invited again.", "staffMemberId")
		}
		if err := s.Audit(ctx, tx, "staff.invitation_resent", resource(id), nil); err != nil {
			return err
		}
		return s.events.AppendTx(ctx, tx, SubjectInvited, Invited{StaffID: id})
	})
	return s.one(ctx, id, err)
}

// Recover asks for a mail with a link for a new password. It looks nothing up: the answer is the same, and takes as long,
// whether the email has an account or not. Asking too often is a problem, for any email alike.
func (s *Service) Recover(ctx context.Context, email string) (fault.Problems, error) {
	email, problems := checkEmail(email, "email")
	if len(problems) > 0 {
		return problems, nil
	}
	wait, err := s.identity.AttemptRecovery(ctx, access.Staff, email)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		problems.Add(CodeTooMany, identity.TooManyAttempts(wait), "email")
		return problems, nil
	}
	return nil, s.db.InTx(ctx, func(tx database.Tx) error {
		return s.events.AppendTx(ctx, tx, SubjectRecoveryAsked, RecoveryAsked{Email: email})
	})
}

// RecoveryMail makes the mail that somebody asked for with [Service.Recover], with a new secret. It reports false where none
// is to be sent: nobody of the shop's active staff has this email, or too many secrets are open. Called again for the same event it
// makes another secret; both work.
func (s *Service) RecoveryMail(ctx context.Context, email string) (Mail, bool, error) {
	found, err := memberOfShop(ctx, s.db, email)
	if err != nil || len(found) == 0 || !found[0].active {
		return Mail{}, false, err
	}
	return s.mail(ctx, found[0], Recovery)
}

// InvitationMail makes the mail for a member who has no password yet. It reports false where none is to be sent, as
// [Service.RecoveryMail] does, or where there is a password by now.
func (s *Service) InvitationMail(ctx context.Context, id uuid.UUID) (Mail, bool, error) {
	found, err := s.ByIDs(ctx, []uuid.UUID{id})
	if err != nil || found[id] == nil || !found[id].Invited || !found[id].Active {
		return Mail{}, false, err
	}
	return s.mail(ctx, member{id: id, email: found[id].Email, name: found[id].Name}, Invitation)
}

func (s *Service) mail(ctx context.Context, m member, purpose Purpose) (out Mail, ok bool, err error) {
	secret, err := s.identity.NewSecret()
	if err != nil {
		return Mail{}, false, err
	}
	secret = secretPrefix + secret
	now := s.clock.Now()
	out = Mail{Purpose: purpose, To: m.email, Name: m.name, ExpiresAt: now.Add(purpose.lifetime())}
	if out.Name == m.email { // an account without a name is shown by its email
		out.Name = ""
	}
	out.URL = s.passwordURL + "?token=" + url.QueryEscape(secret)
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		if err := lockMember(ctx, tx, m.id); err != nil {
			return err
		}
		open, err := countSecrets(ctx, tx, m.id, now)
		if ok = err == nil && open < maxSecrets; !ok {
			return err
		}
		return insertSecret(ctx, tx, s.newID(), m.id, purpose, identity.Digest(secret), now, out.ExpiresAt)
	})
	if err != nil || !ok {
		return Mail{}, false, err
	}
	return out, true, nil
}

// ResetPassword sets a password with the secret of a mail. It ends every session that the member has, in every shop, with all that apps
// were given by them, and every other mailed secret. Whatever shop the context is bound to: the account is one for all.
func (s *Service) ResetPassword(ctx context.Context, token, password string) (fault.Problems, error) {
	err := s.resetPassword(ctx, token, password)
	_, problems, err := outcome[StaffMember](nil, err)
	return problems, err
}

func (s *Service) resetPassword(ctx context.Context, token, password string) error {
	if problems := s.checkPassword(password, "", "password"); len(problems) > 0 {
		return refusal{problems[0]}
	}
	invalid := refuse(CodeTokenInvalid, "This link is wrong, was used, or has run out. Ask for another one.", "token")
	if !strings.HasPrefix(token, secretPrefix) || len(token) > 2*len(secretPrefix)+43 {
		return invalid
	}
	// Look before hashing, so that invented secrets cost us nothing; the transaction decides.
	m, good, err := findSecret(ctx, s.db, identity.Digest(token), s.clock.Now())
	if err != nil {
		return err
	}
	if !good {
		return invalid
	}
	if problems := s.checkPassword(password, m.email, "password"); len(problems) > 0 {
		return refusal{problems[0]}
	}
	hash, err := s.identity.Passwords().Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx database.Tx) error {
		if err := lockMember(ctx, tx, m.id); err != nil {
			return err
		}
		used, err := useSecret(ctx, tx, identity.Digest(token), s.clock.Now())
		if err == nil && !used {
			err = invalid
		}
		if err != nil {
			return err
		}
		return s.changed(ctx, tx, m.id, hash, "staff.password_reset")
	})
}

// ChangePassword sets another password for the member of staff who asks, who shows the one before. It ends every session that they
// have, in every shop, and opens one in its place. Fails with [fault.Forbidden] for everybody else, and for an app that acts
// for them: what an app was let in for ends with the password.
func (s *Service) ChangePassword(ctx context.Context, before, password string) (*identity.AccessToken, fault.Problems, error) {
	actor := access.From(ctx)
	if actor.Kind != access.Staff || actor.Via != uuid.Nil {
		return nil, nil, fault.New(fault.Forbidden, "Only a member of staff who is signed in may change their password.")
	}
	found, err := memberByID(ctx, s.db, actor.ID)
	if err != nil {
		return nil, nil, err
	}
	if problems := s.checkPassword(password, found.email, "newPassword"); len(problems) > 0 {
		return nil, problems, nil
	}
	var t identity.AccessToken
	problems, err := s.confirm(ctx, found, before, func(tx database.Tx, hash string) (err error) {
		if err = s.changed(ctx, tx, found.id, hash, "staff.password_changed"); err == nil {
			t, err = s.identity.CreateTx(ctx, tx, access.Staff, found.id)
		}
		return err
	}, password)
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return &t, nil, nil
}

// confirm checks a member's password, counted as sign-ins are, and has the hash of another one set in the transaction in which it
// was found right.
func (s *Service) confirm(ctx context.Context, m member, before string, set func(tx database.Tx, hash string) error, password string) (problems fault.Problems, err error) {
	attempt, wait, err := s.identity.AttemptPassword(ctx, access.Staff, m.email)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		problems.Add(CodeTooMany, identity.TooManyAttempts(wait), "oldPassword")
		return problems, nil
	}
	ok, _, err := s.identity.Passwords().Verify(ctx, m.hash, before)
	if err != nil {
		return nil, err
	}
	if ok {
		hash, err := s.identity.Passwords().Hash(ctx, password)
		if err != nil {
			return nil, err
		}
		err = s.db.InTx(ctx, func(tx database.Tx) error {
			same, err := confirmPassword(ctx, tx, m.id, m.hash)
			if err == nil && !same {
				err = errChanged
			}
			if err != nil {
				return err
			}
			return set(tx, hash)
		})
		if err == nil {
			attempt.Succeeded(ctx)
		}
		if !errors.Is(err, errChanged) {
			return nil, err
		}
	}
	problems.Add(CodeInvalid, "This is not your password.", "oldPassword")
	return problems, nil
}

// changed sets a password and ends what the one before had opened. Each shop that the member works for records it.
func (s *Service) changed(ctx context.Context, tx database.Tx, id uuid.UUID, hash, action string) error {
	now := s.clock.Now()
	if err := errors.Join(setPassword(ctx, tx, id, hash, now), endSecrets(ctx, tx, id, now)); err != nil {
		return err
	}
	shops, err := shopsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, shop := range shops {
		there := access.With(database.WithShop(ctx, shop), access.Actor{Kind: access.Staff, Shop: shop, ID: id})
		if err := s.identity.RevokeAllTx(there, tx, id); err != nil {
			return err
		}
		if err := s.Audit(there, tx, action, resource(id), nil); err != nil {
			return err
		}
	}
	return nil
}

// checkPassword checks a new password against the rules.
func (s *Service) checkPassword(password, email string, field ...string) (problems fault.Problems) {
	switch s.identity.CheckPassword(password, email) {
	case identity.NoFlaw:
	case identity.Blank:
		problems.Add(CodeBlank, "Password is missing.", field...)
	case identity.TooLong:
		problems.Add(CodeTooLong, fmt.Sprintf("Password is too long: at most %d bytes.", identity.MaxPassword), field...)
	case identity.Common:
		problems.Add(CodeInvalid, "Password is too easy to guess, or was found in a breach. Choose another one.", field...)
	default:
		problems.Add(CodeInvalid, fmt.Sprintf("Password needs at least %d characters, and no space at either end.", identity.MinPassword), field...)
	}
	return problems
}

// checkEmail checks an email and brings it into the form that it is kept in.
func checkEmail(email string, field ...string) (normal string, problems fault.Problems) {
	normal, flaw := identity.NormalizeEmail(email)
	switch flaw {
	case identity.EmailOK:
	case identity.EmailBlank:
		problems.Add(CodeBlank, "Email is missing.", field...)
	case identity.EmailTooLong:
		problems.Add(CodeTooLong, "Email is too long.", field...)
	default:
		problems.Add(CodeInvalid, "Email is not an email address.", field...)
	}
	return normal, problems
}

// SweepSecrets deletes secrets that ran out or were used a day ago, at most so many; it is a sweep of the whole deployment.
func (s *Service) SweepSecrets(ctx context.Context, most int) (int, error) {
	return database.DeleteBefore(ctx, s.db, "staff_token", "expires_at", s.clock.Now().Add(-24*time.Hour), most)
}
