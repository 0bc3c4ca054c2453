package inventory

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// ProductAvailability is what can be sold of a product, over all its variants.
type ProductAvailability struct {
	// Total is the sum of what is free of its counted variants.
	Total   int64
	Tracked bool // one variant at least is counted
	ForSale bool // one unit of one variant at least can be bought now
}

// AvailableOfProducts tells of each product what can be sold now: one statement, whatever their number.
func (s *Service) AvailableOfProducts(ctx context.Context, productIDs []uuid.UUID) (map[uuid.UUID]ProductAvailability, error) {
	return s.store.productAvailability(ctx, s.db, productIDs)
}

// productAvailability sums what is free. Served by variant (shop_id, product_id, position, id) and inventory_level
// (shop_id, variant_id, location_id).
func (s store) productAvailability(ctx context.Context, q database.Querier, products []uuid.UUID) (map[uuid.UUID]ProductAvailability, error) {
	ctx = database.RowsOf(ctx, stockTable, products...)
	rows, err := q.Query(ctx, `SELECT v.product_id, v.tracked, v.oversell, (
			SELECT coalesce(sum(l.on_hand - l.reserved), 0)::bigint FROM inventory_level l JOIN location p ON p.id = l.location_id
			WHERE l.shop_id = v.shop_id AND l.variant_id = v.id AND p.active AND p.fulfills_online)
		FROM variant v WHERE v.shop_id = $1 AND v.product_id = ANY($2)`, products)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := make(map[uuid.UUID]ProductAvailability, len(products))
	for rows.Next() {
		var product uuid.UUID
		var tracked, oversell bool
		var free int64
		if err := rows.Scan(&product, &tracked, &oversell, &free); err != nil {
			return nil, err
		}
		a := out[product]
		if tracked {
			a.Tracked = true
			a.Total += free
		}
		a.ForSale = a.ForSale || !tracked || oversell || free > 0
		out[product] = a
	}
	return out, rows.Err()
}
