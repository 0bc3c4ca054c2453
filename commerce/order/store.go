package order

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/keyset"
)

// store holds every statement of this package: orders and their lines here, the rest in store_after.go.
type store struct{}

type scan = func(...any) error

// scanOrder reads orderSelection of some parts, between what else is given. One serves the rows of one statement: they are read
// into the same places, and copied.
func scanOrder(p Parts, lead, more []any) func(scan) (record, error) {
	type papers struct {
		shipTo, billTo database.JSON[*customer.Postal]
		delivery       database.JSON[pricing.ShippingQuote]
		taxes          database.JSON[[]tax.Line]
		discounts      database.JSON[[]applied]
		books          database.JSON[books]
		attributes     database.JSON[[]*cart.Attribute]
		tags           database.JSON[[]string]
	}
	var row struct {
		record
		papers
		buyer            uuid.NullUUID
		canceled, closed *time.Time
	}
	places := slices.Concat(lead, orderSelection.places(p,
		[]any{&row.id, &row.buyer, &row.keyHash, &row.number, &row.name, &row.email, &row.currency, &row.total, &row.financial, &row.fulfillment, &row.createdAt, &row.updatedAt, &row.processedAt},
		[]any{&row.subtotal, &row.discount, &row.shipping, &row.tax, &row.cards, &row.refunded, &row.refundedFreight, &row.taxesIncluded},
		[]any{&row.cart, &row.phone, &row.cancelReason, &row.canceled, &row.closed, &row.note, &row.locale, &row.country},
		[]any{&row.papers.shipTo, &row.papers.billTo}, []any{&row.papers.delivery}, []any{&row.papers.taxes}, []any{&row.papers.discounts}, []any{&row.papers.books},
		[]any{&row.papers.attributes}, []any{&row.papers.tags},
	), more)
	return func(scan scan) (record, error) {
		// What is decoded into what is there already would change what rows before it were given.
		row.papers, row.keyHash = papers{}, nil
		if err := scan(places...); err != nil {
			return record{}, err
		}
		r := row.record
		r.parts, r.customer = p, row.buyer.UUID
		r.canceledAt, r.closedAt = database.UTC(row.canceled), database.UTC(row.closed)
		r.createdAt, r.updatedAt, r.processedAt = r.createdAt.UTC(), r.updatedAt.UTC(), r.processedAt.UTC()
		d := &row.papers
		r.shipTo, r.billTo, r.delivery, r.taxes, r.discounts, r.books, r.attributes, r.tags = d.shipTo.V, d.billTo.V, d.delivery.V, d.taxes.V, d.discounts.V, d.books.V, d.attributes.V, d.tags.V
		return r, nil
	}
}

// whole reads all of orders.
func whole() func(scan) (*record, error) {
	one := scanOrder(Whole, nil, nil)
	return func(scan scan) (*record, error) {
		r, err := one(scan)
		return &r, err
	}
}

func momentArg(t *time.Time) sql.NullTime {
	if t == nil {
		return sql.NullTime{}
	}
	return sql.NullTime{Time: t.UTC(), Valid: true}
}

func js[T any](v T) database.JSON[T] { return database.JSON[T]{V: v} }

// lockCart makes transactions that place an order for the same cart take turns. SQLite has one writer and needs none of it.
func (store) lockCart(ctx context.Context, tx database.Tx, cart uuid.UUID) error {
	if tx.Dialect() != database.PostgreSQL {
		return nil
	}
	return tx.Later(ctx, nil, `SELECT pg_advisory_xact_lock(hashtextextended(s.shop_id::text || $2::text, 11)) FROM (SELECT $1::uuid AS shop_id) s`, cart.String())
}

// byCarts reads the orders of carts. Served by orders (shop_id, cart_id).
func (store) byCarts(ctx context.Context, q database.Querier, carts []uuid.UUID) ([]*record, error) {
	rows, err := q.Query(ctx, "SELECT "+orderSelection.of(Whole)+" FROM orders o WHERE o.shop_id = $1 AND o.cart_id = ANY($2)", carts)
	return database.Scan(rows, err, whole())
}

// byIDs reads orders. Served by the primary key.
func (store) byIDs(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*record, error) {
	rows, err := q.Query(ctx, "SELECT "+orderSelection.of(Whole)+" FROM orders o WHERE o.shop_id = $1 AND o.id = ANY($2)", ids)
	return database.Scan(rows, err, whole())
}

