package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Location is a place that holds stock.
type Location struct{ ent.Schema }

// Annotations name the table.
func (Location) Annotations() []schema.Annotation { return table("location") }

// Mixin of the table.
func (Location) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Location) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("name"),
		doc("address"),
		field.Int("priority").Default(0),
		field.Bool("active").Default(true),
		field.Bool("fulfills_online").Default(true),
	}
}

// Indexes of the table, each with the read it serves.
func (Location) Indexes() []ent.Index {
	return []ent.Index{
		// All locations of a shop in order of priority, and one by handle.
		index.Fields("shop_id", "handle").Unique(),
	}
}
