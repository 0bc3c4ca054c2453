package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// MenuItem is one link of a menu.
type MenuItem struct{ ent.Schema }

// Annotations name the table.
func (MenuItem) Annotations() []schema.Annotation { return table("menu_item") }

// Mixin of the table.
func (MenuItem) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (MenuItem) Fields() []ent.Field {
	return []ent.Field{
		ref("menu_id"),
		maybe("parent_id"),
		field.Int("position").Default(0),
		field.String("title"),
		field.String("type").Comment("COLLECTION, PRODUCT, PAGE, HTTP, FRONTPAGE, SEARCH …"),
		maybe("resource_id"),
		str("url"),
		doc("tags"),
	}
}

// Indexes of the table, each with the read it serves.
func (MenuItem) Indexes() []ent.Index {
	return []ent.Index{
		// The items of a menu, in order.
		index.Fields("shop_id", "menu_id", "position", "id"),
	}
}
