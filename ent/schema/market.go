package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Market is where a shop sells: its countries, their currency, and whether prices there include tax.
type Market struct{ ent.Schema }

// Annotations name the table.
func (Market) Annotations() []schema.Annotation { return table("market") }

// Mixin of the table.
func (Market) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Market) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("name"),
		doc("countries"),
		doc("languages"),
		field.String("currency"),
		field.Bool("tax_included").Default(false),
		field.String("conversion_rate").Default("1").Comment("units of this currency for one unit of the shop's"),
		field.Int("position").Default(0),
		field.Bool("enabled").Default(true),
	}
}

// Indexes of the table, each with the read it serves.
func (Market) Indexes() []ent.Index {
	return []ent.Index{
		// All markets of a shop, and one by handle.
		index.Fields("shop_id", "handle").Unique(),
	}
}
