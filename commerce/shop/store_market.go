package shop

import (
	"context"

	"github.com/rialtohq/rialto/platform/database"
)

// markets reads all markets of the context's shop, in their order. Served by market (shop_id, handle).
func (s *Service) markets(ctx context.Context, q database.Querier) ([]*Market, error) {
	rows, err := q.Query(ctx, `SELECT id, handle, name, currency, tax_included, conversion_rate, position, enabled, countries, languages, created_at, updated_at
		FROM market WHERE shop_id = $1 ORDER BY position, handle`)
	list, err := database.Scan(rows, err, func(scan func(...any) error) (*Market, error) {
		m := &Market{}
		var countries, languages database.JSON[[]string]
		err := scan(&m.ID, &m.Handle, &m.Name, &m.Currency, &m.TaxIncluded, &m.Rate, &m.Position, &m.Enabled, &countries, &languages, &m.CreatedAt, &m.UpdatedAt)
		m.Countries, m.Languages = countries.V, languages.V
		m.CreatedAt, m.UpdatedAt = m.CreatedAt.UTC(), m.UpdatedAt.UTC()
		return m, err
	})
	if len(list) > 0 {
		list[0].Primary = true
	}
	return list, err
}

// lockMarkets locks a shop's markets and reads them: writes of markets wait for each other. Those that came while it
// waited are only seen by the second statement. Served by market (shop_id, handle).
func (s *Service) lockMarkets(ctx context.Context, tx database.Tx) ([]*Market, error) {
	rows, err := tx.Query(ctx, "SELECT handle FROM market WHERE shop_id = $1 ORDER BY handle FOR UPDATE")
	if _, err := database.Scan(rows, err, func(scan func(...any) error) (h string, err error) { return h, scan(&h) }); err != nil {
		return nil, err
	}
	return s.markets(ctx, tx)
}

// saveMarket writes a change. Served by the primary key.
func (s *Service) saveMarket(ctx context.Context, tx database.Tx, c change) error {
	m := c.after
	if m == nil {
		_, err := tx.Exec(ctx, "DELETE FROM market WHERE shop_id = $1 AND id = $2", c.before.ID)
		return err
	}
	countries, languages := database.JSON[[]string]{V: m.Countries}, database.JSON[[]string]{V: m.Languages}
	statement := `UPDATE market SET handle = $3, name = $4, currency = $5, tax_included = $6, conversion_rate = $7, position = $8, enabled = $9, countries = $10,
		languages = $11, created_at = $12, updated_at = $13 WHERE shop_id = $1 AND id = $2`
	if c.before == nil {
		statement = `INSERT INTO market (id, shop_id, handle, name, currency, tax_included, conversion_rate, position, enabled, countries, languages, created_at, updated_at)
			VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	}
	_, err := tx.Exec(ctx, statement, m.ID, m.Handle, m.Name, string(m.Currency), m.TaxIncluded, m.Rate, m.Position, m.Enabled, countries, languages, m.CreatedAt, m.UpdatedAt)
	return err
}

// saveRate writes the rate of a market that another's change has changed along.
func (s *Service) saveRate(ctx context.Context, tx database.Tx, m *Market) error {
	_, err := tx.Exec(ctx, "UPDATE market SET conversion_rate = $3, updated_at = $4 WHERE shop_id = $1 AND id = $2", m.ID, m.Rate, m.UpdatedAt)
	return err
}
