package delivery

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/platform/database"
)

// lock makes changes of a shop's zones and taxes wait for each other, also where there is no row yet. SQLite has one writer
// and needs none of it.
func (s store) lock(ctx context.Context, tx database.Tx) error {
	if tx.Dialect() != database.PostgreSQL {
		return nil
	}
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(s.shop_id::text, 17)) FROM (SELECT $1::uuid AS shop_id) s")
	return err
}

// keptZones reads a shop's zones with their rates and times. Served by shipping_zone (shop_id, position, id) and
// shipping_rate (shop_id, zone_id, handle, currency).
func (s store) keptZones(ctx context.Context, q database.Querier) ([]*Zone, error) {
	plain, err := s.zones(ctx, q)
	if err != nil || len(plain) == 0 {
		return nil, err
	}
	known := make(map[uuid.UUID]shipping.Zone, len(plain))
	for _, z := range plain {
		known[z.ID] = z
	}
	rows, err := q.Query(ctx, "SELECT id, position, created_at, updated_at FROM shipping_zone WHERE shop_id = $1 ORDER BY position, id")
	return database.Scan(rows, err, func(scan scan) (*Zone, error) {
		z := &Zone{}
		var id uuid.UUID
		err := scan(&id, &z.Position, &z.CreatedAt, &z.UpdatedAt)
		z.Zone, z.CreatedAt, z.UpdatedAt = known[id], z.CreatedAt.UTC(), z.UpdatedAt.UTC()
		z.ID = id
		return z, err
	})
}

// keptTaxes reads a shop's taxes with their ids and times. Served by tax_rate (shop_id, country, province, name).
func (s store) keptTaxes(ctx context.Context, q database.Querier) ([]*TaxRate, error) {
	rows, err := q.Query(ctx, `SELECT id, country, province, name, rate_ppm, shipping_taxable, position, created_at, updated_at FROM tax_rate
		WHERE shop_id = $1 ORDER BY position, id`)
	return database.Scan(rows, err, func(scan scan) (*TaxRate, error) {
		r := &TaxRate{}
		err := scan(&r.ID, &r.Country, &r.Province, &r.Name, &r.PPM, &r.ShippingTaxable, &r.Position, &r.CreatedAt, &r.UpdatedAt)
		r.CreatedAt, r.UpdatedAt = r.CreatedAt.UTC(), r.UpdatedAt.UTC()
		return r, err
	})
}

// saveZone writes a zone and all its rates anew, or deletes it with them. Served by the primary key and by shipping_rate
// (shop_id, zone_id, handle, currency).
func (s store) saveZone(ctx context.Context, tx database.Tx, before, after *Zone) error {
	if before != nil {
		if _, err := tx.Exec(ctx, "DELETE FROM shipping_rate WHERE shop_id = $1 AND zone_id = $2", before.ID); err != nil {
			return err
		}
	}
	if after == nil {
		_, err := tx.Exec(ctx, "DELETE FROM shipping_zone WHERE shop_id = $1 AND id = $2", before.ID)
		return err
	}
	statement := `UPDATE shipping_zone SET name = $3, countries = $4, provinces = $5, rest_of_world = $6, position = $7, created_at = $8, updated_at = $9
		WHERE shop_id = $1 AND id = $2`
	if before == nil {
		statement = `INSERT INTO shipping_zone (id, shop_id, name, countries, provinces, rest_of_world, position, created_at, updated_at)
			VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9)`
	}
	_, err := tx.Exec(ctx, statement, after.ID, after.Name, database.JSON[[]string]{V: after.Countries}, database.JSON[[]string]{V: after.Provinces}, after.RestOfWorld,
		after.Position, after.CreatedAt, after.UpdatedAt)
	if err != nil {
		return err
	}
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	rows := make([][]any, len(after.Rates))
	for i := range after.Rates {
		rows[i] = s.rateRow(shop, after.ID, &after.Rates[i], after.UpdatedAt)
	}
	return database.Insert(ctx, tx, "shipping_rate", rateColumns, rows, "")
}

// saveTax writes a tax, or deletes it. Served by the primary key.
func (s store) saveTax(ctx context.Context, tx database.Tx, before, after *TaxRate) error {
	if after == nil {
		_, err := tx.Exec(ctx, "DELETE FROM tax_rate WHERE shop_id = $1 AND id = $2", before.ID)
		return err
	}
	statement := `UPDATE tax_rate SET country = $3, province = $4, name = $5, rate_ppm = $6, shipping_taxable = $7, position = $8, created_at = $9, updated_at = $10
		WHERE shop_id = $1 AND id = $2`
	if before == nil {
		statement = `INSERT INTO tax_rate (id, shop_id, country, province, name, rate_ppm, shipping_taxable, position, created_at, updated_at)
			VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9, $10)`
	}
	_, err := tx.Exec(ctx, statement, after.ID, after.Country, after.Province, after.Name, after.PPM, after.ShippingTaxable, after.Position, after.CreatedAt, after.UpdatedAt)
	return err
}
