package identity

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/keyset"
)

const storefrontColumns = `SELECT t.id, t.kind, t.title, t.prefix, t.scopes, t.app_id, t.created_at, t.expires_at FROM storefront_token t
	LEFT JOIN app a ON a.shop_id = t.shop_id AND a.id = t.app_id
	WHERE t.shop_id = $1 AND t.revoked_at IS NULL AND a.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)`

func scanStorefront(scan func(...any) error) (t StorefrontToken, err error) {
	var scopes database.JSON[[]string]
	var app uuid.NullUUID
	var expires sql.NullTime
	err = scan(&t.ID, &t.Kind, &t.Title, &t.Prefix, &scopes, &app, &t.CreatedAt, &expires)
	t.Scopes, t.App, t.ExpiresAt = scopes.V, app.UUID, database.Moment(expires)
	return t, err
}

// listStorefronts reads a page of the shop's tokens in force. A shop has few; served by storefront_token (shop_id, id).
func listStorefronts(ctx context.Context, q database.Querier, w keyset.Window, now time.Time) ([]StorefrontToken, error) {
	after, place := w.Where(3)
	rows, err := q.Query(ctx, storefrontColumns+after+w.OrderBy(), append([]any{now}, place...)...)
	return database.Scan(rows, err, scanStorefront)
}

func storefrontsByID(ctx context.Context, q database.Querier, ids []uuid.UUID, now time.Time) ([]StorefrontToken, error) {
	rows, err := q.Query(ctx, storefrontColumns+` AND t.id = ANY($3)`, now, ids)
	return database.Scan(rows, err, scanStorefront)
}

func countStorefronts(ctx context.Context, tx database.Tx, now time.Time) (n int, err error) {
	return n, tx.QueryRow(ctx, `SELECT count(*) FROM storefront_token t WHERE t.shop_id = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)`, now).Scan(&n)
}
