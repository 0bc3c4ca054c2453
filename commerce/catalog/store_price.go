package catalog

import (
	"context"
	"database/sql"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
)

// allPrices reads the prices of variants in all currencies. Served by variant_price (shop_id, variant_id, currency).
func (store) allPrices(ctx context.Context, q database.Querier, variants []uuid.UUID) ([]*VariantPrice, error) {
	rows, err := q.Query(ctx, `SELECT variant_id, currency, amount, compare_at_amount, derived FROM variant_price
 WHERE shop_id = $1 AND variant_id = ANY($2) ORDER BY variant_id, currency`, variants)
	return database.Scan(rows, err, func(scan func(...any) error) (*VariantPrice, error) {
		p := &VariantPrice{}
		var compare sql.NullInt64
		err := scan(&p.Variant, &p.Price.Currency, &p.Price.Amount, &compare, &p.Derived)
		if compare.Valid {
			m := money.New(compare.Int64, p.Price.Currency)
			p.CompareAtPrice = &m
		}
		return p, err
	})
}

// productsOfVariants finds the products that variants belong to. Served by the primary key.
func (store) productsOfVariants(ctx context.Context, tx database.Tx, variants []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, "SELECT DISTINCT product_id FROM variant WHERE shop_id = $1 AND id = ANY($2)", variants)
	return database.IDs(rows, err)
}
