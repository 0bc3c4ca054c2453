package usage

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/keyset"
)

// row is a place with what is added to it.
type row struct {
	place
	amount
}

var columns = []string{"id", "shop_id", "coordinate", "use_id", "day", "app_id", "operation", "document", "count", "last_used"}

// upsert adds to what was counted before, by other processes too. Served by field_usage (shop_id, coordinate, use_id, day).
func upsert(ctx context.Context, tx database.Tx, shop uuid.UUID, rows []row) error {
	values := make([][]any, len(rows))
	for i, r := range rows {
		values[i] = []any{
			uuid.Must(uuid.NewV7()), shop, r.coordinate, uuid.NewSHA1(r.app, []byte(r.operation+"\n"+r.document)), r.day,
			database.Maybe(r.app), r.operation, r.document, r.count, r.last,
		}
	}
	return database.Insert(ctx, tx, "field_usage", columns, values, `ON CONFLICT (shop_id, coordinate, use_id, day) DO UPDATE SET count = field_usage.count + excluded.count,
		last_used = CASE WHEN excluded.last_used > field_usage.last_used THEN excluded.last_used ELSE field_usage.last_used END`)
}

// sums is what is read of uses: the days summed up.
const sums = `SELECT u.coordinate, u.use_id, u.app_id, u.operation, u.document, sum(u.count)::bigint, max(u.last_used),
	(SELECT coalesce(a.handle, a.title) FROM app a WHERE a.shop_id = $1 AND a.id = u.app_id) FROM field_usage u WHERE u.shop_id = $1 AND u.day >= $2`

const grouped = ` GROUP BY u.coordinate, u.use_id, u.app_id, u.operation, u.document`

// where is what a filter asks for, beside the shop ($1) and the day ($2).
func (f Filter) where() (where string, args []any) {
	args = []any{dayOf(f.Since.Unix())}
	if f.Coordinates != nil {
		where, args = where+" AND u.coordinate = ANY($3)", append(args, f.Coordinates)
	}
	if f.App != nil {
		where, args = where+" AND u.app_id = $"+[]string{"3", "4"}[len(args)-1], append(args, *f.App)
	}
	return where, args
}

// usesOf reads the uses of a shop. Served by field_usage (shop_id, coordinate, use_id, day).
func usesOf(ctx context.Context, q database.Querier, shop uuid.UUID, f Filter) ([]Use, error) {
	where, args := f.where()
	rows, err := q.Query(ctx, sums+where+grouped+" ORDER BY u.coordinate, u.operation, u.use_id", args...)
	return database.Scan(rows, err, func(scan func(...any) error) (Use, error) { return scanUse(scan, shop) })
}

// pageOf reads a page of the uses of a shop. Served by field_usage (shop_id, coordinate, use_id, day), in whose order it is.
func pageOf(ctx context.Context, q database.Querier, shop uuid.UUID, f Filter, w keyset.Window) ([]*Use, error) {
	where, args := f.where()
	after, more := w.Where(len(args) + 2)
	rows, err := q.Query(ctx, sums+where+after+grouped+w.OrderBy(), append(args, more...)...)
	return database.Scan(rows, err, func(scan func(...any) error) (*Use, error) {
		u, err := scanUse(scan, shop)
		return &u, err
	})
}

func scanUse(scan func(...any) error, shop uuid.UUID) (u Use, err error) {
	var app uuid.NullUUID
	var name sql.NullString
	var last int64
	err = scan(&u.Coordinate, &u.by, &app, &u.Operation, &u.Document, &u.Count, &last, &name)
	u.Shop, u.AppID, u.App, u.LastUsed = shop, app.UUID, name.String, time.Unix(last, 0).UTC()
	return u, err
}

// touched reads which places were used. Served by field_usage (shop_id, coordinate, use_id, day).
func touched(ctx context.Context, q database.Querier, f Filter) (map[string]bool, error) {
	where, args := f.where()
	out := map[string]bool{}
	rows, err := q.Query(ctx, "SELECT DISTINCT u.coordinate FROM field_usage u WHERE u.shop_id = $1 AND u.day >= $2"+where, args...)
	_, err = database.Scan(rows, err, func(scan func(...any) error) (at string, err error) {
		err = scan(&at)
		out[at] = true
		return at, err
	})
	return out, err
}

func allShops(ctx context.Context, q database.Querier) ([]uuid.UUID, error) {
	rows, err := q.SysQuery(ctx, "SELECT id FROM shop ORDER BY id")
	return database.IDs(rows, err)
}

// sweep deletes what was counted before a day. Served by field_usage (shop_id, day).
func sweep(ctx context.Context, tx database.Tx, before int64, most int) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM field_usage WHERE shop_id = $1 AND id IN
		(SELECT id FROM field_usage WHERE shop_id = $1 AND day < $2 ORDER BY day LIMIT $3 FOR UPDATE SKIP LOCKED)`, before, most)
}
