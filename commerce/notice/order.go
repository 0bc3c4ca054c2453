package notice

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/outbox"
)

// orderMail is what mails about an order may say.
type orderMail struct {
	*order.Order
	Lines []row
	// Delivery is the name of the chosen delivery; empty where nothing is shipped.
	Delivery string
	// Charged is what was paid by other means than gift cards.
	Charged money.Money
	// ShipTo and BillTo are addresses as lines; BillTo is empty where it is the same.
	ShipTo, BillTo []string

	Refund      *order.Refund      // of a refund
	Fulfillment *order.Fulfillment // of a shipment
	Tracking    []*order.TrackingInfo
	Message     string       // a word from the shop
	Reason      string       // why it was canceled, for the buyer
	Due, Back   *money.Money // what is still to be paid, or will be given back; nil where there is none
}

// row is a line of goods in a mail.
type row struct {
	Title    string
	Quantity int64
	Amount   *money.Money // nil where the mail is not about money
}

// placed confirms an order.
func (s *Service) placed(ctx context.Context, e outbox.Event) (letter, bool, error) {
	var p order.Placed
	if err := e.Decode(&p); err != nil {
		return letter{}, false, err
	}
	m, to, err := s.order(ctx, p.OrderID)
	if err != nil || to == "" {
		return letter{}, false, err
	}
	lines, err := s.Orders.AllLines(ctx, []uuid.UUID{p.OrderID})
	if err != nil {
		return letter{}, false, err
	}
	for _, l := range lines[p.OrderID] {
		m.Lines = append(m.Lines, row{titleOf(l), l.Quantity, &l.DiscountedTotalPrice})
	}
	return letter{to: to, kind: "order_placed", data: m}, true, nil
}

// canceled tells that an order was called off, where staff wished it told.
func (s *Service) canceled(ctx context.Context, e outbox.Event) (letter, bool, error) {
	var p order.Canceled
	if err := e.Decode(&p); err != nil || !p.Notify {
		return letter{}, false, err
	}
	m, to, err := s.order(ctx, p.OrderID)
	if err != nil || to == "" {
		return letter{}, false, err
	}
	m.Reason = reasons[p.Reason]
	return letter{to: to, kind: "order_canceled", data: m}, true, nil
}

// reasons are values of OrderCancelReason in words for the buyer. The others are the shop's own affair.
var reasons = map[string]string{
	"CUSTOMER":  "It was canceled as you asked.",
	"DECLINED":  "It was canceled because the payment did not go through.",
	"INVENTORY": "It was canceled because something in it is not available any more.",
}

// refunded tells that money was given back, where staff wished it told.
func (s *Service) refunded(ctx context.Context, e outbox.Event) (letter, bool, error) {
	var p order.Refunded
	if err := e.Decode(&p); err != nil || !p.Notify {
		return letter{}, false, err
	}
	m, to, err := s.order(ctx, p.OrderID)
	if err != nil || to == "" {
		return letter{}, false, err
	}
	found, err := s.Orders.RefundsByID(ctx, []uuid.UUID{p.RefundID})
	if err != nil {
		return letter{}, false, err
	}
	if m.Refund = found[p.RefundID]; m.Refund == nil {
		return letter{}, false, absent("refund", p.RefundID)
	}
	for _, l := range m.Refund.Lines {
		if l.LineItem != nil {
			m.Lines = append(m.Lines, row{titleOf(l.LineItem), l.Quantity, nil})
		}
	}
	return letter{to: to, kind: "order_refunded", data: m}, true, nil
}

// fulfilled tells that goods are on their way, where staff wished it told.
func (s *Service) fulfilled(ctx context.Context, e outbox.Event) (letter, bool, error) {
	var p order.Fulfilled
	if err := e.Decode(&p); err != nil || !p.Notify {
		return letter{}, false, err
	}
	m, to, err := s.order(ctx, p.OrderID)
	if err != nil || to == "" {
		return letter{}, false, err
	}
	all, err := s.Orders.FulfillmentsOf(ctx, []uuid.UUID{p.OrderID})
	if err != nil {
		return letter{}, false, err
	}
	for _, f := range all[p.OrderID] {
		if f.ID.UUID == p.FulfillmentID {
			m.Fulfillment, m.Tracking = f, f.TrackingInfo(nil)
		}
	}
	if m.Fulfillment == nil {
		return letter{}, false, absent("fulfillment", p.FulfillmentID)
	}
	for _, l := range m.Fulfillment.Lines {
		if l.LineItem != nil {
			m.Lines = append(m.Lines, row{titleOf(l.LineItem), l.Quantity, nil})
		}
	}
	m.Message = p.Message
	return letter{to: to, kind: "order_fulfilled", data: m}, true, nil
}

// tracked tells how goods on their way can be followed now, where staff wished it told.
func (s *Service) tracked(ctx context.Context, e outbox.Event) (letter, bool, error) {
	l, wanted, err := s.fulfilled(ctx, e)
	l.kind = "order_tracking"
	return l, wanted, err
}

// edited tells what an order is after its lines were changed, where staff wished it told.
func (s *Service) edited(ctx context.Context, e outbox.Event) (letter, bool, error) {
	var p order.Edited
	if err := e.Decode(&p); err != nil || !p.Notify {
		return letter{}, false, err
	}
	m, to, err := s.order(ctx, p.OrderID)
	if err != nil || to == "" {
		return letter{}, false, err
	}
	lines, err := s.Orders.AllLines(ctx, []uuid.UUID{p.OrderID})
	if err != nil {
		return letter{}, false, err
	}
	for _, l := range lines[p.OrderID] {
		if l.CurrentQuantity > 0 {
			m.Lines = append(m.Lines, row{titleOf(l), l.CurrentQuantity, nil})
		}
	}
	switch open := m.TotalOutstanding; {
	case open.IsNegative():
		open.Amount = -open.Amount
		m.Back = &open
	case !open.IsZero():
		m.Due = &open
	}
	return letter{to: to, kind: "order_edited", data: m}, true, nil
}

// order reads an order and who is to be told of it: nobody, where the buyer left no email.
func (s *Service) order(ctx context.Context, id uuid.UUID) (orderMail, string, error) {
	found, err := s.Orders.Known(ctx, []uuid.UUID{id})
	if err != nil {
		return orderMail{}, "", err
	}
	o := found[id]
	if o == nil {
		return orderMail{}, "", absent("order", id)
	}
	if o.Email == nil {
		return orderMail{}, "", nil
	}
	m := orderMail{Order: o, Charged: o.TotalPrice, ShipTo: linesOf(o.ShippingAddress), BillTo: linesOf(o.BillingAddress)}
	if option := o.Shipping.Option; option != nil {
		m.Delivery = option.Title
	}
	for _, c := range o.GiftCards {
		if m.Charged, err = m.Charged.Sub(c.Amount); err != nil {
			return orderMail{}, "", err
		}
	}
	if o.ShippingAddress != nil && o.BillingAddress != nil && o.ShippingAddress.Postal() == o.BillingAddress.Postal() {
		m.BillTo = nil
	}
	return m, *o.Email, nil
}

// absent is an event about what is not there: it will not be there next time.
func absent(what string, id uuid.UUID) error {
	return bus.Permanent(fmt.Errorf("notice: there is no %s %s", what, id))
}

func linesOf(a *customer.Address) []string {
	if a == nil {
		return nil
	}
	withName := true
	return a.Formatted(nil, &withName)
}

func titleOf(l *order.Line) string {
	if l.VariantTitle == nil || *l.VariantTitle == "Default Title" {
		return l.Title
	}
	return l.Title + ", " + *l.VariantTitle
}
