package inventory

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// id makes small, ordered ids.
func id(n int) (u uuid.UUID) { u[15] = byte(n); return u }

func TestAllocate(t *testing.T) {
	t.Parallel()
	at := func(location, priority int, onHand, reserved int64) level {
		return level{place: place{id(1), id(location)}, onHand: onHand, reserved: reserved, priority: priority, online: true}
	}
	closed := at(8, 0, 100, 0)
	closed.online = false
	counted, beyond := map[uuid.UUID]facts{id(1): {tracked: true}}, map[uuid.UUID]facts{id(1): {tracked: true, oversell: true}}
	for name, c := range map[string]struct {
		variants map[uuid.UUID]facts
		levels   []level
		quantity int64
		plan     []Allocation
		free     int64 // of the shortage, where there is no plan
	}{
		"OK":                  {counted, []level{at(9, 0, 5, 0)}, 5, []Allocation{{id(1), id(9), 5}}, 0},
		"SmallestNumberFirst": {counted, []level{at(8, 2, 5, 0), at(9, 1, 3, 1)}, 4, []Allocation{{id(1), id(9), 2}, {id(1), id(8), 2}}, 0},
		"TiesByLocation":      {counted, []level{at(9, 0, 5, 0), at(8, 0, 5, 0)}, 1, []Allocation{{id(1), id(8), 1}}, 0},
		"PromisedIsNotFree":   {counted, []level{at(9, 0, 5, 3)}, 3, nil, 2},
		"OwedElsewhereCounts": {counted, []level{at(8, 0, 0, 2), at(9, 0, 3, 0)}, 2, nil, 1},
		"ClosedIsNone":        {counted, []level{closed, at(9, 0, 1, 0)}, 2, nil, 1},
		"NowhereIsNone":       {counted, nil, 1, nil, 0},
		"UnknownIsNone":       {nil, []level{at(9, 0, 5, 0)}, 1, nil, 0},
		"BeyondIsOwedByFirst": {beyond, []level{at(8, 2, 5, 0), at(9, 1, 1, 0)}, 9, []Allocation{{id(1), id(9), 4}, {id(1), id(8), 5}}, 0},
		"BeyondNeedsAPlace":   {beyond, nil, 1, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan, short := allocate(c.variants, c.levels, []Line{{id(1), c.quantity}})
			if diff := cmp.Diff(c.plan, plan); diff != "" {
				t.Fatal(diff)
			}
			var want []Shortage
			if c.plan == nil {
				want = []Shortage{{id(1), c.quantity, c.free}}
			}
			if diff := cmp.Diff(want, short); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func TestAllocateTakesWhatIsFreeAndNoMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		variants := map[uuid.UUID]facts{}
		var levels []level
		var lines []Line
		for v := range rapid.IntRange(1, 4).Draw(t, "variants") {
			variants[id(v)] = facts{tracked: rapid.Bool().Draw(t, "tracked"), oversell: rapid.Bool().Draw(t, "oversell")}
			lines = append(lines, Line{id(v), rapid.Int64Range(1, 12).Draw(t, "quantity")})
			for l := range rapid.IntRange(0, 4).Draw(t, "levels") {
				levels = append(levels, level{place: place{id(v), id(l)}, onHand: rapid.Int64Range(-5, 10).Draw(t, "on hand"),
					reserved: rapid.Int64Range(0, 10).Draw(t, "reserved"), priority: rapid.IntRange(0, 2).Draw(t, "priority"), online: rapid.Bool().Draw(t, "online")})
			}
		}
		plan, short := allocate(variants, levels, lines)
		missing := map[uuid.UUID]bool{}
		for _, s := range short {
			missing[s.VariantID] = true
			if f := variants[s.VariantID]; !f.tracked || s.Available != max(available(levels)[s.VariantID], 0) {
				t.Fatalf("short of %+v", s)
			}
		}
		given := map[uuid.UUID]int64{}
		at := map[place]level{}
		for _, l := range levels {
			at[l.place] = l
		}
		for _, a := range plan {
			l := at[place{a.VariantID, a.LocationID}]
			given[a.VariantID] += a.Quantity
			if !l.online || a.Quantity <= 0 || a.Quantity > max(l.free(), 0) && !variants[a.VariantID].oversell {
				t.Fatalf("took %+v from %+v", a, l)
			}
		}
		for _, line := range lines {
			want := line.Quantity
			if missing[line.VariantID] || !variants[line.VariantID].tracked {
				want = 0
			} else if !variants[line.VariantID].oversell && want > available(levels)[line.VariantID] {
				t.Fatalf("promised %d of %d", want, available(levels)[line.VariantID])
			}
			if given[line.VariantID] != want {
				t.Fatalf("gave %d, want %d", given[line.VariantID], want)
			}
		}
	})
}
