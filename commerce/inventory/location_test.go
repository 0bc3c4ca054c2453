package inventory_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

func ptr[T any](v T) *T { return &v }

// wrong gives the codes and paths of problems.
func wrong(ps fault.Problems) string {
	var out []string
	for _, p := range ps {
		out = append(out, strings.Join(p.Field, ".")+":"+p.Code)
	}
	return strings.Join(out, " ")
}

func TestLocations(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		kept := &trail{}
		s := inventory.New(inventory.Config{DB: db, Clock: b.clock, Events: b.seen, Audit: kept})
		home, ps, err := s.AddLocation(b.ctx, inventory.LocationChanges{Name: ptr(" Lyon "), Address: &inventory.Address{City: "Lyon", CountryCode: "FR"}})
		if err != nil || len(ps) > 0 {
			t.Fatal(wrong(ps), err)
		}
		read := home.Revision()
		for _, tc := range []struct {
			name, want string
			run        func() (fault.Problems, error)
		}{
			{"SameName", "input.name:TAKEN", func() (fault.Problems, error) {
				_, ps, err := s.AddLocation(b.ctx, inventory.LocationChanges{Name: ptr("LYON")})
				return ps, err
			}},
			{"NoName", "input.name:BLANK", func() (fault.Problems, error) {
				_, ps, err := s.AddLocation(b.ctx, inventory.LocationChanges{})
				return ps, err
			}},
			{"Edit", "", func() (fault.Problems, error) {
				_, ps, err := s.EditLocation(b.ctx, home.ID.UUID, inventory.LocationChanges{IfRevision: &read, Name: ptr("Lyon Est"), Priority: ptr(3)})
				return ps, err
			}},
			{"Stale", "input.ifRevision:STALE", func() (fault.Problems, error) {
				_, ps, err := s.EditLocation(b.ctx, home.ID.UUID, inventory.LocationChanges{IfRevision: &read, Name: ptr("Lyon Ouest")})
				return ps, err
			}},
			{"Foreign", "id:NOT_FOUND", func() (fault.Problems, error) {
				_, ps, err := s.EditLocation(b.ctx, uuid.New(), inventory.LocationChanges{Name: ptr("x")})
				return ps, err
			}},
			{"LastOne", "locationId:CONFLICT", func() (fault.Problems, error) {
				_, ps, err := s.DeactivateLocation(b.ctx, home.ID.UUID, nil)
				return ps, err
			}},
			{"DeleteActive", "locationId:CONFLICT", func() (fault.Problems, error) { return s.DeleteLocation(b.ctx, home.ID.UUID) }},
		} {
			if ps, err := tc.run(); err != nil || wrong(ps) != tc.want {
				t.Errorf("%s: %s, %v", tc.name, wrong(ps), err)
			}
		}
		all, err := s.Locations(b.ctx)
		want := []inventory.Location{{ID: home.ID, Handle: "lyon", Name: "Lyon Est", Priority: 3, Active: true, FulfillsOnline: true,
			Address: inventory.Address{City: "Lyon", CountryCode: "FR"}, CreatedAt: start, UpdatedAt: all[0].UpdatedAt}}
		if diff := cmp.Diff(want, all); err != nil || diff != "" {
			t.Fatal(diff, err)
		}
		if diff := cmp.Diff(trail{"location.added " + home.ID.String(), "location.edited " + home.ID.String()}, *kept); diff != "" {
			t.Fatal(diff)
		}
	})
}

// What lies at a location that is closed, and what buyers were promised of it, is at the destination afterwards.
func TestCloseLocation(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		one, two := b.location(t, "one", 0), b.location(t, "two", 1)
		v, w := b.variant(t, true, false), b.variant(t, true, false)
		b.put(t, v, one, 5)
		b.put(t, v, two, 3)
		b.put(t, w, one, 2)
		for _, ref := range []inventory.Ref{"both", "one"} {
			if err := b.stock.Reserve(b.ctx, ref, lines(of(v, map[inventory.Ref]int64{"both": 6, "one": 1}[ref])), b.soon()); err != nil {
				t.Fatal(err)
			}
		}
		if _, ps, err := b.stock.DeactivateLocation(b.ctx, one, nil); err != nil || wrong(ps) != "locationId:CONFLICT" {
			t.Fatal(wrong(ps), err)
		}
		if _, ps, err := b.stock.DeactivateLocation(b.ctx, one, ptr(uuid.New())); err != nil || wrong(ps) != "destinationLocationId:NOT_FOUND" {
			t.Fatal(wrong(ps), err)
		}
		b.seen.take()
		l, ps, err := b.stock.DeactivateLocation(b.ctx, one, &two)
		if err != nil || len(ps) > 0 || l.Active {
			t.Fatal(wrong(ps), err)
		}
		b.announced(t)
		b.expect(t, v, 8, 7)
		b.expect(t, w, 2, 0)
		sold, err := b.stock.Commit(b.ctx, inventory.Commitment{Ref: "both", Lines: lines(of(v, 6)), Order: "1"})
		if diff := cmp.Diff([]inventory.Allocation{{VariantID: v, LocationID: two, Quantity: 6}}, sold); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
		b.expect(t, v, 2, 1)
		if _, ps, err := b.stock.Adjust(b.ctx, inventory.Adjustment{Changes: []inventory.Delta{{VariantID: v, LocationID: one, Delta: 1}}}); err != nil || wrong(ps) != "input.changes.0.locationId:INVALID_LOCATION" {
			t.Fatal(wrong(ps), err)
		}
		if ps, err := b.stock.DeleteLocation(b.ctx, one); err != nil || len(ps) > 0 {
			t.Fatal(wrong(ps), err)
		}
		b.expect(t, v, 2, 1)
	})
}

// Stock is counted at a location while it is closed: in the end an inactive location holds nothing.
func TestClosedLocationHoldsNothing(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		one, two := b.location(t, "one", 0), b.location(t, "two", 1)
		v := b.variant(t, true, false)
		b.put(t, v, one, 1)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 5 {
					if _, _, err := b.stock.Adjust(b.ctx, inventory.Adjustment{Changes: []inventory.Delta{{VariantID: v, LocationID: one, Delta: 1}}}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Go(func() {
			if _, ps, err := b.stock.DeactivateLocation(b.ctx, one, &two); err != nil || len(ps) > 0 {
				t.Error(wrong(ps), err)
			}
		})
		wg.Wait()
		levels, err := b.stock.Levels(b.ctx, []uuid.UUID{v})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range levels[v] {
			if l.Location.ID.UUID == one && (l.OnHand != 0 || l.Reserved != 0) {
				t.Fatalf("%+v", l)
			}
		}
		b.adds(t)
	})
}
