package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// APIKey is a key with which a program acts as its app; shown once, kept as its hash.
type APIKey struct{ ent.Schema }

// Annotations name the table.
func (APIKey) Annotations() []schema.Annotation { return table("api_key") }

// Mixin of the table.
func (APIKey) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (APIKey) Fields() []ent.Field {
	return []ent.Field{
		ref("app_id"),
		field.String("title"),
		field.String("prefix").Comment("the first characters, to find it by"),
		field.Bytes("key_hash").Sensitive(),
		doc("scopes"), // what it may do, of what its app may
		at("expires_at"),
		at("last_used_at"), // written behind, at most once a minute
		at("revoked_at"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (APIKey) Indexes() []ent.Index {
	return []ent.Index{
		// A key by its hash: it names the shop, so this one index does not start with it.
		index.Fields("key_hash").Unique(),
		// The keys of an app, oldest first.
		index.Fields("shop_id", "app_id", "id"),
		// A key that was found in a log or a leak, by its first characters.
		index.Fields("shop_id", "prefix"),
	}
}
