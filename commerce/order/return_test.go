package order_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// shipped is a paid order that went out at once, and what is in its shipment.
func (b *bundle) shipped(t *testing.T) (*order.Order, []*order.FulfillmentLine) {
	t.Helper()
	o, _ := b.sold(t)
	f := b.ship(t, order.FulfillInput{OrderID: o.ID})
	return b.again(t, o), f.Lines
}

func back(l *order.FulfillmentLine, quantity int64) order.ReturnLineInput {
	return order.ReturnLineInput{FulfillmentLineID: l.ID, Quantity: quantity, Reason: "UNWANTED", Note: "Too plain"}
}

func (b *bundle) returned(t *testing.T, o *order.Order, lines ...order.ReturnLineInput) *order.Return {
	t.Helper()
	e, problems, err := b.orders.CreateReturn(b.ctx, order.ReturnInput{OrderID: o.ID, Lines: lines})
	if err != nil || len(problems) > 0 {
		t.Fatal(codes(problems), err)
	}
	return e
}

func came(l *order.ReturnLine, quantity int64, d ...order.Disposition) order.ProcessLineInput {
	return order.ProcessLineInput{LineID: l.ID, Quantity: quantity, Dispositions: d}
}

func TestReturnTakesGoodsInAndGivesMoneyBack(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, sent := b.shipped(t)
		shelf := b.place2(t, b.variants[0], 0)
		b.seen.take()
		e := b.returned(t, o, back(sent[0], 3), back(sent[1], 1))
		now := b.again(t, o)
		if e.Name != o.Name+"-R1" || e.TotalQuantity() != 4 || e.StaffMemberID != access.From(b.ctx).ID || now.ReturnStatus != order.ReturnInProgress || now.Revision() == o.Revision() || !now.TotalRefunded.IsZero() {
			t.Fatalf("%+v %+v", e, now)
		}
		e, refund, now, problems, err := b.orders.ProcessReturn(b.ctx, order.ProcessInput{ReturnID: e.ID, Refund: true, Lines: []order.ProcessLineInput{
			came(e.Lines[0], 2, order.Disposition{Quantity: 1, Restock: true, LocationID: gid.New("Location", shelf)}),
		}})
		if err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		if e.Status != order.ReturnOpen || e.Lines[0].ProcessedQuantity != 2 || refund.ReturnID != e.ID.UUID || len(refund.Lines) != 2 || refund.Lines[0].LocationID != shelf || refund.Lines[1].Restocked {
			t.Fatalf("%+v %+v", e, refund)
		}
		if now.TotalRefunded != refund.TotalRefunded || now.TotalRefunded.Amount == 0 || !now.TotalOutstanding.IsZero() || now.FulfillmentStatus != order.FullyFulfilled {
			t.Fatalf("%+v", now)
		}
		b.onHand(t, b.variants[0], 98)
		levels, err := b.stock.Levels(b.ctx, []uuid.UUID{b.variants[0]})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range levels[b.variants[0]] {
			if l.Location.ID.UUID == shelf && l.OnHand != 1 {
				t.Fatalf("%+v", l)
			}
		}
		e, _, now, problems, err = b.orders.ProcessReturn(b.ctx, order.ProcessInput{ReturnID: e.ID, Refund: true, Lines: []order.ProcessLineInput{came(e.Lines[0], 1), came(e.Lines[1], 1)}})
		if err != nil || len(problems) > 0 || e.Status != order.ReturnClosed || e.ClosedAt == nil || now.ReturnStatus != order.Returned {
			t.Fatal(e, codes(problems), err)
		}
		if diff := cmp.Diff([]string{order.SubjectReturn, order.SubjectReturn, order.SubjectRefunded, order.SubjectReturn, order.SubjectRefunded}, b.seen.take()); diff != "" {
			t.Fatal(diff)
		}
		pages, err := b.orders.ReturnsOf(b.ctx, []uuid.UUID{o.ID.UUID}, keyset.Args{})
		if err != nil || len(pages[o.ID.UUID].Items) != 1 || len(pages[o.ID.UUID].Items[0].Lines) != 2 {
			t.Fatal(pages, err)
		}
	})
}

