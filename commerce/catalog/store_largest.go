package catalog

import (
	"context"

	"github.com/rialtohq/rialto/platform/database"
)

// largest counts along the indexes that begin with the shop and the owner of the list: variant and media (shop_id,
// product_id, …), collection_product (shop_id, collection_id, …) and (shop_id, product_id, …), product_option and option_value likewise.
func (s store) largest(ctx context.Context, q database.Querier) (l Largest, err error) {
	most := func(table, owner string) string {
		return "(SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM " + table + " WHERE shop_id = $1 GROUP BY " + owner + ") AS counted)"
	}
	err = q.QueryRow(ctx, `SELECT (SELECT count(*) FROM (SELECT 1 FROM product WHERE shop_id = $1 LIMIT $2) AS p), (SELECT count(*) FROM (SELECT 1 FROM collection WHERE shop_id = $1 LIMIT $2) AS c), `+
		most("variant", "product_id")+", "+most("media", "product_id")+", "+most("product_option", "product_id")+", "+most("collection_product", "product_id")+", "+most("collection_product", "collection_id")+", "+most("option_value", "product_id, option_id"), LargestCounted).
		Scan(&l.Products, &l.Collections, &l.VariantsOfProduct, &l.MediaOfProduct, &l.OptionsOfProduct, &l.CollectionsOfProduct, &l.ProductsOfCollection, &l.ValuesOfOption)
	return l, err
}
