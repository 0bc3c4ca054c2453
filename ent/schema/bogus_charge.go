package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
)

// BogusCharge is the memory of the bogus gateway, which stands for a payment provider outside: its own truth of what it charged.
type BogusCharge struct{ ent.Schema }

// Annotations name the table.
func (BogusCharge) Annotations() []schema.Annotation { return table("bogus_charge") }

// Fields of the table.
func (BogusCharge) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(newID).Immutable(),
		field.String("idempotency_key").Unique(),
		field.String("kind"),
		field.Int64("amount"),
		field.String("currency"),
		field.String("status"),
		str("parent"),
		created(),
	}
}
