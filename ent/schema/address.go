package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// Address is a postal address in a customer's book.
type Address struct{ ent.Schema }

// Annotations name the table.
func (Address) Annotations() []schema.Annotation { return table("address") }

// Mixin of the table.
func (Address) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Address) Fields() []ent.Field {
	return []ent.Field{
		ref("customer_id"),
		str("first_name"),
		str("last_name"),
		str("company"),
		str("address1"),
		str("address2"),
		str("city"),
		str("province_code"),
		str("country_code"),
		str("zip"),
		str("phone"),
	}
}

// Edges of the table.
func (Address) Edges() []ent.Edge {
	return []ent.Edge{
		parent("customer", Customer.Type, "customer_id"),
	}
}

// Indexes of the table, each with the read it serves.
func (Address) Indexes() []ent.Index {
	return []ent.Index{
		// The addresses of customers, in order.
		index.Fields("shop_id", "customer_id", "id"),
	}
}
