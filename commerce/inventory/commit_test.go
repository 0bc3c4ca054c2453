package inventory_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

func TestCommit(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, test := range map[string]func(*testing.T, *bundle){
			"TwiceIsOnce":              commitTwice,
			"LapsedPromiseIsMadeAnew":  commitLapsed,
			"LapsedAndSoldToOthers":    commitTooLate,
			"SoldIsPromisedUntilTaken": soldNotTaken,
			"AskedAgainWhenHalfLeft":   soldHalfLeft,
			"GoneVariantsWereSold":     soldAndGone,
			"RestockPutsBack":          restock,
			"RestockPassesOverTheGone": restockGone,
		} {
			t.Run(name, func(t *testing.T) { test(t, setup(t, db)) })
		}
	})
}

// What is sold in a transaction stays promised to nobody else until it leaves the stock: by whoever sold it or by the sweep.
func soldNotTaken(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	v := b.variant(t, true, false)
	b.put(t, v, home, 5)
	for i, leave := range []func(ref inventory.Ref, sold []inventory.Allocation) error{
		func(ref inventory.Ref, sold []inventory.Allocation) error { return b.stock.Settle(b.ctx, ref, sold) },
		func(inventory.Ref, []inventory.Allocation) error {
			b.clock.Advance(3 * time.Second)
			n, err := b.stock.Sweep(b.ctx, 100)
			if n != 1 {
				t.Errorf("%d swept", n)
			}
			return err
		},
	} {
		had := int64(5 - 2*i)
		sale := inventory.Commitment{Ref: inventory.Ref(fmt.Sprint("cart-", i)), Lines: lines(of(v, 2)), Order: fmt.Sprint("order-", i)}
		if err := b.stock.Reserve(b.ctx, sale.Ref, sale.Lines, b.soon()); err != nil {
			t.Fatal(err)
		}
		var sold []inventory.Allocation
		commit := func() {
			t.Helper()
			ctx, record := database.Recording(b.ctx, true)
			err := b.db.InTx(ctx, func(tx database.Tx) (err error) {
				sold, err = b.stock.CommitTx(ctx, tx, sale)
				return err
			})
			if diff := cmp.Diff([]inventory.Allocation{{VariantID: v, LocationID: home, Quantity: 2}}, sold); diff != "" || err != nil {
				t.Fatal(diff, err)
			}
			if strings.Contains(strings.Join(record.Statements(), " "), "inventory_level") {
				t.Errorf("the sale touched the levels: %q", record.Statements())
			}
		}
		commit()
		commit() // again: the answer was lost
		b.expect(t, v, had, 2)
		if err := b.stock.Release(b.ctx, sale.Ref); err != nil {
			t.Fatal(err)
		}
		if held, err := b.stock.Extend(b.ctx, sale.Ref, b.soon()); held || err != nil {
			t.Errorf("what was sold is promised for longer: %v", err)
		}
		b.expect(t, v, had, 2)
		b.adds(t)
		for range 2 {
			if err := leave(sale.Ref, sold); err != nil {
				t.Fatal(err)
			}
			leave = func(ref inventory.Ref, sold []inventory.Allocation) error { return b.stock.Settle(b.ctx, ref, sold) }
			b.expect(t, v, had-2, 0)
		}
		if again, err := b.stock.Commit(b.ctx, sale); err != nil || len(again) != 1 {
			t.Errorf("sold again: %v, %v", again, err)
		}
		b.expect(t, v, had-2, 0)
		b.adds(t)
	}
}

