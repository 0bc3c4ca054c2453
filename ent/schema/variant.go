package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Variant is what is bought: one combination of a product's option values.
type Variant struct{ ent.Schema }

// Annotations name the table.
func (Variant) Annotations() []schema.Annotation { return table("variant") }

// Mixin of the table.
func (Variant) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Variant) Fields() []ent.Field {
	return []ent.Field{
		ref("product_id"),
		field.String("title"),
		str("sku"),
		str("barcode"),
		field.Int("position").Default(0),
		field.Int("weight_grams").Default(0),
		field.String("weight_unit").Default("KILOGRAMS"),
		field.Bool("requires_shipping").Default(true),
		field.Bool("taxable").Default(true),
		field.Bool("tracked").Default(true),
		field.Bool("oversell").Default(false),
		maybe("media_id"),
		str("option_key"),
		doc("selected_options"),
		doc("unit_price"),
		field.Int64("unit_cost").Optional().Nillable().Comment("in the shop's currency, minor units"),
	}
}

// Indexes of the table, each with the read it serves.
func (Variant) Indexes() []ent.Index {
	return []ent.Index{
		// The variants of products, in order: nested pages and the first available one.
		index.Fields("shop_id", "product_id", "position", "id"),
		// A variant by its option values; no combination twice.
		index.Fields("shop_id", "product_id", "option_key").Unique(),
	}
}
