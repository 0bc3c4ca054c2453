package order

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// Fulfillment is a shipment.
type Fulfillment struct {
	ID              gid.ID
	CreatedAt       time.Time
	Name            string
	Status          string // a value of FulfillmentStatus
	TrackingCompany *string
	// Lines are what is in it.
	Lines   []*FulfillmentLine
	OrderID uuid.UUID
	// LocationID is where it was sent from; zero where stock is not counted.
	LocationID uuid.UUID

	tracking Tracking
}

// FulfillmentLine is a line of an order, or a part of it, in a shipment.
type FulfillmentLine struct {
	ID       gid.ID
	LineItem *Line
	Quantity int64
}

// Tracking is what parcels can be followed by: numbers and pages belong together by place.
type Tracking struct {
	Company string
	Numbers []string
	URLs    []string
}

// TrackingInfo is what one parcel can be followed by.
type TrackingInfo struct {
	Company *string
	Number  *string
	URL     *string
}

// TrackingInfo lists what the parcels can be followed by, at most first of them.
func (f *Fulfillment) TrackingInfo(first *int) []*TrackingInfo {
	out := []*TrackingInfo{}
	for i := range max(len(f.tracking.Numbers), len(f.tracking.URLs)) {
		if first != nil && i >= *first {
			break
		}
		t := &TrackingInfo{Company: f.TrackingCompany}
		if i < len(f.tracking.Numbers) {
			t.Number = known(f.tracking.Numbers[i])
		}
		if i < len(f.tracking.URLs) {
			t.URL = known(f.tracking.URLs[i])
		}
		out = append(out, t)
	}
	if len(out) == 0 && f.TrackingCompany != nil && (first == nil || *first > 0) {
		out = append(out, &TrackingInfo{Company: f.TrackingCompany})
	}
	return out
}

// Went reports whether the shipment is one that went out, and was not called off.
func (f *Fulfillment) Went() bool { return f.Status == "SUCCESS" }

// LinePage gives a page of what is in the shipment. It reads nothing.
func (f *Fulfillment) LinePage(args keyset.Args) (keyset.Page[*FulfillmentLine], error) {
	return keyset.Slice(args, f.Lines, func(l *FulfillmentLine) uuid.UUID { return l.LineItem.ID.UUID })
}

// Refund is money given back, or being given back.
type Refund struct {
	ID                    gid.ID
	CreatedAt             time.Time
	Note                  *string
	TotalRefunded         money.Money
	TotalRefundedShipping money.Money
	// Lines are what it was given back for.
	Lines   []*RefundLine
	OrderID uuid.UUID
	// ReturnID is the return that the goods came back with; zero where there is none.
	ReturnID uuid.UUID
	// StaffMemberID is who did it; zero where a program did.
	StaffMemberID uuid.UUID
	// Pending is true while a gateway has not answered: [Service.ResumeRefunds] asks again.
	Pending bool
}

// RefundLine is a line that money was given back for. Amounts are after discounts; Subtotal has the tax in it where prices do.
type RefundLine struct {
	ID          gid.ID
	LineItem    *Line
	LocationID  uuid.UUID // LocationID is where goods went back to; zero where they did not.
	Price       money.Money
	Quantity    int64
	RestockType string
	Restocked   bool
	Subtotal    money.Money
	TotalTax    money.Money
}

// LinePage gives a page of the refund's lines. It reads nothing.
func (r *Refund) LinePage(args keyset.Args) (keyset.Page[*RefundLine], error) {
	return keyset.Slice(args, r.Lines, func(l *RefundLine) uuid.UUID { return l.ID.UUID })
}

// Owns reports whether a transaction of the order is one that the refund's money went back through.
func (r *Refund) Owns(t payment.Transaction) bool {
	return strings.HasPrefix(t.Key, keyOf(r.ID.UUID, ""))
}

// keyOf is what gateways know a refund's movement by.
func keyOf(refund uuid.UUID, movement string) string {
	return "refund:" + refund.String() + ":" + movement
}

