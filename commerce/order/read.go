package order

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// ByIDs reads orders by the ids that the viewer sent, in one statement. Who sees one, policies/order.cedar says; to all
// others it is absent.
func (s *Service) ByIDs(ctx context.Context, ids []gid.ID) (map[gid.ID]*Order, error) {
	plain := make([]uuid.UUID, 0, len(ids))
	for _, id := range ids {
		if id.Type == Type {
			plain = append(plain, id.UUID)
		}
	}
	out := make(map[gid.ID]*Order, len(ids))
	if len(plain) == 0 {
		return out, nil
	}
	list, err := s.store.byIDs(ctx, s.DB, plain)
	if err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]*record, len(list))
	for _, r := range list {
		found[r.id] = r
	}
	for _, id := range ids {
		if r := found[id.UUID]; r != nil && id.Type == Type {
			if o := s.visible(ctx, r, id.Key); o != nil {
				out[id] = o
			}
		}
	}
	return out, nil
}

// ByID is [Service.ByIDs] for one. Fails with [fault.NotFound].
func (s *Service) ByID(ctx context.Context, id gid.ID) (*Order, error) {
	found, err := s.ByIDs(ctx, []gid.ID{id})
	if err == nil && found[id] == nil {
		err = errAbsent
	}
	return found[id], err
}

var errAbsent = fault.New(fault.NotFound, "There is no such order.")

// ByCart finds the order of a cart, under the same rule as [Service.ByIDs]. Fails with [fault.NotFound].
func (s *Service) ByCart(ctx context.Context, cart uuid.UUID, key string) (*Order, error) {
	list, err := s.store.byCarts(ctx, s.DB, []uuid.UUID{cart})
	if err != nil {
		return nil, err
	}
	if len(list) == 1 {
		if o := s.visible(ctx, list[0], key); o != nil {
			return o, nil
		}
	}
	return nil, errAbsent
}

// Known reads orders whatever the viewer: for edges of what the viewer was given, such as a refund's order, and for
// consumers.
func (s *Service) Known(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Order, error) {
	list, err := s.store.byIDs(ctx, s.DB, ids)
	out := make(map[uuid.UUID]*Order, len(list))
	for _, r := range list {
		out[r.id] = s.shown(ctx, r, "")
	}
	return out, err
}

// visible shows an order to who may see it; nil for all others.
func (s *Service) visible(ctx context.Context, r *record, key string) *Order {
	if !r.opens(key) {
		key = ""
	}
	if !s.Policies.Allows(ctx, policy.OrderView, policy.Order{ID: r.id, Customer: r.customer, Key: key != ""}) {
		return nil
	}
	return s.shown(ctx, r, key)
}

// shown shows an order. The link to its status opens it for whoever has it, contact included: who works for the shop and
// may not see the contact gets the link without its key.
func (s *Service) shown(ctx context.Context, r *record, key string) *Order {
	o := r.show(s.PublicURL, key)
	if r.parts&Links != 0 && access.From(ctx).Works() && !s.SeesContact(ctx, o) {
		o.StatusURL, _, _ = strings.Cut(o.StatusURL, "?")
	}
	return o
}

// SeesContact reports whether the viewer may see the email and phone number of an order.
func (s *Service) SeesContact(ctx context.Context, o *Order) bool {
	return s.Policies.Allows(ctx, policy.OrderContact, policy.Order{ID: o.ID.UUID, Customer: o.CustomerID, Key: o.ID.Key != ""})
}

func staffView(a access.Actor) bool {
	return a.Kind == access.System || a.Works() && a.Can(access.OrdersRead)
}

// List reads parts of a page of the shop's orders, sorted by a value of OrderSortKeys. It is for staff. Fails with
// [fault.Invalid] on a query that is not understood.
func (s *Service) List(ctx context.Context, p Parts, args keyset.Args, sortKey, query string) (keyset.Page[*Order], error) {
	k, err := sortBy(sortKey, true)
	if err != nil {
		return keyset.Page[*Order]{}, err
	}
	w, err := args.Window(k.order)
	if err != nil {
		return keyset.Page[*Order]{}, err
	}
	c, err := parse(query, 2, readerOf(access.From(ctx)))
	if err != nil {
		return keyset.Page[*Order]{}, err
	}
	rows, err := s.store.list(ctx, s.DB, p, w, k, c.sql.String(), c.args, s.showing(ctx))
	return keyset.Cut(w, rows, k.place), err
}

