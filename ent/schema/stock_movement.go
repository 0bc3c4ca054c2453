package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// StockMovement is one entry of the stock ledger; on hand is their sum, and no entry is ever edited.
type StockMovement struct{ ent.Schema }

// Annotations name the table.
func (StockMovement) Annotations() []schema.Annotation { return table("stock_movement") }

// Mixin of the table.
func (StockMovement) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (StockMovement) Fields() []ent.Field {
	return []ent.Field{
		ref("variant_id"),
		ref("location_id"),
		field.Int64("delta"),
		field.String("reason").Comment("received, correction, sale, return, import, moved, or a word of staff"),
		field.Int64("quantity_after").Optional().Nillable().Comment("on hand after it; null of movements from before this was kept"),
		str("ref"),
		str("actor"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (StockMovement) Indexes() []ent.Index {
	return []ent.Index{
		// The history of a level, newest first, and its sum.
		index.Fields("shop_id", "variant_id", "location_id", "id"),
		// The history of an item at all locations, keyset.
		index.Fields("shop_id", "variant_id", "id"),
		// What a sale took out of stock, when it is committed again.
		index.Fields("shop_id", "ref"),
	}
}
