package catalog

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// Nothing is deleted by foreign keys: what belongs to a thing is named here (docs/adr/0010). The thing itself goes first.
// Whoever adds to it meanwhile holds its row, and either is waited for and then found, or finds that it is gone.

// drop deletes rows of one table by a column of ids; none is no statement.
func drop(ctx context.Context, tx database.Tx, name, column string, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "DELETE FROM "+name+" WHERE shop_id = $1 AND "+column+" = ANY($2)", ids)
	return err
}

// part is where what belongs to a thing lies: a table and the column that names the thing.
type part struct{ table, column string }

func dropAll(ctx context.Context, tx database.Tx, ids []uuid.UUID, parts ...part) error {
	for _, p := range parts {
		if err := drop(ctx, tx, p.table, p.column, ids); err != nil {
			return err
		}
	}
	return nil
}

// dropProduct deletes a product and takes it off the counts of its collections.
func (s store) dropProduct(ctx context.Context, tx database.Tx, id uuid.UUID, variants []uuid.UUID) error {
	if err := drop(ctx, tx, "product", "id", []uuid.UUID{id}); err != nil {
		return err
	}
	counts, err := s.collectionsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for collection := range counts {
		counts[collection] = -1
	}
	if err := s.count(ctx, tx, counts); err != nil {
		return err
	}
	err = dropAll(ctx, tx, []uuid.UUID{id}, part{"product_tag", "product_id"}, part{"product_option", "product_id"}, part{"option_value", "product_id"},
		part{"product_price", "product_id"}, part{"media", "product_id"}, part{"collection_product", "product_id"}, part{"metafield", "owner_id"})
	if err != nil {
		return err
	}
	return s.dropVariants(ctx, tx, variants)
}

// dropVariants deletes variants, and their stock.
func (s store) dropVariants(ctx context.Context, tx database.Tx, ids []uuid.UUID) error {
	err := dropAll(ctx, tx, ids, part{"variant", "id"}, part{"variant_option", "variant_id"}, part{"variant_price", "variant_id"}, part{"metafield", "owner_id"})
	if err != nil || s.stock == nil || len(ids) == 0 {
		return err
	}
	return s.stock.GoneTx(ctx, tx, ids)
}

// dropCollection deletes a collection, and its picture unless that is a product's or another collection's.
func (store) dropCollection(ctx context.Context, tx database.Tx, r *collectionRecord) error {
	err := dropAll(ctx, tx, []uuid.UUID{r.id}, part{"collection", "id"}, part{"collection_product", "collection_id"}, part{"metafield", "owner_id"})
	if err != nil || !r.media.Valid {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM media WHERE shop_id = $1 AND id = $2 AND product_id IS NULL
 AND NOT EXISTS (SELECT 1 FROM collection c WHERE c.shop_id = $1 AND c.media_id = $2)`, r.media.UUID)
	return err
}
