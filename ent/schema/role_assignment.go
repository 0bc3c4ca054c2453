package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// RoleAssignment gives a staff member a role in a shop.
type RoleAssignment struct{ ent.Schema }

// Annotations name the table.
func (RoleAssignment) Annotations() []schema.Annotation { return table("role_assignment") }

// Mixin of the table.
func (RoleAssignment) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (RoleAssignment) Fields() []ent.Field {
	return []ent.Field{
		ref("staff_id"),
		field.String("role"),
		created(),
	}
}

// Edges of the table.
func (RoleAssignment) Edges() []ent.Edge {
	return []ent.Edge{
		parent("staff", StaffMember.Type, "staff_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (RoleAssignment) Indexes() []ent.Index {
	return []ent.Index{
		// The roles of a staff member in a shop.
		index.Fields("shop_id", "staff_id", "role").Unique(),
	}
}
