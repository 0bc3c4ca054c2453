package delivery

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/database"
)

// store holds every statement of this package.
type store struct{ newID func() uuid.UUID }

type scan = func(...any) error

// zones reads a shop's zones with their rates. Served by shipping_zone (shop_id, position, id) and shipping_rate
// (shop_id, zone_id, handle, currency).
func (s store) zones(ctx context.Context, q database.Querier) ([]shipping.Zone, error) {
	rows, err := q.Query(ctx, `SELECT id, name, countries, provinces, rest_of_world FROM shipping_zone WHERE shop_id = $1 ORDER BY position, id`)
	zones, err := database.Scan(rows, err, func(scan scan) (z shipping.Zone, err error) {
		var countries, provinces database.JSON[[]string]
		err = scan(&z.ID, &z.Name, &countries, &provinces, &z.RestOfWorld)
		z.Countries, z.Provinces = countries.V, provinces.V
		return z, err
	})
	if err != nil || len(zones) == 0 {
		return nil, err
	}
	at := make(map[uuid.UUID]int, len(zones))
	for i := range zones {
		at[zones[i].ID] = i
	}
	rows, err = q.Query(ctx, `SELECT zone_id, handle, title, description, currency, amount, min_subtotal, max_subtotal, min_weight, max_weight, min_days, max_days
		FROM shipping_rate WHERE shop_id = $1 ORDER BY zone_id, handle, currency`)
	_, err = database.Scan(rows, err, func(scan scan) (none struct{}, err error) {
		var zone uuid.UUID
		var r shipping.Rate
		var currency string
		if err = scan(&zone, &r.Handle, &r.Title, &r.Description, &currency, &r.Price.Amount, &r.MinSubtotal, &r.MaxSubtotal, &r.MinGrams, &r.MaxGrams, &r.MinDays, &r.MaxDays); err != nil {
			return none, err
		}
		r.Price.Currency = money.Currency(currency)
		if i, ok := at[zone]; ok {
			zones[i].Rates = append(zones[i].Rates, r)
		}
		return none, nil
	})
	return zones, err
}

// taxes reads a shop's taxes in order. Served by tax_rate (shop_id, country, province, name).
func (s store) taxes(ctx context.Context, q database.Querier) ([]tax.Rate, error) {
	rows, err := q.Query(ctx, `SELECT country, province, name, rate_ppm, shipping_taxable FROM tax_rate WHERE shop_id = $1 ORDER BY position, id`)
	return database.Scan(rows, err, func(scan scan) (r tax.Rate, err error) {
		return r, scan(&r.Country, &r.Province, &r.Name, &r.PPM, &r.ShippingTaxable)
	})
}

// replaceZones writes zones in the place of those that are there; rates go with their zone.
func (s store) replaceZones(ctx context.Context, tx database.Tx, zones []shipping.Zone, now time.Time) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	for _, statement := range []string{"DELETE FROM shipping_rate WHERE shop_id = $1", "DELETE FROM shipping_zone WHERE shop_id = $1"} {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	var zoneRows, rateRows [][]any
	for i := range zones {
		z := &zones[i]
		id := s.newID()
		zoneRows = append(zoneRows, []any{id, shop, now, now, z.Name, database.JSON[[]string]{V: z.Countries}, database.JSON[[]string]{V: z.Provinces}, z.RestOfWorld, i})
		for j := range z.Rates {
			r := &z.Rates[j]
			rateRows = append(rateRows, s.rateRow(shop, id, r, now))
		}
	}
	err = database.Insert(ctx, tx, "shipping_zone", []string{"id", "shop_id", "created_at", "updated_at", "name", "countries", "provinces", "rest_of_world", "position"}, zoneRows, "")
	if err != nil {
		return err
	}
	return database.Insert(ctx, tx, "shipping_rate", rateColumns, rateRows, "")
}

var rateColumns = []string{
	"id", "shop_id", "created_at", "updated_at", "zone_id", "handle", "title", "description", "currency", "amount",
	"min_subtotal", "max_subtotal", "min_weight", "max_weight", "min_days", "max_days",
}

func (s store) rateRow(shop, zone uuid.UUID, r *shipping.Rate, now time.Time) []any {
	return []any{
		s.newID(), shop, now, now, zone, r.Handle, r.Title, r.Description, string(r.Price.Currency), r.Price.Amount,
		r.MinSubtotal, r.MaxSubtotal, r.MinGrams, r.MaxGrams, r.MinDays, r.MaxDays,
	}
}

// replaceTaxes writes taxes in the place of those that are there.
func (s store) replaceTaxes(ctx context.Context, tx database.Tx, rates []tax.Rate, now time.Time) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM tax_rate WHERE shop_id = $1"); err != nil {
		return err
	}
	rows := make([][]any, 0, len(rates))
	for i, r := range rates {
		rows = append(rows, []any{s.newID(), shop, now, now, r.Country, r.Province, r.Name, r.PPM, r.ShippingTaxable, i})
	}
	return database.Insert(ctx, tx, "tax_rate", []string{"id", "shop_id", "created_at", "updated_at", "country", "province", "name", "rate_ppm", "shipping_taxable", "position"}, rows, "")
}
