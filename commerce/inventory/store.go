package inventory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// store holds every statement of this package.
type store struct{ newID func() uuid.UUID }

type scan = func(...any) error

// lockRef makes transactions that name the same ref take turns, also where it holds nothing yet and there is no row to
// lock. SQLite has one writer and needs none of it.
func (s store) lockRef(ctx context.Context, tx database.Tx, ref Ref) error {
	if tx.Dialect() != database.PostgreSQL {
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(s.shop_id::text || $2::text, 7)) FROM (SELECT $1::uuid AS shop_id) s`, string(ref))
	return err
}

// holds locks and reads what a ref holds. Served by reservation (shop_id, ref, variant_id, location_id).
func (s store) holds(ctx context.Context, tx database.Tx, ref Ref) ([]Allocation, error) {
	rows, err := tx.Query(ctx, `SELECT variant_id, location_id, quantity FROM reservation
		WHERE shop_id = $1 AND ref = $2 ORDER BY variant_id, location_id FOR UPDATE`, string(ref))
	return database.Scan(rows, err, scanAllocation)
}

func scanAllocation(scan scan) (a Allocation, err error) {
	return a, scan(&a.VariantID, &a.LocationID, &a.Quantity)
}

// facts reads what variants say about their stock. Served by variant's key and inventory_level (shop_id, variant_id, …).
func (s store) facts(ctx context.Context, tx database.Tx, variants []uuid.UUID) (map[uuid.UUID]facts, error) {
	type row struct {
		id uuid.UUID
		facts
	}
	rows, err := tx.Query(ctx, `SELECT v.id, v.tracked, v.oversell, EXISTS (
			SELECT 1 FROM inventory_level l JOIN location p ON p.id = l.location_id
			WHERE l.shop_id = v.shop_id AND l.variant_id = v.id AND p.active AND p.fulfills_online)
		FROM variant v WHERE v.shop_id = $1 AND v.id = ANY($2)`, variants)
	list, err := database.Scan(rows, err, func(scan scan) (r row, err error) {
		return r, scan(&r.id, &r.tracked, &r.oversell, &r.stocked)
	})
	out := make(map[uuid.UUID]facts, len(list))
	for _, r := range list {
		out[r.id] = r.facts
	}
	return out, err
}

// lockLevels locks and reads all levels of variants, in the one order. Served by inventory_level (shop_id, variant_id,
// location_id).
func (s store) lockLevels(ctx context.Context, tx database.Tx, variants []uuid.UUID) ([]level, error) {
	rows, err := tx.Query(ctx, `SELECT l.variant_id, l.location_id, l.on_hand, l.reserved, l.incoming, p.priority, p.active AND p.fulfills_online
		FROM inventory_level l JOIN location p ON p.id = l.location_id
		WHERE l.shop_id = $1 AND l.variant_id = ANY($2)
		ORDER BY l.variant_id, l.location_id FOR UPDATE OF l`, variants)
	return database.Scan(rows, err, func(scan scan) (l level, err error) {
		return l, scan(&l.variant, &l.location, &l.onHand, &l.reserved, &l.incoming, &l.priority, &l.online)
	})
}

// ensureLevels makes the levels that are missing, with nothing on them. Places come in the order of locks.
func (s store) ensureLevels(ctx context.Context, tx database.Tx, places []place, now time.Time) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	rows := make([][]any, 0, len(places))
	for _, p := range places {
		rows = append(rows, []any{s.newID(), shop, p.variant, p.location, 0, 0, now})
	}
	return database.Insert(ctx, tx, "inventory_level", []string{"id", "shop_id", "variant_id", "location_id", "on_hand", "reserved", "updated_at"},
		rows, "ON CONFLICT (shop_id, variant_id, location_id) DO NOTHING")
}

// change adds differences to locked levels: one statement for all.
func (s store) change(ctx context.Context, tx database.Tx, deltas []delta, now time.Time) error {
	rows := make([][]any, len(deltas))
	for i, d := range deltas {
		rows[i] = []any{d.variant, d.location, d.onHand, d.reserved, d.incoming}
	}
	values, args := database.Values([]any{now}, []string{"uuid", "uuid", "bigint", "bigint", "bigint"}, rows)
	n, err := tx.Exec(ctx, `UPDATE inventory_level AS l SET on_hand = l.on_hand + d.column3, reserved = l.reserved + d.column4, incoming = l.incoming + d.column5, updated_at = $2
		FROM (VALUES `+values+`) AS d
		WHERE l.shop_id = $1 AND l.variant_id = d.column1 AND l.location_id = d.column2`, args...)
	if err == nil && n != int64(len(deltas)) {
		err = fmt.Errorf("inventory: changed %d levels of %d", n, len(deltas))
	}
	return err
}

// replaceHolds ends what a ref holds and writes what it holds now.
func (s store) replaceHolds(ctx context.Context, tx database.Tx, ref Ref, any bool, plan []Allocation, until, now time.Time) error {
	if any {
		if _, err := tx.Exec(ctx, `DELETE FROM reservation WHERE shop_id = $1 AND ref = $2`, string(ref)); err != nil {
			return err
		}
	}
	return s.addHolds(ctx, tx, ref, plan, until, now)
}

func (s store) addHolds(ctx context.Context, tx database.Tx, ref Ref, plan []Allocation, until, now time.Time) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	rows := make([][]any, 0, len(plan))
	for _, a := range plan {
		rows = append(rows, []any{s.newID(), shop, string(ref), a.VariantID, a.LocationID, a.Quantity, until.UTC(), now})
	}
	return database.Insert(ctx, tx, "reservation", []string{"id", "shop_id", "ref", "variant_id", "location_id", "quantity", "expires_at", "created_at"}, rows, "")
}

// expire sets the end of what a ref holds.
func (s store) expire(ctx context.Context, tx database.Tx, ref Ref, until time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE reservation SET expires_at = $3 WHERE shop_id = $1 AND ref = $2`, string(ref), until.UTC())
	return err
}

