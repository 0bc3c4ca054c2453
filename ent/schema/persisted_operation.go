package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PersistedOperation is a GraphQL document that a release of an app registered, to be asked for by its id. The same text
// registered by several releases stands here several times: a release is retired as a whole.
type PersistedOperation struct{ ent.Schema }

// Annotations name the table.
func (PersistedOperation) Annotations() []schema.Annotation { return table("persisted_operation") }

// Mixin of the table.
func (PersistedOperation) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (PersistedOperation) Fields() []ent.Field {
	return []ent.Field{
		ref("app_id"),
		field.String("release").Comment("the app's name for what it registered together"),
		field.String("alias").Comment("the id that the app's manifest gives the document"),
		field.String("hash").Comment("SHA-256 of the text, in lower-case hex"),
		field.String("name").Comment("of the operation; of the first where there are several"),
		field.String("kind").Comment("query or mutation"),
		field.String("body").Comment("the document, byte for byte"),
		field.Int64("points").Comment("what the dearest operation costs at most, lists as long as the schema assumes"),
		field.Int("statements").Default(0).Comment("how many SQL statements the query that takes most takes at most, however long lists are; 0 where nothing is said"),
		field.Bool("pending").Default(false).Comment("registered and looked through, and not served until its release is activated"),
		at("last_used_at"),
		at("retired_at"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (PersistedOperation) Indexes() []ent.Index {
	return []ent.Index{
		// What a release has registered; a manifest that is read twice registers once.
		index.Fields("shop_id", "app_id", "release", "alias").Unique(),
		// A document by the id that a client sends.
		index.Fields("shop_id", "alias"),
		// A document by its content.
		index.Fields("shop_id", "hash"),
	}
}
