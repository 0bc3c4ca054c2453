package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// MetafieldDefinition says what metafields of one name are, and who may see and write them.
type MetafieldDefinition struct{ ent.Schema }

// Annotations name the table.
func (MetafieldDefinition) Annotations() []schema.Annotation { return table("metafield_definition") }

// Mixin of the table.
func (MetafieldDefinition) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (MetafieldDefinition) Fields() []ent.Field {
	return []ent.Field{
		field.String("owner_type"),
		field.String("namespace"),
		field.String("key"),
		field.String("name"),
		str("description"),
		field.String("type"),
		doc("validations"),
		field.String("admin_access").Comment("merchant_read_write or merchant_read"),
		field.String("storefront_access").Comment("public_read or none"),
		field.Int("pinned_position").Optional().Nillable(),
	}
}

// Indexes of the table, each with the read it serves.
func (MetafieldDefinition) Indexes() []ent.Index {
	return []ent.Index{
		// The definitions of a type of owner, and the one that a metafield has.
		index.Fields("shop_id", "owner_type", "namespace", "key").Unique(),
	}
}
