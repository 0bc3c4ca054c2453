package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Product is something a shop sells, in one or more variants.
type Product struct{ ent.Schema }

// Annotations name the table.
func (Product) Annotations() []schema.Annotation { return table("product") }

// Mixin of the table.
func (Product) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Product) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("title"),
		str("description"),
		str("description_html"),
		str("vendor"),
		str("product_type"),
		field.String("status").Default("draft").Comment("active, draft or archived"),
		doc("tags"),
		str("seo_title"),
		str("seo_description"),
		str("template_suffix"),
		at("published_at"),
		field.Int64("sales_count").Default(0),
		field.Int("variants_count").Default(0),
		field.Bool("gift_card").Default(false),
	}
}

// Indexes of the table, each with the read it serves.
func (Product) Indexes() []ent.Index {
	return []ent.Index{
		// A product by handle.
		index.Fields("shop_id", "handle").Unique(),
		// products(sortKey: ID), keyset by id; the storefront sees active ones only.
		index.Fields("shop_id", "status", "id"),
		// products(sortKey: TITLE), keyset.
		index.Fields("shop_id", "status", "title", "id"),
		// products(sortKey: CREATED_AT), keyset.
		index.Fields("shop_id", "status", "created_at", "id"),
		// products(sortKey: UPDATED_AT), keyset.
		index.Fields("shop_id", "status", "updated_at", "id"),
		// products(sortKey: VENDOR), keyset; the vendor facet and filter.
		index.Fields("shop_id", "status", "vendor", "id"),
		// products(sortKey: PRODUCT_TYPE), keyset; the type facet and filter; productTypes.
		index.Fields("shop_id", "status", "product_type", "id"),
		// products(sortKey: BEST_SELLING), keyset.
		index.Fields("shop_id", "status", "sales_count", "id"),
	}
}
