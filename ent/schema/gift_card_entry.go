package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// GiftCardEntry is one entry of a gift card's ledger; the balance is their sum.
type GiftCardEntry struct{ ent.Schema }

// Annotations name the table.
func (GiftCardEntry) Annotations() []schema.Annotation { return table("gift_card_entry") }

// Mixin of the table.
func (GiftCardEntry) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (GiftCardEntry) Fields() []ent.Field {
	return []ent.Field{
		ref("gift_card_id"),
		field.Int64("delta"),
		field.String("reason"),
		str("ref"),
		maybe("order_id"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (GiftCardEntry) Indexes() []ent.Index {
	return []ent.Index{
		// The entries of a card; no spending twice for one checkout.
		index.Fields("shop_id", "gift_card_id", "ref", "reason").Unique(),
	}
}
