package search

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

var tables = map[string]string{Product: "product", Page: "page", Collection: "collection"}

// things gives the ids of things of a kind in order. Served by the primary keys, and by (shop_id, …, id) indexes.
func (s *Service) things(ctx context.Context, kind string, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	return s.ids(ctx, "SELECT t.id FROM "+tables[kind]+" t WHERE t.shop_id = $1 AND t.id > $2 ORDER BY t.id LIMIT $3", after, limit)
}

// originals reads what documents are made of. Served by primary keys and variant (shop_id, product_id, position, id).
func (s *Service) originals(ctx context.Context, q database.Querier, kind string, ids []uuid.UUID) ([]original, error) {
	var query string
	switch kind {
	case Product:
		query = "SELECT p.id, p.title, p.handle, p.vendor, p.product_type, p.tags, p.description, p.status = 'active' AND p.published_at IS NOT NULL FROM product p WHERE p.shop_id = $1 AND p.id = ANY($2)"
	case Page:
		query = "SELECT g.id, g.title, g.handle, '', '', NULL, g.body_html, g.published_at IS NOT NULL FROM page g WHERE g.shop_id = $1 AND g.id = ANY($2)"
	case Collection:
		query = "SELECT c.id, c.title, c.handle, '', '', NULL, c.description, c.published_at IS NOT NULL FROM collection c WHERE c.shop_id = $1 AND c.id = ANY($2)"
	default:
		return nil, unknownKind(kind)
	}
	rows, err := q.Query(ctx, query, ids)
	list, err := database.Scan(rows, err, func(scan scan) (o original, err error) {
		var tags database.JSON[[]string]
		err = scan(&o.id, &o.title, &o.handle, &o.vendor, &o.class, &tags, &o.body, &o.visible)
		o.tags = strings.Join(tags.V, "\n")
		if kind == Page {
			o.body = plainText(o.body)
		}
		return o, err
	})
	if err != nil || kind != Product {
		return list, err
	}
	return list, s.keywords(ctx, q, list)
}

// keywords adds what products' variants are called.
func (s *Service) keywords(ctx context.Context, q database.Querier, list []original) error {
	at := make(map[uuid.UUID]*original, len(list))
	ids := make([]uuid.UUID, len(list))
	for i := range list {
		at[list[i].id], ids[i] = &list[i], list[i].id
	}
	rows, err := q.Query(ctx, "SELECT v.product_id, v.sku, v.barcode, CASE WHEN v.title = 'Default Title' THEN '' ELSE v.title END FROM variant v WHERE v.shop_id = $1 AND v.product_id = ANY($2) ORDER BY v.product_id, v.position, v.id", ids)
	_, err = database.Scan(rows, err, func(scan scan) (none struct{}, err error) {
		var product uuid.UUID
		var sku, barcode, title string
		if err = scan(&product, &sku, &barcode, &title); err == nil {
			at[product].keywords += sku + "\n" + barcode + "\n" + title + "\n"
		}
		return none, err
	})
	return err
}

// plainText leaves a page's markup out.
func plainText(html string) string {
	var b strings.Builder
	for html != "" {
		text, rest, found := strings.Cut(html, "<")
		b.WriteString(text + " ")
		if !found {
			break
		}
		_, html, _ = strings.Cut(rest, ">")
	}
	return entities.Replace(b.String())
}

var entities = strings.NewReplacer("&amp;", "&", "&nbsp;", " ", "&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#39;", "'", "&rsquo;", "’")

// lock has the documents of things written by one transaction at a time, so that what was read first is never written last.
// SQLite has one writer anyway.
func (s *Service) lock(ctx context.Context, tx database.Tx, ids []uuid.UUID) error {
	if tx.Dialect() != database.PostgreSQL {
		return nil
	}
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('search_document ' || shop_id || ' ' || id, 0)) FROM (SELECT $1::uuid::text AS shop_id, t.id::text AS id FROM unnest($2::uuid[]) AS t(id) ORDER BY t.id) AS x", ids)
	return err
}

// changed leaves out the documents that are stored like that. Served by search_document (shop_id, resource_id).
func (s *Service) changed(ctx context.Context, tx database.Tx, docs []document) ([]document, error) {
	ids := make([]uuid.UUID, len(docs))
	for i, d := range docs {
		ids[i] = d.id
	}
	type row struct {
		id       uuid.UUID
		revision int64
	}
	rows, err := tx.Query(ctx, "SELECT d.resource_id, d.revision FROM search_document d WHERE d.shop_id = $1 AND d.resource_id = ANY($2)", ids)
	list, err := database.Scan(rows, err, func(scan scan) (r row, err error) { return r, scan(&r.id, &r.revision) })
	stored := make(map[uuid.UUID]int64, len(list))
	for _, r := range list {
		stored[r.id] = r.revision
	}
	return slices.DeleteFunc(docs, func(d document) bool { have, ok := stored[d.id]; return ok && have == d.revision }), err
}

