package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// InventoryTransferLine is units of one variant in a transfer, and what became of them.
type InventoryTransferLine struct{ ent.Schema }

// Annotations name the table.
func (InventoryTransferLine) Annotations() []schema.Annotation {
	return table("inventory_transfer_line")
}

// Mixin of the table.
func (InventoryTransferLine) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (InventoryTransferLine) Fields() []ent.Field {
	return []ent.Field{
		ref("transfer_id"),
		ref("variant_id"),
		field.Int("position"),
		field.Int64("quantity"),
		field.Int64("accepted").Default(0),
		field.Int64("rejected").Default(0),
	}
}

// Indexes of the table, each with the read it serves.
func (InventoryTransferLine) Indexes() []ent.Index {
	return []ent.Index{
		// The lines of transfers, in order.
		index.Fields("shop_id", "transfer_id", "position", "id"),
	}
}
