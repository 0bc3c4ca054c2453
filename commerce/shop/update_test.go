package shop_test

import (
	"context"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

// recorder keeps the actions that were recorded.
type recorder struct{ actions []string }

func (r *recorder) Audit(_ context.Context, _ database.Tx, action, _ string, _ any) error {
	r.actions = append(r.actions, action)
	return nil
}

func TestShopIsChanged(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		record := &recorder{}
		s := shop.New(shop.Config{DB: db, Audit: record})
		made, err := s.Create(t.Context(), shop.Shop{Handle: "changed", Name: "Before", Currency: "USD", Country: "US", Language: "EN", MoneyFormat: "{{amount}}"},
			[]shop.Market{{Handle: "us", Name: "US", Countries: []string{"US"}, Languages: []string{"EN"}, Currency: "USD", Rate: "1"}})
		if err != nil {
			t.Fatal(err)
		}
		ctx := database.WithShop(t.Context(), made.ID.UUID)
		text := func(s string) *string { return &s }
		codes := func(problems fault.Problems, err error) string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, p := range problems {
				out = append(out, strings.Join(p.Field, ".")+" "+p.Code)
			}
			return strings.Join(out, ", ")
		}
		_, problems, err := s.Update(ctx, shop.UpdateInput{Name: text(" After "), Email: text("hello@shop.example"), Domain: text("Shop.Example"), MoneyFormat: text("${{amount}}"), Description: text("Chairs.")})
		if got := codes(problems, err); got != "" {
			t.Fatal(got)
		}
		now, err := s.Current(ctx)
		if err != nil || now.Name != "After" || now.Email != "hello@shop.example" || now.Domain != "shop.example" || now.MoneyFormat != "${{amount}}" || *now.Description != "Chairs." {
			t.Fatalf("%+v %v", now, err)
		}
		for _, tc := range []struct {
			in   shop.UpdateInput
			want string
		}{
			{shop.UpdateInput{Name: text(" ")}, "input.name BLANK"},
			{shop.UpdateInput{Name: text(strings.Repeat("x", 300))}, "input.name TOO_LONG"},
			{shop.UpdateInput{Email: text("nobody")}, "input.email INVALID"},
			{shop.UpdateInput{Domain: text("https://shop.example/x")}, "input.domain INVALID"},
			{shop.UpdateInput{Domain: text("user@shop.example")}, "input.domain INVALID"},
			{shop.UpdateInput{MoneyFormat: text("$")}, "input.moneyFormat INVALID"},
			{shop.UpdateInput{Description: text(strings.Repeat("x", 6000))}, "input.description TOO_LONG"},
		} {
			_, problems, err := s.Update(ctx, tc.in)
			if got := codes(problems, err); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		}
		_, problems, err = s.SetPolicy(ctx, "refund", "<p>Within 30 days.</p><script>x()</script>")
		if got := codes(problems, err); got != "" {
			t.Fatal(got)
		}
		if now, err = s.Current(ctx); err != nil || len(now.Policies) != 1 || now.Policies[0].Handle != "refund-policy" || strings.Contains(now.Policies[0].Body, "script") || !strings.Contains(now.Policies[0].Body, "30 days") {
			t.Fatalf("%+v %v", now.Policies, err)
		}
		if _, problems, err := s.SetPolicy(ctx, "haiku", "x"); codes(problems, err) != "shopPolicy.type INVALID" {
			t.Error(problems)
		}
		if _, problems, err := s.SetPolicy(ctx, "refund", strings.Repeat("x", 600<<10)); codes(problems, err) != "shopPolicy.body TOO_LONG" {
			t.Error(problems)
		}
		before := len(record.actions)
		for range 2 { // taken away once
			if _, problems, err := s.SetPolicy(ctx, "refund", " "); codes(problems, err) != "" {
				t.Error(problems)
			}
		}
		if now, err = s.Current(ctx); err != nil || len(now.Policies) != 0 || len(record.actions) != before+1 {
			t.Errorf("%+v %v %v", now.Policies, record.actions, err)
		}
	})
}
