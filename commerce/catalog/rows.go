package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rialtohq/rialto/platform/database"
)

// table writes any number of rows with one statement whose text does not depend on their number: rows travel as one JSON
// parameter. So databases keep the prepared statement, and nothing in the process grows with the sizes of products.
type table struct {
	name    string
	columns []column
	// key are the columns of the unique index by which a row is known to be there already.
	key string
	// times says that the table has created_at and updated_at.
	times bool
	texts map[database.Dialect]string
}

// column is one column of a table: its type, and what becomes of its value where that is not the value itself.
type column struct {
	name, kind string
	write      string // an expression with ? for the value
	update     string // an expression for a row that is there; "-" leaves it
}

func newTable(t table) *table {
	names, values := []string{"shop_id"}, []string{"$1::uuid"}
	var sets []string
	for i, c := range t.columns {
		value := fmt.Sprintf("(value->>%d)::%s", i, c.kind)
		if c.write != "" {
			value = strings.ReplaceAll(c.write, "?", value)
		}
		names, values = append(names, c.name), append(values, value)
		switch {
		case c.update == "-" || c.update == "" && t.has(c.name):
		case c.update != "":
			sets = append(sets, c.name+" = "+c.update)
		default:
			sets = append(sets, c.name+" = excluded."+c.name)
		}
	}
	if t.times {
		names, values = append(names, "created_at", "updated_at"), append(values, "$3::timestamptz", "$3::timestamptz")
		sets = append(sets, "updated_at = {later}") // than it was, whatever the clock says: revisions follow from it
	}
	suffix := ""
	if t.key != "" {
		suffix = " ON CONFLICT (" + t.key + ") DO UPDATE SET " + strings.Join(sets, ", ")
	}
	text := "INSERT INTO " + t.name + " (" + strings.Join(names, ", ") + ") SELECT " + strings.Join(values, ", ") + " FROM %s WHERE true" + suffix
	t.texts = map[database.Dialect]string{
		database.SQLite:     fmt.Sprintf(strings.Replace(text, "{later}", "max(excluded.updated_at, "+t.name+".updated_at + 1)", 1), rowsSQLite),
		database.PostgreSQL: fmt.Sprintf(strings.Replace(text, "{later}", "greatest(excluded.updated_at, "+t.name+".updated_at + interval '1 microsecond')", 1), rowsPostgreSQL),
	}
	return &t
}

// has tells whether a column is part of the key.
func (t table) has(name string) bool { return slices.Contains(strings.Split(t.key, ", "), name) }

const (
	rowsSQLite     = "json_each($2)"
	rowsPostgreSQL = "jsonb_array_elements($2::jsonb) AS r(value)"
)

// put writes rows; none is no statement.
func (t *table) put(ctx context.Context, tx database.Tx, rows [][]any, now time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	data, err := jsonRows(rows)
	if err != nil {
		return err
	}
	args := []any{data}
	if t.times || t.usesNow() {
		args = append(args, now)
	}
	_, err = tx.Exec(ctx, t.texts[tx.Dialect()], args...)
	return err
}

func (t *table) usesNow() bool { return strings.Contains(t.texts[database.SQLite], "$3") }

func jsonRows(rows [][]any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(rows); err != nil {
		return "", err
	}
	return b.String(), nil
}

