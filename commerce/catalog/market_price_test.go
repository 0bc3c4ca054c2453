package catalog_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/outbox"
)

func (b *bundle) market(t *testing.T, handle string) *shop.Market {
	t.Helper()
	all, err := b.shops.AllMarkets(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Handle == handle {
			return m
		}
	}
	t.Fatalf("no market %q", handle)
	return nil
}

// written are a variant's prices as text.
func (b *bundle) written(t *testing.T, variant uuid.UUID) string {
	t.Helper()
	found, err := b.catalog.Prices(b.ctx, []uuid.UUID{variant})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range found[variant] {
		all = append(all, string(p.Price.Currency)+" "+p.Price.Decimal()+" "+p.OriginType())
	}
	return strings.Join(all, ", ")
}

func TestMarketPrices(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		saved := b.put(t, shirt())
		first := saved.Variants[0]
		eu := b.market(t, "eu").ID
		derived := b.written(t, first)
		t.Run("Fixed", func(t *testing.T) {
			b.events.take()
			compare := money.New(30_00, "EUR")
			list, problems, err := b.catalog.SetPrices(b.in("EUR"), eu, []catalog.VariantPrice{{Variant: first, Price: money.New(25_00, "EUR"), CompareAtPrice: &compare}})
			expect(t, problems, err, "")
			if len(list) != 1 || list[0].Price != money.New(25_00, "EUR") || *list[0].CompareAtPrice != compare {
				t.Errorf("%+v", list)
			}
			if got := b.written(t, first); !strings.HasPrefix(got, "EUR 25.0 FIXED, JPY") {
				t.Errorf("%s", got)
			}
			if d := cmp.Diff([]string{"catalog.product_changed " + shirt().Handle}, b.events.take()); d != "" {
				t.Error(d)
			}
			if n := b.number(t, "SELECT max_amount FROM product_price WHERE shop_id = $1 AND currency = 'EUR'"); n < 25_00 {
				t.Errorf("the product costs at most %d", n)
			}
		})
		t.Run("FollowsAgain", func(t *testing.T) {
			_, problems, err := b.catalog.DropPrices(b.ctx, eu, []uuid.UUID{first})
			expect(t, problems, err, "")
			if d := cmp.Diff(derived, b.written(t, first)); d != "" {
				t.Error(d)
			}
		})
		t.Run("Refused", func(t *testing.T) {
			foreign := setup(t, db)
			theirs := foreign.put(t, shirt()).Variants[0]
			_, problems, err := b.catalog.SetPrices(b.ctx, eu, []catalog.VariantPrice{
				{Variant: theirs, Price: money.New(1, "EUR")}, {Variant: first, Price: money.New(1, "USD")}, {Variant: first, Price: money.New(1, "EUR")},
			})
			expect(t, problems, err, "prices.0.variantId.VARIANT_NOT_FOUND prices.1.price.CURRENCY_MISMATCH prices.2.variantId.DUPLICATE ")
			_, problems, err = b.catalog.SetPrices(b.ctx, eu, []catalog.VariantPrice{{Variant: first, Price: money.New(-1, "EUR")}})
			expect(t, problems, err, "prices.0.price.VALUE_OUTSIDE_RANGE ")
			_, problems, err = b.catalog.SetPrices(b.ctx, b.market(t, "us").ID, []catalog.VariantPrice{{Variant: first, Price: money.New(1, "USD")}})
			expect(t, problems, err, "marketId.OWN_CURRENCY ")
			_, problems, err = b.catalog.DropPrices(b.ctx, foreign.market(t, "eu").ID, []uuid.UUID{first})
			expect(t, problems, err, "marketId.MARKET_NOT_FOUND ")
			if d := cmp.Diff(derived, b.written(t, first)); d != "" {
				t.Error(d)
			}
		})
	})
}

// A market's new rate reaches every product at once, and once more after every process has forgotten the old one.
func TestFollowMarkets(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		first := b.put(t, shirt()).Variants[0]
		rate := "200"
		if _, problems, err := b.shops.UpdateMarket(b.ctx, b.market(t, "jp").ID, shop.MarketInput{Rate: &rate}); err != nil || problems != nil {
			t.Fatal(problems, err)
		}
		b.events.take()
		follow := func(kind, payload string) {
			t.Helper()
			err := db.InTx(b.ctx, func(tx database.Tx) error {
				return b.catalog.FollowMarkets(b.ctx, tx, outbox.Event{Type: kind, Payload: json.RawMessage(payload)})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		follow("shop.markets_changed", "{}")
		if got := b.written(t, first); !strings.Contains(got, "JPY 3998.0 RELATIVE") {
			t.Errorf("%s", got)
		}
		want := []string{"catalog.prices_due " + b.clock.Now().Add(5*time.Second).Format(time.RFC3339), "catalog.product_changed " + shirt().Handle}
		if d := cmp.Diff(want, b.events.take()); d != "" {
			t.Error(d)
		}
		follow("catalog.prices_due", `{"again":true}`)
		if told := b.events.take(); len(told) != 0 {
			t.Errorf("told %v", told)
		}
	})
}
