package inventory_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

func TestReserve(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, test := range map[string]func(*testing.T, *bundle){
			"OK":                     reserveOK,
			"SoldOut":                reserveSoldOut,
			"AllLinesOrNone":         reserveAllOrNone,
			"SameVariantAddsUp":      reserveSameVariant,
			"AgainReplaces":          reserveAgain,
			"NearestLocationFirst":   reserveByPriority,
			"ClosedLocationsAreNone": reserveClosed,
			"UntrackedNeedsNoLevel":  reserveUntracked,
			"OversellGoesBeyond":     reserveOversell,
			"ForeignShop":            reserveForeign,
			"BadQuantity":            reserveBadQuantity,
			"HandfulOfStatements":    reserveStatements,
		} {
			t.Run(name, func(t *testing.T) { test(t, setup(t, db)) })
		}
	})
}

func reserveOK(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	v := b.variant(t, true, false)
	b.put(t, v, home, 5)
	b.announced(t, v)
	if err := b.stock.Reserve(b.ctx, "cart-1", lines(of(v, 5)), b.soon()); err != nil {
		t.Fatal(err)
	}
	b.expect(t, v, 5, 5)
	b.announced(t, v)
	got, err := b.stock.Available(b.ctx, []uuid.UUID{v, uuid.New()})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[uuid.UUID]inventory.Availability{v: {Tracked: true}}, got); diff != "" {
		t.Fatal(diff)
	}
	for range 2 {
		if err := b.stock.Release(b.ctx, "cart-1"); err != nil {
			t.Fatal(err)
		}
		b.expect(t, v, 5, 0)
	}
	b.announced(t, v)
}

func reserveSoldOut(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	v, never := b.variant(t, true, false), b.variant(t, true, false)
	b.put(t, v, home, 2)
	err := b.stock.Reserve(b.ctx, "cart", lines(of(v, 3), of(never, 1)), b.soon())
	got, ok := errors.AsType[inventory.OutOfStock](err)
	if !ok {
		t.Fatalf("err = %v, want OutOfStock", err)
	}
	want := []inventory.Shortage{{VariantID: v, Requested: 3, Available: 2}, {VariantID: never, Requested: 1}}
	if diff := cmp.Diff(want, got.Lines); diff != "" {
		t.Fatal(diff)
	}
	b.expect(t, v, 2, 0)
}

func reserveAllOrNone(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	full, empty := b.variant(t, true, false), b.variant(t, true, false)
	b.put(t, full, home, 10)
	b.put(t, empty, home, 0)
	if err := b.stock.Reserve(b.ctx, "cart", lines(of(full, 1), of(empty, 1)), b.soon()); err == nil {
		t.Fatal("an empty variant was promised")
	}
	b.expect(t, full, 10, 0)
}

func reserveSameVariant(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	v := b.variant(t, true, false)
	b.put(t, v, home, 5)
	if err := b.stock.Reserve(b.ctx, "a", lines(of(v, 3), of(v, 3)), b.soon()); err == nil {
		t.Fatal("six of five were promised")
	}
	if err := b.stock.Reserve(b.ctx, "a", lines(of(v, 3), of(v, 2)), b.soon()); err != nil {
		t.Fatal(err)
	}
	b.expect(t, v, 5, 5)
}

func reserveAgain(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	v, w := b.variant(t, true, false), b.variant(t, true, false)
	b.put(t, v, home, 5)
	b.put(t, w, home, 5)
	for _, n := range []int64{4, 4, 5, 2} {
		if err := b.stock.Reserve(b.ctx, "cart", lines(of(v, n)), b.soon()); err != nil {
			t.Fatal(err)
		}
		b.expect(t, v, 5, n)
	}
	if err := b.stock.Reserve(b.ctx, "cart", lines(of(v, 9), of(w, 1)), b.soon()); err == nil {
		t.Fatal("nine of five were promised")
	}
	b.expect(t, v, 5, 2)
	if err := b.stock.Reserve(b.ctx, "cart", lines(of(w, 1)), b.soon()); err != nil {
		t.Fatal(err)
	}
	b.expect(t, v, 5, 0)
	b.expect(t, w, 5, 1)
	if err := b.stock.Reserve(b.ctx, "cart", nil, b.soon()); err != nil {
		t.Fatal(err)
	}
	b.expect(t, w, 5, 0)
}

