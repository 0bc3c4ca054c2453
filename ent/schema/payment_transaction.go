package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PaymentTransaction is one movement of money at a gateway, or the try.
type PaymentTransaction struct{ ent.Schema }

// Annotations name the table.
func (PaymentTransaction) Annotations() []schema.Annotation { return table("payment_transaction") }

// Mixin of the table.
func (PaymentTransaction) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (PaymentTransaction) Fields() []ent.Field {
	return []ent.Field{
		maybe("order_id"),
		maybe("attempt_id"),
		maybe("parent_id"),
		field.String("kind").Comment("sale, refund or void"),
		field.String("gateway"),
		field.String("idempotency_key"),
		str("gateway_ref"),
		field.Int64("amount"),
		field.String("currency"),
		field.String("status").Comment("pending, success, failure or error"),
		str("error_code"),
		str("message"),
	}
}

// Indexes of the table, each with the read it serves.
func (PaymentTransaction) Indexes() []ent.Index {
	return []ent.Index{
		// The transactions of orders.
		index.Fields("shop_id", "order_id", "id"),
		// A transaction by the key the gateway knows it by; none twice.
		index.Fields("shop_id", "idempotency_key").Unique(),
		// Transactions that a crash left open.
		index.Fields("shop_id", "updated_at").Annotations(entsql.IndexWhere("status = 'pending'")),
	}
}
