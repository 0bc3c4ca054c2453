package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OrderReturn is goods of an order that the buyer sends back.
type OrderReturn struct{ ent.Schema }

// Annotations name the table.
func (OrderReturn) Annotations() []schema.Annotation { return table("order_return") }

// Mixin of the table.
func (OrderReturn) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (OrderReturn) Fields() []ent.Field {
	return []ent.Field{
		ref("order_id"),
		field.String("name"),
		field.String("status").Default("open").Comment("open, closed, canceled"),
		at("closed_at"),
		str("actor"),
	}
}

// Edges of the table.
func (OrderReturn) Edges() []ent.Edge {
	return []ent.Edge{
		parent("order", Order.Type, "order_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (OrderReturn) Indexes() []ent.Index {
	return []ent.Index{
		// The returns of orders.
		index.Fields("shop_id", "order_id", "id"),
	}
}