// Count counts the orders that [Service.List] would walk through.
func (s *Service) Count(ctx context.Context, query string) (int64, error) {
	c, err := parse(query, 2, readerOf(access.From(ctx)))
	if err != nil {
		return 0, err
	}
	n, err := s.store.count(ctx, s.DB, nil, c.sql.String(), c.args)
	return n[uuid.Nil], err
}

// OfCustomers reads parts of a page of the orders of each account, in one statement. The caller vouches that the viewer may see the
// accounts. What only staff may sort and search by is refused to others.
func (s *Service) OfCustomers(ctx context.Context, customers []uuid.UUID, p Parts, args keyset.Args, sortKey, query string) (map[uuid.UUID]keyset.Page[*Order], error) {
	staff := staffView(access.From(ctx))
	k, err := sortBy(sortKey, staff)
	if err != nil {
		return nil, err
	}
	w, err := args.Window(k.order)
	if err != nil {
		return nil, err
	}
	c, err := parse(query, 3, readerOf(access.From(ctx)))
	if err != nil {
		return nil, err
	}
	rows, err := s.store.ofCustomers(ctx, s.DB, customers, p, w, k, c.sql.String(), c.args, s.showing(ctx))
	if err != nil {
		return nil, err
	}
	return pages(w, customers, rows, func(o *Order) uuid.UUID { return o.CustomerID }, k.place), nil
}

// CountOfCustomers counts the orders that [Service.OfCustomers] would walk through.
func (s *Service) CountOfCustomers(ctx context.Context, customers []uuid.UUID, query string) (map[uuid.UUID]int64, error) {
	c, err := parse(query, 3, readerOf(access.From(ctx)))
	if err != nil {
		return nil, err
	}
	return s.store.count(ctx, s.DB, customers, c.sql.String(), c.args)
}

// LinesOf reads parts of a page of each order's lines, in order, in one statement.
func (s *Service) LinesOf(ctx context.Context, orders []uuid.UUID, p Parts, args keyset.Args) (map[uuid.UUID]keyset.Page[*Line], error) {
	w, err := args.Window(keyset.Order{Name: "order line", Column: "l.position", ID: "l.id", Kind: keyset.Int})
	if err != nil {
		return nil, err
	}
	lines, err := s.store.linePages(ctx, s.DB, orders, p, w)
	if err != nil {
		return nil, err
	}
	return pages(w, orders, lines, func(l *Line) uuid.UUID { return l.OrderID }, func(l *Line) (any, uuid.UUID) { return l.position, l.ID.UUID }), nil
}

// AllLines reads every line of orders, in order.
func (s *Service) AllLines(ctx context.Context, orders []uuid.UUID) (map[uuid.UUID][]*Line, error) {
	items, err := s.store.items(ctx, s.DB, "l.order_id", orders)
	return grouped(lines(items), func(l *Line) uuid.UUID { return l.OrderID }), err
}

func (s *Service) showing(ctx context.Context) func(*record) *Order {
	return func(r *record) *Order { return s.shown(ctx, r, "") }
}

func lines(items []*item) []*Line {
	out := make([]*Line, len(items))
	for i, it := range items {
		out[i] = it.show()
	}
	return out
}

// grouped sorts rows by their parents, keeping their order.
func grouped[T any](rows []T, parent func(T) uuid.UUID) map[uuid.UUID][]T {
	out := make(map[uuid.UUID][]T)
	for _, r := range rows {
		out[parent(r)] = append(out[parent(r)], r)
	}
	return out
}

// pages cuts a page for each parent, empty ones too.
func pages[T any](w keyset.Window, parents []uuid.UUID, rows []T, parent func(T) uuid.UUID, key func(T) (any, uuid.UUID)) map[uuid.UUID]keyset.Page[T] {
	byParent := grouped(rows, parent)
	out := make(map[uuid.UUID]keyset.Page[T], len(parents))
	for _, id := range parents {
		out[id] = keyset.Cut(w, byParent[id], key)
	}
	return out
}
