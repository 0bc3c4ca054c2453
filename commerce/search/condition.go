package search

import (
	"strconv"
	"strings"

	"github.com/rialtohq/rialto/platform/database"
)

// forSale is the condition for a product p that has a variant which can be bought now, as inventory sees it. OFFSET has it
// looked up for each product by index, whatever PostgreSQL believes of how many rows there are: right after an import it
// knows nothing, and would read all variants for each product.
func (s *stmt) forSale() string {
	return `EXISTS (SELECT 1 FROM variant v WHERE v.shop_id = p.shop_id AND v.product_id = p.id AND (NOT v.tracked OR v.oversell OR
 (SELECT sum(l.on_hand - l.reserved) FROM inventory_level l WHERE l.shop_id = v.shop_id AND l.variant_id = v.id AND ` + s.online() + `) > 0) LIMIT 1 OFFSET 0)`
}

// online is the condition for levels l at places that sell online, which are read once for a statement.
func (s *stmt) online() string {
	places := "SELECT o.id FROM location o WHERE o.shop_id = $1 AND o.active AND o.fulfills_online"
	if s.dialect == database.PostgreSQL {
		return "l.location_id = ANY (ARRAY(" + places + "))"
	}
	return "l.location_id IN (" + places + ")"
}

// stockTotal is how many pieces of a product p are free.
func (s *stmt) stockTotal() string {
	return `(SELECT coalesce(sum(l.on_hand - l.reserved), 0) FROM variant v JOIN inventory_level l ON l.shop_id = v.shop_id AND l.variant_id = v.id
 WHERE v.shop_id = p.shop_id AND v.product_id = p.id AND ` + s.online() + `)`
}

// node writes a part of a query as a condition on a thing of a kind: product p or page g, which has words and no fields.
// It is never null where it is negated.
func (s *stmt) node(n *node, kind string) string {
	id := map[string]string{Product: "p.id", Page: "g.id"}[kind]
	switch n.op {
	case opText:
		text, _ := write(s.match(), n)
		return s.has(text, kind, id)
	case opField:
		if kind != Product {
			return "FALSE"
		}
		return s.field(n.field)
	case opNot:
		return "(" + s.node(n.kids[0], kind) + ") IS NOT TRUE"
	}
	if len(n.kids) == 0 {
		return map[op]string{opAll: "TRUE", opAny: "FALSE"}[n.op]
	}
	// Words side by side are one look into the index.
	if text, ok := write(s.match(), n); ok {
		return s.has(text, kind, id)
	}
	parts := make([]string, len(n.kids))
	for i, k := range n.kids {
		parts[i] = s.node(k, kind)
	}
	glue := " AND "
	if n.op == opAny {
		glue = " OR "
	}
	return "(" + strings.Join(parts, glue) + ")"
}

func (s *stmt) match() match {
	if s.dialect == database.SQLite {
		return fts5{}
	}
	return tsquery{mark: markOf(s.shop)}
}

// rows are rows of some table, a column of which holds ids of things.
type rows struct{ column, from, where string }

// any is the condition that such rows exist for a thing. Where few things are looked at, rows are looked up for each; else
// the rows tell which things to look at.
func (s *stmt) any(id string, r rows) string {
	if s.narrow {
		return "EXISTS (SELECT 1 FROM " + r.from + " WHERE " + r.column + " = " + id + " AND " + r.where + " LIMIT 1 OFFSET 0)"
	}
	return id + " IN (SELECT " + r.column + " FROM " + r.from + " WHERE " + r.where + ")"
}

// join adds a table of which a few rows belong to each row so far. OFFSET has PostgreSQL look them up by index, where it may
// believe that reading all of the table is cheaper; SQLite always looks up.
func (s *stmt) join(table, alias, condition string) string {
	switch {
	case s.dialect == database.SQLite:
		return " CROSS JOIN " + table + " " + alias + " ON " + condition
	case s.narrow:
		return " CROSS JOIN LATERAL (SELECT * FROM " + table + " " + alias + " WHERE " + condition + " OFFSET 0) " + alias
	}
	return " JOIN " + table + " " + alias + " ON " + condition
}

// has is the condition that a thing's document has the words of a match.
func (s *stmt) has(text, kind, id string) string {
	if s.dialect == database.PostgreSQL {
		return s.any(id, rows{"d.resource_id", "search_vector d", "d.shop_id = $1 AND d.kind = '" + kind + "' AND d.words @@ " + s.arg(text) + "::tsquery"})
	}
	return id + " IN (" + s.found(text, kind) + ")"
}

// found is the ids of documents of a kind with the words of a match. Served by search_vector (words), or the index that
// SQLite keeps.
func (s *stmt) found(text, kind string) string {
	if s.dialect == database.SQLite {
		return "SELECT r.resource_id FROM search_fts JOIN search_row r ON r.id = search_fts.rowid WHERE search_fts MATCH " +
			s.arg(fts5{}.scope(s.shop, kind)+" AND "+text)
	}
	return "SELECT d.resource_id FROM search_vector d WHERE d.shop_id = $1 AND d.kind = '" + kind + "' AND d.words @@ " + s.arg(text) + "::tsquery"
}

