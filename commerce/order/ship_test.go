package order_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/gid"
)

// ship ships lines of an order, and fails the test where that is refused.
func (b *bundle) ship(t *testing.T, in order.FulfillInput) *order.Fulfillment {
	t.Helper()
	f, problems, err := b.orders.Fulfill(b.ctx, in)
	if err != nil || len(problems) > 0 {
		t.Fatal(codes(problems), err)
	}
	return f
}

func units(l *order.Line, quantity int64) order.FulfillLineInput {
	return order.FulfillLineInput{LineID: l.ID, Quantity: quantity}
}

func TestTwoShipmentsOfOneOrder(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, lines := b.sold(t)
		first := b.ship(t, order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{units(lines[0], 2), units(lines[1], 1)}})
		if now := b.again(t, o); now.FulfillmentStatus != order.PartiallyFulfilled || !now.Fulfillable || first.Name != o.Name+"-F1" || first.LocationID != b.location || len(first.Lines) != 2 {
			t.Fatalf("%+v %+v", now, first)
		}
		if _, problems, err := b.orders.Fulfill(b.ctx, order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{units(lines[0], 2)}}); err != nil || codes(problems)[0] != "EXCEEDS_REMAINING fulfillment.lineItems.0.quantity" {
			t.Fatal(problems, err)
		}
		second := b.ship(t, order.FulfillInput{OrderID: o.ID})
		if now := b.again(t, o); now.FulfillmentStatus != order.FullyFulfilled || now.Fulfillable || second.Name != o.Name+"-F2" || len(second.Lines) != 2 || second.Lines[0].Quantity != 1 {
			t.Fatalf("%+v %+v", now, second)
		}
		b.onHand(t, b.variants[0], 97)
	})
}

func TestShipmentFromALocation(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		north := b.place2(t, b.variants[0], 2) // two chairs lie in the north, which is emptied first; the third comes from main
		o, lines := b.sold(t)
		main := gid.New("Location", b.location)
		from := func(place gid.ID, l ...order.FulfillLineInput) order.FulfillInput {
			return order.FulfillInput{OrderID: o.ID, LocationID: place, Lines: l}
		}
		if _, problems, err := b.orders.Fulfill(b.ctx, from(main, units(lines[0], 2))); err != nil || codes(problems)[0] != "EXCEEDS_REMAINING fulfillment.lineItems.0.quantity" {
			t.Fatal(problems, err)
		}
		if _, problems, err := b.orders.Fulfill(b.ctx, from(gid.New("Location", uuid.New()))); err != nil || codes(problems)[0] != "NOT_FOUND fulfillment.locationId" {
			t.Fatal(problems, err)
		}
		if f := b.ship(t, from(main, units(lines[0], 1))); f.LocationID != b.location {
			t.Fatal(f.LocationID)
		}
		f := b.ship(t, order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{units(lines[0], 2)}})
		if f.LocationID != north {
			t.Fatal(f.LocationID, north)
		}
		if _, problems, err := b.orders.CancelFulfillment(b.ctx, f.ID); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		if f := b.ship(t, from(gid.New("Location", north))); f.LocationID != north || len(f.Lines) != 1 || f.Lines[0].Quantity != 2 {
			t.Fatalf("%+v", f)
		}
	})
}

// place2 opens a location that is emptied first, with units of a variant.
func (b *bundle) place2(t *testing.T, variant uuid.UUID, quantity int64) uuid.UUID {
	t.Helper()
	l, err := b.stock.SaveLocation(b.ctx, inventory.Location{Handle: "north", Name: "North", Priority: -1, Active: true, FulfillsOnline: true})
	if err != nil {
		t.Fatal(err)
	}
	_, problems, err := b.stock.Set(b.ctx, inventory.Count{Quantities: []inventory.SetQuantity{{VariantID: variant, LocationID: l.ID.UUID, Quantity: quantity}}})
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	return l.ID.UUID
}

