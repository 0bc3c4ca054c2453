package order

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// ProcessInput is goods of a return that came back.
type ProcessInput struct {
	ReturnID gid.ID
	Lines    []ProcessLineInput
	// Shipping is delivery that is given back with them.
	Shipping *ShippingRefund
	// Refund gives money back now: Amount, or what lines and shipping come to. Without it the order keeps in mind what the
	// buyer is owed, see [Order.TotalOutstanding].
	Refund bool
	Amount *money.Money
	Note   string
	Notify bool // Notify asks for a mail to the buyer about money that goes back.
}

// ProcessLineInput is pieces of a return's line that came back.
type ProcessLineInput struct {
	LineID   gid.ID
	Quantity int64
	// Dispositions say what becomes of them; those that none speaks of do not go into stock.
	Dispositions []Disposition
}

// Disposition is what becomes of pieces that came back.
type Disposition struct {
	Quantity   int64
	Restock    bool   // they go back into stock
	LocationID gid.ID // where; zero is where they came from
}

// ProcessReturn takes goods of a return in: stock and money go back as asked for, in the same way as with [Service.Refund].
// With the last piece the return is closed. The refund is one of zero where no money was to go back. Fails with
// [fault.Forbidden] where policies do not let the viewer give so much back, or put goods back where they would go.
func (s *Service) ProcessReturn(ctx context.Context, in ProcessInput) (*Return, *Refund, *Order, fault.Problems, error) {
	var begun *refundRow
	e, problems, err := s.changeReturn(ctx, in.ReturnID, []string{"input", "returnId"}, func(tx database.Tx, r *record, items []*item, e *Return) (p fault.Problems, err error) {
		begun = nil
		if e.Status != ReturnOpen {
			p.Add(CodeConflict, "The return is not open.", "input", "returnId")
			return p, nil
		}
		refund, paths, p := in.receive(r, items, e)
		if len(p) > 0 {
			return p, nil
		}
		if p, err := s.checkLocations(ctx, refund.Lines); err != nil || len(p) > 0 {
			return replaced(p, paths), err
		}
		row, amount, p := plan(r, items, refund)
		if len(p) > 0 {
			return replaced(p, paths), nil
		}
		if err := s.permitRefund(ctx, r, items, row, amount); err != nil {
			return nil, err
		}
		begun = row
		return nil, s.process(ctx, tx, r, items, e, row, amount)
	})
	if err != nil || len(problems) > 0 {
		return nil, nil, nil, problems, err
	}
	if err := s.complete(ctx, begun.id); err != nil {
		return nil, nil, nil, nil, err
	}
	refunds, err := s.RefundsByID(ctx, []uuid.UUID{begun.id})
	if err != nil {
		return nil, nil, nil, nil, err
	}
	if refunds[begun.id] == nil {
		problems.Add(CodePaymentFailed, "The gateway refused to give the money back. Nothing was changed.", "input", "financialTransfer")
		return nil, nil, nil, problems, nil
	}
	o, _, err := s.after(ctx, orderOfReturn(e))
	return e, refunds[begun.id], o, nil, err
}

func orderOfReturn(e *Return) gid.ID { return gid.New(Type, e.OrderID) }

// receive books what came back on the lines of a return, and makes a refund of it. Paths tell where each line of the refund
// stands in the input.
func (in *ProcessInput) receive(r *record, items []*item, e *Return) (out RefundInput, paths [][]string, p fault.Problems) {
	out = RefundInput{OrderID: gid.New(Type, r.id), Shipping: in.Shipping, Amount: in.Amount, Note: in.Note, Notify: in.Notify, ret: e.ID.UUID, later: !in.Refund}
	if len(in.Lines) == 0 || len(in.Lines) > maxLines {
		p.Add(CodeInvalid, "Name 1 to 250 lines that came back.", "input", "returnLineItems")
	}
	for n, w := range in.Lines {
		field := []string{"input", "returnLineItems", strconv.Itoa(n)}
		at := slices.IndexFunc(e.Lines, func(l *ReturnLine) bool { return l.ID == w.LineID })
		if at < 0 {
			p.Add(CodeNotFound, "The return has no such line.", append(field, "id")...)
			continue
		}
		l := e.Lines[at]
		item := items[slices.IndexFunc(items, func(i *item) bool { return i.id == l.FulfillmentLineItem.LineItem.ID.UUID })]
		switch left := max(min(l.UnprocessedQuantity(), item.out()), 0); {
		case w.Quantity < 1:
			p.Add(CodeInvalid, "A quantity is 1 or more.", append(field, "quantity")...)
			continue
		case w.Quantity > left:
			p.Add(CodeExceeds, "Only "+strconv.FormatInt(left, 10)+" of this line are still to come back.", append(field, "quantity")...)
			continue
		}
		l.ProcessedQuantity += w.Quantity
		lines, where, q := w.split(item.id, field)
		out.Lines, paths, p = append(out.Lines, lines...), append(paths, where...), append(p, q...)
	}
	return out, paths, p
}

