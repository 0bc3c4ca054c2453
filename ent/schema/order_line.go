package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OrderLine is one line of an order, as it was sold.
type OrderLine struct{ ent.Schema }

// Annotations name the table.
func (OrderLine) Annotations() []schema.Annotation { return table("order_line") }

// Mixin of the table.
func (OrderLine) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (OrderLine) Fields() []ent.Field {
	return []ent.Field{
		ref("order_id"),
		field.Int("position").Default(0),
		maybe("variant_id"),
		maybe("product_id"),
		field.String("title"),
		str("variant_title"),
		str("sku"),
		str("vendor"),
		str("image"),
		field.Int("quantity"),
		field.Int("current_quantity"),
		field.Int("fulfilled_quantity").Default(0),
		field.Int("refunded_quantity").Default(0),
		field.Int64("unit_price"),
		field.Int64("original_total"),
		field.Int64("discount_total"),
		field.Int64("total"),
		field.Int64("tax_total"),
		field.Int64("refunded_total").Default(0),
		doc("tax_lines"),
		doc("discounts"),
		doc("attributes"),
		doc("allocations"),
		field.Bool("requires_shipping").Default(true),
		field.Bool("taxable").Default(true),
	}
}

// Edges of the table.
func (OrderLine) Edges() []ent.Edge {
	return []ent.Edge{
		parent("order", Order.Type, "order_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (OrderLine) Indexes() []ent.Index {
	return []ent.Index{
		// The lines of orders, in order.
		index.Fields("shop_id", "order_id", "position").Unique(),
	}
}
