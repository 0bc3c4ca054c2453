package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SearchDocument is what search knows of one thing: its words, weighted by where they stand.
type SearchDocument struct{ ent.Schema }

// Annotations name the table.
func (SearchDocument) Annotations() []schema.Annotation { return table("search_document") }

// Mixin of the table.
func (SearchDocument) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (SearchDocument) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").Comment("product, page or collection"),
		ref("resource_id"),
		field.String("title"),
		str("handle"),
		str("vendor"),
		str("product_type"),
		field.Text("tags").Default(""),
		field.Text("keywords").Default("").Comment("skus, barcodes, option values"),
		field.Text("body").Default(""),
		field.Bool("visible").Default(true),
		field.Int64("revision").Default(0),
		field.Time("updated_at"),
	}
}

// Indexes of the table, each with the read it serves.
func (SearchDocument) Indexes() []ent.Index {
	return []ent.Index{
		// The document of a thing, when it is written again.
		index.Fields("shop_id", "resource_id").Unique(),
	}
}
