package inventory

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/keyset"
)

// lockLocations locks and reads every location of the shop: a handful. Who writes stock by hand shares the lock, so that a
// location is not closed in between. Served by location (shop_id, handle).
func (s store) lockLocations(ctx context.Context, tx database.Tx, strength string) ([]Location, error) {
	rows, err := tx.Query(ctx, `SELECT `+locationColumns+` FROM location p WHERE p.shop_id = $1 ORDER BY p.priority, p.id FOR `+strength)
	return database.Scan(rows, err, scanLocation)
}

func (s store) insertLocation(ctx context.Context, tx database.Tx, l Location) error {
	_, err := tx.Exec(ctx, `INSERT INTO location (id, shop_id, created_at, updated_at, handle, name, priority, active, fulfills_online, address)
		VALUES ($2, $1, $3, $3, $4, $5, $6, $7, $8, $9)`,
		l.ID.UUID, l.CreatedAt, l.Handle, l.Name, l.Priority, l.Active, l.FulfillsOnline, database.JSON[Address]{V: l.Address})
	return err
}

func (s store) updateLocation(ctx context.Context, tx database.Tx, l Location) error {
	_, err := tx.Exec(ctx, `UPDATE location SET updated_at = $3, name = $4, priority = $5, active = $6, fulfills_online = $7, address = $8 WHERE shop_id = $1 AND id = $2`,
		l.ID.UUID, l.UpdatedAt, l.Name, l.Priority, l.Active, l.FulfillsOnline, database.JSON[Address]{V: l.Address})
	return err
}

// dropLocation deletes a location with its levels, which are empty. Served by inventory_level (shop_id, location_id, id).
func (s store) dropLocation(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM inventory_level WHERE shop_id = $1 AND location_id = $2", id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM location WHERE shop_id = $1 AND id = $2", id)
	return err
}

// stockedAt locks the levels at a location that are not empty, and counts them. Served by inventory_level (shop_id,
// location_id, id).
func (s store) stockedAt(ctx context.Context, tx database.Tx, id uuid.UUID) (int, error) {
	rows, err := tx.Query(ctx, `SELECT on_hand <> 0 OR reserved <> 0 OR incoming <> 0 FROM inventory_level
		WHERE shop_id = $1 AND location_id = $2 ORDER BY variant_id FOR UPDATE`, id)
	list, err := database.Scan(rows, err, func(scan scan) (stocked bool, err error) { return stocked, scan(&stocked) })
	n := 0
	for _, stocked := range list {
		if stocked {
			n++
		}
	}
	return n, err
}

// variantsAt lists what has a level at a location, in the order of locks. Served by inventory_level (shop_id, location_id, id).
func (s store) variantsAt(ctx context.Context, tx database.Tx, id uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, "SELECT variant_id FROM inventory_level WHERE shop_id = $1 AND location_id = $2 ORDER BY variant_id", id)
	return database.IDs(rows, err)
}

// movePromises moves promises of variants from one location to another, where who is promised units already is promised
// more of them. The levels must be locked. No index finds promises by location: all that the shop holds for the checkouts
// under way are looked at.
func (s store) movePromises(ctx context.Context, tx database.Tx, variants []uuid.UUID, from, to uuid.UUID) error {
	for _, statement := range []string{
		`UPDATE reservation SET quantity = quantity + (SELECT r.quantity FROM reservation r
			WHERE r.shop_id = $1 AND r.ref = reservation.ref AND r.variant_id = reservation.variant_id AND r.location_id = $2)
		WHERE shop_id = $1 AND location_id = $3 AND variant_id = ANY($4) AND EXISTS (SELECT 1 FROM reservation r
			WHERE r.shop_id = $1 AND r.ref = reservation.ref AND r.variant_id = reservation.variant_id AND r.location_id = $2)`,
		`DELETE FROM reservation WHERE shop_id = $1 AND location_id = $2 AND variant_id = ANY($4) AND EXISTS (SELECT 1 FROM reservation r
			WHERE r.shop_id = $1 AND r.ref = reservation.ref AND r.variant_id = reservation.variant_id AND r.location_id = $3)`,
		`UPDATE reservation SET location_id = $3 WHERE shop_id = $1 AND location_id = $2 AND variant_id = ANY($4)`,
	} {
		if _, err := tx.Exec(ctx, statement, from, to, variants); err != nil {
			return err
		}
	}
	return nil
}

// dropLevel deletes an empty level. Served by the primary key.
func (s store) dropLevel(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, "DELETE FROM inventory_level WHERE shop_id = $1 AND id = $2", id)
	return err
}

// levelsAt reads a page of the levels of each location. Served by inventory_level (shop_id, location_id, id).
func (s store) levelsAt(ctx context.Context, q database.Querier, w keyset.Window, locations []uuid.UUID) (map[uuid.UUID][]*Level, error) {
	where, args := w.Where(3)
	query := database.PerParent{
		Columns: levelColumns, From: "inventory_level l JOIN location p ON p.id = l.location_id", Where: "l.shop_id = $1" + where, Parent: "l.location_id",
		Order: "l.id" + w.Direction(), Limit: w.Limit + 1, Arg: 2,
	}.SQL(q.Dialect())
	var skip int64
	var parent uuid.UUID
	rows, err := q.Query(ctx, query, append([]any{locations}, args...)...)
	list, err := database.Scan(rows, err, scanLevel(&skip, &parent))
	out := make(map[uuid.UUID][]*Level, len(locations))
	for i := range list {
		at := list[i].Location.ID.UUID
		out[at] = append(out[at], &list[i])
	}
	return out, err
}
