package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Quota is how much may be asked for in a layer of a shop's rate limits, or of one of its apps', instead of what is usual.
type Quota struct{ ent.Schema }

// Annotations name the table.
func (Quota) Annotations() []schema.Annotation { return table("quota") }

// Mixin of the table.
func (Quota) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (Quota) Fields() []ent.Field {
	return []ent.Field{
		ref("app_id"), // of the only app that it is for; the zero id for all of the shop
		field.String("layer").Comment("what is counted together: address, storefront, customer, staff, app or shop"),
		field.Int64("capacity").Comment("points that may be spent at once"),
		field.Int64("per_second").Comment("points that come back each second"),
		created(),
		field.Time("updated_at"),
	}
}

// Indexes of the table, each with the read it serves.
func (Quota) Indexes() []ent.Index {
	return []ent.Index{
		// All of a shop at once; one for each layer and app.
		index.Fields("shop_id", "app_id", "layer").Unique(),
	}
}
