package inventory_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/keyset"
)

type trail []string

func (a *trail) Audit(_ context.Context, _ database.Tx, action, resource string, _ any) error {
	*a = append(*a, action+" "+resource)
	return nil
}

func TestStaffWritesAreAudited(t *testing.T) {
	b := setup(t, databasetest.SQLite(t))
	kept := &trail{}
	s := inventory.New(inventory.Config{DB: b.db, Clock: b.clock, Audit: kept})
	v, home := b.variant(t, true, false), b.location(t, "home", 0)
	set, _, err := s.Set(b.ctx, inventory.Count{Quantities: []inventory.SetQuantity{{VariantID: v, LocationID: home, Quantity: 3}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Set(b.ctx, inventory.Count{Quantities: []inventory.SetQuantity{{VariantID: v, LocationID: home, Quantity: 3}}}); err != nil {
		t.Fatal(err)
	}
	adjusted, _, err := s.Adjust(b.ctx, inventory.Adjustment{Changes: []inventory.Delta{{VariantID: v, LocationID: home, Delta: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(trail{"inventory.set " + set.ID.String(), "inventory.adjusted " + adjusted.ID.String()}, *kept); diff != "" {
		t.Fatal(diff)
	}
}

func TestLocationPage(t *testing.T) {
	b := setup(t, databasetest.SQLite(t))
	for _, l := range []inventory.Location{{Handle: "b", Name: "Berlin Warehouse", Active: true}, {Handle: "a", Name: "Antwerp", Active: true}} {
		if _, err := b.stock.SaveLocation(b.ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		query, sort string
		args        keyset.Args
		want        []string
	}{
		{"", "NAME", keyset.Args{}, []string{"Antwerp", "Berlin Warehouse"}},
		{"", "NAME", keyset.Args{Reverse: true}, []string{"Berlin Warehouse", "Antwerp"}},
		{"", "ID", keyset.Args{}, []string{"Berlin Warehouse", "Antwerp"}},
		{"name:ware*", "NAME", keyset.Args{}, []string{"Berlin Warehouse"}},
		{"berlin antwerp", "NAME", keyset.Args{}, nil},
	} {
		page, err := b.stock.LocationPage(b.ctx, tc.args, tc.query, tc.sort)
		var got []string
		for _, l := range page.Items {
			got = append(got, l.Name)
		}
		if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
			t.Errorf("%q %s: %v %s", tc.query, tc.sort, err, diff)
		}
	}
}
