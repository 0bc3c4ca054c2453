package inventory

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/keyset"
)

// availability sums what is free. Served by variant's key and inventory_level (shop_id, variant_id, location_id).
func (s store) availability(ctx context.Context, q database.Querier, variants []uuid.UUID) (map[uuid.UUID]Availability, error) {
	ctx = database.RowsOf(ctx, stockTable, variants...)
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
	rows, err := q.Query(ctx, `SELECT `+levelColumns+`
		FROM inventory_level l JOIN location p ON p.id = l.location_id
		WHERE l.shop_id = $1 AND `+by+` = ANY($2) ORDER BY l.variant_id, p.priority, p.id`, ids)
	return database.Scan(rows, err, scanLevel())
}

const (
	levelColumns    = `l.id, l.variant_id, l.on_hand, l.reserved, l.incoming, l.updated_at, ` + locationColumns
	locationColumns = `p.id, p.handle, p.name, p.priority, p.active, p.fulfills_online, p.address, p.created_at, p.updated_at`
)

// scanLevel reads a row of levelColumns behind what leads it.
func scanLevel(lead ...any) func(scan scan) (Level, error) {
	return func(scan scan) (l Level, err error) {
		var address database.JSON[Address]
		err = scan(append(slices.Concat(lead, []any{&l.ID.UUID, &l.VariantID, &l.OnHand, &l.Reserved, &l.Incoming, &l.UpdatedAt}), l.Location.row(&address)...)...)
		l.ID, l.UpdatedAt = levelID(l.ID.UUID), l.UpdatedAt.UTC()
		l.Location.finish(address)
		return l, err
	}
}

// row are the places where a row of locationColumns goes.
func (l *Location) row(address *database.JSON[Address]) []any {
	return []any{&l.ID.UUID, &l.Handle, &l.Name, &l.Priority, &l.Active, &l.FulfillsOnline, address, &l.CreatedAt, &l.UpdatedAt}
}

func (l *Location) finish(address database.JSON[Address]) {
	l.ID, l.Address, l.CreatedAt, l.UpdatedAt = locationID(l.ID.UUID), address.V, l.CreatedAt.UTC(), l.UpdatedAt.UTC()
}

func scanLocation(scan scan) (l Location, err error) {
	var address database.JSON[Address]
	err = scan(l.row(&address)...)
	l.finish(address)
	return l, err
}

// locations reads every location of the shop: a handful. Served by location (shop_id, handle).
func (s store) locations(ctx context.Context, q database.Querier) ([]Location, error) {
	rows, err := q.Query(ctx, `SELECT `+locationColumns+` FROM location p WHERE p.shop_id = $1 ORDER BY p.priority, p.id`)
	return database.Scan(rows, err, scanLocation)
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
	rows, err := q.Query(ctx, `SELECT `+movementColumns+` FROM stock_movement m
		WHERE m.shop_id = $1 AND m.variant_id = $2 AND m.location_id = $3 AND m.id < $4 ORDER BY m.id DESC LIMIT $5`, at.variant, at.location, before, limit)
	return database.Scan(rows, err, scanMovement())
}

const movementColumns = "m.id, m.variant_id, m.location_id, m.delta, m.quantity_after, m.reason, m.ref, m.actor, m.created_at"

// scanMovement reads a row of movementColumns behind what leads it.
func scanMovement(lead ...any) func(scan scan) (Movement, error) {
	return func(scan scan) (m Movement, err error) {
		var after sql.NullInt64
		err = scan(append(slices.Clone(lead), &m.ID, &m.VariantID, &m.LocationID, &m.Delta, &after, &m.Reason, &m.Ref, &m.Actor, &m.CreatedAt)...)
		if m.CreatedAt = m.CreatedAt.UTC(); after.Valid {
			m.After = &after.Int64
		}
		return m, err
	}
}

// movementPages reads a page of the ledger of each variant. Served by stock_movement (shop_id, variant_id, id).
func (s store) movementPages(ctx context.Context, q database.Querier, w keyset.Window, variants []uuid.UUID) (map[uuid.UUID][]*Movement, error) {
	where, args := w.Where(3)
	query := database.PerParent{
		Columns: movementColumns, From: "stock_movement m", Where: "m.shop_id = $1" + where, Parent: "m.variant_id", Order: "m.id" + w.Direction(), Limit: w.Limit + 1, Arg: 2,
	}.SQL(q.Dialect())
	var skip int64
	var parent uuid.UUID
	rows, err := q.Query(ctx, query, append([]any{variants}, args...)...)
	list, err := database.Scan(rows, err, scanMovement(&skip, &parent))
	out := make(map[uuid.UUID][]*Movement, len(variants))
	for i := range list {
		out[list[i].VariantID] = append(out[list[i].VariantID], &list[i])
	}
	return out, err
}

// discrepancies compares levels with ledger and promises in one statement, so in one moment. It reads all of the shop's
// stock, on purpose. What is left of variants that are gone is history and proves nothing.
func (s store) discrepancies(ctx context.Context, q database.Querier) ([]Discrepancy, error) {
	rows, err := q.Query(ctx, `SELECT x.variant_id, x.location_id, sum(x.on_hand)::bigint, sum(x.moved)::bigint, sum(x.reserved)::bigint, sum(x.promised)::bigint,
			sum(x.incoming)::bigint, sum(x.coming)::bigint
		FROM (
			SELECT variant_id, location_id, on_hand, 0 AS moved, reserved, 0 AS promised, incoming, 0 AS coming FROM inventory_level WHERE shop_id = $1
			UNION ALL SELECT variant_id, location_id, 0, delta, 0, 0, 0, 0 FROM stock_movement WHERE shop_id = $1
			UNION ALL SELECT variant_id, location_id, 0, 0, 0, quantity, 0, 0 FROM reservation WHERE shop_id = $1
			UNION ALL SELECT i.variant_id, t.destination_id, 0, 0, 0, 0, 0, i.quantity - i.accepted - i.rejected
				FROM inventory_transfer t JOIN inventory_transfer_line i ON i.shop_id = t.shop_id AND i.transfer_id = t.id WHERE t.shop_id = $1 AND t.status = 'in_progress'
		) x
		JOIN variant v ON v.id = x.variant_id JOIN location p ON p.id = x.location_id
		GROUP BY x.variant_id, x.location_id
		HAVING sum(x.on_hand) <> sum(x.moved) OR sum(x.reserved) <> sum(x.promised) OR sum(x.incoming) <> sum(x.coming)
		ORDER BY x.variant_id, x.location_id LIMIT 100`)
	return database.Scan(rows, err, func(scan scan) (d Discrepancy, err error) {
		return d, scan(&d.VariantID, &d.LocationID, &d.OnHand, &d.Moved, &d.Reserved, &d.Promised, &d.Incoming, &d.Coming)
	})
}
