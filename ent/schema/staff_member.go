package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
)

// StaffMember is a person who runs shops; roles are given per shop.
type StaffMember struct{ ent.Schema }

// Annotations name the table.
func (StaffMember) Annotations() []schema.Annotation { return table("staff_member") }

// Mixin of the table.
func (StaffMember) Mixin() []ent.Mixin { return []ent.Mixin{times{}} }

// Fields of the table.
func (StaffMember) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(newID).Immutable(),
		field.String("email").Unique().Comment("lower case"),
		field.String("name"),
		field.String("password_hash").Default("").Sensitive(),
		field.Bool("active").Default(true),
	}
}
