package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Order is a sale: what was bought, for how much, by whom; frozen when placed but for what happens to it after.
type Order struct{ ent.Schema }

// Annotations name the table.
func (Order) Annotations() []schema.Annotation { return table("orders") }

// Mixin of the table.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Order) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("number").Default(0),
		field.String("name"),
		ref("cart_id"),
		field.Bytes("key_hash").Sensitive(),
		maybe("customer_id"),
		str("email"),
		str("phone"),
		field.String("currency"),
		field.Int64("subtotal"),
		field.Int64("discount_total"),
		field.Int64("shipping_total"),
		field.Int64("tax_total"),
		field.Int64("total"),
		field.Int64("gift_card_total"),
		field.Int64("refunded_total").Default(0),
		field.Int64("refunded_shipping").Default(0),
		field.Bool("taxes_included").Default(false),
		field.String("financial_status"),
		field.String("fulfillment_status"),
		str("cancel_reason"),
		at("canceled_at"),
		at("closed_at"),
		field.Time("processed_at"),
		doc("shipping_address"),
		doc("billing_address"),
		doc("shipping_lines"),
		doc("tax_lines"),
		doc("discounts"),
		doc("gift_cards"),
		doc("attributes"),
		str("note"),
		doc("tags"),
		str("locale"),
		str("country"),
		str("search"),
	}
}

// Indexes of the table, each with the read it serves.
func (Order) Indexes() []ent.Index {
	return []ent.Index{
		// An order by its number: search, mail, staff.
		index.Fields("shop_id", "number").Unique(),
		// The order of a cart; a cart becomes at most one.
		index.Fields("shop_id", "cart_id").Unique(),
		// orders(sortKey: ID), keyset.
		index.Fields("shop_id", "id"),
		// orders(sortKey: PROCESSED_AT, CREATED_AT), keyset.
		index.Fields("shop_id", "processed_at", "id"),
		// orders(sortKey: UPDATED_AT), keyset.
		index.Fields("shop_id", "updated_at", "id"),
		// orders(sortKey: TOTAL_PRICE), keyset.
		index.Fields("shop_id", "total", "id"),
		// The orders of a customer, keyset.
		index.Fields("shop_id", "customer_id", "processed_at", "id"),
		// orders(sortKey: FINANCIAL_STATUS), keyset; orders(query: financial_status) where few have it.
		index.Fields("shop_id", "financial_status", "id"),
		// orders(sortKey: FULFILLMENT_STATUS), keyset; orders(query: fulfillment_status) where few have it.
		index.Fields("shop_id", "fulfillment_status", "id"),
		// orders(query: email).
		index.Fields("shop_id", "email", "processed_at", "id"),
	}
}
