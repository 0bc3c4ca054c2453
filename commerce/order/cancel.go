package order

import (
	"context"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// CancelInput says how an order is called off.
type CancelInput struct {
	OrderID gid.ID
	// Reason is a value of OrderCancelReason.
	Reason string
	// Restock puts everything that is not given back yet back into stock, and Refund gives the money back.
	Restock, Refund bool
	Note            string // for staff, at most 255 characters
	Notify          bool
}

// Cancel calls an order off of which nothing was shipped. Problems carry values of OrderCancelUserErrorCode. The order is
// canceled first and its money follows: where the gateway refuses that, the order stays canceled and refundable, and its
// timeline says so.
func (s *Service) Cancel(ctx context.Context, in CancelInput) (*Order, fault.Problems, error) {
	if p := cancelProblems(in); len(p) > 0 {
		return nil, p, nil
	}
	var begun *refundRow
	problems, err := s.change(ctx, in.OrderID, []string{"orderId"}, func(tx database.Tx, r *record, items []*item) (p fault.Problems, err error) {
		begun = nil
		if r.canceledAt != nil {
			p.Add(CodeInvalid, "The order is canceled already.", "orderId")
			return p, nil
		}
		for _, i := range items {
			if i.fulfilled > 0 {
				p.Add(CodeInvalid, "Something of the order was shipped: give money back for what comes back instead.", "orderId")
				return p, nil
			}
		}
		if in.Refund && !s.givesBack(ctx, r, r.unreturned(), r.refunded) {
			p.Add(CodeNoRefund, "You may cancel orders, but not give this order's money back.", "refundMethod")
			return p, nil
		}
		begun, err = s.cancel(ctx, tx, r, items, in)
		return nil, err
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	if begun != nil {
		if err := s.complete(ctx, begun.id); err != nil {
			return nil, nil, err
		}
	}
	return s.after(ctx, in.OrderID)
}

func cancelProblems(in CancelInput) (p fault.Problems) {
	if utf8.RuneCountInString(in.Note) > maxStaffNote {
		p.Add(CodeStaffNote, "The note for staff is too long: at most 255 characters.", "staffNote")
	}
	return p
}

// StaffProblems puts the problems of [Service.Cancel] in the words of StaffErrorCode, which every payload has.
func StaffProblems(problems fault.Problems) fault.Problems {
	var out fault.Problems
	for _, p := range problems {
		code := p.Code
		switch code {
		case CodeStaffNote:
			code = CodeTooLong
		case CodeNoRefund:
			code = CodeInvalid
		case CodeInvalid:
			code = CodeConflict // what Cancel calls invalid is the order's state
		}
		out.Add(code, p.Message, p.Field...)
	}
	return out
}

// cancel writes that an order is called off, and begins to give its money back.
func (s *Service) cancel(ctx context.Context, tx database.Tx, r *record, items []*item, in CancelInput) (begun *refundRow, err error) {
	now := s.Clock.Now()
	r.canceledAt, r.cancelReason = &now, in.Reason
	restocked := make(map[uuid.UUID]uuid.UUID, len(items))
	var back []inventory.Allocation
	for _, i := range items {
		i.canceled = true
		if in.Restock {
			if units := i.parcels.give(i.left()); len(units) > 0 {
				restocked[i.id], back = units[0].LocationID, append(back, units...)
			}
		}
	}
	if err := s.permitAt(ctx, policy.LocationRestock, back); err != nil {
		return nil, err
	}
	if len(back) > 0 {
		if err := s.Stock.RestockTx(ctx, tx, inventory.Returned{Lines: back, Ref: gid.New(Type, r.id).String(), Actor: access.From(ctx).Label()}); err != nil {
			return nil, err
		}
	}
	data := map[string]any{"reason": in.Reason, "restock": in.Restock, "refund": in.Refund, "note": in.Note}
	if err := s.save(ctx, tx, r, items, items, "canceled", "The order was canceled.", data); err != nil {
		return nil, err
	}
	if err := s.audit(ctx, tx, "order.canceled", r.id, data); err != nil {
		return nil, err
	}
	if err := s.announce(ctx, tx, SubjectCanceled, Canceled{OrderID: r.id, Reason: in.Reason, Notify: in.Notify}); err != nil {
		return nil, err
	}
	if !in.Refund || r.unreturned() == 0 {
		return nil, nil
	}
	begun = rest(r, items, in.Restock, restocked)
	return begun, s.beginRefund(ctx, tx, r, items, begun, r.unreturned())
}

// rest plans the refund of everything that is left of a canceled order.
func rest(r *record, items []*item, restock bool, restocked map[uuid.UUID]uuid.UUID) *refundRow {
	row := &refundRow{order: r.id}
	how := RestockNone
	if restock {
		how = RestockCancel
	}
	for _, i := range items {
		if i.left() > 0 {
			l := r.takeLine(i, i.left(), how, false)
			l.Location, l.Restocked = restocked[i.id], restocked[i.id] != uuid.Nil
			row.doc.Lines = append(row.doc.Lines, l)
		}
	}
	row.freight = r.shipping - r.refundedFreight
	row.doc.FreightTax = r.takeFreightBack(row.freight)
	return row
}
