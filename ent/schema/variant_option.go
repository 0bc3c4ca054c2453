package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// VariantOption is the value a variant has for one of its product's options, spelled out for facets.
type VariantOption struct{ ent.Schema }

// Annotations name the table.
func (VariantOption) Annotations() []schema.Annotation { return table("variant_option") }

// Mixin of the table.
func (VariantOption) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (VariantOption) Fields() []ent.Field {
	return []ent.Field{
		ref("product_id"),
		ref("variant_id"),
		ref("option_id"),
		ref("option_value_id"),
		field.Int("position").Default(0),
		field.String("name"),
		field.String("value"),
	}
}

// Indexes of the table, each with the read it serves.
func (VariantOption) Indexes() []ent.Index {
	return []ent.Index{
		// The selected options of variants, in order.
		index.Fields("shop_id", "variant_id", "position").Unique(),
	}
}
