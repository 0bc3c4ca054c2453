package shop

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func (s *Service) load(ctx context.Context, id uuid.UUID) (*snapshot, error) {
	found, err := s.find(ctx, "id", id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.New(fault.NotFound, "There is no such shop.")
	}
	snap := &snapshot{shop: found[0]}
	snap.markets, err = s.markets(database.WithShop(ctx, id), s.db)
	for _, m := range snap.markets {
		if m.Enabled {
			snap.open = append(snap.open, m)
		}
	}
	return snap, err
}

// find reads a shop by its id or handle. Served by the primary key, and by shop (handle).
func (s *Service) find(ctx context.Context, column string, value any) ([]*Shop, error) {
	return readShops(ctx, s.db, column+` = $1`, value)
}

func readShops(ctx context.Context, q database.Querier, where string, value any) ([]*Shop, error) {
	rows, err := q.SysQuery(database.AllShops(ctx), `SELECT id, handle, name, email, currency, country, language, money_format, domain, description, policies, brand
		FROM shop WHERE `+where, value)
	return database.Scan(rows, err, func(scan func(...any) error) (*Shop, error) {
		s := &Shop{}
		var id uuid.UUID
		var description string
		policies, brand := database.JSON[json.RawMessage]{}, database.JSON[json.RawMessage]{}
		err := scan(&id, &s.Handle, &s.Name, &s.Email, &s.Currency, &s.Country, &s.Language, &s.MoneyFormat, &s.Domain, &description, &policies, &brand)
		if description != "" {
			s.Description = &description
		}
		s.ID = gid.New("Shop", id)
		_ = json.Unmarshal(policies.V, &s.Policies)
		_ = json.Unmarshal(brand.V, &s.BrandData)
		return s, err
	})
}

// List gives the ids of all shops of the deployment: for sweeps and the command line.
func (s *Service) List(ctx context.Context) ([]uuid.UUID, error) {
	rows, err := s.db.SysQuery(database.AllShops(ctx), "SELECT id FROM shop ORDER BY id")
	return database.IDs(rows, err)
}

// ByHandle finds a shop of the deployment. Fails with [fault.NotFound].
func (s *Service) ByHandle(ctx context.Context, handle string) (*Shop, error) {
	found, err := s.find(ctx, "handle", handle)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.New(fault.NotFound, "There is no shop %q.", handle)
	}
	return found[0], nil
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

// lock reads a shop and holds it until the transaction ends. Served by the primary key.
func (s *Service) lock(ctx context.Context, tx database.Tx, id uuid.UUID) (*Shop, error) {
	found, err := readShops(ctx, tx, "id = $1 FOR NO KEY UPDATE", id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "There is no such shop.")
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// save writes what staff change of a shop. Served by the primary key.
func (s *Service) save(ctx context.Context, tx database.Tx, own *Shop) error {
	about := ""
	if own.Description != nil {
		about = *own.Description
	}
	_, err := tx.SysExec(database.AllShops(ctx), `UPDATE shop SET updated_at = $2, name = $3, description = $4, email = $5, domain = $6, money_format = $7, policies = $8 WHERE id = $1`,
		own.ID.UUID, s.clock.Now(), own.Name, about, own.Email, own.Domain, own.MoneyFormat, database.JSON[[]Policy]{V: own.Policies})
	return err
}