var (
	productTable = newTable(table{name: "product", key: "id", times: true, columns: []column{
		{name: "id", kind: "uuid"}, {name: "handle", kind: "text"}, {name: "title", kind: "text"}, {name: "description", kind: "text"},
		{name: "description_html", kind: "text"}, {name: "vendor", kind: "text"}, {name: "product_type", kind: "text"}, {name: "status", kind: "text"},
		{name: "tags", kind: "jsonb"}, {name: "seo_title", kind: "text"}, {name: "seo_description", kind: "text"},
		{name: "published_at", kind: "boolean", write: "CASE WHEN ? THEN $3::timestamptz END",
			update: "CASE WHEN excluded.published_at IS NOT NULL THEN coalesce(product.published_at, excluded.published_at) END"},
		{name: "gift_card", kind: "boolean"}, {name: "variants_count", kind: "bigint"},
	}})
	optionTable = newTable(table{name: "product_option", columns: []column{
		{name: "id", kind: "uuid"}, {name: "product_id", kind: "uuid"}, {name: "name", kind: "text"}, {name: "position", kind: "bigint"},
	}})
	valueTable = newTable(table{name: "option_value", columns: []column{
		{name: "id", kind: "uuid"}, {name: "product_id", kind: "uuid"}, {name: "option_id", kind: "uuid"}, {name: "name", kind: "text"},
		{name: "position", kind: "bigint"}, {name: "swatch_color", kind: "text"}, {name: "swatch_media_id", kind: "uuid"},
	}})
	variantTable = newTable(table{name: "variant", key: "id", times: true, columns: []column{
		{name: "id", kind: "uuid"}, {name: "product_id", kind: "uuid", update: "-"}, {name: "title", kind: "text"}, {name: "sku", kind: "text"},
		{name: "barcode", kind: "text"}, {name: "position", kind: "bigint"}, {name: "weight_grams", kind: "bigint"}, {name: "weight_unit", kind: "text"},
		{name: "requires_shipping", kind: "boolean"}, {name: "taxable", kind: "boolean"}, {name: "tracked", kind: "boolean"}, {name: "oversell", kind: "boolean"},
		{name: "media_id", kind: "uuid"}, {name: "option_key", kind: "text"}, {name: "selected_options", kind: "jsonb"}, {name: "unit_price", kind: "jsonb"},
		{name: "unit_cost", kind: "bigint"},
	}})
	choiceTable = newTable(table{name: "variant_option", columns: []column{
		{name: "id", kind: "uuid"}, {name: "product_id", kind: "uuid"}, {name: "variant_id", kind: "uuid"}, {name: "option_id", kind: "uuid"},
		{name: "option_value_id", kind: "uuid"}, {name: "position", kind: "bigint"}, {name: "name", kind: "text"}, {name: "value", kind: "text"},
	}})
	priceTable = newTable(table{name: "variant_price", key: "shop_id, variant_id, currency", columns: []column{
		{name: "id", kind: "uuid", update: "-"}, {name: "product_id", kind: "uuid", update: "-"}, {name: "variant_id", kind: "uuid"}, {name: "currency", kind: "text"},
		{name: "amount", kind: "bigint"}, {name: "compare_at_amount", kind: "bigint"}, {name: "derived", kind: "boolean"},
	}})
	rangeTable = newTable(table{name: "product_price", key: "shop_id, product_id, currency", columns: []column{
		{name: "id", kind: "uuid", update: "-"}, {name: "product_id", kind: "uuid"}, {name: "currency", kind: "text"}, {name: "min_amount", kind: "bigint"},
		{name: "max_amount", kind: "bigint"}, {name: "min_compare_at", kind: "bigint"}, {name: "max_compare_at", kind: "bigint"},
	}})
	tagTable = newTable(table{name: "product_tag", columns: []column{
		{name: "id", kind: "uuid"}, {name: "product_id", kind: "uuid"}, {name: "tag", kind: "text"}, {name: "label", kind: "text"},
	}})
	mediaTable = newTable(table{name: "media", key: "id", times: true, columns: []column{
		{name: "id", kind: "uuid"}, {name: "product_id", kind: "uuid", update: "-"}, {name: "position", kind: "bigint"}, {name: "alt", kind: "text"},
		{name: "source", kind: "text"}, {name: "content_type", kind: "text"}, {name: "width", kind: "bigint"}, {name: "height", kind: "bigint"},
		{name: "thumbhash", kind: "text"}, {name: "kind", kind: "text", update: "-"},
	}})
	metafieldTable = newTable(table{name: "metafield", key: "shop_id, owner_id, namespace, key", times: true, columns: []column{
		{name: "id", kind: "uuid", update: "-"}, {name: "owner_type", kind: "text", update: "-"}, {name: "owner_id", kind: "uuid"}, {name: "namespace", kind: "text"},
		{name: "key", kind: "text"}, {name: "type", kind: "text"}, {name: "value", kind: "text"}, {name: "value_key", kind: "text"},
		{name: "description", kind: "text", update: "-"},
	}})
	collectionTable = newTable(table{name: "collection", key: "id", times: true, columns: []column{
		{name: "id", kind: "uuid"}, {name: "handle", kind: "text"}, {name: "title", kind: "text"}, {name: "description", kind: "text"},
		{name: "description_html", kind: "text"}, {name: "sort_order", kind: "text"}, {name: "rules", kind: "jsonb"}, {name: "disjunctive", kind: "boolean"},
		{name: "media_id", kind: "uuid"}, {name: "seo_title", kind: "text"}, {name: "seo_description", kind: "text"},
		{name: "published_at", kind: "boolean", write: "CASE WHEN ? THEN $3::timestamptz END",
			update: "CASE WHEN excluded.published_at IS NOT NULL THEN coalesce(collection.published_at, excluded.published_at) END"},
	}})
	memberTable = newTable(table{name: "collection_product", columns: []column{
		{name: "id", kind: "uuid"}, {name: "collection_id", kind: "uuid"}, {name: "product_id", kind: "uuid"}, {name: "position", kind: "bigint"},
		{name: "created_at", kind: "boolean", write: "CASE WHEN ? THEN $3::timestamptz END"},
	}})
)

// updateRows runs an UPDATE … FROM %s WHERE <table>.shop_id = $1 AND … whose rows are arrays in "value".
func updateRows(ctx context.Context, tx database.Tx, text string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	data, err := jsonRows(rows)
	if err != nil {
		return err
	}
	if tx.Dialect() == database.PostgreSQL {
		text = strings.Replace(text, "%s", rowsPostgreSQL, 1)
	} else {
		// The plus keeps SQLite, which has no statistics, from reading all rows of the shop to find these.
		text = strings.Replace(strings.Replace(text, "%s", rowsSQLite, 1), " WHERE ", " WHERE +", 1)
	}
	_, err = tx.Exec(ctx, text, data)
	return err
}
