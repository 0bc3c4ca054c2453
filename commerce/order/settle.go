package order

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// resumeAfter is how long a refund is left to whoever began it.
const resumeAfter = time.Minute

// ResumeRefunds takes up refunds that a crash or a silent gateway left open, at most limit of them, in all shops, and
// counts those it took up. Gateways know each movement by its key, so asking again moves money once. Any number of replicas
// may do this at once.
func (s *Service) ResumeRefunds(ctx context.Context, limit int) (resumed int, err error) {
	now := s.Clock.Now()
	before := now.Add(-resumeAfter)
	due, err := s.store.refundsDue(database.AllShops(ctx), s.DB, before, limit)
	if err != nil {
		return 0, err
	}
	for _, d := range due {
		ctx := database.WithShop(ctx, d.shop)
		mine := false
		err := s.DB.InTx(ctx, func(tx database.Tx) (err error) {
			mine, err = s.store.claimRefund(ctx, tx, d.id, before, now)
			return err
		})
		if err == nil && mine {
			resumed++
			err = s.complete(ctx, d.id)
		}
		if err != nil {
			return resumed, err
		}
	}
	return resumed, nil
}

// complete asks the gateways of a pending refund, outside any transaction, and writes down what came of it. It does not end
// with the caller's context: what gateways did should be known here. A refund that is settled is left alone.
func (s *Service) complete(ctx context.Context, id uuid.UUID) error {
	ctx = context.WithoutCancel(ctx)
	row, err := s.store.pendingRefund(ctx, s.DB, id)
	if err != nil || row == nil {
		return err
	}
	outcomes := make(map[int]payment.Outcome, len(row.doc.Sales))
	for n, m := range row.doc.Sales {
		if m.Status != payment.Pending {
			continue
		}
		given, err := s.Payments.Refund(ctx, m.Gateway, payment.RefundRequest{IdempotencyKey: keyOf(id, strconv.Itoa(n)), ChargeRef: m.ChargeRef,
			Amount: money.New(m.Amount, row.amount.Currency)})
		outcomes[n] = payment.OutcomeOf(given.Ref, err)
	}
	return s.DB.InTx(ctx, func(tx database.Tx) error { return s.settle(ctx, tx, row.order, id, outcomes) })
}

func (s *Service) settle(ctx context.Context, tx database.Tx, order, id uuid.UUID, outcomes map[int]payment.Outcome) error {
	r, items, err := s.lock(ctx, tx, order)
	if err != nil {
		return err
	}
	row, err := s.store.pendingRefund(ctx, tx, id) // anew: only now nobody else is at it
	if err != nil || row == nil {
		return err
	}
	open := false
	for n := range row.doc.Sales {
		m := &row.doc.Sales[n]
		if o, asked := outcomes[n]; asked && m.Status == payment.Pending {
			t, err := s.Payments.SettleTx(ctx, tx, keyOf(id, strconv.Itoa(n)), o)
			if err != nil {
				return err
			}
			m.Status = t.Status
		}
		open = open || m.Status == payment.Pending
	}
	row.updatedAt = s.Clock.Now()
	if !open {
		if err := s.finish(ctx, tx, r, items, row); err != nil {
			return err
		}
		if err := s.write(ctx, tx, r, items, items); err != nil {
			return err
		}
	}
	return s.store.updateRefund(ctx, tx, row)
}

// finish ends a refund whose gateways have all answered: where none of them moved money it is undone, else goods and gift
// cards follow, and what was refused is left to give back. The caller writes order, lines and refund.
func (s *Service) finish(ctx context.Context, tx database.Tx, r *record, items []*item, row *refundRow) error {
	var asked, refused int64
	for _, m := range row.doc.Sales {
		asked += m.Amount
		if m.Status != payment.Success {
			refused += m.Amount
		}
	}
	e := event{id: s.NewID(), order: r.id, actor: row.actor, at: s.Clock.Now(), data: map[string]any{"refund": row.id}}
	if refused > 0 && refused == asked {
		undo(r, items, row)
		if err := s.unprocess(ctx, tx, r, row); err != nil {
			return err
		}
		row.status, e.action, e.message = refundFailed, "refund_failed", "The gateway refused to give "+row.amount.Decimal()+" "+string(r.currency)+" back."
		return s.store.insertEvents(ctx, tx, e)
	}
	for _, m := range row.doc.Sales {
		if m.Status != payment.Success {
			r.books.undraw(m)
			r.refunded -= m.Amount
			row.amount.Amount -= m.Amount
		}
	}
	if off := min(refused, row.doc.Settled); off > 0 {
		row.doc.Settled, r.books.Settled = row.doc.Settled-off, r.books.Settled-off
	}
	row.status, e.action, e.message = refundDone, "refunded", row.amount.Decimal()+" "+string(r.currency)+" was given back."
	if row.amount.IsZero() && row.doc.Return != uuid.Nil {
		e.action, e.message = "returned", "Goods came back. No money was given back with them."
	}
	if err := s.restock(ctx, tx, items, row); err != nil {
		return err
	}
	for _, c := range row.doc.Cards {
		if err := s.Cards.CreditTx(ctx, tx, c.Card, money.New(c.Amount, r.currency), "refund", keyOf(row.id, ""), &r.id); err != nil {
			return err
		}
	}
	if err := s.store.insertEvents(ctx, tx, e); err != nil {
		return err
	}
	return s.announce(ctx, tx, SubjectRefunded, Refunded{OrderID: r.id, RefundID: row.id, Notify: row.doc.Notify && row.amount.Amount > 0})
}

// undo takes back what a refund booked.
func undo(r *record, items []*item, row *refundRow) {
	for n := range row.doc.Lines {
		l := &row.doc.Lines[n]
		for _, i := range items {
			if i.id == l.Line {
				i.undo(l)
			}
		}
		r.books.GoodsBack -= l.Goods
		r.books.TaxBack -= l.Tax
	}
	for _, m := range row.doc.Sales {
		r.books.undraw(m)
	}
	for _, c := range row.doc.Cards {
		r.books.undrawCard(c)
	}
	r.books.Dropped -= row.doc.Dropped
	r.books.Settled -= row.doc.Settled
	r.refunded -= row.amount.Amount
	r.refundedFreight -= row.freight
	r.books.FreightTaxBack -= row.doc.FreightTax
}

// restock puts a refund's goods back to where they came from or where staff said. Units go back once: what a cancellation
// put back before is not among those that are still sold.
func (s *Service) restock(ctx context.Context, tx database.Tx, items []*item, row *refundRow) error {
	var back []inventory.Allocation
	for n := range row.doc.Lines {
		l := &row.doc.Lines[n]
		for _, i := range items {
			if i.id != l.Line {
				continue
			}
			units := join(i.parcels.giveLast(l.Removed), i.parcels.give(l.Quantity-l.Removed))
			if l.Restock == RestockNone || len(units) == 0 {
				continue
			}
			for u := range units {
				if l.Location != uuid.Nil {
					units[u].LocationID = l.Location
				}
			}
			l.Restocked, l.Location = true, units[0].LocationID
			back = append(back, units...)
		}
	}
	if len(back) == 0 {
		return nil
	}
	return s.Stock.RestockTx(ctx, tx, inventory.Returned{Lines: back, Ref: gid.New(RefundType, row.id).String(), Actor: row.actor})
}
