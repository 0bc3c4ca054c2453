package order

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// fulfillments reads shipments by one of two columns. Served by fulfillment (shop_id, order_id, id) and its key.
func (store) fulfillments(ctx context.Context, q database.Querier, by string, ids []uuid.UUID) ([]*Fulfillment, error) {
	rows, err := q.Query(ctx, `SELECT f.id, f.order_id, f.created_at, f.status, f.name, f.tracking_company, f.tracking_number, f.tracking_url, f.location_id
		FROM fulfillment f WHERE f.shop_id = $1 AND `+by+` = ANY($2) ORDER BY f.id`, ids)
	return database.Scan(rows, err, func(scan scan) (*Fulfillment, error) {
		f := &Fulfillment{}
		var id uuid.UUID
		var location uuid.NullUUID
		var numbers, urls string
		err := scan(&id, &f.OrderID, &f.CreatedAt, &f.Status, &f.Name, &f.tracking.Company, &numbers, &urls, &location)
		f.ID, f.CreatedAt, f.Status, f.LocationID = gid.New(FulfillmentType, id), f.CreatedAt.UTC(), strings.ToUpper(f.Status), location.UUID
		f.TrackingCompany, f.tracking.Numbers, f.tracking.URLs = known(f.tracking.Company), listOf(numbers), listOf(urls)
		return f, err
	})
}

// listOf reads several texts of one column, a line each.
func listOf(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// fulfillmentLines reads what is in shipments. Served by fulfillment_line (shop_id, fulfillment_id, order_line_id).
func (store) fulfillmentLines(ctx context.Context, q database.Querier, ids []uuid.UUID) (map[uuid.UUID][]*FulfillmentLine, error) {
	rows, err := q.Query(ctx, "SELECT p.fulfillment_id, p.id, p.quantity, "+itemSelection.of(Whole)+`
		FROM fulfillment_line p JOIN order_line l ON l.id = p.order_line_id JOIN orders o ON o.id = l.order_id
		WHERE p.shop_id = $1 AND p.fulfillment_id = ANY($2) ORDER BY p.fulfillment_id, l.position`, ids)
	out := make(map[uuid.UUID][]*FulfillmentLine, len(ids))
	var parent, id uuid.UUID
	var quantity int64
	one := scanItem(Whole, &parent, &id, &quantity)
	_, err = database.Scan(rows, err, func(scan scan) (none struct{}, err error) {
		i, err := one(scan)
		if err != nil {
			return none, err
		}
		out[parent] = append(out[parent], &FulfillmentLine{ID: gid.New(FulfillmentLineType, id), LineItem: i.show(), Quantity: quantity})
		return none, nil
	})
	return out, err
}

// countFulfillments counts an order's shipments. Served by fulfillment (shop_id, order_id, id).
func (store) countFulfillments(ctx context.Context, tx database.Tx, order uuid.UUID) (n int64, err error) {
	err = tx.QueryRow(ctx, "SELECT count(*) FROM fulfillment WHERE shop_id = $1 AND order_id = $2", order).Scan(&n)
	return n, err
}

func (store) insertFulfillment(ctx context.Context, tx database.Tx, f *Fulfillment, parts []part, newID func() uuid.UUID) error {
	_, err := tx.Exec(ctx, `INSERT INTO fulfillment (id, shop_id, created_at, updated_at, order_id, status, name, tracking_company, tracking_number, tracking_url, location_id)
		VALUES ($2, $1, $3, $3, $4, $5, $6, $7, $8, $9, $10)`, f.ID.UUID, f.CreatedAt, f.OrderID, strings.ToLower(f.Status), f.Name,
		f.tracking.Company, strings.Join(f.tracking.Numbers, "\n"), strings.Join(f.tracking.URLs, "\n"), database.Maybe(f.LocationID))
	if err != nil {
		return err
	}
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	rows := make([][]any, len(parts))
	for i, p := range parts {
		rows[i] = []any{newID(), shop, f.ID.UUID, p.line, p.quantity}
	}
	return database.Insert(ctx, tx, "fulfillment_line", []string{"id", "shop_id", "fulfillment_id", "order_line_id", "quantity"}, rows, "")
}

// updateFulfillment writes how a shipment stands and what it can be followed by. Served by the primary key.
func (store) updateFulfillment(ctx context.Context, tx database.Tx, f *Fulfillment, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE fulfillment SET updated_at = $3, status = $4, tracking_company = $5, tracking_number = $6, tracking_url = $7
		WHERE shop_id = $1 AND id = $2`, f.ID.UUID, now, strings.ToLower(f.Status), f.tracking.Company, strings.Join(f.tracking.Numbers, "\n"), strings.Join(f.tracking.URLs, "\n"))
	return err
}

const refundColumns = `f.id, f.order_id, f.created_at, f.updated_at, f.amount, f.shipping_amount, f.currency, f.note, f.lines, f.status, f.actor`

func scanRefund(scan scan) (*refundRow, error) {
	r := &refundRow{}
	var doc database.JSON[refundDoc]
	err := scan(&r.id, &r.order, &r.createdAt, &r.updatedAt, &r.amount.Amount, &r.freight, (*string)(&r.amount.Currency), &r.note, &doc, &r.status, &r.actor)
	r.doc, r.createdAt, r.updatedAt = doc.V, r.createdAt.UTC(), r.updatedAt.UTC()
	return r, err
}

// refunds reads refunds by one of two columns, but for those that failed. Served by refund (shop_id, order_id, id) and its key.
func (store) refunds(ctx context.Context, q database.Querier, by string, ids []uuid.UUID) ([]*refundRow, error) {
	rows, err := q.Query(ctx, "SELECT "+refundColumns+" FROM refund f WHERE f.shop_id = $1 AND "+by+" = ANY($2) AND f.status <> 'failure' ORDER BY f.id", ids)
	return database.Scan(rows, err, scanRefund)
}

// pendingRefund reads a refund that is not settled; nil where there is none. Served by the primary key.
func (store) pendingRefund(ctx context.Context, q database.Querier, id uuid.UUID) (*refundRow, error) {
	rows, err := q.Query(ctx, "SELECT "+refundColumns+" FROM refund f WHERE f.shop_id = $1 AND f.id = $2 AND f.status = 'pending'", id)
	found, err := database.Scan(rows, err, scanRefund)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func (store) insertRefund(ctx context.Context, tx database.Tx, r *refundRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO refund (id, shop_id, created_at, updated_at, order_id, amount, shipping_amount, currency, note, lines, restock, status, idempotency_key, actor)
		VALUES ($2, $1, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		r.id, r.createdAt, r.order, r.amount.Amount, r.freight, string(r.amount.Currency), r.note, js(r.doc), r.restocks(), r.status, keyOf(r.id, ""), r.actor)
	return err
}

// updateRefund writes how a refund stands. Served by the primary key.
func (store) updateRefund(ctx context.Context, tx database.Tx, r *refundRow) error {
	_, err := tx.Exec(ctx, `UPDATE refund SET updated_at = $3, amount = $4, lines = $5, status = $6 WHERE shop_id = $1 AND id = $2`,
		r.id, r.updatedAt, r.amount.Amount, js(r.doc), r.status)
	return err
}

// refundsDue lists refunds that nobody has been at since a moment, in all shops. No index serves it: it reads the table.
func (store) refundsDue(ctx context.Context, q database.Querier, before time.Time, limit int) ([]dueRefund, error) {
	rows, err := q.SysQuery(ctx, `SELECT shop_id, id FROM refund WHERE status = 'pending' AND updated_at <= $1 ORDER BY updated_at LIMIT $2`, before, limit)
	return database.Scan(rows, err, func(scan scan) (d dueRefund, err error) { return d, scan(&d.shop, &d.id) })
}

// claimRefund takes a refund that nobody has been at since a moment; of several at once one gets it.
func (store) claimRefund(ctx context.Context, tx database.Tx, id uuid.UUID, before, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE refund SET updated_at = $4 WHERE shop_id = $1 AND id = $2 AND status = 'pending' AND updated_at <= $3`, id, before, now)
	return n == 1, err
}