// lock reads an order and keeps all others off it; nil where there is none. Served by the primary key.
func (store) lock(ctx context.Context, tx database.Tx, id uuid.UUID) (*record, error) {
	rows, err := tx.Query(ctx, "SELECT "+orderSelection.of(Whole)+" FROM orders o WHERE o.shop_id = $1 AND o.id = $2 FOR UPDATE", id)
	found, err := database.Scan(rows, err, whole())
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// nextNumber takes the shop's next number; its row is locked until the transaction ends. Served by shop_counter (shop_id,
// series).
func (store) nextNumber(ctx context.Context, tx database.Tx, id uuid.UUID) (n int64, err error) {
	err = tx.QueryRow(ctx, fmt.Sprintf(`INSERT INTO shop_counter (id, shop_id, series, value) VALUES ($2, $1, 'order', %d)
		ON CONFLICT (shop_id, series) DO UPDATE SET value = shop_counter.value + 1 RETURNING value`, FirstNumber), id).Scan(&n)
	return n, err
}

func (store) insertOrder(ctx context.Context, tx database.Tx, r *record) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	return database.InsertLater(ctx, tx, "orders", append(orderSelection.names(), "shop_id", "search"), [][]any{{
		r.id, database.Maybe(r.customer), r.keyHash, r.number, r.name, r.email, string(r.currency), r.total, r.financial, r.fulfillment, r.createdAt, r.updatedAt, r.processedAt,
		r.subtotal, r.discount, r.shipping, r.tax, r.cards, r.refunded, r.refundedFreight, r.taxesIncluded,
		r.cart, r.phone, r.cancelReason, momentArg(r.canceledAt), momentArg(r.closedAt), r.note, r.locale, r.country,
		js(r.shipTo), js(r.billTo), js(r.delivery), js(r.taxes), js(r.discounts), js(r.books), js(r.attributes), js(r.tags), shop, r.search(),
	}}, "")
}

// updateOrder writes what may change of a locked order. Served by the primary key.
func (store) updateOrder(ctx context.Context, tx database.Tx, r *record) error {
	_, err := tx.Exec(ctx, `UPDATE orders SET updated_at = $3, email = $4, phone = $5, note = $6, tags = $7, attributes = $8, shipping_address = $9, search = $10,
			refunded_total = $11, refunded_shipping = $12, gift_cards = $13, financial_status = $14, fulfillment_status = $15, cancel_reason = $16, canceled_at = $17, closed_at = $18
		WHERE shop_id = $1 AND id = $2`,
		r.id, r.updatedAt, r.email, r.phone, r.note, js(r.tags), js(r.attributes), js(r.shipTo), r.search(),
		r.refunded, r.refundedFreight, js(r.books), r.financial, r.fulfillment, r.cancelReason, momentArg(r.canceledAt), momentArg(r.closedAt))
	return err
}

// list reads parts of a window of the shop's orders, and shows them; where narrows it, with args from $2 on. Served by the index of the order's
// column: see sortKeys.
func (store) list(ctx context.Context, q database.Querier, p Parts, w keyset.Window, k sortKey, where string, args []any, show func(*record) *Order) ([]*Order, error) {
	after, more := w.Where(2 + len(args))
	rows, err := q.Query(ctx, "SELECT "+orderSelection.of(p)+k.extra()+" FROM orders o WHERE o.shop_id = $1"+where+after+w.OrderBy(), append(args, more...)...)
	return database.Scan(rows, err, k.scan(p, show))
}

// ofCustomers reads parts of a window of the orders of each account, and shows them. Served by orders (shop_id, customer_id, processed_at, id), whose
// rows are sorted where another key is asked for: an account has few.
func (store) ofCustomers(ctx context.Context, q database.Querier, customers []uuid.UUID, p Parts, w keyset.Window, k sortKey, where string, args []any, show func(*record) *Order) ([]*Order, error) {
	after, more := w.Where(3 + len(args))
	by := "o.id" + w.Direction()
	if k.order.Column != "" {
		by = k.order.Column + w.Direction() + ", " + by
	}
	statement := database.PerParent{Columns: orderSelection.of(p) + k.extra(), From: "orders o", Where: "o.shop_id = $1" + where + after,
		Parent: "o.customer_id", Order: by, Limit: w.Limit + 1, Arg: 2}
	rows, err := q.Query(ctx, statement.SQL(q.Dialect()), append(append([]any{customers}, args...), more...)...)
	var n int64
	var parent uuid.UUID
	return database.Scan(rows, err, k.scan(p, show, &n, &parent))
}

// skipParent reads past the two columns that [database.PerParent] puts first.
func skipParent(scan scan) scan {
	return func(to ...any) error {
		var n int64
		var parent uuid.UUID
		return scan(append([]any{&n, &parent}, to...)...)
	}
}

// count counts orders by account, or all of them under the zero id.
func (store) count(ctx context.Context, q database.Querier, customers []uuid.UUID, where string, args []any) (map[uuid.UUID]int64, error) {
	text := "SELECT NULL, count(*) FROM orders o WHERE o.shop_id = $1" + where
	if customers != nil {
		text = "SELECT o.customer_id, count(*) FROM orders o WHERE o.shop_id = $1 AND o.customer_id = ANY($2)" + where + " GROUP BY o.customer_id"
		args = append([]any{customers}, args...)
	}
	rows, err := q.Query(ctx, text, args...)
	out := make(map[uuid.UUID]int64, len(customers)+1)
	_, err = database.Scan(rows, err, func(scan scan) (none struct{}, err error) {
		var id uuid.NullUUID
		var n int64
		err = scan(&id, &n)
		out[id.UUID] = n
		return none, err
	})
	return out, err
}

