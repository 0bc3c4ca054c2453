package inventory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// availability sums what is free. Served by variant's key and inventory_level (shop_id, variant_id, location_id).
func (s store) availability(ctx context.Context, q database.Querier, variants []uuid.UUID) (map[uuid.UUID]Availability, error) {
	type row struct {
		id uuid.UUID
		Availability
	}
	rows, err := q.Query(ctx, `SELECT v.id, v.tracked, v.oversell, (
			SELECT coalesce(sum(l.on_hand - l.reserved), 0)::bigint FROM inventory_level l JOIN location p ON p.id = l.location_id
			WHERE l.shop_id = v.shop_id AND l.variant_id = v.id AND p.active AND p.fulfills_online)
		FROM variant v WHERE v.shop_id = $1 AND v.id = ANY($2)`, variants)
	list, err := database.Scan(rows, err, func(scan scan) (r row, err error) {
		return r, scan(&r.id, &r.Tracked, &r.Oversell, &r.Available)
	})
	out := make(map[uuid.UUID]Availability, len(list))
	for _, r := range list {
		a := r.Availability
		if !a.Tracked {
			a.Available = 0
		}
		a.ForSale = !a.Tracked || a.Oversell || a.Available > 0
		out[r.id] = a
	}
	return out, err
}

// levels reads levels with their locations. Served by inventory_level (shop_id, variant_id, …) or its key.
func (s store) levels(ctx context.Context, q database.Querier, by string, ids []uuid.UUID) ([]Level, error) {
	rows, err := q.Query(ctx, `SELECT l.id, l.variant_id, l.on_hand, l.reserved, l.updated_at, p.id, p.handle, p.name, p.priority, p.active, p.fulfills_online
		FROM inventory_level l JOIN location p ON p.id = l.location_id
		WHERE l.shop_id = $1 AND `+by+` = ANY($2) ORDER BY l.variant_id, p.priority, p.id`, ids)
	return database.Scan(rows, err, func(scan scan) (l Level, err error) {
		p := &l.Location
		err = scan(&l.ID.UUID, &l.VariantID, &l.OnHand, &l.Reserved, &l.UpdatedAt, &p.ID.UUID, &p.Handle, &p.Name, &p.Priority, &p.Active, &p.FulfillsOnline)
		l.ID, p.ID, l.UpdatedAt = levelID(l.ID.UUID), locationID(p.ID.UUID), l.UpdatedAt.UTC()
		return l, err
	})
}

// locations reads every location of the shop: a handful. Served by location (shop_id, handle).
func (s store) locations(ctx context.Context, q database.Querier) ([]Location, error) {
	rows, err := q.Query(ctx, `SELECT id, handle, name, priority, active, fulfills_online FROM location WHERE shop_id = $1 ORDER BY priority, id`)
	return database.Scan(rows, err, func(scan scan) (l Location, err error) {
		err = scan(&l.ID.UUID, &l.Handle, &l.Name, &l.Priority, &l.Active, &l.FulfillsOnline)
		l.ID = locationID(l.ID.UUID)
		return l, err
	})
}

// saveLocation writes a location by its handle. Served by location (shop_id, handle).
func (s store) saveLocation(ctx context.Context, tx database.Tx, l Location, now time.Time) (Location, error) {
	_, err := tx.Exec(ctx, `INSERT INTO location (id, shop_id, created_at, updated_at, handle, name, priority, active, fulfills_online)
		VALUES ($2, $1, $3, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (shop_id, handle) DO UPDATE SET updated_at = excluded.updated_at, name = excluded.name, priority = excluded.priority,
			active = excluded.active, fulfills_online = excluded.fulfills_online`,
		s.newID(), now, l.Handle, l.Name, l.Priority, l.Active, l.FulfillsOnline)
	if err != nil {
		return Location{}, err
	}
	err = tx.QueryRow(ctx, `SELECT id FROM location WHERE shop_id = $1 AND handle = $2`, l.Handle).Scan(&l.ID.UUID)
	l.ID = locationID(l.ID.UUID)
	return l, err
}

// movements reads a page of a level's ledger. Served by stock_movement (shop_id, variant_id, location_id, id).
func (s store) movements(ctx context.Context, q database.Querier, at place, before uuid.UUID, limit int) ([]Movement, error) {
	rows, err := q.Query(ctx, `SELECT id, variant_id, location_id, delta, reason, ref, actor, created_at FROM stock_movement
		WHERE shop_id = $1 AND variant_id = $2 AND location_id = $3 AND id < $4 ORDER BY id DESC LIMIT $5`, at.variant, at.location, before, limit)
	return database.Scan(rows, err, func(scan scan) (m Movement, err error) {
		err = scan(&m.ID, &m.VariantID, &m.LocationID, &m.Delta, &m.Reason, &m.Ref, &m.Actor, &m.CreatedAt)
		m.CreatedAt = m.CreatedAt.UTC()
		return m, err
	})
}

// discrepancies compares levels with ledger and promises in one statement, so in one moment. It reads all of the shop's
// stock, on purpose. What is left of variants that are gone is history and proves nothing.
func (s store) discrepancies(ctx context.Context, q database.Querier) ([]Discrepancy, error) {
	rows, err := q.Query(ctx, `SELECT x.variant_id, x.location_id, sum(x.on_hand)::bigint, sum(x.moved)::bigint, sum(x.reserved)::bigint, sum(x.promised)::bigint
		FROM (
			SELECT variant_id, location_id, on_hand, 0 AS moved, reserved, 0 AS promised FROM inventory_level WHERE shop_id = $1
			UNION ALL SELECT variant_id, location_id, 0, delta, 0, 0 FROM stock_movement WHERE shop_id = $1
			UNION ALL SELECT variant_id, location_id, 0, 0, 0, quantity FROM reservation WHERE shop_id = $1
		) x
		JOIN variant v ON v.id = x.variant_id JOIN location p ON p.id = x.location_id
		GROUP BY x.variant_id, x.location_id
		HAVING sum(x.on_hand) <> sum(x.moved) OR sum(x.reserved) <> sum(x.promised)
		ORDER BY x.variant_id, x.location_id LIMIT 100`)
	return database.Scan(rows, err, func(scan scan) (d Discrepancy, err error) {
		return d, scan(&d.VariantID, &d.LocationID, &d.OnHand, &d.Moved, &d.Reserved, &d.Promised)
	})
}