// ranked is [stmt.found] with how well each document matches, the higher the better. Of more than most documents, where that
// is not nought, only some are read and ranked.
func (s *stmt) ranked(text, kind string, most int) string {
	limit := ""
	if most > 0 {
		limit = " LIMIT " + itoa(most)
	}
	if s.dialect == database.SQLite {
		return "SELECT r.resource_id AS id, CAST(-bm25(search_fts, 0, 20, 6, 6, 6, 3, 1) * 1e9 AS INTEGER) AS rank FROM search_fts JOIN search_row r ON r.id = search_fts.rowid WHERE search_fts MATCH " +
			s.arg(fts5{}.scope(s.shop, kind)+" AND "+text) + limit
	}
	q := s.arg(text) + "::tsquery"
	rank := "SELECT d.resource_id AS id, (ts_rank(d.words, " + q + ") * 1e9)::bigint AS rank FROM "
	documents := "search_vector d WHERE d.shop_id = $1 AND d.kind = '" + kind + "' AND d.words @@ " + q
	if most > 0 { // with a name of its own, so that the limit does not tempt PostgreSQL to look through all documents for the first
		return "WITH d AS MATERIALIZED (SELECT d.resource_id, d.words FROM " + documents + ") " + rank + "(SELECT * FROM d" + limit + ") d"
	}
	return rank + documents
}

var textColumns = map[string]string{"vendor": "p.vendor", "product_type": "p.product_type", "handle": "p.handle", "status": "p.status"}
var timeColumns = map[string]string{"created_at": "p.created_at", "updated_at": "p.updated_at", "published_at": "p.published_at"}

// field writes a comparison. Values were checked when the query was read.
func (s *stmt) field(f field) string {
	if column, ok := textColumns[f.name]; ok {
		return s.like(column, f)
	}
	if column, ok := timeColumns[f.name]; ok {
		return s.time(column, f)
	}
	if r, ok := s.fieldRows(f); ok {
		return s.any("p.id", r)
	}
	switch f.name {
	case "available_for_sale":
		return truth(s.forSale(), f)
	case "gift_card":
		return truth("p.gift_card", f)
	case "id":
		id, _ := parseID(f.value)
		return "p.id = " + s.arg(id)
	case "inventory_total":
		n, _ := strconv.ParseInt(f.value, 10, 64)
		return s.stockTotal() + " " + f.cmp + " " + s.arg(n)
	}
	// A price: no other field is left.
	if f.prefix {
		return s.priced(nil)
	}
	least, most, _ := bounds(f.cmp, f.value, s.currency)
	return s.priced([][2]int64{{least, most}})
}

// fieldRows are the rows that a comparison looks for, where it does not look at the product's own.
func (s *stmt) fieldRows(f field) (rows, bool) {
	if ns, key := metafieldOf(f.name); ns != "" {
		cond := ""
		if !f.prefix || f.value != "" {
			f.value = valueKey(f.value)
			cond = " AND " + s.exact("f.value_key", f)
		}
		return rows{"f.owner_id", "metafield f", "f.shop_id = $1 AND f.namespace = " + s.arg(ns) + " AND f.key = " + s.arg(key) + cond + s.open()}, true
	}
	switch f.name {
	case "tag":
		f.value = strings.ToLower(f.value)
		return rows{"t.product_id", "product_tag t", "t.shop_id = $1 AND " + s.exact("t.tag", f)}, true
	case "sku", "barcode", "variants.sku", "variants.barcode", "variants.title":
		return rows{"v.product_id", "variant v", "v.shop_id = $1 AND " + s.like("v."+strings.TrimPrefix(f.name, "variants."), f)}, true
	}
	return rows{}, false
}

func truth(cond string, f field) string {
	if yes, _ := strconv.ParseBool(strings.ToLower(f.value)); yes || f.prefix {
		return cond
	}
	return "NOT " + cond
}

var wild = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// like compares a text whatever its case.
func (s *stmt) like(column string, f field) string {
	switch {
	case f.prefix && f.value == "":
		return column + " <> ''"
	case f.prefix:
		return "lower(" + column + ") LIKE lower(" + s.arg(wild.Replace(f.value)+"%") + ") ESCAPE '\\'"
	case f.name == "handle" || f.name == "status": // stored in small letters
		return column + " = " + s.arg(strings.ToLower(f.value))
	}
	return "lower(" + column + ") = lower(" + s.arg(f.value) + ")"
}

// exact compares a text that is stored in small letters.
func (s *stmt) exact(column string, f field) string {
	if f.prefix {
		return column + " LIKE " + s.arg(wild.Replace(f.value)+"%") + " ESCAPE '\\'"
	}
	return column + " = " + s.arg(f.value)
}

func (s *stmt) time(column string, f field) string {
	if f.prefix {
		return column + " IS NOT NULL"
	}
	from, to, _ := span(f.value)
	switch f.cmp {
	case ">":
		return column + " >= " + s.arg(to)
	case ">=":
		return column + " >= " + s.arg(from)
	case "<":
		return column + " < " + s.arg(from)
	case "<=":
		return column + " < " + s.arg(to)
	}
	return "(" + column + " >= " + s.arg(from) + " AND " + column + " < " + s.arg(to) + ")"
}

