package order

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// Values of ReturnStatus.
const (
	ReturnOpen     = "OPEN"
	ReturnClosed   = "CLOSED"
	ReturnCanceled = "CANCELED"
)

// Return is goods that the buyer sends back.
type Return struct {
	ID        gid.ID
	ClosedAt  *time.Time
	CreatedAt time.Time
	Name      string
	Status    string
	UpdatedAt time.Time
	// Lines are what comes back.
	Lines   []*ReturnLine
	OrderID uuid.UUID
	// StaffMemberID is who made it; zero where a program did.
	StaffMemberID uuid.UUID
}

// TotalQuantity counts the pieces of a return.
func (e *Return) TotalQuantity() (n int64) {
	for _, l := range e.Lines {
		n += l.Quantity
	}
	return n
}

// LinePage gives a page of what is in the return. It reads nothing.
func (e *Return) LinePage(args keyset.Args) (keyset.Page[*ReturnLine], error) {
	return keyset.Slice(args, e.Lines, func(l *ReturnLine) uuid.UUID { return l.ID.UUID })
}

// ReturnLine is shipped pieces that come back.
type ReturnLine struct {
	ID                  gid.ID
	FulfillmentLineItem *FulfillmentLine
	ProcessedQuantity   int64 // ProcessedQuantity came back.
	Quantity            int64
	ReturnReason        string // a value of ReturnReason
	ReturnReasonNote    string
}

// UnprocessedQuantity is how many pieces have not come back yet.
func (l *ReturnLine) UnprocessedQuantity() int64 { return l.Quantity - l.ProcessedQuantity }

// coming is what returns of an order hold, so that nothing comes back twice.
type coming struct {
	line    map[uuid.UUID]int64 // pieces of an order line that are to come back
	shipped map[uuid.UUID]int64 // pieces of a shipment's line that are to come back, or have
}

// coming reads what returns of a locked order hold. What did not come back with a return that is closed is free again.
func (s *Service) coming(ctx context.Context, tx database.Tx, order uuid.UUID) (c coming, err error) {
	c = coming{map[uuid.UUID]int64{}, map[uuid.UUID]int64{}}
	list, err := s.returns(ctx, tx, "e.order_id", []uuid.UUID{order})
	for _, e := range list {
		for _, l := range e.Lines {
			f := l.FulfillmentLineItem
			c.shipped[f.ID.UUID] += l.ProcessedQuantity
			if e.Status == ReturnOpen {
				c.shipped[f.ID.UUID] += l.UnprocessedQuantity()
				c.line[f.LineItem.ID.UUID] += l.UnprocessedQuantity()
			}
		}
	}
	return c, err
}

// ReturnsOf reads a page of each order's returns, oldest first, with what is in them: two statements.
func (s *Service) ReturnsOf(ctx context.Context, orders []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*Return], error) {
	w, err := args.Window(keyset.Order{Name: "return", ID: "e.id"})
	if err != nil {
		return nil, err
	}
	rows, err := s.store.returnPages(ctx, s.DB, orders, w)
	if err != nil {
		return nil, err
	}
	if err := s.fillReturns(ctx, s.DB, rows); err != nil {
		return nil, err
	}
	return pages(w, orders, rows, func(e *Return) uuid.UUID { return e.OrderID }, func(e *Return) (any, uuid.UUID) { return "", e.ID.UUID }), nil
}

// ReturnsByID reads returns by id: two statements. It is for staff.
func (s *Service) ReturnsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Return, error) {
	list, err := s.returns(ctx, s.DB, "e.id", ids)
	out := make(map[uuid.UUID]*Return, len(list))
	for _, e := range list {
		out[e.ID.UUID] = e
	}
	return out, err
}

func (s *Service) returns(ctx context.Context, q database.Querier, by string, ids []uuid.UUID) ([]*Return, error) {
	list, err := s.store.returns(ctx, q, by, ids)
	if err != nil {
		return nil, err
	}
	return list, s.fillReturns(ctx, q, list)
}

func (s *Service) fillReturns(ctx context.Context, q database.Querier, list []*Return) error {
	if len(list) == 0 {
		return nil
	}
	own := make([]uuid.UUID, len(list))
	for n, e := range list {
		own[n] = e.ID.UUID
	}
	inside, err := s.store.returnLines(ctx, q, own)
	for _, e := range list {
		e.Lines = inside[e.ID.UUID]
	}
	return err
}
