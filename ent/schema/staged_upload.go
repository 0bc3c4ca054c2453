package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// StagedUpload is a place where staff may put one picture, and the picture once it is there.
type StagedUpload struct{ ent.Schema }

// Annotations name the table.
func (StagedUpload) Annotations() []schema.Annotation { return table("staged_upload") }

// Mixin of the table.
func (StagedUpload) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (StagedUpload) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("secret_hash").Sensitive(),
		field.String("filename"),
		field.String("declared_type").Comment("what the client said that it would send"),
		field.Int64("byte_limit"),
		str("file_key"), // where the picture is kept; empty until it is there
		str("content_type"),
		field.Int("width").Default(0),
		field.Int("height").Default(0),
		field.Time("expires_at"),
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (StagedUpload) Indexes() []ent.Index {
	return []ent.Index{
		// What has run out, for the sweep.
		index.Fields("shop_id", "expires_at"),
	}
}
