package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// InboxRecord says that a consumer has had the effect of an event.
type InboxRecord struct{ ent.Schema }

// Annotations name the table.
func (InboxRecord) Annotations() []schema.Annotation { return table("inbox_record") }

// Fields of the table.
func (InboxRecord) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(newID).Immutable(),
		field.String("consumer"),
		field.UUID("event_id", uuid.UUID{}),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (InboxRecord) Indexes() []ent.Index {
	return []ent.Index{
		// Had this consumer this event.
		index.Fields("consumer", "event_id").Unique(),
		// Records old enough to forget.
		index.Fields("created_at"),
	}
}