var documentColumns = []string{"id", "shop_id", "kind", "resource_id", "title", "handle", "vendor", "product_type", "tags", "keywords", "body", "visible", "revision", "updated_at"}

// put writes documents, in the order of their ids as all writers do, and the words that typing errors are mended to.
func (s *Service) put(ctx context.Context, tx database.Tx, docs []document) error {
	if len(docs) == 0 {
		return nil
	}
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(docs, func(a, b document) int { return strings.Compare(a.id.String(), b.id.String()) })
	now := s.clock.Now()
	rows, vectors := make([][]any, len(docs)), make([][]any, len(docs))
	var words []string
	text := func(words []string) string { return strings.Join(words, " ") }
	for i, d := range docs {
		rows[i] = []any{s.newID(), shop, d.kind, d.id, text(d.title), d.handle, text(d.vendor), text(d.class), text(d.tags), text(d.keywords), text(d.body), d.visible, d.revision, now}
		if tx.Dialect() == database.PostgreSQL {
			vectors[i] = []any{d.id, shop, d.kind, d.vector(markOf(shop))}
		}
		words = append(words, d.vocabulary()...)
	}
	err = database.Insert(ctx, tx, "search_document", documentColumns, rows, `ON CONFLICT (shop_id, resource_id) DO UPDATE SET kind = excluded.kind, title = excluded.title, handle = excluded.handle,
		vendor = excluded.vendor, product_type = excluded.product_type, tags = excluded.tags, keywords = excluded.keywords, body = excluded.body,
		visible = excluded.visible, revision = excluded.revision, updated_at = excluded.updated_at`)
	if err != nil {
		return err
	}
	if tx.Dialect() == database.PostgreSQL { // on SQLite triggers do it
		err = database.Insert(ctx, tx, "search_vector", []string{"resource_id", "shop_id", "kind", "words"}, vectors, "ON CONFLICT (resource_id) DO UPDATE SET kind = excluded.kind, words = excluded.words")
		if err != nil {
			return err
		}
	}
	return s.learn(ctx, tx, words)
}

// learn keeps words. They go in one order, so that writers who bring the same new ones do not wait for each other in turn.
func (s *Service) learn(ctx context.Context, tx database.Tx, words []string) error {
	slices.Sort(words)
	words = slices.Compact(words)
	if len(words) == 0 {
		return nil
	}
	if tx.Dialect() == database.PostgreSQL {
		_, err := tx.Exec(ctx, "INSERT INTO search_word (shop_id, word) SELECT $1, w FROM unnest($2::text[]) AS w ORDER BY w ON CONFLICT DO NOTHING", words)
		return err
	}
	list, err := json.Marshal(words)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO search_word (shop_id, word) SELECT $1, value FROM json_each($2) WHERE TRUE ON CONFLICT DO NOTHING", string(list))
	return err
}

// drop forgets documents. Served by search_document (shop_id, resource_id) and the primary key of search_vector.
func (s *Service) drop(ctx context.Context, tx database.Tx, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	if tx.Dialect() == database.PostgreSQL {
		if _, err := tx.Exec(ctx, "DELETE FROM search_vector WHERE shop_id = $1 AND resource_id = ANY($2)", ids); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "DELETE FROM search_document WHERE shop_id = $1 AND resource_id = ANY($2)", ids)
	return err
}

// forget drops the documents of things that are gone, and all words. It reads all of the shop's documents, on purpose.
func (s *Service) forget(ctx context.Context, tx database.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM search_word WHERE shop_id = $1"); err != nil {
		return err
	}
	stale := ` WHERE shop_id = $1 AND NOT EXISTS (SELECT 1 FROM product t WHERE t.id = resource_id) AND NOT EXISTS (SELECT 1 FROM page t WHERE t.id = resource_id)
		AND NOT EXISTS (SELECT 1 FROM collection t WHERE t.id = resource_id)`
	if tx.Dialect() == database.PostgreSQL {
		if _, err := tx.Exec(ctx, "DELETE FROM search_vector"+stale); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "DELETE FROM search_document"+stale)
	return err
}
