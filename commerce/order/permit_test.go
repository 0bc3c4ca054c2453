package order_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// role gives a context in which somebody of a built-in role works.
func (b *bundle) role(name string) context.Context {
	return b.as(access.Actor{Kind: access.Staff, Shop: access.From(b.ctx).Shop, ID: uuid.New(), Roles: []string{name}, Scopes: access.ScopesOf(name)})
}

// app gives a context in which an app works that is kept to locations.
func (b *bundle) app(locations []uuid.UUID, scopes ...string) context.Context {
	return b.as(access.Actor{Kind: access.App, Shop: access.From(b.ctx).Shop, ID: uuid.New(), Locations: locations, Scopes: access.NewScopes(scopes...)})
}

// giveBack gives an amount of money back and reports whether that was forbidden.
func (b *bundle) giveBack(t *testing.T, ctx context.Context, o *order.Order, amount int64) (forbidden bool) {
	t.Helper()
	m := money.New(amount, "USD")
	_, _, problems, err := b.orders.Refund(ctx, order.RefundInput{OrderID: o.ID, Amount: &m})
	if len(problems) > 0 || err != nil && !fault.Is(err, fault.Forbidden) {
		t.Fatal(problems, err)
	}
	return err != nil
}

func TestSupportRefundsUpToTheLimitOfAnOrder(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, _ := b.sold(t)
		support := b.role(access.Support)
		if !b.giveBack(t, support, o, 20001) {
			t.Error("more than the limit went back at once")
		}
		if b.giveBack(t, support, o, 15000) || b.giveBack(t, support, o, 5000) {
			t.Error("the limit itself was refused")
		}
		if !b.giveBack(t, support, o, 1) {
			t.Error("more than the limit went back in parts")
		}
		if got := b.again(t, o).TotalRefunded.Amount; got != 20000 {
			t.Errorf("%d went back", got)
		}
		if !b.giveBack(t, b.role(access.Warehouse), o, 1) {
			t.Error("who may not refund did")
		}
		if b.giveBack(t, b.role(access.Finance), o, 20001) {
			t.Error("finance has a limit")
		}
		if !b.giveBack(t, b.app(nil, access.OrdersRefund), o, 1) {
			t.Error("an app has no limit")
		}
		if b.giveBack(t, b.app(nil, access.OrdersRefund, access.OrdersRefundAny), o, 1) {
			t.Error("an app whose limit is lifted has one")
		}
	})
}

func TestCancelGivesBackNoMoreThanTheViewerMay(t *testing.T) {
	b := setup(t, databasetest.SQLite(t))
	o, _ := b.sold(t)
	cancel := order.CancelInput{OrderID: o.ID, Reason: "CUSTOMER", Refund: true}
	for _, role := range []string{access.Support, access.Warehouse} {
		if _, problems, err := b.orders.Cancel(b.role(role), cancel); err != nil || len(problems) != 1 || problems[0].Code != order.CodeNoRefund {
			t.Errorf("%s: %v %v", role, problems, err)
		}
	}
	if b.again(t, o).CanceledAt != nil {
		t.Error("a refused cancellation canceled")
	}
	if _, problems, err := b.orders.Cancel(b.role(access.Manager), cancel); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

func TestWhoIsKeptToALocationShipsAndRestocksThereOnly(t *testing.T) {
	b := setup(t, databasetest.SQLite(t))
	away, err := b.stock.SaveLocation(b.ctx, inventory.Location{Handle: "away", Name: "Away", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	o, lines := b.sold(t)
	scopes := []string{access.OrdersRead, access.OrdersWrite, access.OrdersRefund, access.OrdersRefundAny}
	here, elsewhere := b.app([]uuid.UUID{b.location}, scopes...), b.app([]uuid.UUID{away.ID.UUID}, scopes...)

	ship := order.FulfillInput{OrderID: o.ID, Lines: []order.FulfillLineInput{{LineID: lines[0].ID, Quantity: 1}}}
	if _, _, err := b.orders.Fulfill(elsewhere, ship); !fault.Is(err, fault.Forbidden) {
		t.Errorf("shipped from where it may not: %v", err)
	}
	if _, problems, err := b.orders.Fulfill(here, ship); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}

	back := order.RefundInput{OrderID: o.ID, Lines: []order.RefundLineInput{of(lines[1], 1, order.RestockCancel)}}
	if _, _, _, err := b.orders.Refund(elsewhere, back); !fault.Is(err, fault.Forbidden) {
		t.Errorf("restocked where it may not: %v", err)
	}
	named := back
	named.Lines = []order.RefundLineInput{back.Lines[0]}
	named.Lines[0].LocationID = away.ID
	if _, _, problems, err := b.orders.Refund(here, named); err != nil || len(problems) != 1 || problems[0].Code != order.CodeNotFound {
		t.Errorf("another location is told apart from none: %v %v", problems, err)
	}
	b.onHand(t, b.variants[1], 98)
	if _, _, problems, err := b.orders.Refund(here, back); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	b.onHand(t, b.variants[1], 99)

	second := b.deliver(t, b.draft(b.basket(t)))
	cancel := order.CancelInput{OrderID: second.ID, Reason: "CUSTOMER", Restock: true}
	if _, _, err := b.orders.Cancel(elsewhere, cancel); !fault.Is(err, fault.Forbidden) {
		t.Errorf("canceled into where it may not: %v", err)
	}
	if _, problems, err := b.orders.Cancel(here, cancel); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

// The contact of an order is personal data: who works for the shop without the permission neither reads it, nor finds an
// order by it, nor gets the link that would open it.
func TestContactIsForWhoMaySeeIt(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		o, _ := b.sold(t)
		for _, tt := range []struct {
			role string
			sees bool
		}{{access.Support, true}, {access.Warehouse, false}, {access.Finance, false}} {
			ctx := b.role(tt.role)
			seen, err := b.orders.ByID(ctx, o.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got := b.orders.SeesContact(ctx, seen); got != tt.sees {
				t.Errorf("%s sees the contact: %v", tt.role, got)
			}
			page, err := b.orders.List(ctx, order.Whole, keyset.Args{}, "", "")
			if err != nil || len(page.Items) != 1 {
				t.Fatal(page, err)
			}
			for _, shown := range []*order.Order{seen, page.Items[0]} {
				if got := strings.Contains(shown.StatusURL, "?key="); got != tt.sees {
					t.Errorf("%s gets the key: %v", tt.role, got)
				}
			}
			for query, found := range map[string]int{"moss": 1, "Mia": 1, "mia@example.com": 0, "example": 0, "#1": 0} {
				if tt.sees && (query == "mia@example.com" || query == "example") {
					found = 1
				}
				page, err := b.orders.List(ctx, order.Whole, keyset.Args{}, "", query)
				n, err2 := b.orders.Count(ctx, query)
				if err != nil || err2 != nil || len(page.Items) != found || n != int64(found) {
					t.Errorf("%s finds %d, and counts %d, by %q: %v %v", tt.role, len(page.Items), n, query, err, err2)
				}
			}
			if _, err := b.orders.List(ctx, order.Whole, keyset.Args{}, "", "email:mia@example.com"); fault.Is(err, fault.Invalid) == tt.sees {
				t.Errorf("%s searches by email: %v", tt.role, err)
			}
		}
	})
}
