package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// OutboxEvent is an event that was committed with its cause and waits for the relay.
type OutboxEvent struct{ ent.Schema }

// Annotations name the table.
func (OutboxEvent) Annotations() []schema.Annotation { return table("outbox_event") }

// Fields of the table.
func (OutboxEvent) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(newID).Immutable(),
		maybe("shop_id"),
		field.String("subject"),
		field.Bytes("payload"),
		doc("headers"),
		field.Time("due_at"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (OutboxEvent) Indexes() []ent.Index {
	return []ent.Index{
		// What is due, oldest first: the relay serves all shops.
		index.Fields("due_at", "id"),
	}
}
