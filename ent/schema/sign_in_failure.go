package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SignInFailure counts sign-ins that failed, by account and by address, so that each further one waits longer. What is counted of staff is
// counted over all shops, as their accounts are: under no shop's id.
type SignInFailure struct{ ent.Schema }

// Annotations name the table.
func (SignInFailure) Annotations() []schema.Annotation { return table("sign_in_failure") }

// Mixin of the table.
func (SignInFailure) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (SignInFailure) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("subject_hash").Comment("of what is counted: an email, or an address"),
		field.Int("failures").Default(0),
		field.Time("last_at"),
		field.Time("free_at").Comment("tries before are refused unheard"),
	}
}

// Indexes of the table, each with the read it serves.
func (SignInFailure) Indexes() []ent.Index {
	return []ent.Index{
		// What is known of an account or an address.
		index.Fields("shop_id", "subject_hash").Unique(),
		// What can be forgotten, for the sweep of all shops.
		index.Fields("last_at"),
	}
}
