package catalog

import (
	"context"
	"time"

	"github.com/rialtohq/rialto/platform/database"
)

// Pages of a sitemap have numbers, which the API that storefronts speak fixes: there is no last row seen to go on from. The
// places are counted along the index, and no further than the page asked for.

// productsListed reads what shoppers see of products by place. Served by product (shop_id, status, id).
func (s store) productsListed(ctx context.Context, q database.Querier, now time.Time, from, most int64) ([]Listed, error) {
	return listed(ctx, q, `SELECT p.id, p.handle, p.title, p.updated_at, NULL, row_number() OVER (ORDER BY p.id) AS place FROM product p WHERE p.shop_id = $1`+view{}.visible("$2"), now, from, most)
}

// collectionsListed reads what shoppers see of collections by place. Served by collection (shop_id, id).
func (s store) collectionsListed(ctx context.Context, q database.Querier, now time.Time, from, most int64) ([]Listed, error) {
	return listed(ctx, q, `SELECT c.id, c.handle, c.title, c.updated_at, c.media_id, row_number() OVER (ORDER BY c.id) AS place FROM collection c WHERE c.shop_id = $1`+view{}.published("$2"), now, from, most)
}

func listed(ctx context.Context, q database.Querier, numbered string, now time.Time, from, most int64) ([]Listed, error) {
	rows, err := q.Query(ctx, "SELECT * FROM ("+numbered+") AS numbered WHERE place > $3 AND place <= $4 ORDER BY place", now, from, from+most)
	return database.Scan(rows, err, func(scan func(...any) error) (l Listed, err error) {
		var place int64
		err = scan(&l.ID, &l.Handle, &l.Title, &l.UpdatedAt, &l.MediaID, &place)
		l.UpdatedAt = l.UpdatedAt.UTC()
		return l, err
	})
}

// countListed counts what shoppers see. Served by the indexes of the two above.
func (s store) countListed(ctx context.Context, q database.Querier, now time.Time, collections bool) (n int64, err error) {
	query := "SELECT count(*) FROM product p WHERE p.shop_id = $1" + view{}.visible("$2")
	if collections {
		query = "SELECT count(*) FROM collection c WHERE c.shop_id = $1" + view{}.published("$2")
	}
	return n, q.QueryRow(ctx, query, now).Scan(&n)
}
