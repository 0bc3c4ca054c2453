package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/gid"
)

// goods is the database that writes go to, and what they take from it.
type goods struct {
	conn *pgx.Conn
	shop uuid.UUID
	// articles are variants with so much stock that none runs out, all of one price.
	articles []article
	next     int // of the articles: the one that the next cart is about
}

type article struct {
	variant, product, level uuid.UUID
}

// plenty is how much of each article there is in the place that ships first.
const plenty = 10_000_000

// stockUp opens the database, and gives plenty of stock to the variants of the products that s names: through the ledger, so
// that it still adds up.
func stockUp(ctx context.Context, at string, s *subjects) (*goods, error) {
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return nil, err
	}
	g := &goods{conn: conn}
	if err := g.fill(ctx, s); err != nil {
		return nil, errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
	}
	return g, nil
}

func (g *goods) close() { _ = g.conn.Close(context.Background()) }

func (g *goods) fill(ctx context.Context, s *subjects) error {
	if err := g.conn.QueryRow(ctx, "SELECT id FROM shop WHERE handle = $1", shopHandle).Scan(&g.shop); err != nil {
		return err
	}
	known := make([]uuid.UUID, len(s.Variants))
	for i, v := range s.Variants {
		id, err := gid.Parse(v.ID)
		if err != nil {
			return err
		}
		known[i] = id.UUID
	}
	rows, err := g.conn.Query(ctx, `SELECT v.id, v.product_id, l.id FROM variant v
		JOIN variant_price p ON p.shop_id = v.shop_id AND p.variant_id = v.id AND p.currency = 'USD'
		JOIN inventory_level l ON l.shop_id = v.shop_id AND l.variant_id = v.id
		WHERE v.shop_id = $1 AND v.tracked AND v.product_id IN (SELECT product_id FROM variant WHERE id = ANY($2))
			AND l.location_id = (SELECT id FROM location WHERE shop_id = $1 AND active AND fulfills_online ORDER BY priority, id LIMIT 1)
		ORDER BY p.amount, v.id LIMIT 20000`, g.shop, known)
	if err != nil {
		return err
	}
	g.articles, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (a article, err error) { return a, r.Scan(&a.variant, &a.product, &a.level) })
	if err != nil {
		return err
	}
	if len(g.articles) < 100 {
		return fmt.Errorf("only %d variants are there to be bought", len(g.articles))
	}
	levels := make([]uuid.UUID, len(g.articles))
	for i, a := range g.articles {
		levels[i] = a.level
	}
	_, err = g.conn.Exec(ctx, `WITH more AS (UPDATE inventory_level SET on_hand = on_hand + $3 WHERE shop_id = $1 AND id = ANY($2) RETURNING shop_id, variant_id, location_id)
		INSERT INTO stock_movement (id, shop_id, variant_id, location_id, delta, reason, actor, created_at)
		SELECT gen_random_uuid(), shop_id, variant_id, location_id, $3, 'correction', 'system', now() FROM more`, g.shop, levels, int64(plenty))
	return err
}

// basket is a cart that has all that an order needs.
type basket struct {
	id, line    uuid.UUID
	key, email  string
	article     article
	alternative article // not in the cart
}

func (b basket) public() string { return gid.ID{Type: "Cart", UUID: b.id, Key: b.key}.String() }

// facts are what the statements of a purchase may hold of the cart.
func (b basket) facts() map[string]string {
	return map[string]string{
		"cart": b.id.String(), "line": b.line.String(), "key": b.key, "hash": fmt.Sprintf("\\x%x", identity.Digest(b.key)), "email": b.email,
		"variant": b.article.variant.String(), "product": b.article.product.String(), "level": b.article.level.String(),
	}
}

// carts writes n carts of one line: each of another article, or all of the same.
func (g *goods) carts(ctx context.Context, n int, hot bool) ([]basket, error) {
	list := make([]basket, n)
	for i := range list {
		at := 0
		if !hot {
			at = g.next % len(g.articles)
			g.next++
		}
		list[i] = basket{
			id: uuid.Must(uuid.NewV7()), line: uuid.Must(uuid.NewV7()), key: rand.Text(), article: g.articles[at],
			alternative: g.articles[(at+len(g.articles)/2)%len(g.articles)],
		}
		list[i].email = strings.ToLower(list[i].key[:12]) + "@example.com"
	}
	now := time.Now().UTC()
	_, err := g.conn.CopyFrom(ctx, pgx.Identifier{"cart"},
		[]string{"id", "shop_id", "created_at", "updated_at", "key_hash", "state", "currency", "country", "language", "email", "delivery_addresses", "delivery_options", "expires_at"},
		pgx.CopyFromSlice(n, func(i int) ([]any, error) {
			home, err := json.Marshal([]map[string]any{{"id": uuid.Must(uuid.NewV7()), "selected": true, "address": map[string]string{
				"firstName": "Ann", "lastName": "Lee", "address1": fmt.Sprintf("%d Main Street", 1+i%900), "city": "Portland", "provinceCode": "OR", "countryCode": "US", "zip": "97201",
			}}})
			return []any{list[i].id, g.shop, now, now, identity.Digest(list[i].key), "open", "USD", "US", "EN", list[i].email, string(home), `{"handle": "standard"}`, now.Add(30 * 24 * time.Hour)}, err
		}))
	if err != nil {
		return nil, err
	}
	_, err = g.conn.CopyFrom(ctx, pgx.Identifier{"cart_line"}, []string{"id", "shop_id", "created_at", "updated_at", "cart_id", "variant_id", "quantity"}, pgx.CopyFromSlice(n, func(i int) ([]any, error) {
		return []any{list[i].line, g.shop, now, now, list[i].id, list[i].article.variant, int64(1)}, nil
	}))
	return list, err
}

// settle has PostgreSQL write what was prepared to its files, so that it is no part of the load that follows. Where a load is
// over in a moment, it is no load.
func (g *goods) settle(ctx context.Context, last time.Duration) {
	_, _ = g.conn.Exec(ctx, "ANALYZE cart, cart_line")
	if last >= time.Second {
		_, _ = g.conn.Exec(ctx, "CHECKPOINT") // not every role may
	}
}
