package notice

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/platform/outbox"
)

// Prepare reads the orders that events of one shop are about, with the lines of those that were placed, for all of their
// mails together. What it gives is [Service.Consume] for these events: for outbox's inbox.
func (s *Service) Prepare(ctx context.Context, events []outbox.Event) (func(ctx context.Context, e outbox.Event) error, error) {
	var orders, placed []uuid.UUID
	for _, e := range events {
		var of struct {
			Order uuid.UUID `json:"orderId"`
		}
		// One that cannot be read is told when its mail is written.
		if !strings.HasPrefix(e.Type, "order.") || e.Decode(&of) != nil || of.Order == uuid.Nil {
			continue
		}
		if orders = append(orders, of.Order); e.Type == order.SubjectPlaced {
			placed = append(placed, of.Order)
		}
	}
	if len(orders) < 2 {
		return s.Consume, nil
	}
	found := &found{Orders: s.Orders}
	var err error
	if found.orders, err = s.Orders.Known(ctx, orders); err != nil {
		return nil, err
	}
	if len(placed) > 0 {
		if found.lines, err = s.Orders.AllLines(ctx, placed); err != nil {
			return nil, err
		}
	}
	with := &Service{Config: s.Config, unsent: s.unsent}
	with.Orders = found
	return with.Consume, nil
}

// found is [Orders] that has read some of them already.
type found struct {
	Orders
	orders map[uuid.UUID]*order.Order
	lines  map[uuid.UUID][]*order.Line
}

// Known gives an order that was read, and asks for any other.
func (f *found) Known(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*order.Order, error) {
	if len(ids) == 1 && f.orders[ids[0]] != nil {
		return f.orders, nil
	}
	return f.Orders.Known(ctx, ids)
}

// AllLines gives the lines of an order that were read, and asks for any others.
func (f *found) AllLines(ctx context.Context, orders []uuid.UUID) (map[uuid.UUID][]*order.Line, error) {
	if len(orders) == 1 && f.lines[orders[0]] != nil {
		return f.lines, nil
	}
	return f.Orders.AllLines(ctx, orders)
}
