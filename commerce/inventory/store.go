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

// lockRefs makes transactions that name the same ref take turns, also where it holds nothing yet and there is no row to
// lock. Refs come in order. SQLite has one writer and needs none of it.
func (s store) lockRefs(ctx context.Context, tx database.Tx, refs []string) error {
	if tx.Dialect() != database.PostgreSQL {
		return nil
	}
	return tx.Later(ctx, nil, `SELECT pg_advisory_xact_lock(r.key) FROM (
		SELECT hashtextextended(s.shop_id::text || x.ref, 7) AS key FROM (SELECT $1::uuid AS shop_id) s, unnest($2::text[]) WITH ORDINALITY AS x (ref, n)
		ORDER BY x.n OFFSET 0) r`, refs)
}

// promise is units that a ref holds, or that were sold under it and are not out of the stock yet.
type promise struct {
	id  uuid.UUID
	ref Ref
	Allocation
	sale string // the order that it was sold to; empty while it is only promised
}

const promiseColumns = `id, ref, variant_id, location_id, quantity, sale`

func scanPromise(scan scan) (p promise, err error) {
	return p, scan(&p.id, &p.ref, &p.VariantID, &p.LocationID, &p.Quantity, &p.sale)
}

// promises locks and reads what refs hold. Served by reservation (shop_id, ref, variant_id, location_id).
func (s store) promises(ctx context.Context, tx database.Tx, refs []string) ([]promise, error) {
	rows, err := tx.Query(ctx, `SELECT `+promiseColumns+` FROM reservation
		WHERE shop_id = $1 AND ref = ANY($2) ORDER BY ref, variant_id, location_id FOR UPDATE`, refs)
	return database.Scan(rows, err, scanPromise)
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
// location_id) and variant's key.
func (s store) lockLevels(ctx context.Context, tx database.Tx, variants []uuid.UUID) ([]level, error) {
	rows, err := tx.Query(ctx, `SELECT l.variant_id, l.location_id, l.on_hand, l.reserved, l.incoming, p.priority, p.active AND p.fulfills_online,
			(SELECT v.product_id FROM variant v WHERE v.id = l.variant_id)
		FROM inventory_level l JOIN location p ON p.id = l.location_id
		WHERE l.shop_id = $1 AND l.variant_id = ANY($2)
		ORDER BY l.variant_id, l.location_id FOR UPDATE OF l`, variants)
	return database.Scan(rows, err, func(scan scan) (l level, err error) {
		return l, scan(&l.variant, &l.location, &l.onHand, &l.reserved, &l.incoming, &l.priority, &l.online, &l.product)
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

// stockTable is read and written by what its rows belong to: who changes the stock of some variants ends what was read of these
// and of their products, and nothing else; see [database.RowsOf].
const stockTable = "inventory_level"

// change adds differences to levels, all of which are locked: one statement for all.
func (s store) change(ctx context.Context, tx database.Tx, levels []level, deltas []delta, now time.Time) error {
	ctx = database.RowsOf(ctx, stockTable, touched(levels, deltas)...)
	rows := make([][]any, len(deltas))
	for i, d := range deltas {
		rows[i] = []any{d.variant, d.location, d.onHand, d.reserved, d.incoming}
	}
	values, args := database.Values([]any{now}, []string{"uuid", "uuid", "bigint", "bigint", "bigint"}, rows)
	all := func(changed int64) error {
		if changed != int64(len(deltas)) {
			return fmt.Errorf("inventory: changed %d levels of %d", changed, len(deltas))
		}
		return nil
	}
	return tx.Later(ctx, all, `UPDATE inventory_level AS l SET on_hand = l.on_hand + d.column3, reserved = l.reserved + d.column4, incoming = l.incoming + d.column5, updated_at = $2
		FROM (VALUES `+values+`) AS d
		WHERE l.shop_id = $1 AND l.variant_id = d.column1 AND l.location_id = d.column2`, args...)
}

// hold is what a ref is promised until a moment.
type hold struct {
	ref   Ref
	plan  []Allocation
	until time.Time
}

// addHolds writes promises: one statement for all.
func (s store) addHolds(ctx context.Context, tx database.Tx, holds []hold, now time.Time) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, h := range holds {
		for _, a := range h.plan {
			rows = append(rows, []any{s.newID(), shop, string(h.ref), a.VariantID, a.LocationID, a.Quantity, h.until.UTC(), now})
		}
	}
	return database.InsertLater(ctx, tx, "reservation", []string{"id", "shop_id", "ref", "variant_id", "location_id", "quantity", "expires_at", "created_at"}, rows, "")
}

// expire sets the end of what a ref holds.
func (s store) expire(ctx context.Context, tx database.Tx, ref Ref, until time.Time) error {
	return tx.Later(ctx, nil, `UPDATE reservation SET expires_at = $3 WHERE shop_id = $1 AND ref = $2 AND sale = ''`, string(ref), until.UTC())
}

// extend moves the end of what a ref holds, never back.
func (s store) extend(ctx context.Context, tx database.Tx, ref Ref, until time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE reservation SET expires_at = CASE WHEN expires_at < $3 THEN $3 ELSE expires_at END
		WHERE shop_id = $1 AND ref = $2 AND sale = ''`, string(ref), until.UTC())
	return n > 0, err
}

// sell marks what a ref holds as sold to an order. The sweep takes it out of the stock from a moment on.
func (s store) sell(ctx context.Context, tx database.Tx, ref Ref, order string, by time.Time) error {
	return tx.Later(ctx, nil, `UPDATE reservation SET sale = $3, settle_at = $4, expires_at = NULL WHERE shop_id = $1 AND ref = $2 AND sale = ''`, string(ref), order, by.UTC())
}

// shopsDue lists the shops with promises that ran out, or sales that were not settled. Served by reservation (shop_id,
// expires_at) and (shop_id, settle_at), once a shop.
func (s store) shopsDue(ctx context.Context, q database.Querier, now time.Time) ([]uuid.UUID, error) {
	rows, err := q.SysQuery(ctx, `SELECT s.id FROM shop s WHERE EXISTS (
			SELECT 1 FROM reservation r WHERE r.shop_id = s.id AND r.expires_at <= $1)
		OR EXISTS (SELECT 1 FROM reservation r WHERE r.shop_id = s.id AND r.settle_at <= $1) ORDER BY s.id`, now)
	return database.IDs(rows, err)
}

// due locks promises that ran out, or sales that were not settled, and that nobody else is busy with. Served by reservation
// (shop_id, expires_at) or (shop_id, settle_at).
func (s store) due(ctx context.Context, tx database.Tx, moment string, now time.Time, limit int) ([]promise, error) {
	rows, err := tx.Query(ctx, `SELECT `+promiseColumns+` FROM reservation
		WHERE shop_id = $1 AND `+moment+` <= $2 ORDER BY `+moment+`, ref, id LIMIT $3 FOR UPDATE SKIP LOCKED`, now, limit)
	return database.Scan(rows, err, scanPromise)
}

// soldOf locks what was sold of variants and has not left the stock. Served by reservation (shop_id, settle_at): all that the
// shop has sold in the last seconds is looked at.
func (s store) soldOf(ctx context.Context, tx database.Tx, variants []uuid.UUID) ([]promise, error) {
	rows, err := tx.Query(ctx, `SELECT `+promiseColumns+` FROM reservation
		WHERE shop_id = $1 AND settle_at IS NOT NULL AND variant_id = ANY($2) ORDER BY ref, variant_id, location_id FOR UPDATE`, variants)
	return database.Scan(rows, err, scanPromise)
}

// takeOver gives what one ref holds to another, until a moment. Served by reservation (shop_id, ref, …).
func (s store) takeOver(ctx context.Context, tx database.Tx, from, to Ref, until time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE reservation SET ref = $3, expires_at = $4 WHERE shop_id = $1 AND ref = $2 AND sale = ''`, string(from), string(to), until.UTC())
	return n > 0, err
}

// dropHolds ends promises by their ids.
func (s store) dropHolds(ctx context.Context, tx database.Tx, ids []uuid.UUID) error {
	return tx.Later(ctx, nil, `DELETE FROM reservation WHERE shop_id = $1 AND id = ANY($2)`, ids)
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

// record appends to the ledger what changed on hand of levels as they were locked, in the order of the moves. What changed
// nothing there has no entry.
func (s store) record(ctx context.Context, tx database.Tx, levels []level, moves []move, now time.Time) ([]Movement, error) {
	shop, err := database.Shop(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([][]any, 0, len(moves))
	moved := make([]Movement, 0, len(moves))
	onHand := make(map[place]int64, len(levels))
	for _, l := range levels {
		onHand[l.place] = l.onHand
	}
	for _, v := range moves {
		if v.units == 0 {
			continue
		}
		after := onHand[v.place] + v.units
		onHand[v.place] = after
		m := Movement{ID: s.newID(), VariantID: v.variant, LocationID: v.location, Delta: v.units, After: &after, Reason: v.reason, Ref: v.ref, Actor: v.actor, CreatedAt: now}
		moved = append(moved, m)
		rows = append(rows, []any{m.ID, shop, m.VariantID, m.LocationID, m.Delta, after, string(m.Reason), m.Ref, m.Actor, now})
	}
	return moved, database.InsertLater(ctx, tx, "stock_movement",
		[]string{"id", "shop_id", "variant_id", "location_id", "delta", "quantity_after", "reason", "ref", "actor", "created_at"}, rows, "")
}

// sold finds what an order took out of stock. Read only where a ref holds nothing any more: a second commitment, or one
// that comes too late. Served by stock_movement (shop_id, ref).
func (s store) sold(ctx context.Context, tx database.Tx, variants []uuid.UUID, order string) ([]Allocation, error) {
	rows, err := tx.Query(ctx, `SELECT variant_id, location_id, -delta FROM stock_movement
		WHERE shop_id = $1 AND ref = $2 AND delta < 0 ORDER BY variant_id, location_id`, order)
	list, err := database.Scan(rows, err, func(scan scan) (a Allocation, err error) {
		return a, scan(&a.VariantID, &a.LocationID, &a.Quantity)
	})
	return slices.DeleteFunc(list, func(a Allocation) bool { return !slices.Contains(variants, a.VariantID) }), err
}
