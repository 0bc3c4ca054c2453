package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CartLine is one variant in a cart.
type CartLine struct{ ent.Schema }

// Annotations name the table.
func (CartLine) Annotations() []schema.Annotation { return table("cart_line") }

// Mixin of the table.
func (CartLine) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (CartLine) Fields() []ent.Field {
	return []ent.Field{
		ref("cart_id"),
		ref("variant_id"),
		field.Int("quantity"),
		doc("attributes"),
		str("attributes_key"),
	}
}

// Indexes of the table, each with the read it serves.
func (CartLine) Indexes() []ent.Index {
	return []ent.Index{
		// The lines of a cart, in order; adding the same thing again finds its line.
		index.Fields("shop_id", "cart_id", "variant_id", "attributes_key").Unique(),
	}
}
