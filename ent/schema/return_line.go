package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ReturnLine is how many shipped units of an order line come back in a return, and how many of them have.
type ReturnLine struct{ ent.Schema }

// Annotations name the table.
func (ReturnLine) Annotations() []schema.Annotation { return table("return_line") }

// Mixin of the table.
func (ReturnLine) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (ReturnLine) Fields() []ent.Field {
	return []ent.Field{
		ref("return_id"),
		ref("order_line_id"),
		ref("fulfillment_line_id"),
		field.Int("quantity"),
		field.Int("processed_quantity").Default(0),
		str("reason"),
		str("note"),
	}
}

// Edges of the table.
func (ReturnLine) Edges() []ent.Edge {
	return []ent.Edge{
		parent("return", OrderReturn.Type, "return_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (ReturnLine) Indexes() []ent.Index {
	return []ent.Index{
		// The lines of returns.
		index.Fields("shop_id", "return_id", "id"),
	}
}
