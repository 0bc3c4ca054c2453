package cached

import (
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/generation"
)

// Tables are those that answers may be made of. What carts, orders, customers and staff have is not among them: an answer that
// needed one of those is never kept.
var Tables = []string{
	"collection", "collection_product", "inventory_level", "location", "market", "media", "menu", "menu_item", "metafield",
	"metafield_definition", "option_value", "page", "product", "product.sales_count", "product_option", "product_price", "product_tag", "search_document",
	"shop", "url_redirect", "variant", "variant_option", "variant_price",
}

// always are tables that every answer depends on: what a buyer's country means is read ahead of it, and remembered.
var always = []string{"market", "shop"}

// byRow are the tables of which rows count, not all: their statements say what the rows belong to, where they are written often.
var byRow = []string{"inventory_level"}

// permitted reports whether an answer may be made of all of some tables.
func permitted(tables []string) bool {
	for _, t := range tables {
		if _, ok := slices.BinarySearch(Tables, t); !ok {
			return false
		}
	}
	return true
}

// readTags are those that an answer depends on that was made of some tables.
func readTags(tables []string, rows map[string][]uuid.UUID) []string {
	out := slices.Clone(always)
	for _, table := range tables {
		if ids, ok := rows[table]; ok && slices.Contains(byRow, table) {
			out = append(append(out, generation.Unknown(table)), generation.Rows(table, ids)...)
		} else {
			out = append(out, table)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// WrittenTags are those of a change: what was made of what it changed holds no longer.
func WrittenTags(c database.Change) []string {
	out := slices.Clone(c.Tables)
	for _, table := range c.Tables {
		if !slices.Contains(byRow, table) {
			continue
		}
		if ids, ok := c.Rows[table]; ok {
			out = append(out, generation.Rows(table, ids)...)
		} else {
			out = append(out, generation.Unknown(table))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
