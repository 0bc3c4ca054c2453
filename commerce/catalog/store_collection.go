package catalog

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

const collectionColumns = `c.id, c.handle, c.title, c.description, c.description_html, c.sort_order, c.updated_at, c.rules, c.disjunctive, c.media_id, c.seo_title, c.seo_description, c.published_at`

func scanCollection(lead ...any) func(scan func(...any) error) (*Collection, error) {
	return func(scan func(...any) error) (*Collection, error) {
		c := &Collection{}
		var id uuid.UUID
		var rules database.JSON[[]*Rule]
		var disjunctive bool
		var media uuid.NullUUID
		var published sql.NullTime
		err := scan(append(lead, &id, &c.Handle, &c.Title, &c.Text, &c.DescriptionHTML, &c.SortOrder, &c.UpdatedAt, &rules, &disjunctive, &media, &c.seoTitle, &c.seoDescription, &published)...)
		if err != nil {
			return nil, err
		}
		c.ID, c.SortOrder, c.UpdatedAt, c.Published = gid.New("Collection", id), strings.ToUpper(c.SortOrder), c.UpdatedAt.UTC(), published.Valid
		if len(rules.V) > 0 {
			c.RuleSet = &RuleSet{AppliedDisjunctively: disjunctive, Rules: rules.V}
		}
		if media.Valid {
			c.MediaID = &media.UUID
		}
		return c, nil
	}
}

// published is the condition for collections that the view shows.
func (v view) published(now string) string {
	if v.all {
		return " AND " + database.Mostly("c.created_at <= "+now)
	}
	return " AND " + database.Mostly("c.published_at <= "+now)
}

// collections reads collections by id. Served by the primary key.
func (s store) collections(ctx context.Context, q database.Querier, v view, now time.Time, ids []uuid.UUID) ([]*Collection, error) {
	rows, err := q.Query(ctx, "SELECT "+collectionColumns+" FROM collection c WHERE c.shop_id = $1 AND c.id = ANY($3)"+v.published("$2"), now, ids)
	return database.Scan(rows, err, scanCollection())
}

// collectionByHandle reads one collection. Served by collection (shop_id, handle).
func (s store) collectionByHandle(ctx context.Context, q database.Querier, v view, now time.Time, handle string) ([]*Collection, error) {
	rows, err := q.Query(ctx, "SELECT "+collectionColumns+" FROM collection c WHERE c.shop_id = $1 AND c.handle = $3"+v.published("$2"), now, handle)
	return database.Scan(rows, err, scanCollection())
}

// collectionPage reads a page of all collections. Served by collection (shop_id, id), (shop_id, title, id) and
// (shop_id, updated_at, id). The words of a query must all stand in the title.
func (s store) collectionPage(ctx context.Context, q database.Querier, v view, now time.Time, w keyset.Window, words []string) ([]*Collection, error) {
	where, args := w.Where(3)
	args = append([]any{now}, args...)
	for _, word := range words {
		args = append(args, "%"+strings.ToLower(word)+"%")
		where += " AND lower(c.title) LIKE $" + itoa(len(args)+1)
	}
	rows, err := q.Query(ctx, "SELECT "+collectionColumns+" FROM collection c WHERE c.shop_id = $1"+v.published("$2")+where+w.OrderBy(), args...)
	return database.Scan(rows, err, scanCollection())
}

// collectionsOfProducts reads the first collections of products. Served by collection_product
// (shop_id, product_id, collection_id).
func (s store) collectionsOfProducts(ctx context.Context, q database.Querier, v view, now time.Time, w keyset.Window, ids []uuid.UUID) ([]owned[*Collection], error) {
	where, more := w.Where(4)
	query := database.PerParent{
		Columns: collectionColumns, From: "collection_product cp JOIN collection c ON c.shop_id = cp.shop_id AND c.id = cp.collection_id",
		Where: "cp.shop_id = $1" + v.published("$2") + where, Parent: "cp.product_id", Order: "cp.collection_id" + w.Direction(), Limit: w.Limit + 1, Arg: 3,
	}.SQL(q.Dialect())
	var skip int64
	var parent uuid.UUID
	one := scanCollection(&skip, &parent)
	rows, err := q.Query(ctx, query, append([]any{now, ids}, more...)...)
	return database.Scan(rows, err, func(scan func(...any) error) (owned[*Collection], error) {
		c, err := one(scan)
		return owned[*Collection]{parent, c}, err
	})
}

