package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ExternalIdentity ties an account to the subject that an outside provider knows it as.
type ExternalIdentity struct{ ent.Schema }

// Annotations name the table.
func (ExternalIdentity) Annotations() []schema.Annotation { return table("external_identity") }

// Mixin of the table.
func (ExternalIdentity) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (ExternalIdentity) Fields() []ent.Field {
	return []ent.Field{
		ref("provider_id"),
		field.String("subject"),
		field.String("kind").Comment("customer or staff"),
		ref("account_id"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (ExternalIdentity) Indexes() []ent.Index {
	return []ent.Index{
		// The account of a subject that signs in.
		index.Fields("shop_id", "provider_id", "subject").Unique(),
		// What an account is tied to.
		index.Fields("shop_id", "account_id"),
	}
}
