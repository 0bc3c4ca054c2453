package catalog

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// lockCollection locks and reads one collection; nil where there is none. Served by the primary key.
func (store) lockCollection(ctx context.Context, tx database.Tx, id uuid.UUID) (*collectionRecord, error) {
	rows, err := tx.Query(ctx, `SELECT c.id, c.handle, c.title, c.description, c.description_html, c.sort_order, c.rules, c.disjunctive, c.published_at IS NOT NULL,
 c.media_id, c.seo_title, c.seo_description, c.updated_at FROM collection c WHERE c.shop_id = $1 AND c.id = $2 FOR NO KEY UPDATE`, id)
	list, err := database.Scan(rows, err, func(scan func(...any) error) (*collectionRecord, error) {
		r := &collectionRecord{}
		var rules database.JSON[[]*Rule]
		err := scan(&r.id, &r.handle, &r.title, &r.text, &r.html, &r.sort, &rules, &r.disjunctive, &r.published, &r.media, &r.seoTitle, &r.seoDescription, &r.written)
		if len(rules.V) > 0 {
			r.rules = encode(rules.V)
		}
		return r, err
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

func (store) saveCollection(ctx context.Context, tx database.Tx, r *collectionRecord, image []any, now time.Time) error {
	if image != nil {
		if err := mediaTable.put(ctx, tx, [][]any{image}, now); err != nil {
			return err
		}
	}
	return collectionTable.put(ctx, tx, [][]any{{r.id, r.handle, r.title, r.text, r.html, r.sort, optionalText(r.rules), r.disjunctive,
		optionalID(r.media), r.seoTitle, r.seoDescription, r.published}}, now)
}

func (store) touchCollection(ctx context.Context, tx database.Tx, id uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE collection SET updated_at = $3 WHERE shop_id = $1 AND id = $2", id, now)
	return err
}

// collectionsOf reads the collections that a product is in. Served by collection_product (shop_id, product_id, …).
func (store) collectionsOf(ctx context.Context, tx database.Tx, product uuid.UUID) (map[uuid.UUID]int, error) {
	rows, err := tx.Query(ctx, "SELECT collection_id FROM collection_product WHERE shop_id = $1 AND product_id = $2", product)
	list, err := database.IDs(rows, err)
	out := make(map[uuid.UUID]int, len(list))
	for _, id := range list {
		out[id] = 1
	}
	return out, err
}

// existing tells which products there are, and keeps them from being deleted until the transaction ends. Served by the
// primary key.
func (store) existing(ctx context.Context, tx database.Tx, products []uuid.UUID) (map[uuid.UUID]bool, error) {
	rows, err := tx.Query(ctx, "SELECT id FROM product WHERE shop_id = $1 AND id = ANY($2) ORDER BY id FOR KEY SHARE", products)
	list, err := database.IDs(rows, err)
	out := make(map[uuid.UUID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// lastPosition is served by collection_product (shop_id, collection_id, position, product_id).
func (store) lastPosition(ctx context.Context, tx database.Tx, collection uuid.UUID) (last int64, err error) {
	err = tx.QueryRow(ctx, "SELECT coalesce(max(position), 0) FROM collection_product WHERE shop_id = $1 AND collection_id = $2", collection).Scan(&last)
	return last, err
}

// places reads a whole collection in its own order. Served by collection_product (shop_id, collection_id, position, …).
func (store) places(ctx context.Context, tx database.Tx, collection uuid.UUID) ([]*place, error) {
	rows, err := tx.Query(ctx, "SELECT id, product_id, position FROM collection_product WHERE shop_id = $1 AND collection_id = $2 ORDER BY position, product_id", collection)
	return database.Scan(rows, err, func(scan func(...any) error) (*place, error) {
		p := &place{}
		return p, scan(&p.id, &p.product, &p.position)
	})
}

func (store) setPositions(ctx context.Context, tx database.Tx, places []*place) error {
	rows := make([][]any, len(places))
	for i, p := range places {
		rows[i] = []any{p.id, p.position}
	}
	return updateRows(ctx, tx, "UPDATE collection_product SET position = (value->>1)::bigint FROM %s WHERE collection_product.shop_id = $1 AND collection_product.id = (value->>0)::uuid", rows)
}
