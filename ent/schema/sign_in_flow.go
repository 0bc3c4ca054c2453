package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SignInFlow is a sign-in that was sent to an outside provider and has not come back yet; or, with an account, one that
// came back and waits for a moment until the token that its browser was given is exchanged.
type SignInFlow struct{ ent.Schema }

// Annotations name the table.
func (SignInFlow) Annotations() []schema.Annotation { return table("sign_in_flow") }

// Mixin of the table.
func (SignInFlow) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (SignInFlow) Fields() []ent.Field {
	return []ent.Field{
		ref("provider_id"),
		field.Bytes("state_hash").Sensitive().Comment("of the state, or of the token where there is an account"),
		field.String("nonce").Sensitive(),
		field.String("verifier").Sensitive().Comment("PKCE (RFC 7636)"),
		str("return_to"),
		maybe("account_id"),
		field.Time("expires_at"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (SignInFlow) Indexes() []ent.Index {
	return []ent.Index{
		// The flow that a provider answers, or that a token stands for: both name the shop, so this one index does not start with it.
		index.Fields("state_hash").Unique(),
		// The tokens of an account that have not been exchanged, to end them.
		index.Fields("shop_id", "account_id"),
		// What has run out, for the sweep of all shops.
		index.Fields("expires_at"),
	}
}
