package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OAuthRequest is an authorization that an app asked for and that staff may grant (RFC 6749, section 4.1), until its code is redeemed.
type OAuthRequest struct{ ent.Schema }

// Annotations name the table.
func (OAuthRequest) Annotations() []schema.Annotation { return table("oauth_request") }

// Mixin of the table.
func (OAuthRequest) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (OAuthRequest) Fields() []ent.Field {
	return []ent.Field{
		ref("app_id"),
		field.String("redirect_uri"),
		str("state"),
		str("nonce"),
		str("response_mode"),
		doc("scopes"),
		field.String("code_challenge").Comment("S256 (RFC 7636)"),
		maybe("subject_id"), // the member of staff who granted it
		maybe("session_id"), // the session in which they did
		at("granted_at"),
		field.Bytes("code_hash").Optional().Nillable().Sensitive(),
		at("redeemed_at"),  // a code that comes again ends what it gave
		maybe("family_id"), // the refresh tokens that it gave
		field.Time("expires_at"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (OAuthRequest) Indexes() []ent.Index {
	return []ent.Index{
		// A code that comes to be redeemed: its hash names the shop, so this one index does not start with it.
		index.Fields("code_hash").Unique(),
		// What has run out, for the sweep of all shops.
		index.Fields("expires_at"),
	}
}
