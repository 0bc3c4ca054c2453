package quota

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

func list(ctx context.Context, q database.Querier) ([]Quota, error) {
	rows, err := q.Query(ctx, `SELECT app_id, layer, capacity, per_second, updated_at FROM quota WHERE shop_id = $1 ORDER BY app_id, layer`)
	return database.Scan(rows, err, func(scan func(...any) error) (one Quota, err error) {
		return one, scan(&one.App, &one.Layer, &one.Capacity, &one.PerSecond, &one.UpdatedAt)
	})
}

func put(ctx context.Context, tx database.Tx, id uuid.UUID, q Quota) error {
	_, err := tx.Exec(ctx, `INSERT INTO quota (id, shop_id, app_id, layer, capacity, per_second, created_at, updated_at) VALUES ($2, $1, $3, $4, $5, $6, $7, $7)
		ON CONFLICT (shop_id, app_id, layer) DO UPDATE SET capacity = excluded.capacity, per_second = excluded.per_second, updated_at = excluded.updated_at`,
		id, q.App, q.Layer, q.Capacity, q.PerSecond, q.UpdatedAt)
	return err
}

func remove(ctx context.Context, tx database.Tx, app uuid.UUID, layer string) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM quota WHERE shop_id = $1 AND app_id = $2 AND layer = $3`, app, layer)
}