func TestReturnIsBoundedByWhatWentOut(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, lines := b.sold(t)
		f := b.ship(t, order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{units(lines[0], 2)}})
		refused := func(want string, in ...order.ReturnLineInput) {
			t.Helper()
			e, problems, err := b.orders.CreateReturn(b.ctx, order.ReturnInput{OrderID: o.ID, Lines: in})
			if err != nil || e != nil || len(problems) == 0 || codes(problems)[0] != want {
				t.Fatal(e, codes(problems), err)
			}
		}
		refused("INVALID returnInput.returnLineItems")
		refused("EXCEEDS_REMAINING returnInput.returnLineItems.0.quantity", back(f.Lines[0], 3))
		refused("EXCEEDS_REMAINING returnInput.returnLineItems.1.quantity", back(f.Lines[0], 1), back(f.Lines[0], 2))
		refused("INVALID returnInput.returnLineItems.0.quantity", back(f.Lines[0], 0))
		refused("NOT_FOUND returnInput.returnLineItems.0.fulfillmentLineItemId", back(&order.FulfillmentLine{ID: gid.New(order.FulfillmentLineType, uuid.New())}, 1))
		e := b.returned(t, o, back(f.Lines[0], 2))
		refused("EXCEEDS_REMAINING returnInput.returnLineItems.0.quantity", back(f.Lines[0], 1))
		if _, problems, err := b.orders.CancelFulfillment(b.ctx, f.ID); err != nil || codes(problems)[0] != "CONFLICT id" {
			t.Fatal(problems, err)
		}
		if e, problems, err := b.orders.CancelReturn(b.ctx, e.ID); err != nil || len(problems) > 0 || e.Status != order.ReturnCanceled || b.again(t, o).ReturnStatus != order.NoReturn {
			t.Fatal(problems, err)
		}
		second := b.returned(t, o, back(f.Lines[0], 1))
		if _, _, problems, err := b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{of(lines[0], 2, order.RestockReturn)}}); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		if _, _, _, problems, err := b.orders.ProcessReturn(b.ctx, order.ProcessInput{ReturnID: second.ID, Lines: []order.ProcessLineInput{came(second.Lines[0], 1)}}); err != nil || codes(problems)[0] != "EXCEEDS_REMAINING input.returnLineItems.0.quantity" {
			t.Fatal(problems, err)
		}
		other, _ := databasetest.Shop(t, db)
		foreign := access.With(other, access.From(b.ctx))
		for _, verb := range []func(context.Context, gid.ID) (*order.Return, fault.Problems, error){b.orders.CancelReturn, b.orders.CloseReturn, b.orders.ReopenReturn} {
			if _, problems, err := verb(foreign, second.ID); err != nil || codes(problems)[0] != "NOT_FOUND id" {
				t.Fatal(problems, err)
			}
		}
	})
}

func TestReturnClosesAndReopens(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, sent := b.shipped(t)
		e := b.returned(t, o, back(sent[0], 3))
		closed, problems, err := b.orders.CloseReturn(b.ctx, e.ID)
		if err != nil || len(problems) > 0 || closed.ClosedAt == nil || b.again(t, o).ReturnStatus != order.Returned {
			t.Fatal(problems, err)
		}
		other := b.returned(t, o, back(sent[0], 2)) // what did not come back is free again
		if _, problems, err := b.orders.ReopenReturn(b.ctx, e.ID); err != nil || codes(problems)[0] != "CONFLICT id" {
			t.Fatal(problems, err)
		}
		if _, problems, err := b.orders.CancelReturn(b.ctx, other.ID); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		open, problems, err := b.orders.ReopenReturn(b.ctx, e.ID)
		if err != nil || len(problems) > 0 || open.Status != order.ReturnOpen || open.ClosedAt != nil || b.again(t, o).ReturnStatus != order.ReturnInProgress {
			t.Fatal(open, problems, err)
		}
	})
}

