package order

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Values of RefundLineItemRestockType.
const (
	RestockCancel = "CANCEL"     // they never went out, and go back into stock
	RestockReturn = "RETURN"     // they came back, and go back into stock
	RestockNone   = "NO_RESTOCK" // they do not go back into stock
)

// RefundInput is what is given back.
type RefundInput struct {
	OrderID  gid.ID
	Lines    []RefundLineInput
	Shipping *ShippingRefund
	// Amount, where it is given, is how much goes back in all, instead of what lines and shipping come to. It is never more
	// than was received and is not given back yet; what lines come to is cut to that silently.
	Amount *money.Money
	// Nothing has no money go back, whatever lines and shipping come to.
	Nothing bool
	Note    string
	Notify  bool // Notify asks for a mail to the buyer; the event carries it.

	ret   uuid.UUID // the return that goods come back with, if any
	later bool      // nothing goes back now, but the buyer is owed what the lines come to
}

// RefundLineInput is a line that is given back.
type RefundLineInput struct {
	LineID   gid.ID
	Quantity int64
	// Restock is one of the restock types; empty is [RestockNone].
	Restock string
	// LocationID is where the goods go; zero is where they came from.
	LocationID gid.ID

	returnLine gid.ID // of a return, whose goods were with the buyer
}

// ShippingRefund is delivery that is given back: all that is left of it, or an amount. Tax that was added to it goes with it.
type ShippingRefund struct {
	Full   bool
	Amount money.Money
}

// How a refund stands.
const (
	refundPending = "pending"
	refundDone    = "success"
	refundFailed  = "failure"
)

// refundRow is a refund as it is kept.
type refundRow struct {
	id, order            uuid.UUID
	createdAt, updatedAt time.Time
	amount               money.Money
	freight              int64
	note, status, actor  string
	doc                  refundDoc
}

// refundDoc is what a refund is made of; its JSON names are forever. Amounts are minor units.
type refundDoc struct {
	Lines      []refundLine `json:"lines,omitempty"`
	Sales      []movement   `json:"sales,omitempty"`
	Cards      []cardCredit `json:"cards,omitempty"`
	FreightTax int64        `json:"freight_tax,omitempty"`
	Return     uuid.UUID    `json:"return,omitzero"`
	Dropped    int64        `json:"dropped,omitempty"`
	Settled    int64        `json:"settled,omitempty"`
	Notify     bool         `json:"notify,omitempty"`
}

type refundLine struct {
	ID        uuid.UUID `json:"id"`
	Line      uuid.UUID `json:"line"`
	Quantity  int64     `json:"quantity"`
	Goods     int64     `json:"goods"`
	Tax       int64     `json:"tax,omitempty"`
	Removed   int64     `json:"removed,omitempty"` // of them, how many had not been shipped
	Restock   string    `json:"restock"`
	Location  uuid.UUID `json:"location,omitzero"`
	Restocked bool      `json:"restocked,omitempty"`
	// ReturnLine is the line of a return that it came back with.
	ReturnLine uuid.UUID `json:"return_line,omitzero"`
}

// movement is a part of a refund that goes back through a gateway.
type movement struct {
	Sale      uuid.UUID      `json:"sale"`
	Gateway   string         `json:"gateway"`
	ChargeRef string         `json:"charge_ref"`
	Amount    int64          `json:"amount"`
	Status    payment.Status `json:"status"`
}

// cardCredit is a part of a refund that goes back to a gift card.
type cardCredit struct {
	Card   uuid.UUID `json:"card"`
	Amount int64     `json:"amount"`
}

func (r *refundRow) restocks() bool {
	return slices.ContainsFunc(r.doc.Lines, func(l refundLine) bool { return l.Restock != RestockNone })
}

