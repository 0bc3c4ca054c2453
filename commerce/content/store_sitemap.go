package content

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// pagesListed reads what shoppers see of pages by place: pages of a sitemap have numbers. The places are counted along
// page (shop_id, id), and no further than the page asked for.
func pagesListed(ctx context.Context, q database.Querier, now time.Time, from, most int64) ([]*Page, error) {
	rows, err := q.Query(ctx, "SELECT id, handle, title, updated_at FROM (SELECT id, handle, title, updated_at, row_number() OVER (ORDER BY id) AS place FROM page WHERE shop_id = $1"+
		published(false)+") AS numbered WHERE place > $3 AND place <= $4 ORDER BY place", now, from, from+most)
	return database.Scan(rows, err, func(scan func(...any) error) (*Page, error) {
		p := &Page{Published: true}
		var id uuid.UUID
		if err := scan(&id, &p.Handle, &p.Title, &p.UpdatedAt); err != nil {
			return nil, err
		}
		p.ID, p.UpdatedAt = gid.New("Page", id), p.UpdatedAt.UTC()
		return p, nil
	})
}

// countListed counts what shoppers see. Served by page (shop_id, id).
func countListed(ctx context.Context, q database.Querier, now time.Time) (n int64, err error) {
	return n, q.QueryRow(ctx, "SELECT count(*) FROM page WHERE shop_id = $1"+published(false), now).Scan(&n)
}
