package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ShippingZone is a set of countries that the same rates reach.
type ShippingZone struct{ ent.Schema }

// Annotations name the table.
func (ShippingZone) Annotations() []schema.Annotation { return table("shipping_zone") }

// Mixin of the table.
func (ShippingZone) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (ShippingZone) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		doc("countries"),
		doc("provinces"),
		field.Bool("rest_of_world").Default(false),
		field.Int("position").Default(0),
	}
}

// Indexes of the table, each with the read it serves.
func (ShippingZone) Indexes() []ent.Index {
	return []ent.Index{
		// The zones of a shop.
		index.Fields("shop_id", "position", "id"),
	}
}