func reserveByPriority(t *testing.T, b *bundle) {
	far, near := b.location(t, "far", 2), b.location(t, "near", 1)
	v := b.variant(t, true, false)
	b.put(t, v, far, 5)
	b.put(t, v, near, 2)
	if err := b.stock.Reserve(b.ctx, "cart", lines(of(v, 3)), b.soon()); err != nil {
		t.Fatal(err)
	}
	got, err := b.stock.Commit(b.ctx, inventory.Commitment{Ref: "cart", Lines: lines(of(v, 3)), Order: "order"})
	if err != nil {
		t.Fatal(err)
	}
	taken := map[uuid.UUID]int64{}
	for _, a := range got {
		taken[a.LocationID] = a.Quantity
	}
	if diff := cmp.Diff(map[uuid.UUID]int64{near: 2, far: 1}, taken); diff != "" {
		t.Fatal(diff)
	}
}

func reserveClosed(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	v := b.variant(t, true, false)
	b.put(t, v, home, 5)
	for _, l := range []inventory.Location{{Active: true}, {FulfillsOnline: true}} {
		l.Handle, l.Name = "home", "Home"
		if _, err := b.stock.SaveLocation(b.ctx, l); err != nil {
			t.Fatal(err)
		}
		if err := b.stock.Reserve(b.ctx, "cart", lines(of(v, 1)), b.soon()); err == nil {
			t.Fatalf("promised from a location that is %+v", l)
		}
	}
}

func reserveUntracked(t *testing.T, b *bundle) {
	v := b.variant(t, false, false)
	if err := b.stock.Reserve(b.ctx, "cart", lines(of(v, 1000)), b.soon()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		sold, err := b.stock.Commit(b.ctx, inventory.Commitment{Ref: "cart", Lines: lines(of(v, 1000)), Order: "order"})
		if err != nil || len(sold) > 0 {
			t.Fatal(sold, err)
		}
	}
	got, err := b.stock.Available(b.ctx, []uuid.UUID{v})
	if err != nil || !got[v].ForSale {
		t.Fatalf("%+v, %v", got, err)
	}
}

func reserveOversell(t *testing.T, b *bundle) {
	b.location(t, "second", 2)
	first := b.location(t, "first", 1)
	v := b.variant(t, true, true)
	if err := b.stock.Reserve(b.ctx, "cart", lines(of(v, 7)), b.soon()); err != nil {
		t.Fatal(err)
	}
	b.expect(t, v, 0, 7)
	sold, err := b.stock.Commit(b.ctx, inventory.Commitment{Ref: "cart", Lines: lines(of(v, 7)), Order: "order"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]inventory.Allocation{{VariantID: v, LocationID: first, Quantity: 7}}, sold); diff != "" {
		t.Fatal(diff)
	}
	b.expect(t, v, -7, 0)
	got, err := b.stock.Available(b.ctx, []uuid.UUID{v})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(inventory.Availability{Available: -7, Tracked: true, Oversell: true, ForSale: true}, got[v]); diff != "" {
		t.Fatal(diff)
	}
}

