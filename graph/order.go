package graph

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func orderID(o *order.Order) uuid.UUID      { return o.ID.UUID }
func orderLineID(l *order.Line) uuid.UUID   { return l.ID.UUID }
func refundID(f *order.Refund) uuid.UUID    { return f.ID.UUID }
func eventID(e *order.Event) uuid.UUID      { return e.ID.UUID }
func shipID(f *order.Fulfillment) uuid.UUID { return f.ID.UUID }

// oneOrder announces a single order to the loaders.
func oneOrder(ctx context.Context, o *order.Order) *order.Order {
	if o != nil {
		loader.Together(ctx, []*order.Order{o}, orderID)
	}
	return o
}

func orderConnection(ctx context.Context, p keyset.Page[*order.Order]) *model.OrderConnection {
	return &model.OrderConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *order.Order) model.OrderEdge {
		return model.OrderEdge{Cursor: c, Node: n}
	})}
}

// counted adds how many orders the whole list has, where that is asked for.
func counted(ctx context.Context, c *model.OrderConnection, count func() (int64, error)) (*model.OrderConnection, error) {
	if !selected(ctx, "totalCount") {
		return c, nil
	}
	n, err := count()
	c.TotalCount = uint64(max(n, 0))
	return c, err
}

func orderLineConnection(ctx context.Context, p keyset.Page[*order.Line]) *model.OrderLineItemConnection {
	return &model.OrderLineItemConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *order.Line) model.OrderLineItemEdge {
		return model.OrderLineItemEdge{Cursor: c, Node: n}
	})}
}

func applicationConnection(ctx context.Context, p keyset.Page[any]) *model.DiscountApplicationConnection {
	return &model.DiscountApplicationConnection{Nodes: anys(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n any) model.DiscountApplicationEdge {
		return model.DiscountApplicationEdge{Cursor: c, Node: n}
	})}
}

func eventConnection(ctx context.Context, p keyset.Page[*order.Event]) *model.EventConnection {
	nodes := make([]model.Any, len(p.Items))
	for i, e := range p.Items {
		nodes[i] = e
	}
	return &model.EventConnection{Nodes: nodes, PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *order.Event) model.EventEdge {
		return model.EventEdge{Cursor: c, Node: n}
	})}
}

func shipmentLineConnection(ctx context.Context, p keyset.Page[*order.FulfillmentLine]) *model.FulfillmentLineItemConnection {
	return &model.FulfillmentLineItemConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *order.FulfillmentLine) model.FulfillmentLineItemEdge {
		return model.FulfillmentLineItemEdge{Cursor: c, Node: n}
	})}
}

func refundLineConnection(ctx context.Context, p keyset.Page[*order.RefundLine]) *model.RefundLineItemConnection {
	return &model.RefundLineItemConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *order.RefundLine) model.RefundLineItemEdge {
		return model.RefundLineItemEdge{Cursor: c, Node: n}
	})}
}

func transactionConnection(ctx context.Context, p keyset.Page[*payment.Transaction]) *model.OrderTransactionConnection {
	return &model.OrderTransactionConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *payment.Transaction) model.OrderTransactionEdge {
		return model.OrderTransactionEdge{Cursor: c, Node: n}
	})}
}

func (r *Resolver) orderLines(ctx context.Context, o *order.Order, args keyset.Args) (keyset.Page[*order.Line], error) {
	return loader.Ask(ctx, "order.lines "+args.Key(), o.ID.UUID, o.ID.UUID, loader.Same(orderID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]keyset.Page[*order.Line], error) {
		pages, err := r.Orders.LinesOf(ctx, ids, wantsOf(ctx).orders, args)
		return announcePages(ctx, pages, err, orderLineID)
	})
}

func (r *Resolver) shipments(ctx context.Context, o *order.Order) ([]*order.Fulfillment, error) {
	return loader.Ask(ctx, "order.fulfillments", o.ID.UUID, o.ID.UUID, loader.Same(orderID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*order.Fulfillment, error) {
		found, err := r.Orders.FulfillmentsOf(ctx, ids)
		return announceLists(ctx, found, err, shipID)
	})
}

func (r *Resolver) refunds(ctx context.Context, o *order.Order) ([]*order.Refund, error) {
	return loader.Ask(ctx, "order.refunds", o.ID.UUID, o.ID.UUID, loader.Same(orderID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*order.Refund, error) {
		found, err := r.Orders.RefundsOf(ctx, ids)
		return announceLists(ctx, found, err, refundID)
	})
}

// transactions are the movements of an order's money, oldest first. owner is any of the things of one cohort; orderOf
// tells which order each belongs to.
func transactionsOf[O any](ctx context.Context, r *Resolver, owner, id uuid.UUID, orderOf func(O) uuid.UUID) ([]*payment.Transaction, error) {
	return loader.Ask(ctx, "transactions", owner, id, func(o O) (uuid.UUID, bool) { return orderOf(o), true }, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*payment.Transaction, error) {
		found, err := r.Payments.TransactionsOf(ctx, ids)
		out := make(map[uuid.UUID][]*payment.Transaction, len(found))
		var all []*payment.Transaction
		for id, list := range found {
			for i := range list {
				out[id] = append(out[id], &list[i])
				all = append(all, &list[i])
			}
		}
		loader.Together(ctx, all, func(t *payment.Transaction) uuid.UUID { return t.ID.UUID })
		return out, err
	})
}

