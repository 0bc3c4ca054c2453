package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Reservation is a promise of units of a variant to one buyer until a moment, or what was sold of one and is not out of the
// stock yet.
type Reservation struct{ ent.Schema }

// Annotations name the table.
func (Reservation) Annotations() []schema.Annotation { return table("reservation") }

// Mixin of the table.
func (Reservation) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (Reservation) Fields() []ent.Field {
	return []ent.Field{
		field.String("ref").Comment("who holds it, opaque to inventory"),
		ref("variant_id"),
		ref("location_id"),
		field.Int64("quantity"),
		at("expires_at"),
		field.String("sale").Default("").Comment("the order that it was sold to, until it has left the stock; empty while it is only promised"),
		// Not expires_at, which is null then: a process of a version that knew no sales gives back what it finds there.
		at("settle_at"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (Reservation) Indexes() []ent.Index {
	return []ent.Index{
		// What a buyer holds: commit, release, extend.
		index.Fields("shop_id", "ref", "variant_id", "location_id").Unique(),
		// Promises that ran out.
		index.Fields("shop_id", "expires_at"),
		// What was sold and is still to leave the stock.
		index.Fields("shop_id", "settle_at").Annotations(entsql.IndexWhere("settle_at IS NOT NULL")),
	}
}