func TestReturnWithoutMoneyIsOwedUntilItIsGivenBack(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, sent := b.shipped(t)
		e := b.returned(t, o, back(sent[0], 2))
		warehouse := b.as(access.Actor{Kind: access.Staff, Shop: access.From(b.ctx).Shop, ID: uuid.New(), Roles: []string{access.Warehouse}, Scopes: access.ScopesOf(access.Warehouse)})
		in := order.ProcessInput{ReturnID: e.ID, Lines: []order.ProcessLineInput{came(e.Lines[0], 1, order.Disposition{Quantity: 1, Restock: true})}}
		in.Refund = true
		if _, _, _, _, err := b.orders.ProcessReturn(warehouse, in); !fault.Is(err, fault.Forbidden) {
			t.Fatal(err)
		}
		in.Refund = false
		_, refund, now, problems, err := b.orders.ProcessReturn(warehouse, in)
		if err != nil || len(problems) > 0 || !refund.TotalRefunded.IsZero() || now.TotalOutstanding.Amount >= 0 || now.FinancialStatus != order.Paid {
			t.Fatal(refund, now, codes(problems), err)
		}
		b.onHand(t, b.variants[0], 98)
		owed := money.New(-now.TotalOutstanding.Amount, "USD")
		_, now, problems, err = b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Amount: &owed})
		if err != nil || len(problems) > 0 || !now.TotalOutstanding.IsZero() || now.TotalRefunded != owed || now.CurrentTotalPrice.Amount != now.TotalPrice.Amount-owed.Amount {
			t.Fatalf("%+v %v %v", now, codes(problems), err)
		}
	})
}

func TestReturnStaysOpenWhereTheGatewayRefuses(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, sent := b.shipped(t)
		e := b.returned(t, o, back(sent[0], 1))
		in := order.ProcessInput{ReturnID: e.ID, Refund: true, Lines: []order.ProcessLineInput{came(e.Lines[0], 1, order.Disposition{Quantity: 1, Restock: true})}}
		b.gateway.mood(payment.Declined{Code: payment.CardDeclined}, nil)
		if _, _, _, problems, err := b.orders.ProcessReturn(b.ctx, in); err != nil || codes(problems)[0] != "PAYMENT_FAILED input.financialTransfer" {
			t.Fatal(problems, err)
		}
		found, err := b.orders.ReturnsByID(b.ctx, []uuid.UUID{e.ID.UUID})
		if now := b.again(t, o); err != nil || found[e.ID.UUID].Status != order.ReturnOpen || found[e.ID.UUID].Lines[0].ProcessedQuantity != 0 || now.ReturnStatus != order.ReturnInProgress || !now.TotalRefunded.IsZero() {
			t.Fatal(found, now, err)
		}
		b.onHand(t, b.variants[0], 97)
		b.gateway.mood(nil, nil)
		if e, _, _, problems, err := b.orders.ProcessReturn(b.ctx, in); err != nil || len(problems) > 0 || e.Status != order.ReturnClosed {
			t.Fatal(problems, err)
		}
	})
}

func TestReturnsAtOnceNeverTakeMoreThanWentOut(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, sent := b.shipped(t)
		var wait sync.WaitGroup
		for range 5 {
			wait.Go(func() {
				if _, _, err := b.orders.CreateReturn(b.ctx, order.ReturnInput{OrderID: o.ID, Lines: []order.ReturnLineInput{back(sent[0], 2)}}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		pages, err := b.orders.ReturnsOf(b.ctx, []uuid.UUID{o.ID.UUID}, keyset.Args{})
		if err != nil || len(pages[o.ID.UUID].Items) != 1 {
			t.Fatal(len(pages[o.ID.UUID].Items), err)
		}
	})
}

func TestReturnRefusesForeignPlaces(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, sent := b.shipped(t)
		e := b.returned(t, o, back(sent[0], 2))
		for want, line := range map[string]order.ProcessLineInput{
			"NOT_FOUND input.returnLineItems.0.dispositions.0.locationId": came(e.Lines[0], 1, order.Disposition{Quantity: 1, Restock: true, LocationID: gid.New("Location", uuid.New())}),
			"INVALID input.returnLineItems.0.dispositions.1.quantity":     came(e.Lines[0], 2, order.Disposition{Quantity: 1}, order.Disposition{Quantity: 2}),
			"NOT_FOUND input.returnLineItems.0.id":                        came(&order.ReturnLine{ID: gid.New(order.ReturnLineType, uuid.New())}, 1),
			"EXCEEDS_REMAINING input.returnLineItems.0.quantity":          came(e.Lines[0], 3),
			"INVALID input.returnLineItems.0.quantity":                    came(e.Lines[0], 0),
		} {
			if _, _, _, problems, err := b.orders.ProcessReturn(b.ctx, order.ProcessInput{ReturnID: e.ID, Lines: []order.ProcessLineInput{line}}); err != nil || len(problems) == 0 || codes(problems)[0] != want {
				t.Fatal(want, codes(problems), err)
			}
		}
	})
}
