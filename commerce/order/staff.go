package order

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// The reasons for refusing a change to an order: values of the API's StaffErrorCode, but for the last, which
// OrderCancelUserErrorCode has beside INVALID and NOT_FOUND.
const (
	CodeBlank         = "BLANK"
	CodeConflict      = "CONFLICT"
	CodeCurrency      = "CURRENCY_MISMATCH"
	CodeInvalid       = "INVALID"
	CodeNotFound      = "NOT_FOUND"
	CodeTooLong       = "TOO_LONG"
	CodeTooMany       = "TOO_MANY"
	CodeExceeds       = "EXCEEDS_REMAINING"
	CodePaymentFailed = "PAYMENT_FAILED"
	CodeNoRefund      = "NO_REFUND_PERMISSION"
	CodeStaffNote     = "STAFF_NOTE_TOO_LONG"
)

// Most of what one change holds.
const (
	maxLines      = 250
	maxNote       = 5000
	maxStaffNote  = 255
	maxTags       = 250
	maxTag        = 40
	maxAttributes = 100
	maxParcels    = 50
	maxText       = 255
)

// lock reads an order with its lines and keeps all others off it. Fails with [fault.NotFound].
func (s *Service) lock(ctx context.Context, tx database.Tx, id uuid.UUID) (*record, []*item, error) {
	r, err := s.store.lock(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	if r == nil {
		return nil, nil, errAbsent
	}
	items, err := s.store.items(ctx, tx, "l.order_id", []uuid.UUID{id})
	return r, items, err
}

// write writes a locked order, and those of its lines that changed.
func (s *Service) write(ctx context.Context, tx database.Tx, r *record, items, changed []*item) error {
	r.reckon(items)
	r.updatedAt = revision.Next(s.Clock.Now(), r.updatedAt)
	if err := s.store.updateItems(ctx, tx, changed); err != nil {
		return err
	}
	return s.store.updateOrder(ctx, tx, r)
}

// save is write with an entry in the order's timeline.
func (s *Service) save(ctx context.Context, tx database.Tx, r *record, items, changed []*item, action, message string, data any) error {
	if err := s.write(ctx, tx, r, items, changed); err != nil {
		return err
	}
	return s.store.insertEvents(ctx, tx, event{id: s.NewID(), order: r.id, action: action, message: message, actor: access.From(ctx).Label(), data: data, at: r.updatedAt})
}

// note is save for what has no event of its own: it tells that the order changed, and records who did it.
func (s *Service) note(ctx context.Context, tx database.Tx, r *record, items []*item, action, message string, data any) error {
	if err := s.save(ctx, tx, r, items, nil, action, message, data); err != nil {
		return err
	}
	if err := s.audit(ctx, tx, "order."+action, r.id, data); err != nil {
		return err
	}
	return s.announce(ctx, tx, SubjectUpdated, Updated{OrderID: r.id, Action: action})
}

// change runs a verb on a locked order. Where there is none, or the verb finds problems, nothing is written.
func (s *Service) change(ctx context.Context, id gid.ID, field []string, verb func(tx database.Tx, r *record, items []*item) (fault.Problems, error)) (problems fault.Problems, err error) {
	err = s.DB.InTx(ctx, func(tx database.Tx) error {
		r, items, err := s.lock(ctx, tx, id.UUID)
		if err != nil {
			return err
		}
		problems, err = verb(tx, r, items)
		return err
	})
	if errors.Is(err, errAbsent) {
		problems.Add(CodeNotFound, "There is no such order.", field...)
		err = nil
	}
	return problems, err
}

func (s *Service) after(ctx context.Context, id gid.ID) (*Order, fault.Problems, error) {
	found, err := s.Known(ctx, []uuid.UUID{id.UUID})
	return found[id.UUID], nil, err
}
