package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Role is a role that a shop made for itself: a name for a set of scopes.
type Role struct{ ent.Schema }

// Annotations name the table.
func (Role) Annotations() []schema.Annotation { return table("role") }

// Mixin of the table.
func (Role) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Role) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle").Comment("what assignments name; never that of a built-in role"),
		field.String("title"),
		str("description"),
		doc("scopes"),
	}
}

// Indexes of the table, each with the read it serves.
func (Role) Indexes() []ent.Index {
	return []ent.Index{
		// A role by its handle: with every look-up of a member of staff.
		index.Fields("shop_id", "handle").Unique(),
	}
}
