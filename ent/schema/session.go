package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Session is a signed-in customer or staff member: an opaque handle, kept as its hash.
type Session struct{ ent.Schema }

// Annotations name the table.
func (Session) Annotations() []schema.Annotation { return table("session") }

// Mixin of the table.
func (Session) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (Session) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").Comment("customer or staff"),
		ref("subject_id"),
		field.Bytes("token_hash").Sensitive(),
		maybe("app_id"), // the app that its owner signed in through
		field.Time("expires_at"),
		field.Time("last_used_at"),
		at("revoked_at"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (Session) Indexes() []ent.Index {
	return []ent.Index{
		// A session by its handle.
		index.Fields("shop_id", "token_hash").Unique(),
		// The sessions of a person: sign out everywhere.
		index.Fields("shop_id", "subject_id"),
		// The sessions that ended long ago, of all shops: the sweep.
		index.Fields("expires_at"),
	}
}