const metafieldColumns = `f.id, f.owner_id, f.namespace, f.key, f.type, f.value, f.description, f.created_at, f.updated_at`

func scanMetafield(lead ...any) func(scan func(...any) error) (*Metafield, error) {
	return func(scan func(...any) error) (*Metafield, error) {
		f := &Metafield{}
		var id uuid.UUID
		var description string
		if err := scan(append(lead, &id, &f.OwnerID, &f.Namespace, &f.Key, &f.Type, &f.Value, &description, &f.CreatedAt, &f.UpdatedAt)...); err != nil {
			return nil, err
		}
		f.ID, f.Description, f.CreatedAt, f.UpdatedAt = gid.New("Metafield", id), optional(description), f.CreatedAt.UTC(), f.UpdatedAt.UTC()
		return f, nil
	}
}

// metafields reads metafields of things by name. Served by metafield (shop_id, owner_id, namespace, key).
func (s store) metafields(ctx context.Context, q database.Querier, visible string, owners []uuid.UUID, keys []string) ([]*Metafield, error) {
	rows, err := q.Query(ctx, "SELECT "+metafieldColumns+" FROM metafield f WHERE f.shop_id = $1 AND f.owner_id = ANY($2) AND f.key = ANY($3)"+visible, owners, keys)
	return database.Scan(rows, err, scanMetafield())
}

// metafieldsByID reads metafields by id. Served by the primary key.
func (s store) metafieldsByID(ctx context.Context, q database.Querier, visible string, ids []uuid.UUID) ([]*Metafield, error) {
	rows, err := q.Query(ctx, "SELECT "+metafieldColumns+" FROM metafield f WHERE f.shop_id = $1 AND f.id = ANY($2)"+visible, ids)
	return database.Scan(rows, err, scanMetafield())
}

// metafieldPages reads the first metafields of things. Served by metafield (shop_id, owner_id, namespace, key).
func (s store) metafieldPages(ctx context.Context, q database.Querier, visible string, w keyset.Window, owners []uuid.UUID) ([]owned[*Metafield], error) {
	where, more := w.Where(3)
	query := database.PerParent{
		Columns: metafieldColumns, From: "metafield f", Where: "f.shop_id = $1" + visible + where, Parent: "f.owner_id", Order: "f.id" + w.Direction(), Limit: w.Limit + 1, Arg: 2,
	}.SQL(q.Dialect())
	var skip int64
	var parent uuid.UUID
	one := scanMetafield(&skip, &parent)
	rows, err := q.Query(ctx, query, append([]any{owners}, more...)...)
	return database.Scan(rows, err, func(scan func(...any) error) (owned[*Metafield], error) {
		f, err := one(scan)
		return owned[*Metafield]{parent, f}, err
	})
}

// words reads distinct values of all visible products, in alphabetical order: tags from product_tag
// (shop_id, tag, product_id), types from product (shop_id, status, product_type, id). It goes from each value to the next
// by the index, where DISTINCT would read every product.
func (s store) words(ctx context.Context, q database.Querier, what string, limit int) ([]string, error) {
	query := `WITH RECURSIVE word(value, n) AS (
 SELECT min(p.product_type), 1 FROM product p WHERE p.shop_id = $1 AND p.status = 'active' AND p.product_type > ''
 UNION ALL SELECT (SELECT min(p.product_type) FROM product p WHERE p.shop_id = $1 AND p.status = 'active' AND p.product_type > word.value), n + 1
 FROM word WHERE value IS NOT NULL AND n < $2)
 SELECT value FROM word WHERE value IS NOT NULL ORDER BY n`
	if what == "tags" {
		query = `WITH RECURSIVE word(value, n) AS (
 SELECT min(t.tag), 1 FROM product_tag t WHERE t.shop_id = $1
 UNION ALL SELECT (SELECT min(t.tag) FROM product_tag t WHERE t.shop_id = $1 AND t.tag > word.value), n + 1 FROM word WHERE value IS NOT NULL AND n < $2)
 SELECT (SELECT t.label FROM product_tag t WHERE t.shop_id = $1 AND t.tag = word.value ORDER BY t.product_id LIMIT 1) FROM word WHERE value IS NOT NULL ORDER BY n`
	}
	rows, err := q.Query(ctx, query, limit)
	return database.Scan(rows, err, func(scan func(...any) error) (w string, err error) { return w, scan(&w) })
}
