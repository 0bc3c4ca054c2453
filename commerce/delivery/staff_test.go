package delivery_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// told collects what writes leave in the audit trail.
type told struct{ list []string }

func (b *told) Audit(_ context.Context, _ database.Tx, action, _ string, _ any) error {
	b.list = append(b.list, action)
	return nil
}

func of[T any](v T) *T { return &v }

func owner(ctx context.Context) context.Context {
	return access.With(ctx, access.Actor{Kind: access.Staff, Scopes: access.ScopesOf(access.Owner)})
}

func refused(t *testing.T, problems fault.Problems, err error, want ...string) {
	t.Helper()
	var got []string
	for _, p := range problems {
		got = append(got, p.Code+" "+strings.Join(p.Field, "."))
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v %v, want %v", got, err, want)
	}
}

func TestZones(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		plain, _ := databasetest.Shop(t, db)
		ctx, audit := owner(plain), &told{}
		s := delivery.New(delivery.Config{DB: db, Audit: audit, Clock: clock.NewManual(start)})
		home, problems, err := s.CreateZone(ctx, delivery.ZoneInput{Name: of(" Home "), Countries: []string{"US", "CA", "US"}, Rates: []shipping.Rate{
			{Title: "By Post", Price: money.New(500, "USD"), MaxSubtotal: of(int64(50_00))}, {Title: "By Post", Price: money.New(700, "CAD"), MinDays: 2, MaxDays: 5},
		}})
		refused(t, problems, err)
		world, problems, err := s.CreateZone(ctx, delivery.ZoneInput{Name: of("World"), RestOfWorld: of(true)})
		refused(t, problems, err)

		t.Run("CartsReadThemAtOnce", func(t *testing.T) {
			got, err := s.Rates(ctx)
			want := []shipping.Zone{
				{ID: home.ID, Name: "Home", Countries: []string{"CA", "US"}, Rates: []shipping.Rate{
					{Handle: "by-post", Title: "By Post", Price: money.New(700, "CAD"), MinDays: 2, MaxDays: 5},
					{Handle: "by-post", Title: "By Post", Price: money.New(500, "USD"), MaxSubtotal: of(int64(50_00))},
				}},
				{ID: world.ID, Name: "World", RestOfWorld: true},
			}
			if d := cmp.Diff(want, got.Zones); d != "" || err != nil {
				t.Error(d, err)
			}
		})
		t.Run("OverlapsAreRefused", func(t *testing.T) {
			_, problems, err := s.CreateZone(ctx, delivery.ZoneInput{Name: of("Other"), Countries: []string{"US"}, RestOfWorld: of(true)})
			refused(t, problems, err, "OVERLAP input.countries", "OVERLAP input.restOfWorld")
			west, problems, err := s.CreateZone(ctx, delivery.ZoneInput{Name: of("West"), Countries: []string{"US"}, Provinces: []string{"US-CA"}})
			refused(t, problems, err)
			_, problems, err = s.CreateZone(ctx, delivery.ZoneInput{Name: of("Coast"), Countries: []string{"US"}, Provinces: []string{"US-CA", "US-NY"}})
			refused(t, problems, err, "OVERLAP input.provinces")
			_, problems, err = s.UpdateZone(ctx, west.ID, delivery.ZoneInput{Provinces: []string{}})
			refused(t, problems, err, "OVERLAP input.countries")
		})
		t.Run("Refused", func(t *testing.T) {
			_, problems, err := s.CreateZone(ctx, delivery.ZoneInput{Name: of(""), Provinces: []string{"CA", "MX-CMX"}, Rates: []shipping.Rate{
				{Handle: "a", Price: money.New(-1, "USD")}, {Handle: "a", Title: "A", Price: money.New(1, "USD"), MinGrams: of(int64(2)), MaxGrams: of(int64(1)), MinDays: -1},
			}})
			refused(t, problems, err, "BLANK input.name", "BLANK input.countries", "INVALID input.provinces", "INVALID input.provinces", "BLANK input.rates.0.title",
				"VALUE_OUTSIDE_RANGE input.rates.0.price", "DUPLICATE input.rates.1.handle", "VALUE_OUTSIDE_RANGE input.rates.1.minimumGrams", "VALUE_OUTSIDE_RANGE input.rates.1.minimumDays")
		})
		t.Run("Stale", func(t *testing.T) {
			_, problems, err := s.UpdateZone(ctx, home.ID, delivery.ZoneInput{Rates: []shipping.Rate{{Title: "Pigeon", Price: money.New(1, "USD")}}, IfRevision: home.Revision()})
			refused(t, problems, err)
			_, problems, err = s.UpdateZone(ctx, home.ID, delivery.ZoneInput{Name: of("Mine"), IfRevision: home.Revision()})
			refused(t, problems, err, "STALE input.ifRevision")
			found, err := s.ZonesByID(ctx, []uuid.UUID{home.ID})
			if z := found[home.ID]; err != nil || z.Name != "Home" || len(z.Rates) != 1 || z.Rates[0].Handle != "pigeon" {
				t.Errorf("%+v, %v", z, err)
			}
		})
		t.Run("Foreign", func(t *testing.T) {
			elsewhere, _ := databasetest.Shop(t, db)
			for _, id := range []uuid.UUID{home.ID, uuid.New()} {
				_, problems, err := s.UpdateZone(owner(elsewhere), id, delivery.ZoneInput{Name: of("Mine")})
				refused(t, problems, err, "NOT_FOUND id")
				problems, err = s.DeleteZone(owner(elsewhere), id)
				refused(t, problems, err, "NOT_FOUND id")
			}
			if found, err := s.ZonesByID(plain, []uuid.UUID{home.ID}); err != nil || len(found) != 0 {
				t.Errorf("a shopper sees %v: %v", found, err)
			}
		})
		t.Run("Deleted", func(t *testing.T) {
			audit.list = nil
			problems, err := s.DeleteZone(ctx, home.ID)
			refused(t, problems, err)
			got, err := s.Rates(ctx)
			if len(got.Zones) != 2 || err != nil || fmt.Sprint(audit.list) != "[shipping_zone.deleted]" {
				t.Errorf("%v, %v, told %v", got.Zones, err, audit.list)
			}
		})
	})
}

