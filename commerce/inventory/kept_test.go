package inventory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// What is kept to some locations touches no other, and another location looks as if it were not there.
func TestWhoIsKeptToALocationTouchesNoOther(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		v, home, away := b.variant(t, true, false), b.location(t, "home", 0), b.location(t, "away", 1)
		counted := func(at uuid.UUID, n int64) inventory.Count {
			return inventory.Count{Quantities: []inventory.SetQuantity{{VariantID: v, LocationID: at, Quantity: n}}}
		}
		for _, at := range []uuid.UUID{home, away} {
			if _, problems, err := b.stock.Set(b.ctx, counted(at, 5)); err != nil || len(problems) > 0 {
				t.Fatal(problems, err)
			}
		}
		app := access.Actor{
			Kind: access.App, Shop: access.From(b.ctx).Shop, ID: uuid.New(), Locations: []uuid.UUID{home},
			Scopes: access.NewScopes(access.InventoryRead, access.InventoryWrite, access.ProductsWrite),
		}
		ctx := access.With(b.ctx, app)

		if _, problems, err := b.stock.Set(ctx, counted(home, 6)); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		_, foreign, err := b.stock.Set(ctx, counted(away, 9))
		if err != nil {
			t.Fatal(err)
		}
		_, absent, err := b.stock.Set(ctx, counted(uuid.New(), 9))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(absent, foreign); diff != "" || len(foreign) != 1 || foreign[0].Code != inventory.CodeUnknownLocation {
			t.Errorf("a location of others is told apart from none: %s", diff)
		}
		_, problems, err := b.stock.Adjust(ctx, inventory.Adjustment{Changes: []inventory.Delta{{VariantID: v, LocationID: home, Delta: 1}, {VariantID: v, LocationID: away, Delta: 1}}})
		if err != nil || len(problems) != 1 || cmp.Diff([]string{"input", "changes", "1", "locationId"}, problems[0].Field) != "" {
			t.Errorf("%v %v", problems, err)
		}
		err = b.db.InTx(ctx, func(tx database.Tx) (err error) {
			problems, err = b.stock.OpenTx(ctx, tx, []catalog.Opening{{Variant: v, Location: home, Quantity: 6}, {Variant: v, Location: away, Quantity: 1}})
			return err
		})
		if err != nil || len(problems) != 1 || problems[0].Code != catalog.CodeNoLocation || problems[0].Field[0] != "1" {
			t.Errorf("%v %v", problems, err)
		}

		want := map[uuid.UUID]int64{home: 6}
		all, err := b.stock.Levels(b.ctx, []uuid.UUID{v})
		if err != nil || len(all[v]) != 2 {
			t.Fatal(all, err)
		}
		var ids []uuid.UUID
		for _, l := range all[v] {
			ids = append(ids, l.ID.UUID)
			if at := l.Location.ID.UUID; at == away && l.OnHand != 5 {
				t.Errorf("%d lie where it may not count", l.OnHand)
			}
		}
		levels, err := b.stock.Levels(ctx, []uuid.UUID{v})
		byID, err2 := b.stock.LevelsByID(ctx, ids)
		if err != nil || err2 != nil || cmp.Diff(want, onHand(levels[v])) != "" || len(byID) != 1 {
			t.Errorf("%v %v %v %v", levels, byID, err, err2)
		}
		for at, entries := range map[uuid.UUID]int{home: 2, away: 0} {
			if moved, err := b.stock.Movements(ctx, v, at, uuid.Nil, 10); err != nil || len(moved) != entries {
				t.Errorf("%d entries of the ledger, want %d: %v", len(moved), entries, err)
			}
		}
	})
}

func onHand(levels []inventory.Level) map[uuid.UUID]int64 {
	out := map[uuid.UUID]int64{}
	for _, l := range levels {
		out[l.Location.ID.UUID] = l.OnHand
	}
	return out
}

// The door asks for scopes too; a service that is called from elsewhere is not open for that.
func TestNobodyTouchesStockWithoutItsScope(t *testing.T) {
	b := setup(t, databasetest.SQLite(t))
	v, home := b.variant(t, true, false), b.location(t, "home", 0)
	count := inventory.Count{Quantities: []inventory.SetQuantity{{VariantID: v, LocationID: home, Quantity: 5}}}
	if _, problems, err := b.stock.Set(b.ctx, count); err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	shop := access.From(b.ctx).Shop
	for name, who := range map[string]access.Actor{
		"Nobody": {}, "Storefront": {Kind: access.Storefront, Shop: shop, Scopes: access.ScopesOf(access.Owner)}, "Customer": {Kind: access.Customer, Shop: shop},
		"Finance": {Kind: access.Staff, Shop: shop, Roles: []string{access.Finance}, Scopes: access.ScopesOf(access.Finance)},
	} {
		ctx := access.With(b.ctx, who)
		if _, problems, err := b.stock.Set(ctx, count); err != nil || len(problems) != 1 {
			t.Errorf("%s counts stock: %v %v", name, problems, err)
		}
		if levels, err := b.stock.Levels(ctx, []uuid.UUID{v}); err != nil || len(levels) != 0 {
			t.Errorf("%s reads levels: %v %v", name, levels, err)
		}
	}
}
