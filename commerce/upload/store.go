package upload

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

const columns = `id, secret_hash, declared_type, byte_limit, file_key, content_type, width, height, expires_at`

func scanPlace(scan func(...any) error) (p place, err error) {
	return p, scan(&p.id, &p.hash, &p.declared, &p.limit, &p.key, &p.content, &p.width, &p.height, &p.expires)
}

func insertPlaces(ctx context.Context, tx database.Tx, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	return database.Insert(ctx, tx, "staged_upload", []string{"id", "shop_id", "secret_hash", "filename", "declared_type", "byte_limit", "file_key", "content_type", "width", "height", "expires_at", "created_at"}, rows, "")
}

// places reads places by their ids. Served by the primary key.
func places(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]place, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM staged_upload WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return database.Scan(rows, err, scanPlace)
}

// fill notes the picture of a place; of several at once, the first stays.
func fill(ctx context.Context, tx database.Tx, id uuid.UUID, p *Picture) (first bool, err error) {
	n, err := tx.Exec(ctx, `UPDATE staged_upload SET file_key = $3, content_type = $4, width = $5, height = $6 WHERE shop_id = $1 AND id = $2 AND file_key = ''`,
		id, p.Key, p.Type, p.Width, p.Height)
	return n == 1, err
}

// endedPlaces takes hold of places that ended before a moment. Served by staged_upload (shop_id, expires_at).
func endedPlaces(ctx context.Context, tx database.Tx, before time.Time, most int) ([]place, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM staged_upload WHERE shop_id = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED`, before, most)
	return database.Scan(rows, err, scanPlace)
}

// shown tells which pictures something shows. Served by media (shop_id, source).
func shown(ctx context.Context, tx database.Tx, of []place) (map[string]bool, error) {
	keys := make([]string, len(of))
	for i, p := range of {
		keys[i] = p.key
	}
	rows, err := tx.Query(ctx, `SELECT source FROM media WHERE shop_id = $1 AND source LIKE 'uploads/%' AND source = ANY($2)`, keys)
	list, err := database.Scan(rows, err, func(scan func(...any) error) (s string, err error) { return s, scan(&s) })
	used := make(map[string]bool, len(list))
	for _, s := range list {
		used[s] = true
	}
	return used, err
}

func dropPlaces(ctx context.Context, tx database.Tx, of []place) error {
	ids := make([]uuid.UUID, len(of))
	for i, p := range of {
		ids[i] = p.id
	}
	_, err := tx.Exec(ctx, `DELETE FROM staged_upload WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return err
}
