package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
)

// Shop is one merchant in the deployment; every other row of commerce belongs to one.
type Shop struct{ ent.Schema }

// Annotations name the table.
func (Shop) Annotations() []schema.Annotation { return table("shop") }

// Mixin of the table.
func (Shop) Mixin() []ent.Mixin { return []ent.Mixin{times{}} }

// Fields of the table.
func (Shop) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(newID).Immutable(),
		field.String("handle").Unique(),
		field.String("name"),
		str("description"),
		str("email"),
		field.String("currency"),
		field.String("country"),
		field.String("language"),
		field.String("money_format").Default("{{amount}}"),
		str("domain"),
		doc("policies"),
		doc("brand"),
	}
}