// soldIn sells in a transaction and leaves it to others to settle.
func soldIn(t *testing.T, b *bundle, sale inventory.Commitment) []inventory.Allocation {
	t.Helper()
	var sold []inventory.Allocation
	err := b.db.InTx(b.ctx, func(tx database.Tx) (err error) {
		sold, err = b.stock.CommitTx(b.ctx, tx, sale)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sold
}

// A sale of which the sweep has settled one location gives all of it to whoever asks again.
func soldHalfLeft(t *testing.T, b *bundle) {
	near, far := b.location(t, "near", 1), b.location(t, "far", 2)
	v := b.variant(t, true, false)
	b.put(t, v, near, 1)
	b.put(t, v, far, 1)
	sale := inventory.Commitment{Ref: "cart", Lines: lines(of(v, 2)), Order: "order"}
	if err := b.stock.Reserve(b.ctx, sale.Ref, sale.Lines, b.soon()); err != nil {
		t.Fatal(err)
	}
	want := soldIn(t, b, sale)
	b.clock.Advance(time.Minute)
	for i, rest := range []int64{1, 0, 0} {
		n, err := b.stock.Sweep(b.ctx, 1)
		if err != nil || i < 2 && n != 1 {
			t.Fatal(n, err)
		}
		if diff := cmp.Diff(want, soldIn(t, b, sale)); diff != "" || len(want) != 2 {
			t.Error(diff)
		}
		b.expect(t, v, rest, rest)
		b.adds(t)
	}
}

// What was sold of a variant that is deleted before it left the stock stands in the ledger.
func soldAndGone(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	v := b.variant(t, true, false)
	b.put(t, v, home, 3)
	sale := inventory.Commitment{Ref: "cart", Lines: lines(of(v, 1)), Order: "order"}
	for _, ref := range []inventory.Ref{sale.Ref, "promised only"} {
		if err := b.stock.Reserve(b.ctx, ref, sale.Lines, b.soon()); err != nil {
			t.Fatal(err)
		}
	}
	sold := soldIn(t, b, sale)
	if err := b.db.InTx(b.ctx, func(tx database.Tx) error { return b.stock.GoneTx(b.ctx, tx, []uuid.UUID{v}) }); err != nil {
		t.Fatal(err)
	}
	if err := b.stock.Settle(b.ctx, sale.Ref, sold); err != nil {
		t.Fatal(err)
	}
	moves, err := b.stock.Movements(b.ctx, v, home, uuid.Nil, 10)
	if err != nil || len(moves) != 2 || moves[0].Reason != inventory.Sale || moves[0].Delta != -1 {
		t.Error(moves, err)
	}
}

func commitTwice(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	v, free := b.variant(t, true, false), b.variant(t, false, false)
	b.put(t, v, home, 5)
	sale := inventory.Commitment{Ref: "cart", Lines: lines(of(v, 2), of(free, 1)), Order: "#1001", Actor: "customer:1"}
	if err := b.stock.Reserve(b.ctx, sale.Ref, sale.Lines, b.soon()); err != nil {
		t.Fatal(err)
	}
	want := []inventory.Allocation{{VariantID: v, LocationID: home, Quantity: 2}}
	for range 3 {
		sold, err := b.stock.Commit(b.ctx, sale)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, sold); diff != "" {
			t.Fatal(diff)
		}
		b.expect(t, v, 3, 0)
	}
	moves, err := b.stock.Movements(b.ctx, v, home, uuid.Nil, 10)
	if err != nil || len(moves) != 2 {
		t.Fatal(moves, err)
	}
	got := moves[0]
	if got.Delta != -2 || got.Reason != inventory.Sale || got.Ref != "#1001" || got.Actor != "customer:1" || !got.CreatedAt.Equal(start) {
		t.Fatalf("%+v", got)
	}
	older, err := b.stock.Movements(b.ctx, v, home, got.ID, 10)
	if err != nil || len(older) != 1 || older[0].Delta != 5 {
		t.Fatal(older, err)
	}
}

func commitLapsed(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	v := b.variant(t, true, false)
	b.put(t, v, home, 5)
	lapse(t, b, of(v, 2))
	sold, err := b.stock.Commit(b.ctx, inventory.Commitment{Ref: "cart", Lines: lines(of(v, 2)), Order: "order"})
	if err != nil || len(sold) != 1 {
		t.Fatal(sold, err)
	}
	b.expect(t, v, 3, 0)
}

func commitTooLate(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	v := b.variant(t, true, false)
	b.put(t, v, home, 2)
	lapse(t, b, of(v, 2))
	if err := b.stock.Reserve(b.ctx, "other", lines(of(v, 1)), b.soon()); err != nil {
		t.Fatal(err)
	}
	_, err := b.stock.Commit(b.ctx, inventory.Commitment{Ref: "cart", Lines: lines(of(v, 2)), Order: "order"})
	if _, ok := errors.AsType[inventory.OutOfStock](err); !ok {
		t.Fatalf("err = %v, want OutOfStock", err)
	}
	b.expect(t, v, 2, 1)
}

// lapse promises a line and lets its time run out.
func lapse(t *testing.T, b *bundle, l inventory.Line) {
	t.Helper()
	if err := b.stock.Reserve(b.ctx, "cart", lines(l), b.soon()); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Hour)
	if n, err := b.stock.Sweep(t.Context(), 100); err != nil || n != 1 {
		t.Fatal(n, err)
	}
}

func restock(t *testing.T, b *bundle) {
	near, far := b.location(t, "near", 1), b.location(t, "far", 2)
	v := b.variant(t, true, false)
	b.put(t, v, near, 1)
	b.put(t, v, far, 1)
	sold, err := b.stock.Commit(b.ctx, inventory.Commitment{Ref: "cart", Lines: lines(of(v, 2)), Order: "order"})
	if err != nil {
		t.Fatal(err)
	}
	b.expect(t, v, 0, 0)
	b.seen.take()
	err = b.db.InTx(b.ctx, func(tx database.Tx) error {
		return b.stock.RestockTx(b.ctx, tx, inventory.Returned{Lines: sold, Ref: "order", Actor: "staff:1"})
	})
	if err != nil {
		t.Fatal(err)
	}
	b.expect(t, v, 2, 0)
	b.announced(t, v)
	levels, err := b.stock.Levels(b.ctx, []uuid.UUID{v})
	if err != nil || levels[v][0].OnHand != 1 || levels[v][1].OnHand != 1 {
		t.Fatalf("%+v, %v", levels, err)
	}
}

func restockGone(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	v := b.variant(t, true, false)
	err := b.db.InTx(b.ctx, func(tx database.Tx) error {
		return b.stock.RestockTx(b.ctx, tx, inventory.Returned{Lines: []inventory.Allocation{
			{VariantID: uuid.New(), LocationID: home, Quantity: 1}, {VariantID: v, LocationID: uuid.New(), Quantity: 1}, {VariantID: v, Quantity: 4},
		}})
	})
	if err != nil {
		t.Fatal(err)
	}
	b.expect(t, v, 4, 0)
}
