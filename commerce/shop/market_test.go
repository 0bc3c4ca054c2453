package shop_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

func TestCreateMarket(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		t.Run("OK", func(t *testing.T) {
			m, problems, err := b.s.CreateMarket(b.ctx, shop.MarketInput{
				Name: of(" Norden "), Countries: []string{"SE", "NO", "SE"}, Currency: of(money.Currency("SEK")), Rate: of("10.5"), TaxIncluded: of(true),
			})
			refused(t, problems, err)
			want := &shop.Market{ID: m.ID, Handle: "norden", Name: "Norden", Countries: []string{"NO", "SE"}, Languages: []string{"EN"}, Currency: "SEK", Rate: "10.5",
				TaxIncluded: true, Position: 3, Enabled: true, CreatedAt: start, UpdatedAt: start}
			if d := cmp.Diff(want, m); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(want, b.market(t, "norden")); d != "" {
				t.Error(d)
			}
			if told := b.take(); told != "market.created shop.markets_changed" {
				t.Errorf("told %q", told)
			}
			buyer, err := b.s.Buyer(b.ctx, "SE", "")
			if err != nil || buyer.Currency != "SEK" {
				t.Errorf("a buyer in Sweden pays in %q: %v", buyer.Currency, err)
			}
		})
		t.Run("KnownCurrencyNeedsNoRateAndChangesNoPrice", func(t *testing.T) {
			m, problems, err := b.s.CreateMarket(b.ctx, shop.MarketInput{Name: of("Norden"), Countries: []string{"FI"}, Currency: of(money.Currency("EUR"))})
			refused(t, problems, err)
			if m.Rate != "0.9" || m.Handle != "norden-1" || b.take() != "market.created" {
				t.Errorf("%+v", m)
			}
		})
		t.Run("Refused", func(t *testing.T) {
			_, problems, err := b.s.CreateMarket(b.ctx, shop.MarketInput{Name: of(""), Handle: of("EU"), Languages: []string{}, Currency: of(money.Currency("GBP"))})
			refused(t, problems, err, "BLANK input.name", "TAKEN input.handle", "BLANK input.regions", "BLANK input.languages", "RATE_NEEDED input.currencySettings.baseCurrencyManualRate")
			_, problems, err = b.s.CreateMarket(b.ctx, shop.MarketInput{Name: of("A"), Countries: []string{"AT", "DE"}, Rate: of("2")})
			refused(t, problems, err, "REGION_IN_OTHER_MARKET input.regions.1.countryCode", "INVALID input.currencySettings.baseCurrencyManualRate")
			for _, rate := range []string{"0", "-1", "x", "1e5000"} {
				_, problems, err = b.s.CreateMarket(b.ctx, shop.MarketInput{Name: of("A"), Countries: []string{"GB"}, Currency: of(money.Currency("GBP")), Rate: &rate})
				refused(t, problems, err, "INVALID input.currencySettings.baseCurrencyManualRate")
			}
			if told := b.take(); told != "" {
				t.Errorf("told %q", told)
			}
		})
		t.Run("ClosedMayOverlap", func(t *testing.T) {
			m, problems, err := b.s.CreateMarket(b.ctx, shop.MarketInput{Name: of("Berlin"), Countries: []string{"DE"}, Enabled: of(false)})
			refused(t, problems, err)
			_, problems, err = b.s.UpdateMarket(b.ctx, m.ID, shop.MarketInput{Enabled: of(true)})
			refused(t, problems, err, "REGION_IN_OTHER_MARKET input.enabled")
			open, err := b.s.Markets(b.ctx)
			if err != nil || len(open) != 5 {
				t.Errorf("%d markets are open: %v", len(open), err)
			}
		})
	})
}

func TestUpdateMarket(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		t.Run("OneRateForACurrency", func(t *testing.T) {
			_, problems, err := b.s.CreateMarket(b.ctx, shop.MarketInput{Name: of("Austria"), Countries: []string{"AT"}, Currency: of(money.Currency("EUR"))})
			refused(t, problems, err)
			b.take()
			_, problems, err = b.s.UpdateMarket(b.ctx, b.market(t, "austria").ID, shop.MarketInput{Rate: of("0.95")})
			refused(t, problems, err)
			if eu := b.market(t, "eu"); eu.Rate != "0.95" || !eu.UpdatedAt.After(start) {
				t.Errorf("%+v", eu)
			}
			if told := b.take(); told != "market.updated shop.markets_changed" {
				t.Errorf("told %q", told)
			}
		})
		t.Run("Stale", func(t *testing.T) {
			read := b.market(t, "jp")
			_, problems, err := b.s.UpdateMarket(b.ctx, read.ID, shop.MarketInput{Name: of("Nippon"), IfRevision: read.Revision()})
			refused(t, problems, err)
			_, problems, err = b.s.UpdateMarket(b.ctx, read.ID, shop.MarketInput{Name: of("Nihon"), IfRevision: read.Revision()})
			refused(t, problems, err, "STALE input.ifRevision")
			if m := b.market(t, "jp"); m.Name != "Nippon" || *m.Revision() == *read.Revision() {
				t.Errorf("%+v", m)
			}
		})
		t.Run("Primary", func(t *testing.T) {
			_, problems, err := b.s.UpdateMarket(b.ctx, b.market(t, "us").ID, shop.MarketInput{Enabled: of(false)})
			refused(t, problems, err, "PRIMARY_MARKET input.enabled")
			problems, err = b.s.DeleteMarket(b.ctx, b.market(t, "us").ID)
			refused(t, problems, err, "PRIMARY_MARKET id")
		})
		t.Run("Foreign", func(t *testing.T) {
			id, elsewhere := b.market(t, "jp").ID, b.open(t)
			for _, id := range []uuid.UUID{id, uuid.New()} {
				_, problems, err := b.s.UpdateMarket(elsewhere, id, shop.MarketInput{Name: of("Mine")})
				refused(t, problems, err, "MARKET_NOT_FOUND id")
				problems, err = b.s.DeleteMarket(elsewhere, id)
				refused(t, problems, err, "MARKET_NOT_FOUND id")
			}
		})
	})
}

func TestDeleteMarket(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		problems, err := b.s.DeleteMarket(b.ctx, b.market(t, "jp").ID)
		refused(t, problems, err)
		if told := b.take(); told != "market.deleted shop.markets_changed" {
			t.Errorf("told %q", told)
		}
		buyer, err := b.s.Buyer(b.ctx, "JP", "")
		if err != nil || buyer.Country != "US" || buyer.Currency != "USD" {
			t.Errorf("a buyer in Japan is answered for %s in %s: %v", buyer.Country, buyer.Currency, err)
		}
	})
}
