package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CollectionProduct is one product's place in one collection.
type CollectionProduct struct{ ent.Schema }

// Annotations name the table.
func (CollectionProduct) Annotations() []schema.Annotation { return table("collection_product") }

// Mixin of the table.
func (CollectionProduct) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (CollectionProduct) Fields() []ent.Field {
	return []ent.Field{
		ref("collection_id"),
		ref("product_id"),
		field.Int64("position").Default(0),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (CollectionProduct) Indexes() []ent.Index {
	return []ent.Index{
		// A page of a collection in its own order.
		index.Fields("shop_id", "collection_id", "position", "product_id"),
		// No product twice; is this product in this collection.
		index.Fields("shop_id", "collection_id", "product_id").Unique(),
		// The collections of products.
		index.Fields("shop_id", "product_id", "collection_id"),
	}
}
