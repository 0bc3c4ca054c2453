package search

import (
	"context"
	"strings"

	"github.com/rialtohq/rialto/platform/database"
)

// facets counts values over the products of a scope. Every product is read once, with a flag for each filter in force; a
// facet then looks at the products that pass all filters but its own. Served, after what narrows the scope, by
// product_price (shop_id, product_id, currency), product_tag (shop_id, product_id), variant (shop_id, product_id, …),
// variant_option (shop_id, variant_id, …) and metafield (shop_id, owner_id, …).
func (s *stmt) facets(sc scoped) string {
	src := s.source(sc, order{})
	columns := []string{"p.id AS id", "p.vendor AS vendor", "p.product_type AS product_type", s.forSale() + " AS available"}
	for i, f := range sc.filters {
		columns = append(columns, "("+s.filter(f)+") AS f"+itoa(i))
	}
	base := "base AS MATERIALIZED (SELECT " + strings.Join(columns, ", ") + " FROM " + src.from + " WHERE " + src.where + ")"
	const none = "'' AS k1, '' AS k2, '' AS name, "
	parts := []string{
		"SELECT 'available' AS what, " + none + "CASE WHEN b.available THEN '1' ELSE '0' END AS label, count(*) AS n, 0 AS low, 0 AS high FROM base b WHERE " + s.others(sc, "available") + " GROUP BY b.available",
		"SELECT 'price', '', '', '', '', count(*), coalesce(min(r.min_amount), 0), coalesce(max(r.max_amount), 0) FROM base b" +
			s.join("product_price", "r", "r.shop_id = $1 AND r.product_id = b.id AND r.currency = "+s.arg(string(s.currency))) + " WHERE " + s.others(sc, "price"),
		"SELECT 'type', '', '', '', min(b.product_type), count(*), 0, 0 FROM base b WHERE b.product_type <> '' AND " + s.others(sc, "type") + " GROUP BY lower(b.product_type)",
		"SELECT 'vendor', '', '', '', min(b.vendor), count(*), 0, 0 FROM base b WHERE b.vendor <> '' AND " + s.others(sc, "vendor") + " GROUP BY lower(b.vendor)",
		"SELECT 'tag', '', '', '', min(t.label), count(*), 0, 0 FROM base b" + s.join("product_tag", "t", "t.shop_id = $1 AND t.product_id = b.id") + " WHERE " + s.others(sc, "tag") + " GROUP BY t.tag",
		"SELECT 'option', lower(c.name), '', min(c.name), min(c.value), count(DISTINCT b.id), 0, 0 FROM base b" +
			s.join("variant", "v", "v.shop_id = $1 AND v.product_id = b.id") + s.join("variant_option", "c", "c.shop_id = $1 AND c.variant_id = v.id") + " WHERE c.value <> 'Default Title' AND " + s.others(sc, "option") + " GROUP BY lower(c.name), lower(c.value)",
		"SELECT 'metafield', f.namespace, f.key, '', f.value, count(*), 0, 0 FROM base b" + s.join("metafield", "f", "f.shop_id = $1 AND f.owner_id = b.id") + " WHERE f.value <> '' AND f.value = f.value_key " +
			"AND f.type IN ('single_line_text_field', 'boolean', 'number_integer', 'number_decimal')" + s.open() + " AND " + s.others(sc, "metafield") + " GROUP BY f.namespace, f.key, f.value",
	}
	return s.with(src, base) + "SELECT r.what, r.k1, r.k2, r.name, r.label, r.n, r.low, r.high FROM (SELECT u.*, row_number() OVER (PARTITION BY u.what, u.k1, u.k2 ORDER BY u.n DESC, u.label) AS place FROM (" +
		strings.Join(parts, " UNION ALL ") + ") u) r WHERE r.place <= " + itoa(maxValues)
}

// others is the condition that all filters but those on the row's own facet hold. Options and metafields of different names
// are different facets.
func (s *stmt) others(sc scoped, what string) string {
	conditions := []string{"TRUE"}
	for i, f := range sc.filters {
		flag := "b.f" + itoa(i)
		switch {
		case f.what != what:
			conditions = append(conditions, flag)
		case what == "option":
			conditions = append(conditions, "("+flag+" OR lower(c.name) = lower("+s.arg(f.name)+"))")
		case what == "metafield":
			conditions = append(conditions, "("+flag+" OR f.namespace = "+s.arg(f.name)+" AND f.key = "+s.arg(f.key)+")")
		}
	}
	return strings.Join(conditions, " AND ")
}

func (s *Service) facetRows(ctx context.Context, query string, args []any) ([]facetRow, error) {
	rows, err := s.db.Query(ctx, query, args...)
	return database.Scan(rows, err, func(scan scan) (r facetRow, err error) {
		return r, scan(&r.what, &r.k1, &r.k2, &r.name, &r.label, &r.n, &r.low, &r.high)
	})
}
