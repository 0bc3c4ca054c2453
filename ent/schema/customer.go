package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Customer is a person who buys, with or without an account.
type Customer struct{ ent.Schema }

// Annotations name the table.
func (Customer) Annotations() []schema.Annotation { return table("customer") }

// Mixin of the table.
func (Customer) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Customer) Fields() []ent.Field {
	return []ent.Field{
		field.String("email").Comment("lower case"),
		field.Bool("verified_email").Default(false),
		str("first_name"),
		str("last_name"),
		str("phone"),
		field.String("password_hash").Default("").Sensitive(),
		field.Bool("accepts_marketing").Default(false),
		str("marketing_level"), // how sure the consent is: SINGLE_OPT_IN, CONFIRMED_OPT_IN or UNKNOWN
		at("marketing_at"),     // when the shopper last said yes or no
		field.Bool("tax_exempt").Default(false),
		field.String("state").Default("enabled").Comment("enabled, disabled, invited"),
		doc("tags"),
		str("note"),
		str("locale"),
		maybe("default_address_id"),
		at("erase_at"),  // when what is known about the person is to be erased
		at("erased_at"), // when it was
		field.Int64("orders_count").Default(0),
	}
}

// Indexes of the table, each with the read it serves.
func (Customer) Indexes() []ent.Index {
	return []ent.Index{
		// A customer by e-mail at sign-in; no e-mail twice.
		index.Fields("shop_id", "email").Unique(),
		// customers, keyset.
		index.Fields("shop_id", "id"),
		// Who is to be erased, for the worker.
		index.Fields("shop_id", "erase_at").Annotations(entsql.IndexWhere("erase_at IS NOT NULL")),
		// customers(query: phone).
		index.Fields("shop_id", "phone").Annotations(entsql.IndexWhere("phone <> ''")),
	}
}
