package seed

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
)

// firstNumber is that of the first order.
const firstNumber = 1001

const freight = 590 // minor units

// sale is an order as it was drawn.
type sale struct {
	customer              int
	at                    time.Time
	key                   string // of its cart
	lines                 []sold
	subtotal              int64
	sent, refunded        bool
	attempt, payment, ref uuid.UUID
}

type sold struct {
	at
	quantity int64
}

func (s sale) total() int64 { return s.subtotal + freight }

func (s sale) pieces() (n int64) {
	for _, l := range s.lines {
		n += l.quantity
	}
	return n
}

// drawSales decides who bought what. Few products are bought often.
func (f *filling) drawSales() {
	r := chance("orders")
	step := age / 2 / time.Duration(f.size.Orders+1)
	f.sales = make([]sale, f.size.Orders)
	for i := range f.sales {
		s := sale{
			customer: r.IntN(f.size.Customers), at: f.Now.Add(-age/2 + time.Duration(i)*step).Truncate(time.Microsecond), key: fmt.Sprintf("%032x", r.Uint64()),
			sent: i < f.size.Orders*9/10, refunded: i%20 == 0,
		}
		s.attempt, s.payment, s.ref = idAt(s.at, r), idAt(s.at, r), idAt(s.at, r)
		taken := map[*Product]bool{}
		for range 1 + skewed(r, 5) {
			n := skewed(r, len(f.Products))
			p := &f.Products[n]
			if taken[p] || p.created.After(s.at) {
				continue
			}
			taken[p] = true
			v := r.IntN(len(p.Variants))
			s.lines = append(s.lines, sold{at{&p.Variants[v], p, n, v}, int64(1 + skewed(r, 3))})
		}
		if len(s.lines) == 0 {
			p := &f.Products[0]
			s.lines = append(s.lines, sold{at{&p.Variants[0], p, 0, 0}, 1})
		}
		for _, l := range s.lines {
			s.subtotal += l.quantity * l.Price
			l.product.sales += l.quantity
			l.sold += l.quantity
		}
		f.sales[i] = s
	}
}

