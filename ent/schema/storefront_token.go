package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// StorefrontToken opens the storefront half of the API of one shop.
type StorefrontToken struct{ ent.Schema }

// Annotations name the table.
func (StorefrontToken) Annotations() []schema.Annotation { return table("storefront_token") }

// Mixin of the table.
func (StorefrontToken) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (StorefrontToken) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").Comment("public or private"),
		field.Bytes("token_hash").Sensitive(),
		field.String("prefix").Comment("the first characters, to recognize it by"),
		field.String("title"),
		maybe("app_id"), // the storefront that shows it, where it registers its operations
		doc("scopes"),
		at("expires_at"),
		at("last_used_at"),
		at("revoked_at"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (StorefrontToken) Indexes() []ent.Index {
	return []ent.Index{
		// A token by its hash: it names the shop, so this one index does not start with it.
		index.Fields("token_hash").Unique(),
	}
}
