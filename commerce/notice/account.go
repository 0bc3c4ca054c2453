package notice

import (
	"context"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/outbox"
)

// recovery answers who asked for a new password. Where there is no such account nobody is told, so that nobody learns of it.
func (s *Service) recovery(ctx context.Context, e outbox.Event) (letter, bool, error) {
	var asked customer.RecoveryRequested
	if err := e.Decode(&asked); err != nil {
		return letter{}, false, err
	}
	m, ok, err := s.Customers.RecoveryMail(ctx, asked.Email)
	return account(m), ok, err
}

// activation invites somebody to the account that the shop opened.
func (s *Service) activation(ctx context.Context, e outbox.Event) (letter, bool, error) {
	var invited customer.Event
	if err := e.Decode(&invited); err != nil {
		return letter{}, false, err
	}
	m, ok, err := s.Customers.ActivationMail(ctx, invited.CustomerID)
	return account(m), ok, err
}

func account(m customer.Mail) letter {
	if m.Name == m.To { // an account without a name is shown by its email
		m.Name = ""
	}
	kind := "account_reset"
	if m.Purpose == customer.Activate {
		kind = "account_activate"
	}
	return letter{to: m.To, kind: kind, data: m}
}

// invitation asks a new member of the shop's staff to choose a password.
func (s *Service) invitation(ctx context.Context, e outbox.Event) (letter, bool, error) {
	var invited staff.Invited
	if err := e.Decode(&invited); err != nil {
		return letter{}, false, err
	}
	m, ok, err := s.Staff.InvitationMail(ctx, invited.StaffID)
	return letter{to: m.To, kind: "staff_invitation", data: m}, ok, err
}

// staffRecovery is [Service.recovery] for the shop's staff.
func (s *Service) staffRecovery(ctx context.Context, e outbox.Event) (letter, bool, error) {
	var asked staff.RecoveryAsked
	if err := e.Decode(&asked); err != nil {
		return letter{}, false, err
	}
	m, ok, err := s.Staff.RecoveryMail(ctx, asked.Email)
	return letter{to: m.To, kind: "staff_recovery", data: m}, ok, err
}