// Refund gives money back, and puts goods back into stock as asked for. The refund is nil where it was refused, and where
// the gateway refused it: nothing has changed then. It is pending while the gateway has not answered. Fails with
// [fault.Forbidden] where policies do not let the viewer give so much back, or put goods back where they would go.
func (s *Service) Refund(ctx context.Context, in RefundInput) (*Refund, *Order, fault.Problems, error) {
	if problems, err := s.checkLocations(ctx, in.Lines); err != nil || len(problems) > 0 {
		return nil, nil, problems, err
	}
	var begun *refundRow
	var problems fault.Problems
	err := s.DB.InTx(ctx, func(tx database.Tx) error {
		r, items, err := s.lock(ctx, tx, in.OrderID.UUID)
		if err != nil {
			return err
		}
		var amount int64
		begun, amount, problems = plan(r, items, in)
		if len(problems) > 0 {
			return nil
		}
		if err := s.permitRefund(ctx, r, items, begun, amount); err != nil {
			return err
		}
		return s.beginRefund(ctx, tx, r, items, begun, amount)
	})
	if errors.Is(err, errAbsent) {
		problems.Add(CodeNotFound, "There is no such order.", "input", "orderId")
		err = nil
	}
	if err != nil || len(problems) > 0 {
		return nil, nil, problems, err
	}
	if err := s.complete(ctx, begun.id); err != nil {
		return nil, nil, nil, err
	}
	orders, err := s.Known(ctx, []uuid.UUID{begun.order})
	if err != nil {
		return nil, nil, nil, err
	}
	refunds, err := s.RefundsByID(ctx, []uuid.UUID{begun.id})
	if err == nil && refunds[begun.id] == nil {
		problems.Add(CodePaymentFailed, "The gateway refused to give the money back. Nothing was changed.", "input", "orderId")
	}
	return refunds[begun.id], orders[begun.order], problems, err
}

// checkLocations refuses places that the shop does not have, where goods would be lost, and those that the viewer may not
// touch: to them they are absent.
func (s *Service) checkLocations(ctx context.Context, lines []RefundLineInput) (problems fault.Problems, err error) {
	var known map[uuid.UUID]bool
	for i, l := range lines {
		if l.LocationID.IsZero() {
			continue
		}
		if known == nil {
			list, err := s.Stock.Locations(ctx)
			if err != nil {
				return nil, err
			}
			known = make(map[uuid.UUID]bool, len(list))
			for _, p := range list {
				known[p.ID.UUID] = s.Policies.Allows(ctx, policy.LocationRestock, policy.Location{ID: p.ID.UUID})
			}
		}
		if !known[l.LocationID.UUID] {
			problems.Add(CodeNotFound, "There is no such location.", "input", "refundLineItems", strconv.Itoa(i), "locationId")
		}
	}
	return problems, nil
}

// takeLine books units of a line as given back, on the line and on the order.
func (r *record) takeLine(i *item, units int64, restock string, shipped bool) refundLine {
	l := i.takeBack(units, restock, shipped)
	r.books.GoodsBack += l.Goods
	r.books.TaxBack += l.Tax
	return l
}

// beginRefund writes a planned refund: the amount counts as given back from here on, so that nobody gives it back twice,
// and what gateways are asked for stands in their transactions. Without a gateway the refund is finished at once.
func (s *Service) beginRefund(ctx context.Context, tx database.Tx, r *record, items []*item, row *refundRow, amount int64) error {
	now := s.Clock.Now()
	row.id, row.createdAt, row.updatedAt, row.actor = s.NewID(), now, now, access.From(ctx).Label()
	row.amount, row.status = money.New(amount, r.currency), refundPending
	for n := range row.doc.Lines {
		row.doc.Lines[n].ID = s.NewID()
	}
	row.doc.Sales, row.doc.Cards = r.books.draw(amount)
	r.refunded += amount
	for n, m := range row.doc.Sales {
		row.doc.Sales[n].Status = payment.Pending
		_, err := s.Payments.BeginTx(ctx, tx, payment.Begin{Kind: payment.Refund, Gateway: m.Gateway, Key: keyOf(row.id, strconv.Itoa(n)),
			Amount: money.New(m.Amount, r.currency), OrderID: r.id, ParentID: m.Sale})
		if err != nil {
			return err
		}
	}
	if err := s.audit(ctx, tx, "order.refunded", r.id, map[string]any{"refund": row.id, "amount": row.amount}); err != nil {
		return err
	}
	if len(row.doc.Sales) == 0 {
		if err := s.finish(ctx, tx, r, items, row); err != nil {
			return err
		}
	}
	if err := s.store.insertRefund(ctx, tx, row); err != nil {
		return err
	}
	return s.write(ctx, tx, r, items, items)
}
