package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// GiftCard is money paid in advance, spent by a secret code.
type GiftCard struct{ ent.Schema }

// Annotations name the table.
func (GiftCard) Annotations() []schema.Annotation { return table("gift_card") }

// Mixin of the table.
func (GiftCard) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (GiftCard) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("code_hash").Sensitive(),
		field.String("last_characters"),
		field.String("currency"),
		field.Int64("initial_amount"),
		field.Int64("balance"),
		at("expires_at"),
		field.Bool("enabled").Default(true),
		maybe("customer_id"),
		str("note"),
	}
}

// Indexes of the table, each with the read it serves.
func (GiftCard) Indexes() []ent.Index {
	return []ent.Index{
		// A gift card by its code.
		index.Fields("shop_id", "code_hash").Unique(),
	}
}
