package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Page is a text page of the shop, such as "about us".
type Page struct{ ent.Schema }

// Annotations name the table.
func (Page) Annotations() []schema.Annotation { return table("page") }

// Mixin of the table.
func (Page) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Page) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("title"),
		field.Text("body_html").Default(""),
		str("summary"),
		str("seo_title"),
		str("seo_description"),
		at("published_at"),
	}
}

// Indexes of the table, each with the read it serves.
func (Page) Indexes() []ent.Index {
	return []ent.Index{
		// A page by handle.
		index.Fields("shop_id", "handle").Unique(),
		// pages(sortKey: ID), keyset.
		index.Fields("shop_id", "id"),
		// pages(sortKey: TITLE), keyset.
		index.Fields("shop_id", "title", "id"),
		// pages(sortKey: UPDATED_AT), keyset.
		index.Fields("shop_id", "updated_at", "id"),
	}
}
