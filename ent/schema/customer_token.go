package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CustomerToken is a secret that was mailed to a customer to reset a password or activate an account; used once.
type CustomerToken struct{ ent.Schema }

// Annotations name the table.
func (CustomerToken) Annotations() []schema.Annotation { return table("customer_token") }

// Mixin of the table.
func (CustomerToken) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (CustomerToken) Fields() []ent.Field {
	return []ent.Field{
		ref("customer_id"),
		field.String("purpose").Comment("reset or activate"),
		field.Bytes("token_hash").Sensitive(),
		field.Time("expires_at"),
		at("used_at"),
		created(),
	}
}

// Edges of the table.
func (CustomerToken) Edges() []ent.Edge {
	return []ent.Edge{
		parent("customer", Customer.Type, "customer_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (CustomerToken) Indexes() []ent.Index {
	return []ent.Index{
		// A mailed secret by its hash.
		index.Fields("shop_id", "token_hash").Unique(),
		// The open secrets of a customer, ended when the password changes.
		index.Fields("shop_id", "customer_id"),
		// The secrets that ran out, of all shops: the sweep.
		index.Fields("expires_at"),
	}
}
