package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CustomerGroup is a set of customers that staff put together by hand.
type CustomerGroup struct{ ent.Schema }

// Annotations name the table.
func (CustomerGroup) Annotations() []schema.Annotation { return table("customer_group") }

// Mixin of the table.
func (CustomerGroup) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (CustomerGroup) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.String("handle"),
		str("note"),
		field.Int64("members").Default(0).Comment("how many customers are in it"),
	}
}

// Indexes of the table, each with the read it serves.
func (CustomerGroup) Indexes() []ent.Index {
	return []ent.Index{
		// A group by its handle; no handle twice.
		index.Fields("shop_id", "handle").Unique(),
		// customerGroups, keyset.
		index.Fields("shop_id", "id"),
	}
}
