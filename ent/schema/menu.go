package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Menu is a tree of links for a storefront's navigation.
type Menu struct{ ent.Schema }

// Annotations name the table.
func (Menu) Annotations() []schema.Annotation { return table("menu") }

// Mixin of the table.
func (Menu) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Menu) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("title"),
	}
}

// Indexes of the table, each with the read it serves.
func (Menu) Indexes() []ent.Index {
	return []ent.Index{
		// A menu by handle.
		index.Fields("shop_id", "handle").Unique(),
	}
}
