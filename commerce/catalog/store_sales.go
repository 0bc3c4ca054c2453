package catalog

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// addSales adds the quantities of orders' lines to their products, each product once. Products are locked in the order of
// their ids, so that orders counted beside each other cannot deadlock. Served by order_line (shop_id, order_id, position) and
// product's primary key.
func (s store) addSales(ctx context.Context, tx database.Tx, orders []uuid.UUID) error {
	const lines = "SELECT product_id, sum(quantity) AS pieces FROM order_line WHERE shop_id = $1 AND order_id = ANY($2) AND product_id IS NOT NULL GROUP BY product_id"
	rows, err := tx.Query(ctx, "SELECT id FROM product WHERE shop_id = $1 AND id IN (SELECT product_id FROM ("+lines+") AS sold) ORDER BY id FOR NO KEY UPDATE", orders)
	if _, err := database.IDs(rows, err); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE product SET sales_count = sales_count + sold.pieces FROM ("+lines+") AS sold WHERE product.shop_id = $1 AND product.id = sold.product_id", orders)
	return err
}