// priced is the condition for products with a variant whose price lies in one of the ranges, both ends included; without
// ranges, in any. Where nothing else narrows, one range is looked up among the products' spans first:
// product_price (shop_id, currency, min_amount, …).
func (s *stmt) priced(ranges [][2]int64) string {
	currency := s.arg(string(s.currency))
	var within []string
	for _, r := range ranges {
		within = append(within, "vp.amount BETWEEN "+s.arg(r[0])+" AND "+s.arg(r[1]))
	}
	if len(ranges) == 0 {
		within = []string{"TRUE"}
	}
	cond := "EXISTS (SELECT 1 FROM variant v WHERE v.shop_id = p.shop_id AND v.product_id = p.id AND EXISTS (SELECT 1 FROM variant_price vp WHERE vp.shop_id = v.shop_id AND vp.variant_id = v.id AND vp.currency = " +
		currency + " AND (" + strings.Join(within, " OR ") + ") LIMIT 1 OFFSET 0) LIMIT 1 OFFSET 0)"
	if len(ranges) == 1 && !s.narrow && !s.spanned {
		s.spanned = true // one look is enough
		cond = "(p.id IN (SELECT r.product_id FROM product_price r WHERE r.shop_id = $1 AND r.currency = " + currency +
			" AND r.min_amount <= " + s.arg(ranges[0][1]) + " AND r.max_amount >= " + s.arg(ranges[0][0]) + ") AND " + cond + ")"
	}
	return cond
}

// filter writes the filters on one thing as a condition on product p.
func (s *stmt) filter(c choices) string {
	switch c.what {
	case "available":
		if len(c.available) > 1 && !same(c.available) {
			return "TRUE"
		}
		if c.available[0] {
			return s.forSale()
		}
		return "NOT " + s.forSale()
	case "price":
		var ranges [][2]int64
		for _, r := range c.ranges {
			ranges = append(ranges, r.bounds(s.view))
		}
		return s.priced(ranges)
	case "type":
		return s.among("p.product_type", c.values)
	case "vendor":
		return s.among("p.vendor", c.values)
	}
	r, _ := s.filterRows(c)
	return s.any("p.id", r)
}

// open is the condition that a metafield f is one that the viewer may see: a shopper finds nothing by what is hidden from
// storefronts. Served by metafield_definition (shop_id, owner_type, namespace, key).
func (s *stmt) open() string {
	if s.products {
		return ""
	}
	return ` AND NOT EXISTS (SELECT 1 FROM metafield_definition d WHERE d.shop_id = f.shop_id AND d.owner_type = f.owner_type
 AND d.namespace = f.namespace AND d.key = f.key AND d.storefront_access = 'none')`
}

// filterRows are the rows that filters look for, where they do not look at the product's own.
func (s *stmt) filterRows(c choices) (rows, bool) {
	switch c.what {
	case "tag":
		return rows{"t.product_id", "product_tag t", "t.shop_id = $1 AND t.tag = ANY(" + s.arg(c.values) + ")"}, true
	case "option":
		return rows{"c.product_id", "variant_option c", "c.shop_id = $1 AND lower(c.name) = lower(" + s.arg(c.name) + ") AND " + s.among("c.value", c.values)}, true
	case "metafield", "variantMetafield":
	default:
		return rows{}, false
	}
	keys := make([]string, len(c.values))
	for i, v := range c.values {
		keys[i] = valueKey(v)
	}
	cond := "f.shop_id = $1 AND f.namespace = " + s.arg(c.name) + " AND f.key = " + s.arg(c.key) + " AND f.value_key = ANY(" + s.arg(keys) + ") AND f.value = ANY(" + s.arg(c.values) + ")" + s.open()
	if c.what == "metafield" {
		return rows{"f.owner_id", "metafield f", cond}, true
	}
	return rows{"v.product_id", "variant v JOIN metafield f ON f.shop_id = v.shop_id AND f.owner_id = v.id", cond}, true
}

func same(list []bool) bool {
	for _, b := range list {
		if b != list[0] {
			return false
		}
	}
	return true
}

func (s *stmt) among(column string, values []string) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = "lower(" + s.arg(v) + ")"
	}
	return "lower(" + column + ") IN (" + strings.Join(names, ", ") + ")"
}

func (r PriceRange) bounds(v view) [2]int64 {
	b := [2]int64{-(1 << 62), 1 << 62}
	const most = 1e15 // more than any price, and still exact
	if r.Min != nil {
		b[0], _, _ = bounds(">=", decimal(max(-most, min(most, *r.Min))), v.currency)
	}
	if r.Max != nil {
		_, b[1], _ = bounds("<=", decimal(max(-most, min(most, *r.Max))), v.currency)
	}
	return b
}

// valueKey is the part of a metafield's value that catalog indexes.
func valueKey(value string) string {
	n := 0
	for i := range value {
		if n == 255 {
			return value[:i]
		}
		n++
	}
	return value
}