// split makes a refund's line of each disposition, and one of what none speaks of.
func (w *ProcessLineInput) split(line uuid.UUID, field []string) (out []RefundLineInput, paths [][]string, p fault.Problems) {
	rest := w.Quantity
	for n, d := range w.Dispositions {
		path := append(slices.Clone(field), "dispositions", strconv.Itoa(n))
		if d.Quantity < 1 || d.Quantity > rest {
			p.Add(CodeInvalid, "Together, dispositions are of no more pieces than came back, and each is of 1 or more.", append(path, "quantity")...)
			return nil, nil, p
		}
		rest -= d.Quantity
		l := RefundLineInput{LineID: gid.New(LineType, line), Quantity: d.Quantity, Restock: RestockNone, LocationID: d.LocationID, returnLine: w.LineID}
		if d.Restock {
			l.Restock = RestockReturn
		}
		out, paths = append(out, l), append(paths, path)
	}
	if rest > 0 {
		out = append(out, RefundLineInput{LineID: gid.New(LineType, line), Quantity: rest, Restock: RestockNone, returnLine: w.LineID})
		paths = append(paths, field)
	}
	return out, paths, p
}

// replaced puts problems of a refund where its lines stand in the input of a return.
func replaced(problems fault.Problems, paths [][]string) fault.Problems {
	for _, p := range problems {
		if len(p.Field) < 3 || p.Field[1] != "refundLineItems" {
			continue
		}
		if n, err := strconv.Atoi(p.Field[2]); err == nil && n < len(paths) {
			p.Field = append(slices.Clone(paths[n]), p.Field[3:]...)
		}
	}
	return problems
}

// process writes what came back, and begins to give its money back.
func (s *Service) process(ctx context.Context, tx database.Tx, r *record, items []*item, e *Return, row *refundRow, amount int64) error {
	if err := s.store.updateReturnLines(ctx, tx, e.Lines); err != nil {
		return err
	}
	action, message := "return_received", "Goods of the return "+e.Name+" came back."
	if !slices.ContainsFunc(e.Lines, func(l *ReturnLine) bool { return l.UnprocessedQuantity() > 0 }) {
		s.end(r, e)
	}
	if err := s.saveReturn(ctx, tx, r, items, e, action, message); err != nil {
		return err
	}
	return s.beginRefund(ctx, tx, r, items, row, amount)
}

// unprocess takes back what a refund that failed booked on its return: the goods are to come back as before.
func (s *Service) unprocess(ctx context.Context, tx database.Tx, r *record, row *refundRow) error {
	if row.doc.Return == uuid.Nil {
		return nil
	}
	found, err := s.returns(ctx, tx, "e.id", []uuid.UUID{row.doc.Return})
	if err != nil || len(found) == 0 {
		return err
	}
	e := found[0]
	for _, l := range e.Lines {
		for _, back := range row.doc.Lines {
			if back.ReturnLine == l.ID.UUID {
				l.ProcessedQuantity -= back.Quantity
			}
		}
	}
	if e.Status == ReturnClosed {
		e.Status, e.ClosedAt = ReturnOpen, nil
		r.books.ReturnsOpen, r.books.ReturnsClosed = r.books.ReturnsOpen+1, r.books.ReturnsClosed-1
	}
	e.UpdatedAt = s.Clock.Now()
	if err := s.store.updateReturnLines(ctx, tx, e.Lines); err != nil {
		return err
	}
	return s.store.updateReturn(ctx, tx, e)
}
