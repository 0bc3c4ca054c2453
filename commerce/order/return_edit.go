package order

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// ReturnInput is goods that a buyer will send back.
type ReturnInput struct {
	OrderID gid.ID
	Lines   []ReturnLineInput
}

// ReturnLineInput is shipped pieces that will come back.
type ReturnLineInput struct {
	FulfillmentLineID gid.ID
	Quantity          int64
	Reason            string // a value of ReturnReason
	Note              string // at most 255 characters
}

// CreateReturn announces that goods come back: never more than went out, less what is in other returns or came back
// already.
func (s *Service) CreateReturn(ctx context.Context, in ReturnInput) (*Return, fault.Problems, error) {
	e := &Return{ID: gid.New(ReturnType, s.NewID()), Status: ReturnOpen, OrderID: in.OrderID.UUID}
	problems, err := s.change(ctx, in.OrderID, []string{"returnInput", "orderId"}, func(tx database.Tx, r *record, items []*item) (fault.Problems, error) {
		p, err := s.planReturn(ctx, tx, r, items, e, in.Lines)
		if err != nil || len(p) > 0 {
			return p, err
		}
		n, err := s.store.countReturns(ctx, tx, r.id)
		if err != nil {
			return nil, err
		}
		e.CreatedAt, e.Name = s.Clock.Now(), r.name+"-R"+strconv.FormatInt(n+1, 10)
		if err := s.store.insertReturn(ctx, tx, e, access.From(ctx).Label()); err != nil {
			return nil, err
		}
		r.books.ReturnsOpen++
		return nil, s.saveReturn(ctx, tx, r, items, e, "return_created", "The return "+e.Name+" was made.")
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return s.afterReturn(ctx, e.ID)
}

// planReturn fills a return with what is asked for. With problems, nothing of it is to be kept.
func (s *Service) planReturn(ctx context.Context, tx database.Tx, r *record, items []*item, e *Return, want []ReturnLineInput) (p fault.Problems, err error) {
	e.Lines = nil
	if len(want) == 0 || len(want) > maxLines {
		p.Add(CodeInvalid, "A return has 1 to 250 lines.", "returnInput", "returnLineItems")
		return p, nil
	}
	shipped, err := s.shippedLines(ctx, tx, r.id)
	if err != nil {
		return nil, err
	}
	held, err := s.coming(ctx, tx, r.id)
	if err != nil {
		return nil, err
	}
	for n, w := range want {
		field := []string{"returnInput", "returnLineItems", strconv.Itoa(n)}
		f := shipped[w.FulfillmentLineID.UUID]
		if f == nil {
			p.Add(CodeNotFound, "The order has no such shipped line.", append(field, "fulfillmentLineItemId")...)
			continue
		}
		i := items[slices.IndexFunc(items, func(i *item) bool { return i.id == f.LineItem.ID.UUID })]
		free := max(min(f.Quantity-held.shipped[f.ID.UUID], i.out()-held.line[i.id]), 0)
		switch {
		case w.Quantity < 1:
			p.Add(CodeInvalid, "A quantity is 1 or more.", append(field, "quantity")...)
		case w.Quantity > free:
			p.Add(CodeExceeds, "Only "+strconv.FormatInt(free, 10)+" of this line can come back.", append(field, "quantity")...)
		case utf8.RuneCountInString(w.Note) > maxText || !utf8.ValidString(w.Note):
			p.Add(CodeTooLong, "The note is too long: at most 255 characters.", append(field, "returnReasonNote")...)
		}
		held.shipped[f.ID.UUID] += w.Quantity
		held.line[i.id] += w.Quantity
		e.Lines = append(e.Lines, &ReturnLine{ID: gid.New(ReturnLineType, s.NewID()), FulfillmentLineItem: f, Quantity: w.Quantity, ReturnReason: w.Reason, ReturnReasonNote: w.Note})
	}
	return p, nil
}

// shippedLines reads what went out of a locked order, by the ids of the shipments' lines.
func (s *Service) shippedLines(ctx context.Context, tx database.Tx, order uuid.UUID) (map[uuid.UUID]*FulfillmentLine, error) {
	list, err := s.store.fulfillments(ctx, tx, "f.order_id", []uuid.UUID{order})
	if err != nil {
		return nil, err
	}
	var sent []uuid.UUID
	for _, f := range list {
		if f.Went() {
			sent = append(sent, f.ID.UUID)
		}
	}
	inside, err := s.store.fulfillmentLines(ctx, tx, sent)
	out := map[uuid.UUID]*FulfillmentLine{}
	for _, lines := range inside {
		for _, l := range lines {
			out[l.ID.UUID] = l
		}
	}
	return out, err
}

// CancelReturn calls a return off of which nothing came back.
func (s *Service) CancelReturn(ctx context.Context, id gid.ID) (*Return, fault.Problems, error) {
	return s.changeReturn(ctx, id, []string{"id"}, func(tx database.Tx, r *record, items []*item, e *Return) (p fault.Problems, err error) {
		if e.Status != ReturnOpen || slices.ContainsFunc(e.Lines, func(l *ReturnLine) bool { return l.ProcessedQuantity > 0 }) {
			p.Add(CodeConflict, "Only an open return of which nothing came back can be called off.", "id")
			return p, nil
		}
		e.Status = ReturnCanceled
		r.books.ReturnsOpen--
		return nil, s.saveReturn(ctx, tx, r, items, e, "return_canceled", "The return "+e.Name+" was called off.")
	})
}

// CloseReturn ends a return: what did not come back is not waited for any more.
func (s *Service) CloseReturn(ctx context.Context, id gid.ID) (*Return, fault.Problems, error) {
	return s.changeReturn(ctx, id, []string{"id"}, func(tx database.Tx, r *record, items []*item, e *Return) (p fault.Problems, err error) {
		if e.Status != ReturnOpen {
			p.Add(CodeConflict, "The return is not open.", "id")
			return p, nil
		}
		s.end(r, e)
		return nil, s.saveReturn(ctx, tx, r, items, e, "return_closed", "The return "+e.Name+" was closed.")
	})
}

// ReopenReturn takes a closed return up again. What did not come back with it must not be in another return by now.
func (s *Service) ReopenReturn(ctx context.Context, id gid.ID) (*Return, fault.Problems, error) {
	return s.changeReturn(ctx, id, []string{"id"}, func(tx database.Tx, r *record, items []*item, e *Return) (p fault.Problems, err error) {
		if e.Status != ReturnClosed {
			p.Add(CodeConflict, "The return is not closed.", "id")
			return p, nil
		}
		held, err := s.coming(ctx, tx, r.id)
		if err != nil {
			return nil, err
		}
		for _, l := range e.Lines {
			f, n := l.FulfillmentLineItem, l.UnprocessedQuantity()
			i := items[slices.IndexFunc(items, func(i *item) bool { return i.id == f.LineItem.ID.UUID })]
			held.shipped[f.ID.UUID] += n
			held.line[i.id] += n
			if n > 0 && (held.shipped[f.ID.UUID] > f.Quantity || held.line[i.id] > i.out()) {
				p.Add(CodeConflict, "What did not come back with this return is in another one, or came back otherwise.", "id")
				return p, nil
			}
		}
		e.Status, e.ClosedAt = ReturnOpen, nil
		r.books.ReturnsOpen, r.books.ReturnsClosed = r.books.ReturnsOpen+1, r.books.ReturnsClosed-1
		return nil, s.saveReturn(ctx, tx, r, items, e, "return_reopened", "The return "+e.Name+" was opened again.")
	})
}

// end closes an open return.
func (s *Service) end(r *record, e *Return) {
	now := s.Clock.Now()
	e.Status, e.ClosedAt = ReturnClosed, &now
	r.books.ReturnsOpen, r.books.ReturnsClosed = r.books.ReturnsOpen-1, r.books.ReturnsClosed+1
}

func (s *Service) saveReturn(ctx context.Context, tx database.Tx, r *record, items []*item, e *Return, action, message string) error {
	e.UpdatedAt = s.Clock.Now()
	if err := s.store.updateReturn(ctx, tx, e); err != nil {
		return err
	}
	data := map[string]any{"return": e.ID.UUID}
	if err := s.save(ctx, tx, r, items, nil, action, message, data); err != nil {
		return err
	}
	if err := s.audit(ctx, tx, "order."+action, r.id, data); err != nil {
		return err
	}
	return s.announce(ctx, tx, SubjectReturn, ReturnChanged{OrderID: r.id, ReturnID: e.ID.UUID, Status: e.Status})
}

// changeReturn runs a verb on a return of a locked order. Where there is none, or the verb finds problems, nothing is
// written.
func (s *Service) changeReturn(ctx context.Context, id gid.ID, field []string, verb func(tx database.Tx, r *record, items []*item, e *Return) (fault.Problems, error)) (*Return, fault.Problems, error) {
	var problems fault.Problems
	err := s.DB.InTx(ctx, func(tx database.Tx) error {
		problems = nil
		found, err := s.store.returns(ctx, tx, "e.id", []uuid.UUID{id.UUID})
		if err != nil {
			return err
		}
		if len(found) == 0 || id.Type != ReturnType {
			return errAbsent
		}
		r, items, err := s.lock(ctx, tx, found[0].OrderID)
		if err != nil {
			return err
		}
		now, err := s.returns(ctx, tx, "e.id", []uuid.UUID{id.UUID}) // anew: only now nobody else is at it
		if err != nil {
			return err
		}
		problems, err = verb(tx, r, items, now[0])
		return err
	})
	if errors.Is(err, errAbsent) {
		problems.Add(CodeNotFound, "There is no such return.", field...)
		err = nil
	}
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return s.afterReturn(ctx, id)
}

func (s *Service) afterReturn(ctx context.Context, id gid.ID) (*Return, fault.Problems, error) {
	found, err := s.ReturnsByID(ctx, []uuid.UUID{id.UUID})
	return found[id.UUID], nil, err
}
