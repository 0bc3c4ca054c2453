package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// DiscountUsage is one use of a discount by one order or by a checkout under way.
type DiscountUsage struct{ ent.Schema }

// Annotations name the table.
func (DiscountUsage) Annotations() []schema.Annotation { return table("discount_usage") }

// Mixin of the table.
func (DiscountUsage) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (DiscountUsage) Fields() []ent.Field {
	return []ent.Field{
		ref("discount_id"),
		str("ref"),
		str("buyer"),
		maybe("order_id"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (DiscountUsage) Indexes() []ent.Index {
	return []ent.Index{
		// Has this buyer used it; how often.
		index.Fields("shop_id", "discount_id", "buyer"),
		// The uses a checkout holds, ended with it.
		index.Fields("shop_id", "ref", "discount_id").Unique(),
	}
}
