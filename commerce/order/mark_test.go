package order_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/keyset"
)

func TestMarkedAsPaid(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, err := b.place(b.draft(b.basket(t)))
		if err != nil || o.FinancialStatus != order.Pending || o.TotalOutstanding != o.TotalPrice {
			t.Fatal(o, err)
		}
		now, problems, err := b.orders.MarkPaid(b.ctx, o.ID)
		if err != nil || len(problems) > 0 || now.FinancialStatus != order.Paid || !now.TotalOutstanding.IsZero() || now.Test || !cmp.Equal(now.PaymentGatewayNames, []string{payment.Manual}) {
			t.Fatalf("%+v %v %v", now, problems, err)
		}
		if _, problems, err = b.orders.MarkPaid(b.ctx, o.ID); err != nil || codes(problems)[0] != "CONFLICT input.id" {
			t.Fatal(problems, err)
		}
		lines := b.lines(t, o)
		refund, now, problems, err := b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{of(lines[0], 1, order.RestockCancel)}})
		if err != nil || len(problems) > 0 || refund.Pending || now.TotalRefunded.Amount == 0 || now.FinancialStatus != order.PartiallyRefunded {
			t.Fatalf("%+v %v %v", refund, problems, err)
		}
		if _, problems, err = b.orders.MarkPaid(b.ctx, orderID(uuid.New())); err != nil || codes(problems)[0] != "NOT_FOUND input.id" {
			t.Fatal(problems, err)
		}
		if b.payments.Knows(payment.Manual) {
			t.Fatal("a buyer could pay with it")
		}
	})
}

func TestCanceledOrderIsNotMarkedAsPaid(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, err := b.place(b.draft(b.basket(t)))
		if err != nil {
			t.Fatal(err)
		}
		if _, problems, err := b.orders.Cancel(b.ctx, order.CancelInput{OrderID: o.ID, Reason: "OTHER", Restock: true}); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		if _, problems, err := b.orders.MarkPaid(b.ctx, o.ID); err != nil || codes(problems)[0] != "CONFLICT input.id" {
			t.Fatal(problems, err)
		}
	})
}

func TestTimelineTellsWhoDidWhat(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, _ := b.sold(t)
		b.seen.take()
		e, now, problems, err := b.orders.Comment(b.ctx, o.ID, "  Called, will ring back. ")
		if err != nil || len(problems) > 0 || e.Message != "Called, will ring back." || e.Action != "comment" || e.StaffMemberID != access.From(b.ctx).ID || now == nil {
			t.Fatal(e, problems, err)
		}
		for _, verb := range []func() (*order.Order, any, error){
			func() (*order.Order, any, error) { o, p, err := b.orders.Close(b.ctx, o.ID); return o, p, err },
			func() (*order.Order, any, error) { o, p, err := b.orders.Close(b.ctx, o.ID); return o, p, err }, // twice is once
			func() (*order.Order, any, error) { o, p, err := b.orders.Open(b.ctx, o.ID); return o, p, err },
			func() (*order.Order, any, error) {
				o, p, err := b.orders.AddTags(b.ctx, o.ID, []string{" vip", "vip", "late"})
				return o, p, err
			},
			func() (*order.Order, any, error) {
				o, p, err := b.orders.AddTags(b.ctx, o.ID, []string{"vip"})
				return o, p, err
			},
			func() (*order.Order, any, error) {
				o, p, err := b.orders.RemoveTags(b.ctx, o.ID, []string{"late ", "none"})
				return o, p, err
			},
		} {
			if _, _, err := verb(); err != nil {
				t.Fatal(err)
			}
		}
		if now := b.again(t, o); now.ClosedAt != nil || !cmp.Equal(now.Tags, []string{"vip"}) {
			t.Fatalf("%+v", now)
		}
		pages, err := b.orders.EventsOf(b.ctx, []uuid.UUID{o.ID.UUID}, keyset.Args{})
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, e := range pages[o.ID.UUID].Items {
			told = append(told, e.Action)
		}
		if diff := cmp.Diff([]string{"placed", "comment", "closed", "reopened", "tags_changed", "tags_changed"}, told); diff != "" {
			t.Fatal(diff)
		}
		if n := len(b.seen.take()); n != 5 {
			t.Fatal(n)
		}
		for message, want := range map[string]string{" ": "BLANK message", strings.Repeat("x", 5001): "TOO_LONG message"} {
			if _, _, problems, err := b.orders.Comment(b.ctx, o.ID, message); err != nil || codes(problems)[0] != want {
				t.Fatal(problems, err)
			}
		}
		if _, problems, err := b.orders.AddTags(b.ctx, o.ID, []string{strings.Repeat("x", 41)}); err != nil || codes(problems)[0] != "TOO_LONG tags.0" {
			t.Fatal(problems, err)
		}
	})
}
