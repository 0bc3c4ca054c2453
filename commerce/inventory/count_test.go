package inventory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

func TestSet(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		home := b.location(t, "home", 0)
		v := b.variant(t, true, false)
		believe := func(n int64) *int64 { return &n }
		set := func(q int64, compare *int64) inventory.Count {
			return inventory.Count{Quantities: []inventory.SetQuantity{{VariantID: v, LocationID: home, Quantity: q, CompareQuantity: compare}}}
		}
		stranger := set(1, nil)
		stranger.Quantities[0].VariantID = uuid.New()
		uncounted := set(1, nil)
		uncounted.Quantities[0].VariantID = b.variant(t, false, false)
		nowhere := set(1, nil)
		nowhere.Quantities[0].LocationID = uuid.New()
		twice := set(1, nil)
		twice.Quantities = append(twice.Quantities, twice.Quantities[0])
		why := set(1, nil)
		why.Reason = "Because!"
		what := set(1, nil)
		what.Name = "incoming"
		paper := set(1, nil)
		paper.Ref = "note 12"
		promised := set(4, nil)
		promised.Name = inventory.Available
		for _, c := range []struct {
			name    string
			count   inventory.Count
			onHand  int64
			problem string
		}{
			{"First", set(5, nil), 5, ""},
			{"SameAgain", set(5, nil), 5, ""},
			{"AsBelieved", set(7, believe(5)), 7, ""},
			{"Stale", set(9, believe(5)), 7, "input.quantities.0.changeFromQuantity: CHANGE_FROM_QUANTITY_STALE"},
			{"Negative", set(-1, nil), 7, "input.quantities.0.quantity: INVALID_QUANTITY_NEGATIVE"},
			{"TooHigh", set(inventory.MaxQuantity+1, nil), 7, "input.quantities.0.quantity: INVALID_QUANTITY_TOO_HIGH"},
			{"UnknownVariant", stranger, 7, "input.quantities.0.inventoryItemId: INVALID_INVENTORY_ITEM"},
			{"NotCounted", uncounted, 7, "input.quantities.0.inventoryItemId: ITEM_NOT_TRACKED"},
			{"UnknownLocation", nowhere, 7, "input.quantities.0.locationId: INVALID_LOCATION"},
			{"Twice", twice, 7, "input.quantities.1.locationId: NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"},
			{"BadReason", why, 7, "input.reason: INVALID_REASON"},
			{"BadReference", paper, 7, "input.referenceDocumentUri: INVALID_REFERENCE_DOCUMENT"},
			{"BadName", what, 7, "input.name: INVALID_NAME"},
			{"Available", promised, 4, ""},
		} {
			_, problems, err := b.stock.Set(b.ctx, c.count)
			if err != nil {
				t.Fatal(c.name, err)
			}
			if got := told(problems); got != c.problem {
				t.Fatalf("%s: problems %q, want %q", c.name, got, c.problem)
			}
			b.expect(t, v, c.onHand, 0)
		}
		if moves, err := b.stock.Movements(b.ctx, v, home, uuid.Nil, 10); err != nil || len(moves) != 3 {
			t.Fatal(moves, err)
		}
		if err := b.stock.Reserve(b.ctx, "cart", lines(of(v, 3)), b.soon()); err != nil {
			t.Fatal(err)
		}
		group, _, err := b.stock.Set(b.ctx, promised)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]inventory.Change{{VariantID: v, LocationID: home, Name: inventory.Available, Delta: 3, QuantityAfterChange: 4}}, group.Changes); diff != "" {
			t.Fatal(diff)
		}
		b.expect(t, v, 7, 3)
		if _, problems, err := b.stock.Set(b.ctx, set(2, believe(7))); err != nil || told(problems) != "input.quantities.0.quantity: INVALID_QUANTITY_TOO_LOW" {
			t.Fatal(told(problems), err)
		}
		many := inventory.Count{Quantities: make([]inventory.SetQuantity, inventory.MaxChanges+1)}
		if _, problems, err := b.stock.Set(b.ctx, many); err != nil || told(problems) != "input.quantities: TOO_MANY_QUANTITIES" {
			t.Fatal(told(problems), err)
		}
	})
}

func told(problems fault.Problems) string {
	var out []string
	for _, p := range problems {
		out = append(out, strings.Join(p.Field, ".")+": "+p.Code)
	}
	return strings.Join(out, "; ")
}

func TestAdjust(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		home, far := b.location(t, "home", 0), b.location(t, "far", 1)
		v := b.variant(t, true, false)
		for _, c := range []struct {
			delta   int64
			onHand  int64
			problem string
		}{{5, 5, ""}, {-6, 5, "input.changes.0.delta: INVALID_QUANTITY_TOO_LOW"}, {-5, 0, ""}, {0, 0, ""}} {
			_, problems, err := b.stock.Adjust(b.ctx, inventory.Adjustment{Changes: []inventory.Delta{{VariantID: v, LocationID: home, Delta: c.delta}}, Reason: inventory.Received})
			if err != nil || told(problems) != c.problem {
				t.Fatal(c, told(problems), err)
			}
			b.expect(t, v, c.onHand, 0)
		}
		five := int64(5)
		group, problems, err := b.stock.Adjust(b.ctx, inventory.Adjustment{Changes: []inventory.Delta{
			{VariantID: v, LocationID: home, Delta: 5}, {VariantID: v, LocationID: home, Delta: -3, CompareQuantity: &five}, {VariantID: v, LocationID: far, Delta: 3},
		}})
		if err != nil || len(problems) > 0 || len(group.Changes) != 2 || group.Changes[0].QuantityAfterChange+group.Changes[1].QuantityAfterChange != 5 {
			t.Fatal(group, problems, err)
		}
		levels, err := b.stock.Levels(b.ctx, []uuid.UUID{v})
		if err != nil || len(levels[v]) != 2 {
			t.Fatal(levels, err)
		}
		first := levels[v][0]
		quantities, err := first.Quantities([]string{"available", "on_hand", "reserved"})
		if err != nil {
			t.Fatal(err)
		}
		want := []inventory.Quantity{{Name: inventory.Available, Quantity: 2}, {Name: inventory.OnHand, Quantity: 2}, {Name: inventory.Reserved}}
		if diff := cmp.Diff(want, quantities); diff != "" {
			t.Fatal(diff)
		}
		if _, err := first.Quantities([]string{"damaged"}); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		byID, err := b.stock.LevelsByID(b.ctx, []uuid.UUID{first.ID.UUID, uuid.New()})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[uuid.UUID]inventory.Level{first.ID.UUID: first}, byID); diff != "" {
			t.Fatal(diff)
		}
	})
}
