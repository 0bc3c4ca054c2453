package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
)

// SigningKey is a key that access tokens are signed with, for all shops of a deployment. The newest one that is active signs; those before it are still believed until they retire.
type SigningKey struct{ ent.Schema }

// Annotations name the table.
func (SigningKey) Annotations() []schema.Annotation { return table("signing_key") }

// Fields of the table.
func (SigningKey) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(newID).Immutable(),
		field.String("kid").Unique(),
		field.String("algorithm").Comment("EdDSA"),
		field.Bytes("public"),
		field.Bytes("private").Sensitive().Comment("sealed where the deployment has a secret"),
		field.Bool("sealed").Default(false),
		field.Time("active_at").Comment("signs from then on: replicas have read it before"),
		at("retired_at"), // no longer believed from then on
		created(),
	}
}
