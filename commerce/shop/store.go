package shop

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/ent/generated"
	"github.com/rialtohq/rialto/ent/generated/market"
	entshop "github.com/rialtohq/rialto/ent/generated/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func (s *Service) load(ctx context.Context, id uuid.UUID) (*snapshot, error) {
	row, err := s.db.Ent().Shop.Get(database.AllShops(ctx), id)
	if generated.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "There is no such shop.")
	}
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Ent().Market.Query().Where(market.ShopID(id), market.Enabled(true)).Order(market.ByPosition(), market.ByHandle()).All(ctx)
	if err != nil {
		return nil, err
	}
	snap := &snapshot{shop: shopOf(row)}
	for _, m := range rows {
		snap.markets = append(snap.markets, marketFrom(m))
	}
	return snap, nil
}

func shopOf(row *generated.Shop) *Shop {
	s := &Shop{
		ID: gid.New("Shop", row.ID), Handle: row.Handle, Name: row.Name, Email: row.Email, Currency: money.Currency(row.Currency),
		Country: row.Country, Language: row.Language, MoneyFormat: row.MoneyFormat, Domain: row.Domain,
	}
	if row.Description != "" {
		s.Description = &row.Description
	}
	_ = json.Unmarshal(row.Policies, &s.Policies)
	_ = json.Unmarshal(row.Brand, &s.BrandData)
	return s
}

func marketFrom(m *generated.Market) *Market {
	out := &Market{
		ID: m.ID, Handle: m.Handle, Name: m.Name, Currency: money.Currency(m.Currency), TaxIncluded: m.TaxIncluded,
		Rate: m.ConversionRate, Position: m.Position, Enabled: m.Enabled,
	}
	_ = json.Unmarshal(m.Countries, &out.Countries)
	_ = json.Unmarshal(m.Languages, &out.Languages)
	return out
}

// List gives the ids of all shops of the deployment: for sweeps and the command line.
func (s *Service) List(ctx context.Context) ([]uuid.UUID, error) {
	return s.db.Ent().Shop.Query().Order(entshop.ByID()).IDs(database.AllShops(ctx))
}

// ByHandle finds a shop of the deployment. Fails with [fault.NotFound].
func (s *Service) ByHandle(ctx context.Context, handle string) (*Shop, error) {
	row, err := s.db.Ent().Shop.Query().Where(entshop.Handle(handle)).Only(database.AllShops(ctx))
	if generated.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "There is no shop %q.", handle)
	}
	if err != nil {
		return nil, err
	}
	return shopOf(row), nil
}

// Create makes a shop with its markets, in the order given. The context needs no shop.
func (s *Service) Create(ctx context.Context, in Shop, markets []Market) (*Shop, error) {
	id := uuid.Must(uuid.NewV7())
	now := s.clock.Now()
	policies, err := json.Marshal(in.Policies)
	if err != nil {
		return nil, err
	}
	brand, err := json.Marshal(in.BrandData)
	if err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		create := tx.Ent().Shop.Create().SetID(id).SetHandle(in.Handle).SetName(in.Name).SetEmail(in.Email).SetCurrency(string(in.Currency)).
			SetCountry(in.Country).SetLanguage(in.Language).SetMoneyFormat(in.MoneyFormat).SetDomain(in.Domain).
			SetPolicies(policies).SetBrand(brand).SetCreatedAt(now).SetUpdatedAt(now)
		if in.Description != nil {
			create.SetDescription(*in.Description)
		}
		if err := create.Exec(database.AllShops(ctx)); err != nil {
			return err
		}
		return s.putMarkets(database.WithShop(ctx, id), tx, id, markets)
	})
	if err != nil {
		return nil, err
	}
	s.forget(id)
	return s.Current(database.WithShop(ctx, id))
}

func (s *Service) putMarkets(ctx context.Context, tx database.Tx, shop uuid.UUID, markets []Market) error {
	now := s.clock.Now()
	for i, m := range markets {
		countries, err := json.Marshal(m.Countries)
		if err != nil {
			return err
		}
		languages, err := json.Marshal(m.Languages)
		if err != nil {
			return err
		}
		err = tx.Ent().Market.Create().SetShopID(shop).SetHandle(m.Handle).SetName(m.Name).SetCountries(countries).SetLanguages(languages).
			SetCurrency(string(m.Currency)).SetTaxIncluded(m.TaxIncluded).SetConversionRate(m.Rate).SetPosition(i).SetEnabled(true).
			SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}
