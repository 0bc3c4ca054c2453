package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// IdentityProvider is an outside party whose word on who somebody is a shop believes (OpenID Connect).
type IdentityProvider struct{ ent.Schema }

// Annotations name the table.
func (IdentityProvider) Annotations() []schema.Annotation { return table("identity_provider") }

// Mixin of the table.
func (IdentityProvider) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (IdentityProvider) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle").Comment("its place in addresses, such as google"),
		field.String("title"),
		field.String("issuer"),
		field.String("client_id"),
		field.Bytes("client_secret").Sensitive().Comment("sealed where the deployment has a secret"),
		field.Bool("sealed").Default(false),
		field.String("audience").Comment("customer or staff: whom it signs in"),
		field.Bool("create_accounts").Default(false).Comment("whether a customer without an account gets one"),
		field.Bool("link_accounts").Default(false).Comment("whether an account is tied by the email that the provider has verified"),
		doc("return_urls"),
		field.Bool("enabled").Default(true),
	}
}

// Indexes of the table, each with the read it serves.
func (IdentityProvider) Indexes() []ent.Index {
	return []ent.Index{
		// A provider by its place in an address.
		index.Fields("shop_id", "handle").Unique(),
	}
}