func (f *filling) fillOrders(ctx context.Context) error {
	r := chance("ids of orders")
	for _, s := range f.sales {
		o := Order{ID: idAt(s.at, r), Cart: idAt(s.at, r)}
		for range s.lines {
			o.Lines = append(o.Lines, idAt(s.at, r))
		}
		f.Orders = append(f.Orders, o)
	}
	for _, step := range []func(context.Context) error{f.putOrders, f.putLines, f.putPayments, f.putParcels, f.putRefunds} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (f *filling) soldAt(i int) time.Time { return f.sales[i].at }

func (f *filling) orderID(i int) uuid.UUID { return f.Orders[i].ID }

func (f *filling) putOrders(ctx context.Context) error {
	own := f.rates[0].currency
	amount := func(n int64) money.Money { return money.New(n, own) }
	delivery := text(map[string]any{
		"tax": amount(0), "price": amount(freight), "total": amount(freight), "discount": amount(0), "required": true,
		"option": map[string]any{"price": amount(freight), "title": "Standard", "handle": "standard", "min_days": 3, "max_days": 5, "description": "Tracked delivery to the door"},
	})
	columns := "created_at updated_at number name cart_id key_hash customer_id email currency subtotal discount_total shipping_total tax_total total gift_card_total refunded_total refunded_shipping financial_status fulfillment_status processed_at shipping_address billing_address shipping_lines discounts gift_cards locale country search"
	return f.w.put(ctx, "orders", columns, len(f.sales), f.orderID, func(i int) []any {
		s := f.sales[i]
		email, home := f.person(s.customer)
		name := fmt.Sprintf("#%d", firstNumber+i)
		paid, sent, back := "PAID", "UNFULFILLED", int64(0)
		if s.refunded {
			paid, back = "PARTIALLY_REFUNDED", freight
		}
		waiting := s.pieces()
		if s.sent {
			sent, waiting = "FULFILLED", 0
		}
		books := map[string]any{
			"sales":  []map[string]any{{"ref": "bogus_" + s.ref.String(), "test": true, "amount": s.total(), "gateway": "bogus", "transaction": s.payment, "returned": back}},
			"pieces": s.pieces(), "waiting": waiting, "current": s.total() - back, "received": s.total(),
		}
		address := text(home)
		return []any{
			s.at, s.at, int64(firstNumber + i), name, f.Orders[i].Cart, hashed(s.key), f.Customers[s.customer], email, string(own), s.subtotal, int64(0), int64(freight), int64(0), s.total(), int64(0),
			back, back, paid, sent, s.at, address, address, delivery, "[]", text(books), "en-US", "US", strings.ToLower(name + " " + email + " " + home.Name()),
		}
	})
}

// every line of every order, with its order's number.
func (f *filling) everyLine() (lines []sold, of []int, ids []uuid.UUID) {
	for i, s := range f.sales {
		for n, l := range s.lines {
			lines, of, ids = append(lines, l), append(of, i), append(ids, f.Orders[i].Lines[n])
		}
	}
	return lines, of, ids
}

func (f *filling) putLines(ctx context.Context) error {
	lines, of, ids := f.everyLine()
	columns := "order_id position variant_id product_id title variant_title sku vendor image quantity current_quantity fulfilled_quantity unit_price original_total discount_total total tax_total discounts allocations"
	position := 0
	return f.w.put(ctx, "order_line", columns, len(lines), from(ids), func(i int) []any {
		if position++; i == 0 || of[i] != of[i-1] {
			position = 0
		}
		l := lines[i]
		var fulfilled int64
		if f.sales[of[i]].sent {
			fulfilled = l.quantity
		}
		taken := map[string]any{"taken": []map[string]any{{"variantId": l.ID, "locationId": f.Locations[0], "quantity": l.quantity}}}
		return []any{
			f.Orders[of[i]].ID, int64(position), l.ID, l.product.ID, l.product.Title, l.title(), l.SKU, l.product.Vendor, "bench/" + l.product.Handle + "/1.jpg", l.quantity, l.quantity, fulfilled,
			l.Price, l.Price * l.quantity, int64(0), l.Price * l.quantity, int64(0), "[]", text(taken),
		}
	})
}

// title is what a variant is called: its values.
func (v at) title() string {
	var names []string
	for n, o := range v.product.optionsOf() {
		names = append(names, o.values[v.values[n]])
	}
	return strings.Join(names, " / ")
}

// putPayments writes how orders were paid: the checkout, the transaction, and what the history says of it.
func (f *filling) putPayments(ctx context.Context) error {
	n := len(f.sales)
	own := string(f.rates[0].currency)
	err := f.w.put(ctx, "payment_transaction", "created_at updated_at order_id attempt_id kind gateway idempotency_key gateway_ref amount currency status", n, func(i int) uuid.UUID { return f.sales[i].payment }, func(i int) []any {
		s := f.sales[i]
		return []any{s.at, s.at, f.Orders[i].ID, s.attempt, "sale", "bogus", "sale-" + s.attempt.String(), "bogus_" + s.ref.String(), s.total(), own, "success"}
	})
	if err != nil {
		return err
	}
	err = f.w.put(ctx, "checkout_attempt", "created_at updated_at cart_id state gateway payment_key currency amount order_id due_at", n, func(i int) uuid.UUID { return f.sales[i].attempt }, func(i int) []any {
		s := f.sales[i]
		f.Attempts = append(f.Attempts, s.attempt)
		return []any{s.at, s.at, f.Orders[i].Cart, "completed", "bogus", "sale-" + s.attempt.String(), own, s.total(), f.Orders[i].ID, s.at}
	})
	if err != nil {
		return err
	}
	return f.w.add(ctx, "order_event", "order_id kind message actor created_at", n, f.soldAt, func(i int) []any {
		return []any{f.Orders[i].ID, "placed", "A customer placed this order.", "customer:" + f.Customers[f.sales[i].customer].String(), f.sales[i].at}
	})
}

func (f *filling) putParcels(ctx context.Context) error {
	var sent []int
	for i, s := range f.sales {
		if s.sent {
			sent = append(sent, i)
		}
	}
	at := func(i int) time.Time { return f.sales[sent[i]].at.Add(time.Hour) }
	f.Parcels = ids(len(sent), at, chance("parcels"))
	err := f.w.put(ctx, "fulfillment", "created_at updated_at order_id name location_id", len(sent), from(f.Parcels), func(i int) []any {
		return []any{at(i), at(i), f.Orders[sent[i]].ID, fmt.Sprintf("#%d.1", firstNumber+sent[i]), f.Locations[0]}
	})
	if err != nil {
		return err
	}
	type part struct {
		parcel int
		line   uuid.UUID
		count  int64
	}
	var parts []part
	for i, order := range sent {
		for n, l := range f.sales[order].lines {
			parts = append(parts, part{i, f.Orders[order].Lines[n], l.quantity})
		}
	}
	return f.w.add(ctx, "fulfillment_line", "fulfillment_id order_line_id quantity", len(parts), func(i int) time.Time { return at(parts[i].parcel) }, func(i int) []any {
		return []any{f.Parcels[parts[i].parcel], parts[i].line, parts[i].count}
	})
}

// putRefunds writes what was given back: what the delivery cost.
func (f *filling) putRefunds(ctx context.Context) error {
	var list []int
	for i, s := range f.sales {
		if s.refunded {
			list = append(list, i)
		}
	}
	at := func(i int) time.Time { return f.sales[list[i]].at.Add(2 * time.Hour) }
	f.Refunds = ids(len(list), at, chance("refunds"))
	return f.w.put(ctx, "refund", "created_at updated_at order_id amount shipping_amount currency lines", len(list), from(f.Refunds), func(i int) []any {
		s := f.sales[list[i]]
		moved := map[string]any{"sales": []map[string]any{{"sale": s.payment, "gateway": "bogus", "charge_ref": "bogus_" + s.ref.String(), "amount": freight, "status": "success"}}}
		return []any{at(i), at(i), f.Orders[list[i]].ID, int64(freight), int64(freight), string(f.rates[0].currency), text(moved)}
	})
}
