package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func returnID(e *order.Return) uuid.UUID    { return e.ID.UUID }
func returnOrder(e *order.Return) uuid.UUID { return e.OrderID }

// oneReturn announces a single return to the loaders.
func oneReturn(ctx context.Context, e *order.Return) *order.Return {
	if e != nil {
		announceReturns(ctx, []*order.Return{e})
	}
	return e
}

// announceReturns announces returns, and the order lines in them.
func announceReturns(ctx context.Context, list []*order.Return) {
	var lines []*order.Line
	for _, e := range list {
		for _, l := range e.Lines {
			lines = append(lines, l.FulfillmentLineItem.LineItem)
		}
	}
	loader.Together(ctx, list, returnID)
	loader.Together(ctx, lines, orderLineID)
}

func (r *Resolver) returnsOf(ctx context.Context, o *order.Order, args keyset.Args) (keyset.Page[*order.Return], error) {
	return loader.Ask(ctx, "order.returns "+args.Key(), o.ID.UUID, o.ID.UUID, loader.Same(orderID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]keyset.Page[*order.Return], error) {
		pages, err := r.Orders.ReturnsOf(ctx, ids, args)
		var all []*order.Return
		for _, p := range pages {
			all = append(all, p.Items...)
		}
		announceReturns(ctx, all)
		return pages, err
	})
}

// returnOf is the return that a refund's goods came back with.
func (r *Resolver) returnOf(ctx context.Context, f *order.Refund) (*order.Return, error) {
	if f.ReturnID == uuid.Nil {
		return nil, nil
	}
	return loader.Ask(ctx, "refund.return", f.ID.UUID, f.ReturnID, func(f *order.Refund) (uuid.UUID, bool) { return f.ReturnID, f.ReturnID != uuid.Nil }, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*order.Return, error) {
		found, err := r.Orders.ReturnsByID(ctx, ids)
		return announce(ctx, found, err, returnID)
	})
}

// refundsOfReturn are the refunds of an order that belong to one of its returns.
func (r *Resolver) refundsOfReturn(ctx context.Context, e *order.Return) ([]*order.Refund, error) {
	all, err := loader.Ask(ctx, "return.refunds", e.ID.UUID, e.OrderID, func(e *order.Return) (uuid.UUID, bool) { return e.OrderID, true }, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*order.Refund, error) {
		found, err := r.Orders.RefundsOf(ctx, ids)
		return announceLists(ctx, found, err, refundID)
	})
	var own []*order.Refund
	for _, f := range all {
		if f.ReturnID == e.ID.UUID {
			own = append(own, f)
		}
	}
	return own, err
}

func returnConnection(ctx context.Context, p keyset.Page[*order.Return]) *model.ReturnConnection {
	return &model.ReturnConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *order.Return) model.ReturnEdge {
		return model.ReturnEdge{Cursor: c, Node: n}
	})}
}

func returnLineConnection(ctx context.Context, p keyset.Page[*order.ReturnLine]) *model.ReturnLineItemConnection {
	return &model.ReturnLineItemConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *order.ReturnLine) model.ReturnLineItemEdge {
		return model.ReturnLineItemEdge{Cursor: c, Node: n}
	})}
}

// returnRequest reads goods that a buyer will send back.
func returnRequest(in model.ReturnInput) order.ReturnInput {
	out := order.ReturnInput{OrderID: in.OrderID}
	for _, l := range in.ReturnLineItems {
		out.Lines = append(out.Lines, order.ReturnLineInput{FulfillmentLineID: l.FulfillmentLineItemID, Quantity: int64(l.Quantity), Reason: l.ReturnReason, Note: text(l.ReturnReasonNote)})
	}
	return out
}

// processInput reads goods of a return that came back. What the money is said to be taken from is checked as with a refund.
func (r *Resolver) processInput(ctx context.Context, in model.ReturnProcessInput) (out order.ProcessInput, ps fault.Problems, err error) {
	refund := model.RefundInput{Shipping: in.RefundShipping}
	if t := in.FinancialTransfer; t != nil {
		refund.Transactions = t.IssueRefund.OrderTransactions
	}
	money, err := refundInput(refund)
	if err != nil {
		return out, nil, err
	}
	if len(refund.Transactions) > 0 {
		found, err := r.Orders.ReturnsByID(ctx, []uuid.UUID{in.ReturnID.UUID})
		if err != nil {
			return out, nil, err
		}
		if e := found[in.ReturnID.UUID]; e != nil {
			refund.OrderID = gid.New(order.Type, e.OrderID)
			if ps, err = r.refundSources(ctx, refund); err != nil || len(ps) > 0 {
				return out, within(ps, "financialTransfer", "issueRefund", "orderTransactions"), err
			}
		}
	}
	out = order.ProcessInput{ReturnID: in.ReturnID, Shipping: money.Shipping, Refund: in.FinancialTransfer != nil, Amount: money.Amount, Note: text(in.Note), Notify: yes(in.NotifyCustomer)}
	for _, l := range in.ReturnLineItems {
		line := order.ProcessLineInput{LineID: l.ID, Quantity: int64(l.Quantity)}
		for _, d := range l.Dispositions {
			to := order.Disposition{Quantity: int64(d.Quantity), Restock: d.DispositionType == "RESTOCKED"}
			if d.LocationID != nil {
				to.LocationID = *d.LocationID
			}
			line.Dispositions = append(line.Dispositions, to)
		}
		out.Lines = append(out.Lines, line)
	}
	return out, nil, nil
}

// within puts what is wrong with a refund's transactions where a return has them.
func within(ps fault.Problems, path ...string) fault.Problems {
	for _, p := range ps {
		if len(p.Field) > 2 {
			p.Field = append(append([]string{"input"}, path...), p.Field[2:]...)
		}
	}
	return ps
}
