package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Refund is money given back for an order.
type Refund struct{ ent.Schema }

// Annotations name the table.
func (Refund) Annotations() []schema.Annotation { return table("refund") }

// Mixin of the table.
func (Refund) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Refund) Fields() []ent.Field {
	return []ent.Field{
		ref("order_id"),
		field.Int64("amount"),
		field.Int64("shipping_amount").Default(0),
		field.String("currency"),
		str("note"),
		doc("lines"),
		field.Bool("restock").Default(false),
		field.String("status").Default("success"),
		str("idempotency_key"),
		str("actor"),
	}
}

// Edges of the table.
func (Refund) Edges() []ent.Edge {
	return []ent.Edge{
		parent("order", Order.Type, "order_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (Refund) Indexes() []ent.Index {
	return []ent.Index{
		// The refunds of orders.
		index.Fields("shop_id", "order_id", "id"),
		// Refunds that a crash left open.
		index.Fields("shop_id", "updated_at").Annotations(entsql.IndexWhere("status = 'pending'")),
	}
}