// itemSource joins lines with what they need of their orders.
const itemSource = "order_line l JOIN orders o ON o.id = l.order_id"

// scanItem reads itemSelection of some parts, after what is given to be read first. One serves the rows of one statement.
func scanItem(p Parts, lead ...any) func(scan) (item, error) {
	type papers struct {
		taxes      database.JSON[[]tax.Line]
		shares     database.JSON[[]share]
		attributes database.JSON[[]*cart.Attribute]
		parcels    database.JSON[parcels]
	}
	var row struct {
		item
		papers
		variant, product uuid.NullUUID
		canceled         *time.Time
	}
	places := slices.Concat(lead, itemSelection.places(p,
		[]any{&row.id, &row.order, &row.position, &row.title, &row.variantTitle, &row.quantity, &row.original, &row.currency},
		[]any{&row.variant, &row.product, &row.sku, &row.vendor, &row.image, &row.fulfilled, &row.refunded, &row.unit, &row.off, &row.goods, &row.tax,
			&row.goodsBack, &row.shipped, &row.taxable, &row.canceled},
		[]any{&row.papers.taxes, &row.papers.shares, &row.papers.attributes, &row.papers.parcels},
	))
	return func(scan scan) (item, error) {
		row.papers = papers{} // see scanOrder
		if err := scan(places...); err != nil {
			return item{}, err
		}
		i := row.item
		i.variant, i.product, i.canceled = row.variant.UUID, row.product.UUID, row.canceled != nil
		d := &row.papers
		i.taxes, i.shares, i.attributes, i.parcels = d.taxes.V, d.shares.V, d.attributes.V, d.parcels.V
		return i, nil
	}
}

// items reads lines by one of two columns, in order. Served by order_line (shop_id, order_id, position) and its key.
func (store) items(ctx context.Context, q database.Querier, by string, ids []uuid.UUID) ([]*item, error) {
	rows, err := q.Query(ctx, "SELECT "+itemSelection.of(Whole)+" FROM "+itemSource+" WHERE l.shop_id = $1 AND "+by+" = ANY($2) ORDER BY l.order_id, l.position", ids)
	one := scanItem(Whole)
	return database.Scan(rows, err, func(scan scan) (*item, error) {
		i, err := one(scan)
		return &i, err
	})
}

// linePages reads parts of a window of each order's lines. Served by order_line (shop_id, order_id, position).
func (store) linePages(ctx context.Context, q database.Querier, orders []uuid.UUID, p Parts, w keyset.Window) ([]*Line, error) {
	after, args := w.Where(3)
	statement := database.PerParent{Columns: itemSelection.of(p), From: itemSource, Where: "l.shop_id = $1" + after,
		Parent: "l.order_id", Order: "l.position" + w.Direction() + ", l.id" + w.Direction(), Limit: w.Limit + 1, Arg: 2}
	rows, err := q.Query(ctx, statement.SQL(q.Dialect()), append([]any{orders}, args...)...)
	var n int64
	var parent uuid.UUID
	one := scanItem(p, &n, &parent)
	return database.Scan(rows, err, func(scan scan) (*Line, error) {
		i, err := one(scan)
		return i.show(), err
	})
}

func (store) insertItems(ctx context.Context, tx database.Tx, order uuid.UUID, items []*item) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	var columns []string
	for _, name := range itemSelection.names() {
		if name != "currency" && name != "canceled_at" { // their order's
			columns = append(columns, name)
		}
	}
	rows := make([][]any, len(items))
	for n, i := range items {
		rows[n] = []any{i.id, order, i.position, i.title, i.variantTitle, i.quantity, i.original,
			database.Maybe(i.variant), database.Maybe(i.product), i.sku, i.vendor, i.image, i.fulfilled, i.refunded, i.unit, i.off, i.goods, i.tax, i.goodsBack, i.shipped, i.taxable,
			js(i.taxes), js(i.shares), js(i.attributes), js(i.parcels), shop, i.left()}
	}
	return database.InsertLater(ctx, tx, "order_line", append(columns, "shop_id", "current_quantity"), rows, "")
}

// updateItems writes what may change of the lines of a locked order, in one statement. Served by the primary key.
func (store) updateItems(ctx context.Context, tx database.Tx, items []*item) error {
	if len(items) == 0 {
		return nil
	}
	rows := make([][]any, len(items))
	for n, i := range items {
		rows[n] = []any{i.id, i.fulfilled, i.refunded, i.left(), i.goodsBack, js(i.parcels)}
	}
	values, args := database.Values(nil, []string{"uuid", "bigint", "bigint", "bigint", "bigint", "jsonb"}, rows)
	_, err := tx.Exec(ctx, `WITH now(id, fulfilled, refunded, current, goods, parcels) AS (VALUES `+values+`)
		UPDATE order_line SET fulfilled_quantity = now.fulfilled, refunded_quantity = now.refunded, current_quantity = now.current, refunded_total = now.goods, allocations = now.parcels
		FROM now WHERE order_line.shop_id = $1 AND order_line.id = now.id`, args...)
	return err
}