func TestTaxes(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		plain, _ := databasetest.Shop(t, db)
		ctx, audit := owner(plain), &told{}
		s := delivery.New(delivery.Config{DB: db, Audit: audit, Clock: clock.NewManual(start)})
		first, problems, err := s.SetTax(ctx, tax.Rate{Country: "US", Province: "us-ca", Name: "Sales tax", PPM: 72_500}, nil)
		refused(t, problems, err)
		t.Run("SetAgainChanges", func(t *testing.T) {
			again, problems, err := s.SetTax(ctx, tax.Rate{Country: "US", Province: "CA", Name: "Sales tax", PPM: 80_000, ShippingTaxable: true}, first.Revision())
			refused(t, problems, err)
			if again.ID != first.ID || again.RatePercentage() != "8.0" {
				t.Errorf("%+v", again)
			}
			_, problems, err = s.SetTax(ctx, tax.Rate{Country: "US", Province: "CA", Name: "Sales tax", PPM: 1}, first.Revision())
			refused(t, problems, err, "STALE input.ifRevision")
			got, err := s.Rates(ctx)
			want := []tax.Rate{{Country: "US", Province: "CA", Name: "Sales tax", PPM: 80_000, ShippingTaxable: true}}
			if d := cmp.Diff(want, got.Taxes); d != "" || err != nil {
				t.Error(d, err)
			}
		})
		t.Run("Refused", func(t *testing.T) {
			_, problems, err := s.SetTax(ctx, tax.Rate{Country: "US", Province: "California", PPM: money.PPM + 1}, nil)
			refused(t, problems, err, "BLANK input.name", "INVALID input.provinceCode", "VALUE_OUTSIDE_RANGE input.ratePercentage")
			elsewhere, _ := databasetest.Shop(t, db)
			problems, err = s.DeleteTax(owner(elsewhere), first.ID)
			refused(t, problems, err, "NOT_FOUND id")
		})
		t.Run("Deleted", func(t *testing.T) {
			problems, err := s.DeleteTax(ctx, first.ID)
			refused(t, problems, err)
			got, err := s.Rates(ctx)
			if len(got.Taxes) != 0 || err != nil || fmt.Sprint(audit.list) != "[tax_rate.set tax_rate.set tax_rate.deleted]" {
				t.Errorf("%v, %v, told %v", got.Taxes, err, audit.list)
			}
		})
	})
}
