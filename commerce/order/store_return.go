package order

import (
	"context"
	"database/sql"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

const returnColumns = "e.id, e.order_id, e.created_at, e.updated_at, e.name, e.status, e.closed_at, e.actor"

func scanReturn(scan scan) (*Return, error) {
	e := &Return{}
	var id uuid.UUID
	var actor string
	var closed sql.NullTime
	err := scan(&id, &e.OrderID, &e.CreatedAt, &e.UpdatedAt, &e.Name, &e.Status, &closed, &actor)
	e.ID, e.ClosedAt, e.CreatedAt, e.UpdatedAt, e.Status, e.StaffMemberID = gid.New(ReturnType, id), database.Moment(closed), e.CreatedAt.UTC(), e.UpdatedAt.UTC(), strings.ToUpper(e.Status), staffOf(actor)
	return e, err
}

// returns reads returns by one of two columns. Served by order_return (shop_id, order_id, id) and its key.
func (store) returns(ctx context.Context, q database.Querier, by string, ids []uuid.UUID) ([]*Return, error) {
	rows, err := q.Query(ctx, "SELECT "+returnColumns+" FROM order_return e WHERE e.shop_id = $1 AND "+by+" = ANY($2) ORDER BY e.id", ids)
	return database.Scan(rows, err, scanReturn)
}

// returnPages reads a window of each order's returns. Served by order_return (shop_id, order_id, id).
func (store) returnPages(ctx context.Context, q database.Querier, orders []uuid.UUID, w keyset.Window) ([]*Return, error) {
	after, args := w.Where(3)
	statement := database.PerParent{Columns: returnColumns, From: "order_return e", Where: "e.shop_id = $1" + after,
		Parent: "e.order_id", Order: "e.id" + w.Direction(), Limit: w.Limit + 1, Arg: 2}
	rows, err := q.Query(ctx, statement.SQL(q.Dialect()), append([]any{orders}, args...)...)
	return database.Scan(rows, err, func(scan scan) (*Return, error) { return scanReturn(skipParent(scan)) })
}

// returnLines reads what is in returns, in the order in which it was named. Served by return_line (shop_id, return_id, id).
func (store) returnLines(ctx context.Context, q database.Querier, returns []uuid.UUID) (map[uuid.UUID][]*ReturnLine, error) {
	rows, err := q.Query(ctx, "SELECT e.return_id, e.id, e.quantity, e.processed_quantity, e.reason, e.note, p.id, p.quantity, "+itemSelection.of(Whole)+`
		FROM return_line e JOIN order_line l ON l.id = e.order_line_id JOIN orders o ON o.id = l.order_id JOIN fulfillment_line p ON p.id = e.fulfillment_line_id
		WHERE e.shop_id = $1 AND e.return_id = ANY($2) ORDER BY e.id`, returns)
	out := make(map[uuid.UUID][]*ReturnLine, len(returns))
	var parent, id, shipped uuid.UUID
	var row ReturnLine
	var quantity int64
	one := scanItem(Whole, &parent, &id, &row.Quantity, &row.ProcessedQuantity, &row.ReturnReason, &row.ReturnReasonNote, &shipped, &quantity)
	_, err = database.Scan(rows, err, func(scan scan) (none struct{}, err error) {
		i, err := one(scan)
		if err != nil {
			return none, err
		}
		r := row
		r.ID = gid.New(ReturnLineType, id)
		r.FulfillmentLineItem = &FulfillmentLine{ID: gid.New(FulfillmentLineType, shipped), LineItem: i.show(), Quantity: quantity}
		out[parent] = append(out[parent], &r)
		return none, nil
	})
	return out, err
}

// countReturns counts an order's returns. Served by order_return (shop_id, order_id, id).
func (store) countReturns(ctx context.Context, tx database.Tx, order uuid.UUID) (n int64, err error) {
	err = tx.QueryRow(ctx, "SELECT count(*) FROM order_return WHERE shop_id = $1 AND order_id = $2", order).Scan(&n)
	return n, err
}

func (store) insertReturn(ctx context.Context, tx database.Tx, e *Return, actor string) error {
	_, err := tx.Exec(ctx, `INSERT INTO order_return (id, shop_id, created_at, updated_at, order_id, name, status, actor) VALUES ($2, $1, $3, $3, $4, $5, $6, $7)`,
		e.ID.UUID, e.CreatedAt, e.OrderID, e.Name, strings.ToLower(e.Status), actor)
	if err != nil {
		return err
	}
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	rows := make([][]any, len(e.Lines))
	for n, l := range e.Lines {
		rows[n] = []any{l.ID.UUID, shop, e.ID.UUID, l.FulfillmentLineItem.LineItem.ID.UUID, l.FulfillmentLineItem.ID.UUID, l.Quantity, l.ProcessedQuantity, l.ReturnReason, l.ReturnReasonNote}
	}
	return database.Insert(ctx, tx, "return_line", []string{"id", "shop_id", "return_id", "order_line_id", "fulfillment_line_id", "quantity", "processed_quantity", "reason", "note"}, rows, "")
}

// updateReturn writes how a return of a locked order stands. Served by the primary key.
func (store) updateReturn(ctx context.Context, tx database.Tx, e *Return) error {
	_, err := tx.Exec(ctx, `UPDATE order_return SET updated_at = $3, status = $4, closed_at = $5 WHERE shop_id = $1 AND id = $2`,
		e.ID.UUID, e.UpdatedAt, strings.ToLower(e.Status), momentArg(e.ClosedAt))
	return err
}

// updateReturnLines writes how much came back of lines, in one statement. Served by the primary key.
func (store) updateReturnLines(ctx context.Context, tx database.Tx, lines []*ReturnLine) error {
	if len(lines) == 0 {
		return nil
	}
	rows := make([][]any, len(lines))
	for n, l := range lines {
		rows[n] = []any{l.ID.UUID, l.ProcessedQuantity}
	}
	values, args := database.Values(nil, []string{"uuid", "bigint"}, rows)
	_, err := tx.Exec(ctx, `WITH now(id, processed) AS (VALUES `+values+`)
		UPDATE return_line SET processed_quantity = now.processed FROM now WHERE return_line.shop_id = $1 AND return_line.id = now.id`, args...)
	return err
}
