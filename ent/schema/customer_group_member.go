package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// CustomerGroupMember says that a customer is in a group.
type CustomerGroupMember struct{ ent.Schema }

// Annotations name the table.
func (CustomerGroupMember) Annotations() []schema.Annotation { return table("customer_group_member") }

// Mixin of the table.
func (CustomerGroupMember) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (CustomerGroupMember) Fields() []ent.Field {
	return []ent.Field{ref("group_id"), ref("customer_id"), created()}
}

// Indexes of the table, each with the read it serves.
func (CustomerGroupMember) Indexes() []ent.Index {
	return []ent.Index{
		// The customers of a group, keyset; nobody is in it twice.
		index.Fields("shop_id", "group_id", "customer_id").Unique(),
		// The groups of customers, keyset.
		index.Fields("shop_id", "customer_id", "group_id"),
	}
}
