package discount

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/keyset"
)

// MaxAutomatic is how many automatic discounts of a shop are considered, the first by priority.
const MaxAutomatic = 100

// store holds every statement of this package; those of gift cards stand in store_giftcard.go.
type store struct{ newID func() uuid.UUID }

type scan = func(...any) error

// document is the config column. The code column is in lower case, so the spelling is kept here.
type document struct {
	promotion.Config
	Spelling string `json:"code,omitempty"`
}

const columns = `id, title, method, code, kind, config, starts_at, ends_at, usage_limit, once_per_customer, used, priority, enabled, created_at, updated_at`

func scanDiscount(scan scan, more ...any) (*Discount, error) {
	d := &Discount{}
	var config database.JSON[document]
	var ends sql.NullTime
	var limit sql.NullInt64
	var enabled bool
	err := scan(append([]any{&d.ID, &d.Title, &d.Method, &d.Code, &d.Kind, &config, &d.StartsAt, &ends, &limit, &d.OncePerCustomer, &d.Used, &d.Priority,
		&enabled, &d.CreatedAt, &d.UpdatedAt}, more...)...)
	if err != nil {
		return nil, err
	}
	d.Config, d.UsageLimit, d.Disabled = config.V.Config, limit.Int64, !enabled
	if config.V.Spelling != "" {
		d.Code = config.V.Spelling
	}
	d.StartsAt, d.CreatedAt, d.UpdatedAt = d.StartsAt.UTC(), d.CreatedAt.UTC(), d.UpdatedAt.UTC()
	if ends.Valid {
		d.EndsAt = ends.Time.UTC()
	}
	return d, nil
}

func scanOne(scan scan) (*Discount, error) { return scanDiscount(scan) }

// insert writes a new discount.
func (s store) insert(ctx context.Context, tx database.Tx, d *Discount) error {
	ends := sql.NullTime{Time: d.EndsAt, Valid: !d.EndsAt.IsZero()}
	limit := sql.NullInt64{Int64: d.UsageLimit, Valid: d.UsageLimit > 0}
	_, err := tx.Exec(ctx, `INSERT INTO discount (shop_id, `+columns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $14, $14)`,
		d.ID, d.Title, string(d.Method), fold(d.Code), string(d.Kind), database.JSON[document]{V: document{d.Config, d.Code}}, d.StartsAt, ends, limit,
		d.OncePerCustomer, d.Priority, !d.Disabled, d.CreatedAt)
	return err
}

// update writes a discount that was locked.
func (s store) update(ctx context.Context, tx database.Tx, d *Discount) error {
	ends := sql.NullTime{Time: d.EndsAt, Valid: !d.EndsAt.IsZero()}
	limit := sql.NullInt64{Int64: d.UsageLimit, Valid: d.UsageLimit > 0}
	_, err := tx.Exec(ctx, `UPDATE discount SET title = $3, code = $4, kind = $5, config = $6, starts_at = $7, ends_at = $8, usage_limit = $9,
		once_per_customer = $10, priority = $11, enabled = $12, updated_at = $13 WHERE shop_id = $1 AND id = $2`,
		d.ID, d.Title, fold(d.Code), string(d.Kind), database.JSON[document]{V: document{d.Config, d.Code}}, d.StartsAt, ends, limit,
		d.OncePerCustomer, d.Priority, !d.Disabled, d.UpdatedAt)
	return err
}

// remove deletes discounts that were locked, with their uses. Served by the primary key and discount_usage (shop_id,
// discount_id, buyer).
func (s store) remove(ctx context.Context, tx database.Tx, ids []uuid.UUID) error {
	for _, statement := range []string{"DELETE FROM discount_usage WHERE shop_id = $1 AND discount_id = ANY($2)", "DELETE FROM discount WHERE shop_id = $1 AND id = ANY($2)"} {
		if _, err := tx.Exec(ctx, statement, ids); err != nil {
			return err
		}
	}
	return nil
}

// lockByIDs locks and reads discounts in the order of their ids. Served by the primary key.
func (s store) lockByIDs(ctx context.Context, tx database.Tx, ids []uuid.UUID) ([]*Discount, error) {
	rows, err := tx.Query(ctx, "SELECT "+columns+" FROM discount WHERE shop_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE", ids)
	return database.Scan(rows, err, scanOne)
}

// byIDs reads discounts. Served by the primary key.
func (s store) byIDs(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*Discount, error) {
	rows, err := q.Query(ctx, "SELECT "+columns+" FROM discount WHERE shop_id = $1 AND id = ANY($2)", ids)
	return database.Scan(rows, err, scanOne)
}

// existing tells which rows of a table the shop has. Served by the tables' primary keys.
func (store) existing(ctx context.Context, tx database.Tx, table string, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	rows, err := tx.Query(ctx, "SELECT id FROM "+table+" WHERE shop_id = $1 AND id = ANY($2)", ids)
	list, err := database.IDs(rows, err)
	out := make(map[uuid.UUID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// byCode reads one discount. Served by discount (shop_id, code).
func (s store) byCode(ctx context.Context, q database.Querier, code string) ([]*Discount, error) {
	rows, err := q.Query(ctx, "SELECT "+columns+" FROM discount WHERE shop_id = $1 AND code = $2 AND code <> ''", code)
	return database.Scan(rows, err, scanOne)
}

// standing reads the discounts that come by themselves at some moment of a time. Served by discount (shop_id, method, enabled, id).
func (s store) standing(ctx context.Context, q database.Querier, from, to time.Time) ([]*Discount, error) {
	rows, err := q.Query(ctx, "SELECT "+columns+" FROM discount WHERE "+current("$2", "$3")+fmt.Sprintf(" ORDER BY priority DESC, id LIMIT %d", MaxAutomatic), from, to)
	return database.Scan(rows, err, scanOne)
}

func current(from, to string) string {
	return "shop_id = $1 AND method = 'automatic' AND enabled AND starts_at <= " + to + " AND (ends_at IS NULL OR ends_at > " + from + ")"
}

// page reads a page of the discounts that meet conditions over $2 and on. Served by the primary key, which is in order of creation.
func (s store) page(ctx context.Context, q database.Querier, w keyset.Window, where string, args []any) ([]*Discount, error) {
	after, more := w.Where(2 + len(args))
	rows, err := q.Query(ctx, "SELECT "+columns+" FROM discount WHERE shop_id = $1"+where+after+w.OrderBy(), append(args, more...)...)
	return database.Scan(rows, err, scanOne)
}

// offer is a discount with what a buyer used of it.
type offer struct {
	Discount
	byBuyer int64
}

// offers reads automatic discounts and those of codes, with their uses by a buyer. Served by discount (shop_id, method,
// enabled, id), discount (shop_id, code) and discount_usage (shop_id, discount_id, buyer).
func (s store) offers(ctx context.Context, q database.Querier, codes, buyer []string, now time.Time) ([]offer, error) {
	const uses = `, CASE WHEN once_per_customer THEN (SELECT count(*) FROM discount_usage u
		WHERE u.shop_id = d.shop_id AND u.discount_id = d.id AND u.buyer = ANY($2)) ELSE 0 END`
	query := "SELECT * FROM (SELECT " + columns + uses + " FROM discount d WHERE " + current("$3", "$3") + fmt.Sprintf(" ORDER BY priority DESC, id LIMIT %d", MaxAutomatic) + ") a"
	args := []any{nonNil(buyer), now}
	if len(codes) > 0 {
		query += " UNION ALL SELECT " + columns + uses + " FROM discount d WHERE shop_id = $1 AND code = ANY($4) AND code <> ''"
		args = append(args, codes)
	}
	rows, err := q.Query(ctx, query, args...)
	return database.Scan(rows, err, func(scan scan) (o offer, err error) {
		d, err := scanDiscount(scan, &o.byBuyer)
		if err == nil {
			o.Discount = *d
		}
		return o, err
	})
}

// nonNil keeps an empty list from becoming null.
func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// lockDiscount locks a discount and tells its rules. Served by the primary key.
func (s store) lockDiscount(ctx context.Context, tx database.Tx, id uuid.UUID) (once, free bool, err error) {
	err = tx.QueryRow(ctx, `SELECT once_per_customer, usage_limit IS NULL OR used < usage_limit FROM discount WHERE shop_id = $1 AND id = $2 FOR UPDATE`, id).Scan(&once, &free)
	return once, free, err
}

// uses counts the uses of a discount by a ref and by a buyer. Served by discount_usage (shop_id, ref, discount_id) and
// (shop_id, discount_id, buyer).
func (s store) uses(ctx context.Context, tx database.Tx, id uuid.UUID, ref string, buyer []string) (mine, theirs int64, err error) {
	err = tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM discount_usage WHERE shop_id = $1 AND ref = $3 AND discount_id = $2),
		(SELECT count(*) FROM discount_usage WHERE shop_id = $1 AND discount_id = $2 AND buyer = ANY($4))`, id, ref, nonNil(buyer)).Scan(&mine, &theirs)
	return mine, theirs, err
}

