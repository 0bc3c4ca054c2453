// Package notice writes the mails that people get about what happened: that an order was placed, shipped, canceled or
// refunded, and links to accounts.
//
// It does not know when something happened (events tell it) nor how a mail travels (a [Mailer] does), and it keeps nothing:
// what a mail says is read when it is written, so an event may come late. Mails are in English, with amounts in the
// order's own currency.
//
// Invariants: an event has one mail at most, named by the event's id, so that a second delivery sends the same one again
// and no other; a link that opens an account stands in its mail and nowhere else.
package notice

import (
	"context"
	"net/mail"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/fault"
	postal "github.com/rialtohq/rialto/platform/mail"
	"github.com/rialtohq/rialto/platform/outbox"
)

// ConsumerName is the name of the consumer on the bus, for ever.
const ConsumerName = "notice"

// Subjects are the events that people are told of.
var Subjects = []string{
	order.SubjectPlaced, order.SubjectCanceled, order.SubjectRefunded, order.SubjectFulfilled, order.SubjectTracked, order.SubjectEdited,
	customer.SubjectRecoveryRequested, customer.SubjectActivationRequested,
	staff.SubjectInvited, staff.SubjectRecoveryAsked,
}

// Mailer sends mails; *mail.Folder and *mail.SMTP do. What it says with [fault.Invalid] no other try can change.
type Mailer interface {
	Send(ctx context.Context, m postal.Message) error
}

// Orders reads what mails say of orders; *order.Service does.
type Orders interface {
	Known(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*order.Order, error)
	AllLines(ctx context.Context, orders []uuid.UUID) (map[uuid.UUID][]*order.Line, error)
	RefundsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*order.Refund, error)
	FulfillmentsOf(ctx context.Context, orders []uuid.UUID) (map[uuid.UUID][]*order.Fulfillment, error)
}

// Customers makes the links that open accounts; *customer.Service does.
type Customers interface {
	RecoveryMail(ctx context.Context, email string) (customer.Mail, bool, error)
	ActivationMail(ctx context.Context, id uuid.UUID) (customer.Mail, bool, error)
}

// Staff makes the links that open accounts of staff; *staff.Service does.
type Staff interface {
	RecoveryMail(ctx context.Context, email string) (staff.Mail, bool, error)
	InvitationMail(ctx context.Context, id uuid.UUID) (staff.Mail, bool, error)
}

// Shops knows who writes; *shop.Service does.
type Shops interface {
	Current(ctx context.Context) (*shop.Shop, error)
}

// Config is what the service needs: all of it.
type Config struct {
	Orders    Orders
	Customers Customers
	Staff     Staff
	Shops     Shops
	Mailer    Mailer
}

// Service writes mails. It is safe for concurrent use.
type Service struct {
	Config
	unsent *unsent
}

// New makes the service.
func New(c Config) *Service { return &Service{Config: c, unsent: &unsent{}} }

// letter is a mail before it is written.
type letter struct {
	to   string
	kind string // which templates
	data any
}

// Consume writes and sends the mail of an event, if it has one: the effect for outbox's inbox, outside the database. It may
// be repeated. Events that no try can turn into a mail fail with a [bus.Permanent] error.
func (s *Service) Consume(ctx context.Context, e outbox.Event) error {
	m, ok := s.unsent.take(e.ID)
	if !ok {
		var err error
		if m, ok, err = s.compose(ctx, e); err != nil || !ok {
			return err
		}
	}
	err := s.Mailer.Send(ctx, m)
	if fault.Is(err, fault.Invalid) {
		return bus.Permanent(err)
	}
	if err != nil {
		s.unsent.keep(e.ID, m)
	}
	return err
}

// compose writes the mail of an event. It reports false where nobody is to be told.
func (s *Service) compose(ctx context.Context, e outbox.Event) (postal.Message, bool, error) {
	write, ok := s.writers()[e.Type]
	if !ok {
		return postal.Message{}, false, nil
	}
	l, wanted, err := write(ctx, e)
	if err != nil || !wanted {
		return postal.Message{}, false, err
	}
	from, err := s.Shops.Current(ctx)
	if err != nil {
		return postal.Message{}, false, err
	}
	m, err := render(l, from)
	if err != nil {
		return postal.Message{}, false, bus.Permanent(err)
	}
	m.ID, m.From = e.ID.String(), sender(from)
	return m, true, nil
}

// writers is the one list of who writes about what. A writer reports false where nobody is to be told.
func (s *Service) writers() map[string]func(ctx context.Context, e outbox.Event) (l letter, wanted bool, err error) {
	return map[string]func(context.Context, outbox.Event) (letter, bool, error){
		order.SubjectPlaced:                 s.placed,
		order.SubjectCanceled:               s.canceled,
		order.SubjectRefunded:               s.refunded,
		order.SubjectFulfilled:              s.fulfilled,
		order.SubjectTracked:                s.tracked,
		order.SubjectEdited:                 s.edited,
		customer.SubjectRecoveryRequested:   s.recovery,
		customer.SubjectActivationRequested: s.activation,
		staff.SubjectInvited:                s.invitation,
		staff.SubjectRecoveryAsked:          s.staffRecovery,
	}
}

// sender writes in the shop's name where it has an address, else in that of whoever runs Rialto.
func sender(s *shop.Shop) string {
	a, err := mail.ParseAddress(s.Email)
	if err != nil {
		return ""
	}
	a.Name = nameOf(s)
	return a.String()
}

func nameOf(s *shop.Shop) string {
	if s.Name == "" {
		return s.Handle
	}
	return s.Name
}
