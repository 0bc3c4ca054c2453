package content

import (
	"context"

	"github.com/rialtohq/rialto/platform/database"
)

// largestMenu counts along the index of menu_item (shop_id, menu_id, …).
func largestMenu(ctx context.Context, q database.Querier) (n int, err error) {
	return n, q.QueryRow(ctx, `SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM menu_item WHERE shop_id = $1 GROUP BY menu_id, parent_id) AS of_parent`).Scan(&n)
}