// insertUse counts a use of a locked discount and writes it down.
func (s store) insertUse(ctx context.Context, tx database.Tx, id uuid.UUID, ref, buyer string, now time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE discount SET used = used + 1 WHERE shop_id = $1 AND id = $2 AND (usage_limit IS NULL OR used < usage_limit)`, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return Refused{DiscountID: id, Reason: promotion.UsageLimitReached}
	}
	_, err = tx.Exec(ctx, `INSERT INTO discount_usage (shop_id, id, discount_id, ref, buyer, created_at) VALUES ($1, $2, $3, $4, $5, $6)`, s.newID(), id, ref, buyer, now)
	return err
}

// releaseUses takes back the uses of a ref. Discounts are locked first and in order, as when they are used.
func (s store) releaseUses(ctx context.Context, tx database.Tx, ref string) error {
	rows, err := tx.Query(ctx, `SELECT d.id FROM discount d JOIN discount_usage u ON u.discount_id = d.id
		WHERE d.shop_id = $1 AND u.shop_id = $1 AND u.ref = $2 ORDER BY d.id FOR UPDATE OF d`, ref)
	ids, err := database.IDs(rows, err)
	if err != nil {
		return err
	}
	for _, id := range ids {
		n, err := tx.Exec(ctx, `DELETE FROM discount_usage WHERE shop_id = $1 AND ref = $2 AND discount_id = $3`, ref, id)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE discount SET used = used - 1 WHERE shop_id = $1 AND id = $2`, id); err != nil {
			return err
		}
	}
	return nil
}

// bindUses names the order of a ref's uses.
func (s store) bindUses(ctx context.Context, tx database.Tx, ref string, order uuid.UUID) error {
	return tx.Later(ctx, nil, `UPDATE discount_usage SET order_id = $3 WHERE shop_id = $1 AND ref = $2`, ref, order)
}
