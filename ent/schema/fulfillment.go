package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Fulfillment is a parcel: lines of an order on their way.
type Fulfillment struct{ ent.Schema }

// Annotations name the table.
func (Fulfillment) Annotations() []schema.Annotation { return table("fulfillment") }

// Mixin of the table.
func (Fulfillment) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Fulfillment) Fields() []ent.Field {
	return []ent.Field{
		ref("order_id"),
		field.String("status").Default("success"),
		str("tracking_company"),
		str("tracking_number"),
		str("tracking_url"),
		str("name"),
		maybe("location_id"),
	}
}

// Edges of the table.
func (Fulfillment) Edges() []ent.Edge {
	return []ent.Edge{
		parent("order", Order.Type, "order_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (Fulfillment) Indexes() []ent.Index {
	return []ent.Index{
		// The fulfillments of orders.
		index.Fields("shop_id", "order_id", "id"),
	}
}
