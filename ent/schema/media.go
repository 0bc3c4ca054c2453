package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Media is a picture of a product, collection or shop.
type Media struct{ ent.Schema }

// Annotations name the table.
func (Media) Annotations() []schema.Annotation { return table("media") }

// Mixin of the table.
func (Media) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Media) Fields() []ent.Field {
	return []ent.Field{
		maybe("product_id"),
		field.Int("position").Default(0),
		field.String("kind").Default("IMAGE"),
		str("alt"),
		str("source"),
		field.String("content_type").Default("image/jpeg"),
		field.Int("width").Default(0),
		field.Int("height").Default(0),
		str("thumbhash"),
	}
}

// Indexes of the table, each with the read it serves.
func (Media) Indexes() []ent.Index {
	return []ent.Index{
		// The images of products, in order.
		index.Fields("shop_id", "product_id", "position", "id"),
		// Whether an uploaded picture is used, for the sweep.
		index.Fields("shop_id", "source").Annotations(entsql.IndexWhere("source LIKE 'uploads/%'")),
	}
}
