package staff_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

const another = "quite another phrase"

// told keeps what was announced.
type told struct{ subjects []string }

func (t *told) AppendTx(_ context.Context, tx database.Tx, subject string, _ any) error {
	tx.AfterCommit(func() { t.subjects = append(t.subjects, subject) })
	return nil
}

// announcing is the bundle with a staff that announces.
func (b bundle) announcing() (bundle, *told) {
	t := &told{}
	b.staff = staff.New(staff.Config{DB: b.db, Clock: b.clock, Identity: b.ids, Events: t, PasswordURL: "https://shop.example/staff/password"})
	return b, t
}

// secretOf is the secret of a mail's link.
func (b bundle) secretOf(m staff.Mail, ok bool, err error) string {
	b.Helper()
	link, parsed := url.Parse(m.URL)
	if err != nil || parsed != nil || !ok || !strings.HasPrefix(m.URL, "https://shop.example/staff/password?token=rsp_") {
		b.Fatal(m, ok, err)
	}
	return link.Query().Get("token")
}

func (b bundle) refusedSignIn(email, password string) {
	b.Helper()
	if _, problems, err := b.staff.SignIn(b.ctx, email, password); err != nil || len(problems) == 0 {
		b.Fatal("signed in", err)
	}
}

func (b bundle) audited(id uuid.UUID, action string) (n int) {
	b.Helper()
	if err := b.db.QueryRow(b.ctx, `SELECT count(*) FROM audit_entry WHERE shop_id = $1 AND action = $2 AND resource LIKE $3`, action, "%"+id.String()).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

func TestInvitation(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OK": func(b bundle) {
			b, told := b.announcing()
			email := "new-" + b.email
			m, problems, err := b.staff.Create(b.as(access.Owner), staff.CreateInput{Email: email, Name: "Grace", Invite: true, Role: access.Support})
			b.expect(problems, err)
			if !m.Invited || !slices.Contains(told.subjects, staff.SubjectInvited) {
				b.Fatal(m.Invited, told.subjects)
			}
			b.refusedSignIn(email, "")
			b.refusedSignIn(email, password)
			mail, ok, err := b.staff.InvitationMail(b.ctx, m.ID.UUID)
			secret := b.secretOf(mail, ok, err)
			if mail.To != email || mail.Name != "Grace" || !mail.ExpiresAt.Equal(b.clock.Now().Add(7*24*time.Hour)) {
				b.Error(mail)
			}
			problems, err = b.staff.ResetPassword(b.ctx, secret, "short")
			b.expect(problems, err, "password INVALID")
			problems, err = b.staff.ResetPassword(b.ctx, secret, password)
			b.expect(problems, err)
			b.signIn(email)
			problems, err = b.staff.ResetPassword(b.ctx, secret, another)
			b.expect(problems, err, "token TOKEN_INVALID")
			if _, ok, err := b.staff.InvitationMail(b.ctx, m.ID.UUID); ok || err != nil {
				b.Error("somebody with a password was invited", err)
			}
			_, problems, err = b.staff.ResendInvitation(b.as(access.Owner), m.ID.UUID)
			b.expect(problems, err, "staffMemberId CONFLICT")
		},
		"AgainByWhoMayDoAsMuch": func(b bundle) {
			b, told := b.announcing()
			m, problems, err := b.staff.Create(b.as(access.Owner), staff.CreateInput{Email: "new-" + b.email, Name: "Grace", Invite: true, Role: access.Manager})
			b.expect(problems, err)
			if _, _, err := b.staff.ResendInvitation(b.as(access.Support), m.ID.UUID); !fault.Is(err, fault.Forbidden) {
				b.Error(err)
			}
			foreign, _ := setup(b.T, b.db).announcing()
			_, problems, err = foreign.staff.ResendInvitation(foreign.as(access.Owner), m.ID.UUID)
			foreign.expect(problems, err, "staffMemberId NOT_FOUND")
			_, problems, err = b.staff.ResendInvitation(b.as(access.Owner), m.ID.UUID)
			b.expect(problems, err)
			if n := b.audited(m.ID.UUID, "staff.invitation_resent"); n != 1 || len(told.subjects) != 2 {
				b.Error(n, told.subjects)
			}
		},
		"RunsOut": func(b bundle) {
			b, _ = b.announcing()
			m, problems, err := b.staff.Create(b.as(access.Owner), staff.CreateInput{Email: "new-" + b.email, Name: "Grace", Invite: true, Role: access.Support})
			b.expect(problems, err)
			secret := b.secretOf(b.staff.InvitationMail(b.ctx, m.ID.UUID))
			b.clock.Advance(7 * 24 * time.Hour)
			problems, err = b.staff.ResetPassword(b.ctx, secret, another)
			b.expect(problems, err, "token TOKEN_INVALID")
			b.clock.Advance(25 * time.Hour)
			if n, err := b.staff.SweepSecrets(database.AllShops(b.ctx), 100); err != nil || n == 0 {
				b.Error(n, err)
			}
		},
	})
}

