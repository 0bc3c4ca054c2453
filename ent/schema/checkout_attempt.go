package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CheckoutAttempt is one try to turn a cart into an order: a state machine that resumes after a crash at any step.
type CheckoutAttempt struct{ ent.Schema }

// Annotations name the table.
func (CheckoutAttempt) Annotations() []schema.Annotation { return table("checkout_attempt") }

// Mixin of the table.
func (CheckoutAttempt) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (CheckoutAttempt) Fields() []ent.Field {
	return []ent.Field{
		ref("cart_id"),
		str("token"),
		field.String("state"),
		field.String("gateway"),
		field.String("payment_token").Default("").Sensitive(),
		field.String("payment_key").Comment("idempotency key at the gateway"),
		field.String("currency"),
		field.Int64("amount").Default(0),
		doc("snapshot"),
		str("gateway_ref"),
		str("error_code"),
		str("error_message"),
		maybe("order_id"),
		str("lease_owner"),
		at("lease_until"),
		field.Int("tries").Default(0),
		field.Time("due_at").Comment("when the sweeper looks again"),
	}
}

// Indexes of the table, each with the read it serves.
func (CheckoutAttempt) Indexes() []ent.Index {
	return []ent.Index{
		// One live attempt per cart.
		index.Fields("shop_id", "cart_id").Unique().Annotations(entsql.IndexWhere("state not in ('completed', 'failed')")),
		// An attempt by the token that its client chose; all attempts of a cart.
		index.Fields("shop_id", "cart_id", "token"),
		// Attempts that a crash left behind.
		index.Fields("shop_id", "due_at").Annotations(entsql.IndexWhere("state not in ('completed', 'failed')")),
	}
}
