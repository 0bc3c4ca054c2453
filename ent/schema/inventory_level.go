package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// InventoryLevel is how many units of a variant lie at a location, and how many of them are promised.
type InventoryLevel struct{ ent.Schema }

// Annotations name the table.
func (InventoryLevel) Annotations() []schema.Annotation { return table("inventory_level") }

// Mixin of the table.
func (InventoryLevel) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (InventoryLevel) Fields() []ent.Field {
	return []ent.Field{
		ref("variant_id"),
		ref("location_id"),
		field.Int64("on_hand").Default(0),
		field.Int64("reserved").Default(0),
		field.Int64("incoming").Default(0).Comment("on its way here in transfers"),
		field.Time("updated_at"),
	}
}

// Indexes of the table, each with the read it serves.
func (InventoryLevel) Indexes() []ent.Index {
	return []ent.Index{
		// The levels of variants, read for availability and locked in this order to reserve.
		index.Fields("shop_id", "variant_id", "location_id").Unique(),
		// What lies at a location, keyset, and whether anything does.
		index.Fields("shop_id", "location_id", "id"),
	}
}
