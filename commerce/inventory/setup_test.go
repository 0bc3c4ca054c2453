package inventory_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// bundle is one shop with a stock of its own, and somebody of its warehouse at work.
type bundle struct {
	ctx   context.Context
	db    *database.DB
	clock *clock.Manual
	stock *inventory.Service
	seen  *events
}

func setup(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	ctx, shop := databasetest.Shop(t, db)
	keeper := access.Actor{Kind: access.Staff, Shop: shop, ID: uuid.New(), Roles: []string{access.Warehouse}, Scopes: access.ScopesOf(access.Warehouse)}
	b := &bundle{ctx: access.With(ctx, keeper), db: db, clock: clock.NewManual(start), seen: &events{}}
	b.stock = inventory.New(inventory.Config{DB: db, Clock: b.clock, Events: b.seen})
	return b
}

// events keeps what was announced in transactions that were committed.
type events struct {
	mu   sync.Mutex
	list []uuid.UUID
}

func (e *events) AppendTx(_ context.Context, tx database.Tx, subject string, payload any) error {
	tx.AfterCommit(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if subject == inventory.ChangedSubject {
			e.list = append(e.list, payload.(inventory.Changed).Variants...)
		}
	})
	return nil
}

func (e *events) take() []uuid.UUID {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.list
	e.list = nil
	return list
}

type fatal interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// variant makes a variant of a product of its own.
func (b *bundle) variant(t fatal, tracked, oversell bool) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	err := b.db.InTx(b.ctx, func(tx database.Tx) error {
		_, err := tx.Exec(b.ctx, `INSERT INTO product (id, shop_id, created_at, updated_at, handle, title) VALUES ($2, $1, $3, $3, $4, 'Chair')`, id, start, "p-"+id.String())
		if err != nil {
			return err
		}
		_, err = tx.Exec(b.ctx, `INSERT INTO variant (id, shop_id, created_at, updated_at, product_id, title, tracked, oversell) VALUES ($2, $1, $3, $3, $2, 'Oak', $4, $5)`, id, start, tracked, oversell)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (b *bundle) location(t fatal, handle string, priority int) uuid.UUID {
	t.Helper()
	l, err := b.stock.SaveLocation(b.ctx, inventory.Location{Handle: handle, Name: handle, Priority: priority, Active: true, FulfillsOnline: true})
	if err != nil {
		t.Fatal(err)
	}
	return l.ID.UUID
}

// put sets what is on hand.
func (b *bundle) put(t fatal, variant, location uuid.UUID, quantity int64) {
	t.Helper()
	_, problems, err := b.stock.Set(b.ctx, inventory.Count{Quantities: []inventory.SetQuantity{{VariantID: variant, LocationID: location, Quantity: quantity}}})
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
}

// adds fails the test unless levels agree with ledger and promises.
func (b *bundle) adds(t fatal) {
	t.Helper()
	wrong, err := b.stock.Verify(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(wrong) > 0 {
		t.Fatalf("levels disagree with their ledger: %+v", wrong)
	}
}

// level gives on hand and reserved, summed over locations.
func (b *bundle) level(t fatal, variant uuid.UUID) (onHand, reserved int64) {
	t.Helper()
	levels, err := b.stock.Levels(b.ctx, []uuid.UUID{variant})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range levels[variant] {
		onHand, reserved = onHand+l.OnHand, reserved+l.Reserved
	}
	return onHand, reserved
}

func (b *bundle) expect(t fatal, variant uuid.UUID, onHand, reserved int64) {
	t.Helper()
	if h, r := b.level(t, variant); h != onHand || r != reserved {
		t.Fatalf("%d on hand and %d reserved, want %d and %d", h, r, onHand, reserved)
	}
	b.adds(t)
}

func (b *bundle) announced(t *testing.T, want ...uuid.UUID) {
	t.Helper()
	got := b.seen.take()
	slices.SortFunc(got, compareIDs)
	slices.SortFunc(want, compareIDs)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("variants announced (-want +got):\n%s", diff)
	}
}

func compareIDs(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }

func (b *bundle) soon() time.Time { return b.clock.Now().Add(10 * time.Minute) }

func of(variant uuid.UUID, quantity int64) inventory.Line {
	return inventory.Line{VariantID: variant, Quantity: quantity}
}

func lines(l ...inventory.Line) []inventory.Line { return l }