// orderOf is the order that something given to the viewer belongs to.
func orderOf[O any](ctx context.Context, r *Resolver, owner, id uuid.UUID, of func(O) uuid.UUID) (*order.Order, error) {
	return loader.Ask(ctx, "orderOf", owner, id, func(o O) (uuid.UUID, bool) { return of(o), of(o) != uuid.Nil }, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*order.Order, error) {
		found, err := r.Orders.Known(ctx, ids)
		return announce(ctx, found, err, orderID)
	})
}

// member is the member of staff behind something; nil where a program did it.
func member[O any](ctx context.Context, r *Resolver, owner, id uuid.UUID, of func(O) uuid.UUID) (*staff.StaffMember, error) {
	if id == uuid.Nil {
		return nil, nil
	}
	return loader.Ask(ctx, "staffMember", owner, id, func(o O) (uuid.UUID, bool) { return of(o), of(o) != uuid.Nil }, r.Staff.ByIDs)
}

// location is a place by its id; a shop has a handful, so all are read.
func (r *Resolver) location(ctx context.Context, id uuid.UUID) (*inventory.Location, error) {
	if id == uuid.Nil {
		return nil, nil
	}
	all, err := loader.Ask(ctx, "locations", uuid.Nil, uuid.Nil, func(any) (uuid.UUID, bool) { return uuid.Nil, false }, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]map[uuid.UUID]*inventory.Location, error) {
		all, err := r.Inventory.Locations(ctx)
		out := make(map[uuid.UUID]*inventory.Location, len(all))
		for i := range all {
			out[all[i].ID.UUID] = &all[i]
		}
		return map[uuid.UUID]map[uuid.UUID]*inventory.Location{uuid.Nil: out}, err
	})
	return all[id], err
}

// went are the shipments that went out.
func went(list []*order.Fulfillment) []*order.Fulfillment {
	return slices.DeleteFunc(slices.Clone(list), func(f *order.Fulfillment) bool { return !f.Went() })
}

func firstOf[T any](list []T, first *int) []T {
	if first != nil && *first >= 0 && *first < len(list) {
		list = list[:*first]
	}
	return listed(list)
}

// findOrders finds orders that the viewer may see, by ids with or without a key.
func (r *Resolver) findOrders(ctx context.Context, ids []gid.ID, out map[gid.ID]model.Any) error {
	found, err := r.Orders.ByIDs(ctx, ids)
	if err != nil {
		return err
	}
	all := make([]*order.Order, 0, len(found))
	for id, o := range found {
		out[id] = o
		all = append(all, o)
	}
	loader.Together(ctx, all, orderID)
	return nil
}

// findCarts finds carts by ids with their keys.
func (r *Resolver) findCarts(ctx context.Context, ids []gid.ID, out map[gid.ID]model.Any) error {
	for _, id := range ids {
		c, err := r.Carts.Get(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		announceCart(ctx, c)
		out[id] = c
	}
	return nil
}

// ordersOf is a page of a customer's orders.
func (r *Resolver) ordersOf(ctx context.Context, c *customer.Customer, args keyset.Args, sortKey, query string) (keyset.Page[*order.Order], error) {
	return loader.Ask(ctx, "customer.orders "+sortKey+" "+query+" "+args.Key(), c.ID.UUID, c.ID.UUID, loader.Same(customerID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]keyset.Page[*order.Order], error) {
		pages, err := r.Orders.OfCustomers(ctx, ids, wantsOf(ctx).orders, args, sortKey, query)
		return announcePages(ctx, pages, err, orderID)
	})
}

// orderCountOf is how many orders an account has, of those that a search finds.
func (r *Resolver) orderCountOf(ctx context.Context, c *customer.Customer, query string) (int64, error) {
	return loader.Ask(ctx, "customer.orderCount "+query, c.ID.UUID, c.ID.UUID, loader.Same(customerID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]int64, error) {
		return r.Orders.CountOfCustomers(ctx, ids, query)
	})
}

// parentTransaction is the transaction that another one undoes or follows.
func (r *Resolver) parentTransaction(ctx context.Context, t *payment.Transaction) (*payment.Transaction, error) {
	if t.ParentID == uuid.Nil {
		return nil, nil
	}
	return loader.Ask(ctx, "transaction.parent", t.ID.UUID, t.ParentID, func(t *payment.Transaction) (uuid.UUID, bool) { return t.ParentID, t.ParentID != uuid.Nil }, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*payment.Transaction, error) {
		found, err := r.Payments.ByIDs(ctx, ids)
		out := make(map[uuid.UUID]*payment.Transaction, len(found))
		for id, t := range found {
			out[id] = &t
		}
		return out, err
	})
}
