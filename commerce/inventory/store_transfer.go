package inventory

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

const transferColumns = "t.id, t.name, t.status, t.origin_id, t.destination_id, t.note, t.reference, t.created_at, t.updated_at, t.shipped_at, t.ended_at"

func scanTransfer(scan scan) (*Transfer, error) {
	t := &Transfer{}
	var id uuid.UUID
	var shipped, ended sql.NullTime
	err := scan(&id, &t.Name, &t.Status, &t.OriginID, &t.DestinationID, &t.Note, &t.ReferenceName, &t.CreatedAt, &t.UpdatedAt, &shipped, &ended)
	t.ID, t.Status = gid.New("InventoryTransfer", id), strings.ToUpper(t.Status)
	t.CreatedAt, t.UpdatedAt, t.ShippedAt, t.EndedAt = t.CreatedAt.UTC(), t.UpdatedAt.UTC(), moment(shipped), moment(ended)
	return t, err
}

func moment(t sql.NullTime) *time.Time {
	if !t.Valid {
		return nil
	}
	utc := t.Time.UTC()
	return &utc
}

// nextTransfer takes the number of a new transfer. Served by shop_counter (shop_id, series).
func (s store) nextTransfer(ctx context.Context, tx database.Tx) (n int64, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO shop_counter (id, shop_id, series, value) VALUES ($2, $1, 'inventory_transfer', 1)
		ON CONFLICT (shop_id, series) DO UPDATE SET value = shop_counter.value + 1 RETURNING value`, s.newID()).Scan(&n)
	return n, err
}

func (s store) insertTransfer(ctx context.Context, tx database.Tx, t *Transfer, lines []Line) error {
	_, err := tx.Exec(ctx, `INSERT INTO inventory_transfer (id, shop_id, created_at, updated_at, name, status, origin_id, destination_id, note, reference)
		VALUES ($2, $1, $3, $3, $4, $5, $6, $7, $8, $9)`,
		t.ID.UUID, t.CreatedAt, t.Name, strings.ToLower(t.Status), t.OriginID, t.DestinationID, t.Note, t.ReferenceName)
	if err != nil {
		return err
	}
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	rows := make([][]any, len(lines))
	for i, l := range lines {
		rows[i] = []any{s.newID(), shop, t.ID.UUID, l.VariantID, i + 1, l.Quantity}
	}
	return database.Insert(ctx, tx, "inventory_transfer_line", []string{"id", "shop_id", "transfer_id", "variant_id", "position", "quantity"}, rows, "")
}

// lockTransfer locks and reads a transfer; nil where there is none. Served by the primary key.
func (s store) lockTransfer(ctx context.Context, tx database.Tx, id uuid.UUID) (*Transfer, error) {
	rows, err := tx.Query(ctx, "SELECT "+transferColumns+" FROM inventory_transfer t WHERE t.shop_id = $1 AND t.id = $2 FOR UPDATE", id)
	list, err := database.Scan(rows, err, scanTransfer)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

func (s store) saveTransfer(ctx context.Context, tx database.Tx, t *Transfer) error {
	_, err := tx.Exec(ctx, "UPDATE inventory_transfer SET status = $3, updated_at = $4, shipped_at = $5, ended_at = $6 WHERE shop_id = $1 AND id = $2",
		t.ID.UUID, strings.ToLower(t.Status), t.UpdatedAt, t.ShippedAt, t.EndedAt)
	return err
}

// saveLines writes what became of lines: one statement for all. Served by the primary key.
func (s store) saveLines(ctx context.Context, tx database.Tx, lines []*TransferLine) error {
	if len(lines) == 0 {
		return nil
	}
	rows := make([][]any, len(lines))
	for i, l := range lines {
		rows[i] = []any{l.ID.UUID, l.Accepted, l.Rejected}
	}
	values, args := database.Values(nil, []string{"uuid", "bigint", "bigint"}, rows)
	_, err := tx.Exec(ctx, `UPDATE inventory_transfer_line AS i SET accepted = d.column2, rejected = d.column3
		FROM (VALUES `+values+`) AS d WHERE i.shop_id = $1 AND i.id = d.column1`, args...)
	return err
}

// transfers reads transfers. Served by the primary key.
func (s store) transfers(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*Transfer, error) {
	rows, err := q.Query(ctx, "SELECT "+transferColumns+" FROM inventory_transfer t WHERE t.shop_id = $1 AND t.id = ANY($2)", ids)
	return database.Scan(rows, err, scanTransfer)
}

// transferPage is served by inventory_transfer (shop_id, id) and (shop_id, status, id).
func (s store) transferPage(ctx context.Context, q database.Querier, w keyset.Window, status string) ([]*Transfer, error) {
	next, condition, args := 2, "", []any{}
	if status != "" {
		next, condition, args = 3, " AND t.status = $2", []any{status}
	}
	where, more := w.Where(next)
	rows, err := q.Query(ctx, "SELECT "+transferColumns+" FROM inventory_transfer t WHERE t.shop_id = $1"+condition+where+w.OrderBy(), append(args, more...)...)
	return database.Scan(rows, err, scanTransfer)
}

// transferLines reads the lines of transfers, in order. Served by inventory_transfer_line (shop_id, transfer_id, position, id).
func (s store) transferLines(ctx context.Context, q database.Querier, transfers []uuid.UUID) ([]*TransferLine, error) {
	rows, err := q.Query(ctx, `SELECT i.id, i.transfer_id, i.variant_id, i.quantity, i.accepted, i.rejected FROM inventory_transfer_line i
		WHERE i.shop_id = $1 AND i.transfer_id = ANY($2) ORDER BY i.transfer_id, i.position, i.id`, transfers)
	return database.Scan(rows, err, func(scan scan) (*TransferLine, error) {
		l := &TransferLine{}
		var id uuid.UUID
		err := scan(&id, &l.TransferID, &l.VariantID, &l.Quantity, &l.Accepted, &l.Rejected)
		l.ID = gid.New("InventoryTransferLineItem", id)
		return l, err
	})
}

// openTransfers counts the transfers from or to a location that are under way. Served by inventory_transfer (shop_id, status, id).
func (s store) openTransfers(ctx context.Context, tx database.Tx, location uuid.UUID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM inventory_transfer WHERE shop_id = $1 AND status IN ('draft', 'ready_to_ship', 'in_progress')
		AND (origin_id = $2 OR destination_id = $2)`, location).Scan(&n)
	return n, err
}
