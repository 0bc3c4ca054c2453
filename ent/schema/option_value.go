package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OptionValue is one value of a product's option, such as red.
type OptionValue struct{ ent.Schema }

// Annotations name the table.
func (OptionValue) Annotations() []schema.Annotation { return table("option_value") }

// Mixin of the table.
func (OptionValue) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (OptionValue) Fields() []ent.Field {
	return []ent.Field{
		ref("product_id"),
		ref("option_id"),
		field.String("name"),
		field.Int("position").Default(0),
		str("swatch_color"),
		maybe("swatch_media_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (OptionValue) Indexes() []ent.Index {
	return []ent.Index{
		// The values of products' options, in order.
		index.Fields("shop_id", "product_id", "option_id", "position"),
	}
}