func TestRecovery(t *testing.T) {
	each(t, map[string]func(b bundle){
		"EndsEverySessionInEveryShop": func(b bundle) {
			b, told := b.announcing()
			second, _ := setup(b.T, b.db).announcing()
			if _, err := second.staff.Admit(second.ctx, b.email, access.Support); err != nil {
				b.Fatal(err)
			}
			here, there := b.signIn(b.email), second.signIn(b.email)
			problems, err := b.staff.Recover(b.ctx, " "+strings.ToUpper(b.email))
			b.expect(problems, err)
			if !slices.Equal(told.subjects, []string{staff.SubjectRecoveryAsked}) {
				b.Error(told.subjects)
			}
			mail, ok, err := b.staff.RecoveryMail(b.ctx, b.email)
			secret, other := b.secretOf(mail, ok, err), b.secretOf(b.staff.RecoveryMail(b.ctx, b.email))
			if !mail.ExpiresAt.Equal(b.clock.Now().Add(time.Hour)) {
				b.Error(mail.ExpiresAt)
			}
			problems, err = b.staff.ResetPassword(context.Background(), secret, another)
			b.expect(problems, err)
			for _, token := range []string{here, there} {
				if _, err := b.ids.Lookup(b.ctx, token); !fault.Is(err, fault.Unauthenticated) {
					b.Error("a session of before is still good", err)
				}
			}
			b.refusedSignIn(b.email, password)
			if token, problems, err := b.staff.SignIn(b.ctx, b.email, another); token == nil {
				b.Error(problems, err)
			}
			problems, err = b.staff.ResetPassword(b.ctx, other, password)
			b.expect(problems, err, "token TOKEN_INVALID")
			for _, at := range []bundle{b, second} {
				if n := at.audited(b.owner.ID.UUID, "staff.password_reset"); n != 1 {
					b.Errorf("%d entries", n)
				}
			}
		},
		"OfNobodyIsAlike": func(b bundle) {
			b, told := b.announcing()
			foreign := setup(b.T, b.db)
			for _, email := range []string{"nobody-" + b.email, foreign.email} {
				problems, err := b.staff.Recover(b.ctx, email)
				b.expect(problems, err)
				if _, ok, err := b.staff.RecoveryMail(b.ctx, email); ok || err != nil {
					b.Error("a mail is sent to", email, err)
				}
			}
			if len(told.subjects) != 2 {
				b.Error(told.subjects)
			}
			problems, err := b.staff.Recover(b.ctx, "no email")
			b.expect(problems, err, "email INVALID")
		},
		"OfAClosedAccountIsRefused": func(b bundle) {
			b, _ = b.announcing()
			m := b.create("Closed", access.Support)
			secret := b.secretOf(b.staff.RecoveryMail(b.ctx, m.Email))
			closed := false
			_, problems, err := b.staff.Update(b.as(access.Owner), m.ID.UUID, staff.UpdateInput{Active: &closed})
			b.expect(problems, err)
			problems, err = b.staff.ResetPassword(b.ctx, secret, another)
			b.expect(problems, err, "token TOKEN_INVALID")
			if _, ok, err := b.staff.RecoveryMail(b.ctx, m.Email); ok || err != nil {
				b.Error("a closed account is sent a link", err)
			}
		},
		"FiveLinksAreOpenAtMost": func(b bundle) {
			b, _ = b.announcing()
			for range 5 {
				b.secretOf(b.staff.RecoveryMail(b.ctx, b.email))
			}
			if _, ok, err := b.staff.RecoveryMail(b.ctx, b.email); ok || err != nil {
				b.Error("a sixth", err)
			}
			b.clock.Advance(time.Hour)
			b.secretOf(b.staff.RecoveryMail(b.ctx, b.email))
		},
		"AskingTooOftenIsSlowedDown": func(b bundle) {
			b, told := b.announcing()
			for _, email := range []string{b.email, "nobody-" + b.email} {
				for range 6 {
					problems, err := b.staff.Recover(b.ctx, email)
					b.expect(problems, err)
				}
				problems, err := b.staff.Recover(b.ctx, email)
				b.expect(problems, err, "email TOO_MANY_ATTEMPTS")
			}
			if len(told.subjects) != 12 {
				b.Errorf("%d were announced", len(told.subjects))
			}
			b.signIn(b.email) // which is counted apart
		},
		"InventedSecretsAreRefused": func(b bundle) {
			for _, token := range []string{"", "rsp_", "rsp_" + strings.Repeat("A", 43), "x" + strings.Repeat("A", 46), "rsp_" + strings.Repeat("A", 5000)} {
				problems, err := b.staff.ResetPassword(b.ctx, token, another)
				b.expect(problems, err, "token TOKEN_INVALID")
			}
		},
	})
}