func reserveForeign(t *testing.T, b *bundle) {
	other := setup(t, b.db)
	home := b.location(t, "home", 0)
	away := other.location(t, "away", 0)
	v := b.variant(t, true, false)
	b.put(t, v, home, 5)
	err := other.stock.Reserve(other.ctx, "cart", lines(of(v, 1)), b.soon())
	short, ok := errors.AsType[inventory.OutOfStock](err)
	if !ok || short.Lines[0].Available != 0 {
		t.Fatalf("err = %v: another shop's stock shows", err)
	}
	if err := b.stock.Reserve(b.ctx, "cart", lines(of(v, 1)), b.soon()); err != nil {
		t.Fatal(err)
	}
	if err := other.stock.Release(other.ctx, "cart"); err != nil {
		t.Fatal(err)
	}
	b.expect(t, v, 5, 1)
	_, problems, err := other.stock.Set(other.ctx, inventory.Count{Quantities: []inventory.SetQuantity{{VariantID: v, LocationID: away, Quantity: 1}, {VariantID: v, LocationID: home, Quantity: 1}}})
	if err != nil || len(problems) != 3 {
		t.Fatal(problems, err)
	}
	if a, err := other.stock.Available(other.ctx, []uuid.UUID{v}); err != nil || len(a) > 0 {
		t.Fatal(a, err)
	}
}

func reserveBadQuantity(t *testing.T, b *bundle) {
	v := b.variant(t, false, false)
	for _, n := range []int64{0, -1, inventory.MaxQuantity + 1} {
		if err := b.stock.Reserve(b.ctx, "cart", lines(of(v, n)), b.soon()); !fault.Is(err, fault.Invalid) {
			t.Fatalf("quantity %d: %v", n, err)
		}
	}
	if err := b.stock.Reserve(b.ctx, "", lines(of(v, 1)), b.soon()); err == nil {
		t.Fatal("a promise to nobody")
	}
}

func reserveStatements(t *testing.T, b *bundle) {
	home := b.location(t, "home", 0)
	var want []inventory.Line
	for range 20 {
		v := b.variant(t, true, false)
		b.put(t, v, home, 9)
		want = append(want, of(v, 2))
	}
	ctx, record := database.Recording(b.ctx, true)
	if err := b.stock.Reserve(ctx, "cart", want, b.soon()); err != nil {
		t.Fatal(err)
	}
	if n := len(record.Statements()); n > 6 {
		t.Fatalf("reserving 20 lines took %d statements: %q", n, record.Statements())
	}
	ctx, record = database.Recording(b.ctx, true)
	if _, err := b.stock.Commit(ctx, inventory.Commitment{Ref: "cart", Lines: want, Order: "order"}); err != nil {
		t.Fatal(err)
	}
	if n := len(record.Statements()); n > 8 {
		t.Fatalf("committing 20 lines took %d statements: %q", n, record.Statements())
	}
	b.adds(t)
}

func TestExpiry(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b, other := setup(t, db), setup(t, db)
		home, away := b.location(t, "home", 0), other.location(t, "away", 0)
		v, w := b.variant(t, true, false), other.variant(t, true, false)
		b.put(t, v, home, 10)
		other.put(t, w, away, 10)
		for _, ref := range []inventory.Ref{"lapsed", "paying"} {
			if err := b.stock.Reserve(b.ctx, ref, lines(of(v, 2)), b.soon()); err != nil {
				t.Fatal(err)
			}
		}
		if err := other.stock.Reserve(other.ctx, "lapsed", lines(of(w, 3)), b.soon()); err != nil {
			t.Fatal(err)
		}
		for _, minutes := range []int{30, 5} { // the shorter one takes nothing back
			if held, err := b.stock.Extend(b.ctx, "paying", start.Add(time.Duration(minutes)*time.Minute)); err != nil || !held {
				t.Fatal(held, err)
			}
		}
		sweep := func(want int) {
			t.Helper()
			if n, err := b.stock.Sweep(t.Context(), 100); err != nil || n != want {
				t.Fatalf("released %d, %v; want %d", n, err, want)
			}
		}
		sweep(0)
		b.clock.Advance(11 * time.Minute)
		sweep(2)
		b.expect(t, v, 10, 2)
		other.expect(t, w, 10, 0)
		if held, err := b.stock.Extend(b.ctx, "lapsed", b.soon()); err != nil || held {
			t.Fatal(held, err)
		}
		b.clock.Advance(20 * time.Minute)
		sweep(1)
		b.expect(t, v, 10, 0)
		sweep(0)
	})
}
