package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// FieldUsage is how often an operation of an app touched one place of the GraphQL schema on one day. It holds no value of any
// request.
type FieldUsage struct{ ent.Schema }

// Annotations name the table.
func (FieldUsage) Annotations() []schema.Annotation { return table("field_usage") }

// Mixin of the table.
func (FieldUsage) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (FieldUsage) Fields() []ent.Field {
	return []ent.Field{
		field.String("coordinate").Comment("the place, such as Product.title"),
		field.UUID("use_id", uuid.UUID{}).Comment("made of app, operation and document: the same ones have the same"),
		field.Int64("day").Comment("days since 1970-01-01, in UTC"),
		maybe("app_id"),
		str("operation"),
		str("document"),
		field.Int64("count").Comment("requests; a request touches a place once, however often it stands in it"),
		field.Int64("last_used").Comment("seconds since 1970, so that both databases can tell the greatest"),
	}
}

// Indexes of the table, each with the read it serves.
func (FieldUsage) Indexes() []ent.Index {
	return []ent.Index{
		// Who uses a place; where a day's count goes.
		index.Fields("shop_id", "coordinate", "use_id", "day").Unique(),
		// Days that are over.
		index.Fields("shop_id", "day"),
	}
}
