package order

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/fault"
)

// givesBack reports whether the viewer may give an amount back on a locked order. What went back before counts, so that a
// limit is one of the order and not of each refund.
func (s *Service) givesBack(ctx context.Context, r *record, amount, before int64) bool {
	return s.Policies.Allows(ctx, policy.OrderRefund, policy.Refund{OrderID: r.id, Customer: r.customer, Currency: string(r.currency), Amount: amount, Refunded: before})
}

// permitRefund fails with [fault.Forbidden] where the viewer may not make a planned refund.
func (s *Service) permitRefund(ctx context.Context, r *record, items []*item, row *refundRow, amount int64) error {
	if (amount > 0 || row.doc.Return == uuid.Nil) && !s.givesBack(ctx, r, amount, r.refunded) {
		return fault.New(fault.Forbidden, "You may not give that much back on one order. Ask somebody who may.")
	}
	for _, l := range row.doc.Lines {
		if l.Restock == RestockNone || l.Location != uuid.Nil {
			continue // a location that was named was looked at already
		}
		at := slices.IndexFunc(items, func(i *item) bool { return i.id == l.Line })
		if err := s.permitAt(ctx, policy.LocationRestock, items[at].parcels.Taken); err != nil {
			return err
		}
	}
	return nil
}

// permitAt fails with [fault.Forbidden] unless the viewer may do something at every location that goods came from.
func (s *Service) permitAt(ctx context.Context, action policy.Action, from []inventory.Allocation) error {
	for _, a := range from {
		if !s.Policies.Allows(ctx, action, policy.Location{ID: a.LocationID}) {
			return fault.New(fault.Forbidden, "Some of these goods lie at a location that you may not touch.")
		}
	}
	return nil
}

// permitShipment fails with [fault.Forbidden] unless the viewer may ship from where the goods of a shipment lie. Goods
// whose stock is not counted lie nowhere in particular: who is kept to some locations does not ship those.
func (s *Service) permitShipment(ctx context.Context, parts []part) error {
	for _, p := range parts {
		from := p.from
		if len(from) == 0 {
			from = []inventory.Allocation{{}}
		}
		if err := s.permitAt(ctx, policy.LocationFulfill, from); err != nil {
			return err
		}
	}
	return nil
}
