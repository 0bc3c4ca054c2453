package raw

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// zone is a part of the world, with its ways to deliver at prices of the one market's currency, cheapest first.
type zone struct {
	id        uuid.UUID
	countries []string
	rates     []shippingRate
}

type shippingRate struct {
	handle, title, description string
	amount                     int64
	from, to                   *int64 // subtotals
}

// open finds the shop and reads what Rialto reads once and keeps.
func (s *Server) open(ctx context.Context, handle string) error {
	if err := s.pool.QueryRow(ctx, "SELECT id FROM shop WHERE handle = $1", handle).Scan(&s.shop); err != nil {
		return fmt.Errorf("the shop %s: %w", handle, err)
	}
	r, err := s.pool.Query(ctx, "SELECT id, countries FROM shipping_zone WHERE shop_id = $1 AND NOT rest_of_world AND (provinces IS NULL OR provinces IN ('null', '[]')) ORDER BY position, id", s.shop)
	s.zones, err = rows(r, err, func(r pgx.Rows) (z zone, err error) { return z, r.Scan(&z.id, &z.countries) })
	if err != nil {
		return err
	}
	for i := range s.zones {
		r, err := s.pool.Query(ctx, `SELECT handle, title, description, amount, min_subtotal, max_subtotal FROM shipping_rate
			WHERE shop_id = $1 AND zone_id = $2 AND currency = 'USD' ORDER BY amount, handle`, s.shop, s.zones[i].id)
		s.zones[i].rates, err = rows(r, err, func(r pgx.Rows) (t shippingRate, err error) {
			return t, r.Scan(&t.handle, &t.title, &t.description, &t.amount, &t.from, &t.to)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
