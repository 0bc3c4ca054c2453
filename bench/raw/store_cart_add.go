package raw

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type cartAddPage struct {
	Add struct {
		Cart     *cart `json:"cart"`
		Mistakes []any `json:"userErrors"`
		Warnings []any `json:"warnings"`
	} `json:"cartLinesAdd"`
}

// errUnsold is what a hand-written handler would have to tell shoppers in words: it is sold out, or not for sale.
var errUnsold = errors.New("this cannot be added to the cart")

// addToCart adds one of a variant to a cart and answers with the cart. One transaction of three trips to the database: begin
// and lock the cart, write and commit, read what the answer shows. It begins by checking the key and ends by adding up, as the
// handler of the cart does.
func (s *Server) addToCart(ctx context.Context, raw json.RawMessage) (any, error) {
	in, err := variables[struct {
		Cart    string `json:"cart"`
		Variant string `json:"variant"`
	}](raw)
	if err != nil {
		return nil, err
	}
	text, key, _ := strings.Cut(strings.TrimPrefix(in.Cart, "gid://rialto/Cart/"), "?key=")
	id, err := uuid.Parse(text)
	if err != nil {
		return nil, err
	}
	variant, err := uuid.Parse(strings.TrimPrefix(in.Variant, "gid://rialto/ProductVariant/"))
	if err != nil {
		return nil, err
	}
	c := &cart{ID: in.Cart}
	var to destination
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
		row := tx.QueryRow(ctx, "SELECT "+cartColumns+" FROM cart WHERE shop_id = $1 AND id = $2 AND state = 'open' AND expires_at > now() FOR UPDATE", s.shop, id)
		if to, err = c.read(row, key); err != nil {
			return err
		}
		return s.putLine(ctx, tx, id, variant)
	})
	if err != nil {
		return nil, err
	}
	page := cartAddPage{}
	page.Add.Cart, page.Add.Mistakes, page.Add.Warnings = c, []any{}, []any{}
	return page, s.price(ctx, c, id, to)
}

// putLine writes a line, or has it grow, where there is enough in stock; and that the cart has changed.
func (s *Server) putLine(ctx context.Context, tx pgx.Tx, cart, variant uuid.UUID) error {
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO cart_line AS l (id, shop_id, created_at, updated_at, cart_id, variant_id, quantity)
		SELECT $3, v.shop_id, now(), now(), $2, v.id, 1 FROM variant v JOIN product p ON p.id = v.product_id
		WHERE v.shop_id = $1 AND v.id = $4 AND p.status = 'active' AND p.published_at <= now() AND (NOT v.tracked OR v.oversell OR
			(SELECT coalesce(sum(i.on_hand - i.reserved), 0) FROM inventory_level i JOIN location o ON o.id = i.location_id
				WHERE i.shop_id = $1 AND i.variant_id = v.id AND o.active AND o.fulfills_online)
			> (SELECT coalesce(sum(x.quantity), 0) FROM cart_line x WHERE x.shop_id = $1 AND x.cart_id = $2 AND x.variant_id = v.id))
		ON CONFLICT (shop_id, cart_id, variant_id, attributes_key) DO UPDATE SET quantity = l.quantity + 1, updated_at = excluded.updated_at`,
		s.shop, cart, uuid.Must(uuid.NewV7()), variant)
	b.Queue("UPDATE cart SET version = version + 1, updated_at = now(), expires_at = now() + $3 WHERE shop_id = $1 AND id = $2", s.shop, cart, 30*24*time.Hour)
	results := tx.SendBatch(ctx, b)
	put, err := results.Exec()
	if err == nil && put.RowsAffected() != 1 {
		err = fmt.Errorf("variant %s: %w", variant, errUnsold)
	}
	return errors.Join(err, results.Close())
}
