package raw

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type ordersPage struct {
	Orders struct {
		Nodes    []*placed `json:"nodes"`
		PageInfo struct {
			HasNextPage bool    `json:"hasNextPage"`
			EndCursor   *string `json:"endCursor"`
		} `json:"pageInfo"`
	} `json:"orders"`
}

type placed struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	ProcessedAt  string            `json:"processedAt"`
	Financial    string            `json:"financialStatus"`
	Fulfillment  string            `json:"fulfillmentStatus"`
	Email        string            `json:"email"`
	Total        amount            `json:"totalPrice"`
	Customer     *buyer            `json:"customer"`
	Lines        nodes[placedLine] `json:"lineItems"`
	Transactions []transaction     `json:"transactions"`
	id           uuid.UUID
	at           time.Time
}

type buyer struct {
	ID        string `json:"id"`
	Email     string `json:"email"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
}

type placedLine struct {
	Title        string `json:"title"`
	VariantTitle string `json:"variantTitle"`
	Quantity     int64  `json:"quantity"`
	Total        amount `json:"originalTotalPrice"`
}

type transaction struct {
	Kind    string `json:"kind"`
	Status  string `json:"status"`
	Gateway string `json:"gateway"`
	Amount  amount `json:"amount"`
}

const ordersSize = 50

// orders is a page of the shop's orders, newest first, with buyers, lines and payments: two trips to the database.
func (s *Server) orders(ctx context.Context, raw json.RawMessage) (any, error) {
	in, err := variables[struct {
		After *string `json:"after"`
	}](raw)
	if err != nil {
		return nil, err
	}
	before, id := time.Now().Add(24*time.Hour), uuid.Max
	if in.After != nil {
		p, err := placeOf(*in.After)
		if err != nil {
			return nil, err
		}
		if before, err = time.Parse(time.RFC3339Nano, p.value); err != nil {
			return nil, err
		}
		id = p.id
	}
	r, err := s.pool.Query(ctx, `SELECT o.id, o.name, o.processed_at, o.financial_status, o.fulfillment_status, o.email, o.total, c.id, c.email, c.first_name, c.last_name
		FROM orders o LEFT JOIN customer c ON c.id = o.customer_id
		WHERE o.shop_id = $1 AND (o.processed_at, o.id) < ($2, $3) ORDER BY o.processed_at DESC, o.id DESC LIMIT 51`, s.shop, before, id)
	page, err := rows(r, err, scanPlaced)
	if err != nil {
		return nil, err
	}
	var out ordersPage
	out.Orders.PageInfo.HasNextPage = len(page) > ordersSize
	page = page[:min(len(page), ordersSize)]
	out.Orders.Nodes = page
	of := make(map[uuid.UUID]*placed, len(page))
	ids := make([]uuid.UUID, len(page))
	for i, o := range page {
		of[o.id], ids[i] = o, o.id
	}
	if n := len(page); n > 0 {
		end := place{"order PROCESSED_AT", page[n-1].at.UTC().Format(time.RFC3339Nano), page[n-1].id}.cursor()
		out.Orders.PageInfo.EndCursor = &end
	}
	return out, s.orderParts(ctx, ids, of)
}

func scanPlaced(r pgx.Rows) (*placed, error) {
	o := &placed{Lines: nodes[placedLine]{make([]placedLine, 0, 5)}, Transactions: make([]transaction, 0, 1)}
	var total int64
	var customer uuid.NullUUID
	var email, first, last *string
	if err := r.Scan(&o.id, &o.Name, &o.at, &o.Financial, &o.Fulfillment, &o.Email, &total, &customer, &email, &first, &last); err != nil {
		return nil, err
	}
	o.ID, o.ProcessedAt, o.Total = global("Order", o.id), o.at.UTC().Format("2006-01-02T15:04:05Z"), dollars(total)
	if customer.Valid {
		o.Customer = &buyer{global("Customer", customer.UUID), *email, *first, *last}
	}
	return o, nil
}

func (s *Server) orderParts(ctx context.Context, ids []uuid.UUID, of map[uuid.UUID]*placed) error {
	b := &pgx.Batch{}
	b.Queue(`SELECT q.id, l.title, l.variant_title, l.quantity, l.original_total FROM unnest($2::uuid[]) AS q(id)
		CROSS JOIN LATERAL (SELECT title, variant_title, quantity, original_total FROM order_line WHERE shop_id = $1 AND order_id = q.id ORDER BY position, id LIMIT 5) l`, s.shop, ids).Query(func(r pgx.Rows) error {
		for r.Next() {
			var order uuid.UUID
			var l placedLine
			var total int64
			if err := r.Scan(&order, &l.Title, &l.VariantTitle, &l.Quantity, &total); err != nil {
				return err
			}
			l.Total = dollars(total)
			of[order].Lines.Nodes = append(of[order].Lines.Nodes, l)
		}
		return r.Err()
	})
	b.Queue("SELECT order_id, kind, status, gateway, amount FROM payment_transaction WHERE shop_id = $1 AND order_id = ANY($2) ORDER BY id", s.shop, ids).Query(func(r pgx.Rows) error {
		for r.Next() {
			var order uuid.UUID
			var t transaction
			var paid int64
			if err := r.Scan(&order, &t.Kind, &t.Status, &t.Gateway, &paid); err != nil {
				return err
			}
			t.Kind, t.Status, t.Amount = strings.ToUpper(t.Kind), strings.ToUpper(t.Status), dollars(paid)
			of[order].Transactions = append(of[order].Transactions, t)
		}
		return r.Err()
	})
	return s.pool.SendBatch(ctx, b).Close()
}
