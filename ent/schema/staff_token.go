package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// StaffToken is a secret that was mailed to a member of staff, to choose a first password or another one; used once. It belongs
// to no shop, as the account does not: it opens the account for all of them.
type StaffToken struct{ ent.Schema }

// Annotations name the table.
func (StaffToken) Annotations() []schema.Annotation { return table("staff_token") }

// Fields of the table.
func (StaffToken) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(newID).Immutable(),
		ref("staff_id"),
		field.String("purpose").Comment("invitation or recovery"),
		field.Bytes("token_hash").Sensitive(),
		field.Time("expires_at"),
		at("used_at"),
		created(),
	}
}

// Edges of the table.
func (StaffToken) Edges() []ent.Edge {
	return []ent.Edge{
		parent("staff", StaffMember.Type, "staff_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (StaffToken) Indexes() []ent.Index {
	return []ent.Index{
		// A mailed secret by its hash.
		index.Fields("token_hash").Unique(),
		// The open secrets of a member, ended when the password changes.
		index.Fields("staff_id"),
		// What has run out, for the sweep.
		index.Fields("expires_at"),
	}
}
