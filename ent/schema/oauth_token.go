package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OAuthToken is a refresh token (RFC 6749, section 6): used once, and one of a family that ends when one is used twice (RFC 9700, section 4.14).
type OAuthToken struct{ ent.Schema }

// Annotations name the table.
func (OAuthToken) Annotations() []schema.Annotation { return table("oauth_token") }

// Mixin of the table.
func (OAuthToken) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (OAuthToken) Fields() []ent.Field {
	return []ent.Field{
		ref("app_id"),
		ref("family_id"),
		ref("subject_id"),
		maybe("session_id"),
		doc("scopes"),
		field.Bytes("token_hash").Sensitive(),
		field.Time("auth_time"),
		field.Time("expires_at"),
		at("used_at"),
		at("revoked_at"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (OAuthToken) Indexes() []ent.Index {
	return []ent.Index{
		// A token by its hash: it names the shop, so this one index does not start with it.
		index.Fields("token_hash").Unique(),
		// A family, to end it.
		index.Fields("shop_id", "family_id"),
		// What a person has given to apps: sign out everywhere.
		index.Fields("shop_id", "subject_id"),
		// What has run out, for the sweep of all shops.
		index.Fields("expires_at"),
	}
}
