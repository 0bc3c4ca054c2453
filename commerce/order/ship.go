package order

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// TrackInput says what the parcels of a shipment can be followed by from now on.
type TrackInput struct {
	FulfillmentID gid.ID
	Tracking      Tracking // replaces what was there
	Notify        bool     // Notify asks for a mail to the buyer; the event carries it.
}

// Track writes what the parcels of a shipment can be followed by.
func (s *Service) Track(ctx context.Context, in TrackInput) (*Fulfillment, fault.Problems, error) {
	if p := in.Tracking.check("trackingInfoInput"); len(p) > 0 {
		return nil, p, nil
	}
	return s.changeShipment(ctx, in.FulfillmentID, []string{"fulfillmentId"}, func(tx database.Tx, r *record, items []*item, f *Fulfillment) (p fault.Problems, err error) {
		if !f.Went() {
			p.Add(CodeConflict, "The shipment was called off: nothing of it is on its way.", "fulfillmentId")
			return p, nil
		}
		before := f.tracking
		f.tracking = in.Tracking
		data := map[string]any{"fulfillment": f.ID.UUID, "before": before, "after": f.tracking}
		return nil, s.saveShipment(ctx, tx, r, items, f, "tracking_updated", "The shipment "+f.Name+" can be followed by other numbers now.", SubjectTracked, data, in.Notify)
	})
}

// CancelFulfillment calls a shipment off: its goods are not gone, and wait to be shipped again from where they lay. They
// stay sold, so stock does not change. Fails with [fault.Forbidden] where the viewer may not ship from there.
func (s *Service) CancelFulfillment(ctx context.Context, id gid.ID) (*Fulfillment, fault.Problems, error) {
	return s.changeShipment(ctx, id, []string{"id"}, func(tx database.Tx, r *record, items []*item, f *Fulfillment) (p fault.Problems, err error) {
		if !f.Went() {
			p.Add(CodeConflict, "The shipment was called off already.", "id")
			return p, nil
		}
		if err := s.permitAt(ctx, policy.LocationFulfill, []inventory.Allocation{{LocationID: f.LocationID}}); err != nil {
			return nil, err
		}
		coming, err := s.coming(ctx, tx, r.id)
		if err != nil {
			return nil, err
		}
		for _, l := range f.Lines {
			i := items[slices.IndexFunc(items, func(i *item) bool { return i.id == l.LineItem.ID.UUID })]
			if l.Quantity > i.out()-coming.line[i.id] || coming.shipped[l.ID.UUID] > 0 {
				p.Add(CodeConflict, "Some of these goods came back, or are in a return: the shipment went out.", "id")
				return p, nil
			}
			i.unship(l.Quantity, f.LocationID)
		}
		f.Status = "CANCELLED"
		return nil, s.saveShipment(ctx, tx, r, items, f, "fulfillment_canceled", "The shipment "+f.Name+" was called off.", SubjectUnfulfilled, map[string]any{"fulfillment": f.ID.UUID}, false)
	})
}

func (s *Service) saveShipment(ctx context.Context, tx database.Tx, r *record, items []*item, f *Fulfillment, action, message, subject string, data any, notify bool) error {
	if err := s.store.updateFulfillment(ctx, tx, f, s.Clock.Now()); err != nil {
		return err
	}
	if err := s.save(ctx, tx, r, items, items, action, message, data); err != nil {
		return err
	}
	if err := s.audit(ctx, tx, "order."+action, r.id, data); err != nil {
		return err
	}
	return s.announce(ctx, tx, subject, Fulfilled{OrderID: r.id, FulfillmentID: f.ID.UUID, Notify: notify})
}

// changeShipment runs a verb on a shipment of a locked order. Where there is none, or the verb finds problems, nothing is
// written.
func (s *Service) changeShipment(ctx context.Context, id gid.ID, field []string, verb func(tx database.Tx, r *record, items []*item, f *Fulfillment) (fault.Problems, error)) (*Fulfillment, fault.Problems, error) {
	var problems fault.Problems
	err := s.DB.InTx(ctx, func(tx database.Tx) error {
		problems = nil
		found, err := s.store.fulfillments(ctx, tx, "f.id", []uuid.UUID{id.UUID})
		if err != nil {
			return err
		}
		if len(found) == 0 || id.Type != FulfillmentType {
			return errAbsent
		}
		r, items, err := s.lock(ctx, tx, found[0].OrderID)
		if err != nil {
			return err
		}
		f, err := s.lockedShipment(ctx, tx, id.UUID)
		if err != nil {
			return err
		}
		problems, err = verb(tx, r, items, f)
		return err
	})
	if errors.Is(err, errAbsent) {
		problems.Add(CodeNotFound, "There is no such shipment.", field...)
		err = nil
	}
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	list, err := s.fulfillments(ctx, "f.id", []uuid.UUID{id.UUID})
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	return list[0], nil, nil
}

// lockedShipment reads a shipment with what is in it anew, once its order is locked.
func (s *Service) lockedShipment(ctx context.Context, tx database.Tx, id uuid.UUID) (*Fulfillment, error) {
	found, err := s.store.fulfillments(ctx, tx, "f.id", []uuid.UUID{id})
	if err != nil || len(found) == 0 {
		return nil, errors.Join(err, errAbsent)
	}
	inside, err := s.store.fulfillmentLines(ctx, tx, []uuid.UUID{id})
	found[0].Lines = inside[id]
	return found[0], err
}
