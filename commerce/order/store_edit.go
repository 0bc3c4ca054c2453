package order

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// edit reads an edit; nil where there is none. The lock of its order keeps others off it. Served by the primary key.
func (store) edit(ctx context.Context, tx database.Tx, id uuid.UUID) (*editRow, error) {
	rows, err := tx.Query(ctx, "SELECT e.id, e.order_id, e.created_at, e.expires_at, e.base, e.committed, e.changes FROM order_edit e WHERE e.shop_id = $1 AND e.id = $2", id)
	found, err := database.Scan(rows, err, func(scan scan) (*editRow, error) {
		row := &editRow{}
		var d database.JSON[editDoc]
		err := scan(&row.id, &row.order, &row.createdAt, &row.expiresAt, &row.base, &row.committed, &d)
		row.doc, row.createdAt, row.expiresAt = d.V, row.createdAt.UTC(), row.expiresAt.UTC()
		return row, err
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func (store) insertEdit(ctx context.Context, tx database.Tx, row *editRow, actor string) error {
	_, err := tx.Exec(ctx, `INSERT INTO order_edit (id, shop_id, created_at, updated_at, order_id, base, committed, expires_at, changes, actor) VALUES ($2, $1, $3, $3, $4, $5, $6, $7, $8, $9)`,
		row.id, row.createdAt, row.order, row.base, row.committed, row.expiresAt, js(row.doc), actor)
	return err
}

// updateEdit writes the changes of an edit. Served by the primary key.
func (store) updateEdit(ctx context.Context, tx database.Tx, row *editRow, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE order_edit SET updated_at = $3, committed = $4, changes = $5 WHERE shop_id = $1 AND id = $2`, row.id, now, row.committed, js(row.doc))
	return err
}

// clearEdits forgets edits of an order that ran out. Served by order_edit (shop_id, order_id).
func (store) clearEdits(ctx context.Context, tx database.Tx, order uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM order_edit WHERE shop_id = $1 AND order_id = $2 AND committed = FALSE AND expires_at <= $3`, order, now)
	return err
}

// updateTotals writes what an edit changes of a locked order beyond [store.updateOrder]. Served by the primary key.
func (store) updateTotals(ctx context.Context, tx database.Tx, r *record) error {
	_, err := tx.Exec(ctx, `UPDATE orders SET subtotal = $3, tax_total = $4, total = $5, tax_lines = $6 WHERE shop_id = $1 AND id = $2`, r.id, r.subtotal, r.tax, r.total, js(r.taxes))
	return err
}

// updateEdited writes what an edit changes of lines beyond [store.updateItems], in one statement. Served by the primary key.
func (store) updateEdited(ctx context.Context, tx database.Tx, items []*item) error {
	if len(items) == 0 {
		return nil
	}
	rows := make([][]any, len(items))
	for n, i := range items {
		rows[n] = []any{i.id, i.quantity, i.original, i.goods, i.tax, js(i.taxes)}
	}
	values, args := database.Values(nil, []string{"uuid", "bigint", "bigint", "bigint", "bigint", "jsonb"}, rows)
	_, err := tx.Exec(ctx, `WITH now(id, quantity, original, goods, tax, taxes) AS (VALUES `+values+`)
		UPDATE order_line SET quantity = now.quantity, original_total = now.original, total = now.goods, tax_total = now.tax, tax_lines = now.taxes
		FROM now WHERE order_line.shop_id = $1 AND order_line.id = now.id`, args...)
	return err
}
