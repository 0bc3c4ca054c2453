package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ProductTag is one tag of one product, folded for look-up.
type ProductTag struct{ ent.Schema }

// Annotations name the table.
func (ProductTag) Annotations() []schema.Annotation { return table("product_tag") }

// Mixin of the table.
func (ProductTag) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (ProductTag) Fields() []ent.Field {
	return []ent.Field{
		ref("product_id"),
		field.String("tag").Comment("lower case"),
		field.String("label").Comment("as written"),
	}
}

// Indexes of the table, each with the read it serves.
func (ProductTag) Indexes() []ent.Index {
	return []ent.Index{
		// The tag filter and facet; productTags.
		index.Fields("shop_id", "tag", "product_id").Unique(),
		// The tags of one product, when it is written.
		index.Fields("shop_id", "product_id"),
	}
}
