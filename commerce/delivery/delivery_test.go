package delivery_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

func zones() []shipping.Zone {
	free := int64(5000)
	heavy := int64(20_000)
	return []shipping.Zone{
		{Name: "Home", Countries: []string{"US"}, Provinces: []string{"US-CA"}, Rates: []shipping.Rate{
			{Handle: "express", Title: "Express", Price: money.New(1500, "USD"), MaxGrams: &heavy, MinDays: 1, MaxDays: 2},
			{Handle: "standard", Title: "Standard", Description: "By post", Price: money.New(500, "USD"), MaxSubtotal: &free},
		}},
		{Name: "World", RestOfWorld: true, Rates: []shipping.Rate{{Handle: "post", Title: "Post", Price: money.New(900, "EUR")}}},
	}
}

func TestRates(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, _ := databasetest.Shop(t, db)
		s := delivery.New(delivery.Config{DB: db})
		taxes := []tax.Rate{{Country: "US", Province: "CA", Name: "Sales tax", PPM: 72_500}, {Country: "DE", Name: "VAT", PPM: 190_000, ShippingTaxable: true}}

		t.Run("NothingAtFirst", func(t *testing.T) {
			got, err := s.Rates(ctx)
			if err != nil || len(got.Zones)+len(got.Taxes) != 0 {
				t.Fatalf("%v, %v", got, err)
			}
		})
		t.Run("WhatWasPutIsReadAtOnce", func(t *testing.T) {
			for range 2 { // the second time replaces
				if err := s.PutZones(ctx, zones()); err != nil {
					t.Fatal(err)
				}
				if err := s.PutTaxes(ctx, taxes); err != nil {
					t.Fatal(err)
				}
			}
			got, err := s.Rates(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(delivery.Rates{Zones: zones(), Taxes: taxes}, got, cmpopts.IgnoreFields(shipping.Zone{}, "ID")); diff != "" {
				t.Error(diff)
			}
		})
		t.Run("SecondReadAsksNothing", func(t *testing.T) {
			counted, record := database.Recording(ctx, true)
			if _, err := s.Rates(counted); err != nil || record.Count() != 0 {
				t.Fatalf("%v, %v", err, record.Statements())
			}
		})
		t.Run("OtherShopHasItsOwn", func(t *testing.T) {
			other, _ := databasetest.Shop(t, db)
			if got, err := s.Rates(other); err != nil || len(got.Zones) != 0 {
				t.Fatalf("%v, %v", got, err)
			}
		})
		t.Run("UselessIsRefused", func(t *testing.T) {
			for name, z := range map[string]shipping.Zone{
				"NoName":    {Countries: []string{"US"}},
				"Nowhere":   {Name: "x"},
				"BadCode":   {Name: "x", Countries: []string{"usa"}},
				"Negative":  {Name: "x", Countries: []string{"US"}, Rates: []shipping.Rate{{Handle: "a", Title: "A", Price: money.New(-1, "USD")}}},
				"TwiceSame": {Name: "x", Countries: []string{"US"}, Rates: []shipping.Rate{{Handle: "a", Title: "A", Price: money.New(1, "USD")}, {Handle: "a", Title: "A", Price: money.New(2, "USD")}}},
			} {
				if err := s.PutZones(ctx, []shipping.Zone{z}); !fault.Is(err, fault.Invalid) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if err := s.PutTaxes(ctx, []tax.Rate{{Country: "US", Name: "x", PPM: 1_000_001}}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v", err)
			}
		})
	})
}
