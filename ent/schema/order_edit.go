package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OrderEdit is changes to the lines of an order that somebody puts together. Until it is committed the order knows nothing of
// it.
type OrderEdit struct{ ent.Schema }

// Annotations name the table.
func (OrderEdit) Annotations() []schema.Annotation { return table("order_edit") }

// Mixin of the table.
func (OrderEdit) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (OrderEdit) Fields() []ent.Field {
	return []ent.Field{
		ref("order_id"),
		field.Int64("base").Comment("how often the order had been edited when this began"),
		field.Bool("committed").Default(false),
		field.Time("expires_at"),
		doc("changes"),
		str("actor"),
	}
}

// Edges of the table.
func (OrderEdit) Edges() []ent.Edge {
	return []ent.Edge{
		parent("order", Order.Type, "order_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (OrderEdit) Indexes() []ent.Index {
	return []ent.Index{
		// The edits of an order, where those that ran out are cleared away.
		index.Fields("shop_id", "order_id"),
	}
}
