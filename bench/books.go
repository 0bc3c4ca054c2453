package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// books is what lies in stock of the variants of some carts, before those are bought.
type books map[uuid.UUID]shelf

type shelf struct{ onHand, reserved, ledger int64 }

func (g *goods) books(ctx context.Context, carts []basket) (books, error) {
	seen := map[uuid.UUID]bool{}
	var variants []uuid.UUID
	for _, c := range carts {
		if !seen[c.article.variant] {
			seen[c.article.variant] = true
			variants = append(variants, c.article.variant)
		}
	}
	rows, err := g.conn.Query(ctx, `SELECT l.variant_id, sum(l.on_hand)::bigint, sum(l.reserved)::bigint,
		(SELECT sum(m.delta)::bigint FROM stock_movement m WHERE m.shop_id = $1 AND m.variant_id = l.variant_id)
		FROM inventory_level l WHERE l.shop_id = $1 AND l.variant_id = ANY($2) GROUP BY l.variant_id`, g.shop, variants)
	if err != nil {
		return nil, err
	}
	b := books{}
	var variant uuid.UUID
	var s shelf
	_, err = pgx.ForEachRow(rows, []any{&variant, &s.onHand, &s.reserved, &s.ledger}, func() error {
		b[variant] = s
		return nil
	})
	return b, err
}

// bought makes sure that carts became one order each, and that stock and ledger moved by what was sold and nothing is
// reserved any more. Orders are those that buyers were told of; nil where nobody was told.
func (g *goods) bought(ctx context.Context, before books, carts []basket, orders []uuid.UUID) error {
	ids, sold := make([]uuid.UUID, len(carts)), map[uuid.UUID]int64{}
	for i, c := range carts {
		ids[i] = c.id
		sold[c.article.variant]++
	}
	if err := g.ordered(ctx, ids, orders); err != nil {
		return err
	}
	after, err := g.books(ctx, carts)
	if err != nil {
		return err
	}
	for variant, n := range sold {
		was, is := before[variant], after[variant]
		if is.onHand != was.onHand-n || is.ledger != was.ledger-n || is.reserved != was.reserved || is.onHand != is.ledger {
			return fmt.Errorf("%d of variant %s were sold; on hand, reserved and the ledger were %v and are %v", n, variant, was, is)
		}
	}
	return nil
}

// ordered makes sure that carts became one paid order of one line each.
func (g *goods) ordered(ctx context.Context, carts, orders []uuid.UUID) error {
	if orders != nil && len(orders) != len(carts) {
		return fmt.Errorf("%d carts were bought, and %d orders told of", len(carts), len(orders))
	}
	var placed, told, lines, completed, promised int
	err := g.conn.QueryRow(ctx, `WITH placed AS (SELECT id FROM orders WHERE shop_id = $1 AND cart_id = ANY($2) AND upper(financial_status) = 'PAID')
		SELECT (SELECT count(*) FROM placed), (SELECT count(*) FROM placed WHERE id = ANY($3)),
			(SELECT count(*) FROM order_line WHERE shop_id = $1 AND order_id IN (SELECT id FROM placed)),
			(SELECT count(*) FROM cart WHERE shop_id = $1 AND id = ANY($2) AND state = 'completed'),
			(SELECT count(*) FROM reservation r JOIN checkout_attempt a ON a.shop_id = r.shop_id AND a.id::text = r.ref WHERE r.shop_id = $1 AND a.cart_id = ANY($2))`,
		g.shop, carts, orders).Scan(&placed, &told, &lines, &completed, &promised)
	if err != nil {
		return err
	}
	if orders == nil {
		told = placed
	}
	if n := len(carts); placed != n || told != n || lines != n || completed != n || promised != 0 {
		return fmt.Errorf("of %d purchases there are %d paid orders, %d of them told of, %d lines, %d completed carts, %d promises of stock", n, placed, told, lines, completed, promised)
	}
	return nil
}

// added makes sure that carts hold both articles, once each, and were changed once.
func (g *goods) added(ctx context.Context, carts []basket) error {
	ids, articles := make([]uuid.UUID, len(carts)), make([]uuid.UUID, len(carts))
	for i, c := range carts {
		ids[i], articles[i] = c.id, c.alternative.variant
	}
	var right int
	err := g.conn.QueryRow(ctx, `SELECT count(*) FROM unnest($2::uuid[], $3::uuid[]) AS x (cart, variant) JOIN cart c ON c.shop_id = $1 AND c.id = x.cart AND c.version = 1
		WHERE (SELECT count(*) FILTER (WHERE l.variant_id = x.variant) = 1 AND count(*) = 2 AND sum(l.quantity) = 2 FROM cart_line l WHERE l.shop_id = $1 AND l.cart_id = c.id)`,
		g.shop, ids, articles).Scan(&right)
	if err == nil && right != len(carts) {
		err = fmt.Errorf("of %d carts %d hold what was added", len(carts), right)
	}
	return err
}

// waiting is how many events the database still has to hand out.
func (g *goods) waiting(ctx context.Context) (n int, err error) {
	return n, g.conn.QueryRow(ctx, "SELECT count(*) FROM outbox_event WHERE due_at <= now()").Scan(&n)
}

var errRestless = errors.New("what orders set going does not come to an end")
