package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Collection is a named set of products, picked by hand or by rules.
type Collection struct{ ent.Schema }

// Annotations name the table.
func (Collection) Annotations() []schema.Annotation { return table("collection") }

// Mixin of the table.
func (Collection) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Collection) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("title"),
		str("description"),
		str("description_html"),
		field.String("sort_order").Default("manual"),
		doc("rules"),
		field.Bool("disjunctive").Default(false),
		maybe("media_id"),
		str("seo_title"),
		str("seo_description"),
		at("published_at"),
		field.Int("products_count").Default(0),
	}
}

// Indexes of the table, each with the read it serves.
func (Collection) Indexes() []ent.Index {
	return []ent.Index{
		// A collection by handle.
		index.Fields("shop_id", "handle").Unique(),
		// collections(sortKey: ID), keyset.
		index.Fields("shop_id", "id"),
		// collections(sortKey: TITLE), keyset.
		index.Fields("shop_id", "title", "id"),
		// collections(sortKey: UPDATED_AT), keyset.
		index.Fields("shop_id", "updated_at", "id"),
	}
}
