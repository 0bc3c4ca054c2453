package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Discount lowers what a cart costs, by code or by itself.
type Discount struct{ ent.Schema }

// Annotations name the table.
func (Discount) Annotations() []schema.Annotation { return table("discount") }

// Mixin of the table.
func (Discount) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Discount) Fields() []ent.Field {
	return []ent.Field{
		field.String("title"),
		field.String("method").Comment("code or automatic"),
		field.String("code").Default("").Comment("lower case; empty when automatic"),
		field.String("kind").Comment("percentage, fixed, free_shipping or bxgy"),
		doc("config"),
		field.Time("starts_at"),
		at("ends_at"),
		field.Int64("usage_limit").Optional().Nillable(),
		field.Bool("once_per_customer").Default(false),
		field.Int64("used").Default(0),
		field.Int("priority").Default(0),
		field.Bool("enabled").Default(true),
	}
}

// Indexes of the table, each with the read it serves.
func (Discount) Indexes() []ent.Index {
	return []ent.Index{
		// A discount by its code; no code twice.
		index.Fields("shop_id", "code").Unique().Annotations(entsql.IndexWhere("code <> ''")),
		// The automatic discounts of a shop.
		index.Fields("shop_id", "method", "enabled", "id"),
	}
}