type dueRefund struct{ shop, id uuid.UUID }

// event is an entry of an order's timeline.
type event struct {
	id, order              uuid.UUID
	action, message, actor string
	data                   any
	at                     time.Time
}

func (store) insertEvents(ctx context.Context, tx database.Tx, events ...event) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	rows := make([][]any, len(events))
	for i, e := range events {
		rows[i] = []any{e.id, shop, e.order, e.action, e.message, e.actor, js(e.data), e.at}
	}
	return database.InsertLater(ctx, tx, "order_event", []string{"id", "shop_id", "order_id", "kind", "message", "actor", "data", "created_at"}, rows, "")
}

const eventColumns = `e.id, e.order_id, e.kind, e.message, e.actor, e.created_at`

func scanEvent(scan scan) (*Event, error) {
	e := &Event{}
	var id, order uuid.UUID
	var actor string
	err := scan(&id, &order, &e.Action, &e.Message, &actor, &e.CreatedAt)
	e.ID, e.SubjectID, e.StaffMemberID, e.CreatedAt = gid.New(EventType, id), gid.New(Type, order), staffOf(actor), e.CreatedAt.UTC()
	return e, err
}

// eventPages reads a window of each order's events. Served by order_event (shop_id, order_id, id).
func (store) eventPages(ctx context.Context, q database.Querier, orders []uuid.UUID, w keyset.Window) ([]*Event, error) {
	after, args := w.Where(3)
	statement := database.PerParent{Columns: eventColumns, From: "order_event e", Where: "e.shop_id = $1" + after,
		Parent: "e.order_id", Order: "e.id" + w.Direction(), Limit: w.Limit + 1, Arg: 2}
	rows, err := q.Query(ctx, statement.SQL(q.Dialect()), append([]any{orders}, args...)...)
	return database.Scan(rows, err, func(scan scan) (*Event, error) { return scanEvent(skipParent(scan)) })
}

// eventsByID reads events. Served by the primary key.
func (store) eventsByID(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*Event, error) {
	rows, err := q.Query(ctx, "SELECT "+eventColumns+" FROM order_event e WHERE e.shop_id = $1 AND e.id = ANY($2)", ids)
	return database.Scan(rows, err, scanEvent)
}

// show is a refund for the outside, with its lines.
func (r *refundRow) show(lines map[uuid.UUID]*Line) *Refund {
	out := &Refund{ID: gid.New(RefundType, r.id), CreatedAt: r.createdAt, Note: known(r.note), TotalRefunded: r.amount, OrderID: r.order, ReturnID: r.doc.Return,
		TotalRefundedShipping: money.New(r.freight, r.amount.Currency), StaffMemberID: staffOf(r.actor), Pending: r.status == refundPending}
	for _, l := range r.doc.Lines {
		line := lines[l.Line]
		if line == nil {
			continue
		}
		amount := func(n int64) money.Money { return money.New(n, r.amount.Currency) }
		out.Lines = append(out.Lines, &RefundLine{ID: gid.New("RefundLineItem", l.ID), LineItem: line, LocationID: l.Location, Price: amount(portion(line.DiscountedTotalPrice.Amount, 1, line.Quantity)),
			Quantity: l.Quantity, RestockType: l.Restock, Restocked: l.Restocked, Subtotal: amount(l.Goods), TotalTax: amount(l.Tax)})
	}
	return out
}
