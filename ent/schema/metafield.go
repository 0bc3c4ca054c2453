package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Metafield is a typed value that a shop adds to one of its things.
type Metafield struct{ ent.Schema }

// Annotations name the table.
func (Metafield) Annotations() []schema.Annotation { return table("metafield") }

// Mixin of the table.
func (Metafield) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (Metafield) Fields() []ent.Field {
	return []ent.Field{
		field.String("owner_type"),
		ref("owner_id"),
		field.String("namespace"),
		field.String("key"),
		field.String("type").Default("single_line_text_field"),
		field.Text("value").Default(""),
		field.String("value_key").Default("").Comment("the first 255 characters of the value, for filters"),
		str("description"),
	}
}

// Indexes of the table, each with the read it serves.
func (Metafield) Indexes() []ent.Index {
	return []ent.Index{
		// The metafields of things, by name.
		index.Fields("shop_id", "owner_id", "namespace", "key").Unique(),
		// The metafield filter and facet.
		index.Fields("shop_id", "namespace", "key", "value_key", "owner_id"),
	}
}
