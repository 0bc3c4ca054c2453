package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// VariantPrice is what a variant costs in one currency.
type VariantPrice struct{ ent.Schema }

// Annotations name the table.
func (VariantPrice) Annotations() []schema.Annotation { return table("variant_price") }

// Mixin of the table.
func (VariantPrice) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (VariantPrice) Fields() []ent.Field {
	return []ent.Field{
		ref("product_id"),
		ref("variant_id"),
		field.String("currency"),
		field.Int64("amount").Comment("minor units"),
		field.Int64("compare_at_amount").Optional().Nillable().Comment("minor units"),
		field.Bool("derived").Default(false),
	}
}

// Indexes of the table, each with the read it serves.
func (VariantPrice) Indexes() []ent.Index {
	return []ent.Index{
		// The prices of variants in one currency.
		index.Fields("shop_id", "variant_id", "currency").Unique(),
	}
}
