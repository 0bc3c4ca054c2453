package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ProductPrice is the range of a product's prices in one currency, kept with its variants' prices in the same write.
type ProductPrice struct{ ent.Schema }

// Annotations name the table.
func (ProductPrice) Annotations() []schema.Annotation { return table("product_price") }

// Mixin of the table.
func (ProductPrice) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (ProductPrice) Fields() []ent.Field {
	return []ent.Field{
		ref("product_id"),
		field.String("currency"),
		field.Int64("min_amount").Default(0),
		field.Int64("max_amount").Default(0),
		field.Int64("min_compare_at").Default(0),
		field.Int64("max_compare_at").Default(0),
	}
}

// Indexes of the table, each with the read it serves.
func (ProductPrice) Indexes() []ent.Index {
	return []ent.Index{
		// The price range of products in one currency.
		index.Fields("shop_id", "product_id", "currency").Unique(),
		// products(sortKey: PRICE), keyset; the price filter and facet.
		index.Fields("shop_id", "currency", "min_amount", "product_id"),
	}
}