// Event is something that happened to an order.
type Event struct {
	ID        gid.ID
	Action    string // placed, paid, updated, fulfilled, refunded, refund_failed, canceled, comment and so on
	CreatedAt time.Time
	Message   string
	SubjectID gid.ID
	// StaffMemberID is who did it; zero where nobody of the staff did.
	StaffMemberID uuid.UUID
}

// FulfillmentsOf reads the shipments of orders, oldest first, with what is in them: two statements.
func (s *Service) FulfillmentsOf(ctx context.Context, orders []uuid.UUID) (map[uuid.UUID][]*Fulfillment, error) {
	list, err := s.fulfillments(ctx, "f.order_id", orders)
	return grouped(list, func(f *Fulfillment) uuid.UUID { return f.OrderID }), err
}

func (s *Service) fulfillments(ctx context.Context, by string, ids []uuid.UUID) ([]*Fulfillment, error) {
	list, err := s.store.fulfillments(ctx, s.DB, by, ids)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	own := make([]uuid.UUID, len(list))
	for i, f := range list {
		own[i] = f.ID.UUID
	}
	inside, err := s.store.fulfillmentLines(ctx, s.DB, own)
	for _, f := range list {
		f.Lines = inside[f.ID.UUID]
	}
	return list, err
}

// RefundsOf reads the refunds of orders, oldest first, with their lines: two statements. Those that a gateway refused are
// not among them.
func (s *Service) RefundsOf(ctx context.Context, orders []uuid.UUID) (map[uuid.UUID][]*Refund, error) {
	list, err := s.refunds(ctx, "f.order_id", orders)
	return grouped(list, func(r *Refund) uuid.UUID { return r.OrderID }), err
}

// RefundsByID reads refunds by id: two statements.
func (s *Service) RefundsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Refund, error) {
	list, err := s.refunds(ctx, "f.id", ids)
	out := make(map[uuid.UUID]*Refund, len(list))
	for _, r := range list {
		out[r.ID.UUID] = r
	}
	return out, err
}

func (s *Service) refunds(ctx context.Context, by string, ids []uuid.UUID) ([]*Refund, error) {
	rows, err := s.store.refunds(ctx, s.DB, by, ids)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var wanted []uuid.UUID
	for _, r := range rows {
		for _, l := range r.doc.Lines {
			wanted = append(wanted, l.Line)
		}
	}
	byID := map[uuid.UUID]*Line{}
	if len(wanted) > 0 {
		items, err := s.store.items(ctx, s.DB, "l.id", wanted)
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			byID[i.id] = i.show()
		}
	}
	out := make([]*Refund, len(rows))
	for i, r := range rows {
		out[i] = r.show(byID)
	}
	return out, nil
}

// EventsOf reads a page of each order's events, oldest first, in one statement.
func (s *Service) EventsOf(ctx context.Context, orders []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*Event], error) {
	w, err := args.Window(keyset.Order{Name: "order event", ID: "e.id"})
	if err != nil {
		return nil, err
	}
	rows, err := s.store.eventPages(ctx, s.DB, orders, w)
	if err != nil {
		return nil, err
	}
	return pages(w, orders, rows, func(e *Event) uuid.UUID { return e.SubjectID.UUID }, func(e *Event) (any, uuid.UUID) { return "", e.ID.UUID }), nil
}

// EventsByID reads events by id.
func (s *Service) EventsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Event, error) {
	rows, err := s.store.eventsByID(ctx, s.DB, ids)
	out := make(map[uuid.UUID]*Event, len(rows))
	for _, e := range rows {
		out[e.ID.UUID] = e
	}
	return out, err
}

// staffOf reads a staff member's id from an actor's label; zero for everybody else.
func staffOf(label string) uuid.UUID {
	kind, id, _ := strings.Cut(label, ":")
	if kind != "staff" {
		return uuid.Nil
	}
	parsed, _ := uuid.Parse(id)
	return parsed
}
