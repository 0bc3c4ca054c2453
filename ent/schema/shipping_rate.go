package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ShippingRate is one way to deliver into a zone, and its price in one currency.
type ShippingRate struct{ ent.Schema }

// Annotations name the table.
func (ShippingRate) Annotations() []schema.Annotation { return table("shipping_rate") }

// Mixin of the table.
func (ShippingRate) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (ShippingRate) Fields() []ent.Field {
	return []ent.Field{
		ref("zone_id"),
		field.String("handle"),
		field.String("title"),
		str("description"),
		field.String("currency"),
		field.Int64("amount").Default(0),
		field.Int64("min_subtotal").Optional().Nillable(),
		field.Int64("max_subtotal").Optional().Nillable(),
		field.Int("min_weight").Optional().Nillable(),
		field.Int("max_weight").Optional().Nillable(),
		field.Int("min_days").Default(0),
		field.Int("max_days").Default(0),
	}
}

// Indexes of the table, each with the read it serves.
func (ShippingRate) Indexes() []ent.Index {
	return []ent.Index{
		// The rates of zones.
		index.Fields("shop_id", "zone_id", "handle", "currency").Unique(),
	}
}
