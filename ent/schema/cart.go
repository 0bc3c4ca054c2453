package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Cart is what a buyer means to buy, with everything that a checkout needs.
type Cart struct{ ent.Schema }

// Annotations name the table.
func (Cart) Annotations() []schema.Annotation { return table("cart") }

// Mixin of the table.
func (Cart) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Cart) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("key_hash").Sensitive(),
		field.String("state").Default("open").Comment("open, completing or completed"),
		field.Int64("version").Default(0),
		field.String("currency"),
		str("country"),
		str("language"),
		maybe("customer_id"),
		str("email"),
		str("phone"),
		str("note"),
		doc("attributes"),
		doc("discount_codes"),
		doc("gift_cards"),
		doc("delivery_addresses"),
		doc("billing_address"),
		doc("delivery_options"),
		doc("payment"),
		doc("metafields"),
		doc("preferences"),
		maybe("order_id"),
		field.Time("expires_at"),
	}
}

// Indexes of the table, each with the read it serves.
func (Cart) Indexes() []ent.Index {
	return []ent.Index{
		// Carts that ran out, removed in batches.
		index.Fields("shop_id", "expires_at"),
		// The carts of somebody who is erased, also those without an account.
		index.Fields("shop_id", "email").Annotations(entsql.IndexWhere("email <> ''")),
		// What a customer has in carts, when the account goes.
		index.Fields("shop_id", "customer_id").Annotations(entsql.IndexWhere("customer_id IS NOT NULL")),
	}
}
