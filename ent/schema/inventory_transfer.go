package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// InventoryTransfer is goods on their way from one location to another.
type InventoryTransfer struct{ ent.Schema }

// Annotations name the table.
func (InventoryTransfer) Annotations() []schema.Annotation { return table("inventory_transfer") }

// Mixin of the table.
func (InventoryTransfer) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (InventoryTransfer) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.String("status").Comment("draft, ready_to_ship, in_progress, transferred or canceled"),
		ref("origin_id"),
		ref("destination_id"),
		str("note"),
		str("reference"),
		at("shipped_at"),
		at("ended_at"),
	}
}

// Indexes of the table, each with the read it serves.
func (InventoryTransfer) Indexes() []ent.Index {
	return []ent.Index{
		// inventoryTransfers(sortKey: ID), keyset.
		index.Fields("shop_id", "id"),
		// Those of a status, keyset; what is under way at a location that is to be closed.
		index.Fields("shop_id", "status", "id"),
	}
}