// extend moves the end of what a ref holds, never back.
func (s store) extend(ctx context.Context, tx database.Tx, ref Ref, until time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE reservation SET expires_at = CASE WHEN expires_at < $3 THEN $3 ELSE expires_at END
		WHERE shop_id = $1 AND ref = $2`, string(ref), until.UTC())
	return n > 0, err
}

// shopsDue lists the shops with promises that ran out. Served by reservation (shop_id, expires_at), once a shop.
func (s store) shopsDue(ctx context.Context, q database.Querier, now time.Time) ([]uuid.UUID, error) {
	rows, err := q.SysQuery(ctx, `SELECT s.id FROM shop s WHERE EXISTS (
		SELECT 1 FROM reservation r WHERE r.shop_id = s.id AND r.expires_at <= $1)`, now)
	return database.Scan(rows, err, func(scan scan) (id uuid.UUID, err error) { return id, scan(&id) })
}

// expired locks promises that ran out and that nobody else is busy with. Served by reservation (shop_id, expires_at).
func (s store) expired(ctx context.Context, tx database.Tx, now time.Time, limit int) (ids []uuid.UUID, held []Allocation, err error) {
	rows, err := tx.Query(ctx, `SELECT id, variant_id, location_id, quantity FROM reservation
		WHERE shop_id = $1 AND expires_at <= $2 ORDER BY expires_at, ref, id LIMIT $3 FOR UPDATE SKIP LOCKED`, now, limit)
	held, err = database.Scan(rows, err, func(scan scan) (a Allocation, err error) {
		var id uuid.UUID
		err = scan(&id, &a.VariantID, &a.LocationID, &a.Quantity)
		ids = append(ids, id)
		return a, err
	})
	return ids, held, err
}

// dropHolds ends promises by their ids.
func (s store) dropHolds(ctx context.Context, tx database.Tx, ids []uuid.UUID) error {
	_, err := tx.Exec(ctx, `DELETE FROM reservation WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return err
}

// forget deletes levels of variants, served by inventory_level (shop_id, variant_id, …), and where some are promised the
// promises. No index finds those by variant: all that the shop holds for the checkouts under way are looked at.
func (s store) forget(ctx context.Context, tx database.Tx, variants []uuid.UUID, promised bool) error {
	if _, err := tx.Exec(ctx, "DELETE FROM inventory_level WHERE shop_id = $1 AND variant_id = ANY($2)", variants); err != nil || !promised {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM reservation WHERE shop_id = $1 AND variant_id = ANY($2)", variants)
	return err
}

// record appends to the ledger what changed on hand of levels as they were locked. What changed nothing there has no entry.
func (s store) record(ctx context.Context, tx database.Tx, levels []level, deltas []delta, reason Reason, ref, actor string, now time.Time) ([]Movement, error) {
	shop, err := database.Shop(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([][]any, 0, len(deltas))
	moved := make([]Movement, 0, len(deltas))
	before := make(map[place]int64, len(levels))
	for _, l := range levels {
		before[l.place] = l.onHand
	}
	for _, d := range deltas {
		if d.onHand == 0 {
			continue
		}
		after := before[d.place] + d.onHand
		m := Movement{ID: s.newID(), VariantID: d.variant, LocationID: d.location, Delta: d.onHand, After: &after, Reason: reason, Ref: ref, Actor: actor, CreatedAt: now}
		moved = append(moved, m)
		rows = append(rows, []any{m.ID, shop, m.VariantID, m.LocationID, m.Delta, after, string(reason), ref, actor, now})
	}
	return moved, database.Insert(ctx, tx, "stock_movement",
		[]string{"id", "shop_id", "variant_id", "location_id", "delta", "quantity_after", "reason", "ref", "actor", "created_at"}, rows, "")
}

// sold finds what an order took out of stock. Read only where a ref holds nothing any more: a second commitment, or one
// that comes too late. Served by stock_movement (shop_id, ref).
func (s store) sold(ctx context.Context, tx database.Tx, variants []uuid.UUID, order string) ([]Allocation, error) {
	rows, err := tx.Query(ctx, `SELECT variant_id, location_id, -delta FROM stock_movement
		WHERE shop_id = $1 AND ref = $2 AND delta < 0 ORDER BY variant_id, location_id`, order)
	list, err := database.Scan(rows, err, scanAllocation)
	return slices.DeleteFunc(list, func(a Allocation) bool { return !slices.Contains(variants, a.VariantID) }), err
}
