package catalog

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// productsOfOptions reads whose options or values of options some ids are. Served by their primary keys.
func (s store) productsOfOptions(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `SELECT product_id FROM product_option WHERE shop_id = $1 AND id = ANY($2)
		UNION SELECT product_id FROM option_value WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return database.IDs(rows, err)
}