func TestCanceledShipmentWaitsAgain(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, lines := b.sold(t)
		f := b.ship(t, order.FulfillInput{OrderID: o.ID})
		b.seen.take()
		canceled, problems, err := b.orders.CancelFulfillment(b.ctx, f.ID)
		if err != nil || len(problems) > 0 || canceled.Status != "CANCELLED" || canceled.Went() {
			t.Fatal(canceled, problems, err)
		}
		now := b.again(t, o)
		if now.FulfillmentStatus != order.Unfulfilled || !now.Fulfillable || now.Revision() == o.Revision() {
			t.Fatalf("%+v", now)
		}
		b.onHand(t, b.variants[0], 97) // still sold
		if diff := cmp.Diff([]string{order.SubjectUnfulfilled}, b.seen.take()); diff != "" {
			t.Fatal(diff)
		}
		again, problems, err := b.orders.CancelFulfillment(b.ctx, f.ID)
		if err != nil || again != nil || codes(problems)[0] != "CONFLICT id" {
			t.Fatal(problems, err)
		}
		f = b.ship(t, order.FulfillInput{OrderID: o.ID})
		if f.Name != o.Name+"-F2" {
			t.Fatal(f.Name)
		}
		if _, _, problems, err := b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{of(lines[0], 1, order.RestockReturn)}}); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		if _, problems, err := b.orders.CancelFulfillment(b.ctx, f.ID); err != nil || codes(problems)[0] != "CONFLICT id" {
			t.Fatal(problems, err)
		}
		other, _ := databasetest.Shop(t, db)
		for _, ctx := range []gid.ID{f.ID, gid.New(order.FulfillmentType, uuid.New())} {
			if _, problems, err := b.orders.CancelFulfillment(access.With(other, access.From(b.ctx)), ctx); err != nil || codes(problems)[0] != "NOT_FOUND id" {
				t.Fatal(problems, err)
			}
		}
	})
}

func TestTrackingComesLater(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, _ := b.sold(t)
		f := b.ship(t, order.FulfillInput{OrderID: o.ID})
		b.seen.take()
		in := order.TrackInput{FulfillmentID: f.ID, Notify: true, Tracking: order.Tracking{Company: "Ferry", Numbers: []string{"F-1", "F-2"}, URLs: []string{"https://ferry.example/1"}}}
		f, problems, err := b.orders.Track(b.ctx, in)
		if err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		info := f.TrackingInfo(nil)
		if len(info) != 2 || *info[0].URL != "https://ferry.example/1" || *info[1].Number != "F-2" || info[1].URL != nil || *info[1].Company != "Ferry" {
			t.Fatalf("%+v", info)
		}
		if diff := cmp.Diff([]string{order.SubjectTracked}, b.seen.take()); diff != "" {
			t.Fatal(diff)
		}
		in.Tracking.URLs = []string{"javascript:alert(1)"}
		if _, problems, err := b.orders.Track(b.ctx, in); err != nil || codes(problems)[0] != "INVALID trackingInfoInput.url" {
			t.Fatal(problems, err)
		}
		in.Tracking.URLs = nil
		if _, problems, err := b.orders.CancelFulfillment(b.ctx, f.ID); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		if _, problems, err := b.orders.Track(b.ctx, in); err != nil || codes(problems)[0] != "CONFLICT fulfillmentId" {
			t.Fatal(problems, err)
		}
	})
}

func TestRevisionRefusesWhoReadBefore(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, _ := b.sold(t)
		one, two, read := "one", "two", o.Revision()
		b.clock.Advance(-time.Hour) // a clock that was set back does not bring a revision back
		now, problems, err := b.orders.Update(b.ctx, order.UpdateInput{OrderID: o.ID, Note: &one, IfRevision: &read})
		if err != nil || len(problems) > 0 || now.Revision() == read || !now.UpdatedAt.After(o.UpdatedAt) {
			t.Fatal(problems, err)
		}
		_, problems, err = b.orders.Update(b.ctx, order.UpdateInput{OrderID: o.ID, Note: &two, IfRevision: &read})
		if err != nil || codes(problems)[0] != "STALE input.ifRevision" || *b.again(t, o).Note != one {
			t.Fatal(problems, err)
		}
	})
}
