package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// App is a program that uses the API in its own name or in that of staff: an integration, a staff tool, an OAuth client.
type App struct{ ent.Schema }

// Annotations name the table.
func (App) Annotations() []schema.Annotation { return table("app") }

// Mixin of the table.
func (App) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (App) Fields() []ent.Field {
	return []ent.Field{
		field.String("title"),
		field.String("handle").Optional().Nillable().Comment("its name on the command line; null for apps that need none"),
		field.String("operations").Optional().Nillable().Comment("which documents it may send: open, log_unknown or registered; null is the deployment's setting"),
		field.String("kind").Comment("confidential: it can keep a secret; public: it cannot, such as a page in a browser"),
		field.Bytes("secret_hash").Optional().Sensitive().Comment("of the client secret in force"),
		field.Bytes("previous_hash").Optional().Sensitive().Comment("of the one before, good until previous_until"),
		at("previous_until"),
		doc("redirect_uris"),
		doc("scopes"),       // the most that it may be given
		doc("location_ids"), // the locations that it may touch; empty is all
		at("revoked_at"),
	}
}

// Indexes of the table, each with the read it serves.
func (App) Indexes() []ent.Index {
	return []ent.Index{
		// The apps of a shop, oldest first.
		index.Fields("shop_id", "id"),
		// An app by the name that the command line gives it.
		index.Fields("shop_id", "handle").Unique(),
	}
}
