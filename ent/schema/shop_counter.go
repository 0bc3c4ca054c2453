package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ShopCounter hands out the shop's running numbers (orders), one row a series.
type ShopCounter struct{ ent.Schema }

// Annotations name the table.
func (ShopCounter) Annotations() []schema.Annotation { return table("shop_counter") }

// Mixin of the table.
func (ShopCounter) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (ShopCounter) Fields() []ent.Field {
	return []ent.Field{
		str("series"),
		field.Int64("value").Default(0),
	}
}

// Indexes of the table, each with the read it serves.
func (ShopCounter) Indexes() []ent.Index {
	return []ent.Index{
		// The next number of a series.
		index.Fields("shop_id", "series").Unique(),
	}
}
