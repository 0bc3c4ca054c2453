package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// FulfillmentLine is how many units of an order line are in a fulfillment.
type FulfillmentLine struct{ ent.Schema }

// Annotations name the table.
func (FulfillmentLine) Annotations() []schema.Annotation { return table("fulfillment_line") }

// Mixin of the table.
func (FulfillmentLine) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (FulfillmentLine) Fields() []ent.Field {
	return []ent.Field{
		ref("fulfillment_id"),
		ref("order_line_id"),
		field.Int("quantity"),
	}
}

// Edges of the table.
func (FulfillmentLine) Edges() []ent.Edge {
	return []ent.Edge{
		parent("fulfillment", Fulfillment.Type, "fulfillment_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (FulfillmentLine) Indexes() []ent.Index {
	return []ent.Index{
		// The lines of fulfillments.
		index.Fields("shop_id", "fulfillment_id", "order_line_id").Unique(),
	}
}