func TestChangePassword(t *testing.T) {
	each(t, map[string]func(b bundle){
		"OK": func(b bundle) {
			before := b.signIn(b.email)
			token, problems, err := b.staff.ChangePassword(b.as(access.Owner), password, another)
			if b.expect(problems, err); token == nil {
				b.Fatal("no session")
			}
			if _, err := b.ids.Lookup(b.ctx, before); !fault.Is(err, fault.Unauthenticated) {
				b.Error(err)
			}
			if actor, err := b.ids.Lookup(b.ctx, token.AccessToken); err != nil || actor.ID != b.owner.ID.UUID {
				b.Error(actor, err)
			}
			b.refusedSignIn(b.email, password)
			if n := b.audited(b.owner.ID.UUID, "staff.password_changed"); n != 1 {
				b.Errorf("%d entries", n)
			}
		},
		"TakesTheOneBefore": func(b bundle) {
			for range 6 {
				_, problems, err := b.staff.ChangePassword(b.as(access.Owner), "not this one", another)
				b.expect(problems, err, "oldPassword INVALID")
			}
			_, problems, err := b.staff.ChangePassword(b.as(access.Owner), password, another)
			b.expect(problems, err, "oldPassword TOO_MANY_ATTEMPTS")
			b.signIn(b.email) // which is counted apart
			_, problems, err = b.staff.ChangePassword(b.as(access.Owner), password, "short")
			b.expect(problems, err, "newPassword INVALID")
		},
		"NotThroughAnApp": func(b bundle) {
			actor := access.From(b.as(access.Owner))
			actor.Via = uuid.New()
			for _, who := range []access.Actor{actor, {Kind: access.App, Shop: b.shop, ID: b.owner.ID.UUID}, {Kind: access.Customer, Shop: b.shop, ID: b.owner.ID.UUID}} {
				if _, _, err := b.staff.ChangePassword(access.With(b.ctx, who), password, another); !fault.Is(err, fault.Forbidden) {
					b.Error(who.Kind, err)
				}
			}
		},
	})
}
