package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ProductOption is a way in which a product's variants differ, such as color.
type ProductOption struct{ ent.Schema }

// Annotations name the table.
func (ProductOption) Annotations() []schema.Annotation { return table("product_option") }

// Mixin of the table.
func (ProductOption) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (ProductOption) Fields() []ent.Field {
	return []ent.Field{
		ref("product_id"),
		field.String("name"),
		field.Int("position").Default(0),
	}
}

// Indexes of the table, each with the read it serves.
func (ProductOption) Indexes() []ent.Index {
	return []ent.Index{
		// The options of products, in order.
		index.Fields("shop_id", "product_id", "position").Unique(),
	}
}
