package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// IdempotencyRecord remembers the answer of a mutation, so that sending it again gives the same answer and no second effect.
type IdempotencyRecord struct{ ent.Schema }

// Annotations name the table.
func (IdempotencyRecord) Annotations() []schema.Annotation { return table("idempotency_record") }

// Mixin of the table.
func (IdempotencyRecord) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (IdempotencyRecord) Fields() []ent.Field {
	return []ent.Field{
		field.String("actor"),
		field.String("key"),
		field.Bytes("request_hash"),
		field.String("state").Comment("running or done"),
		field.Bytes("response").Optional(),
		field.Time("lease_until"),
		field.Time("expires_at"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (IdempotencyRecord) Indexes() []ent.Index {
	return []ent.Index{
		// The record of a key of an actor.
		index.Fields("shop_id", "actor", "key").Unique(),
		// Records that ran out.
		index.Fields("shop_id", "expires_at"),
	}
}
