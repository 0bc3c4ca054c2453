package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OrderEvent is one entry of an order's timeline.
type OrderEvent struct{ ent.Schema }

// Annotations name the table.
func (OrderEvent) Annotations() []schema.Annotation { return table("order_event") }

// Mixin of the table.
func (OrderEvent) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (OrderEvent) Fields() []ent.Field {
	return []ent.Field{
		ref("order_id"),
		field.String("kind"),
		field.String("message"),
		str("actor"),
		doc("data"),
		created(),
	}
}

// Edges of the table.
func (OrderEvent) Edges() []ent.Edge {
	return []ent.Edge{
		parent("order", Order.Type, "order_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (OrderEvent) Indexes() []ent.Index {
	return []ent.Index{
		// The timeline of orders.
		index.Fields("shop_id", "order_id", "id"),
	}
}
