package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// AuditEntry says who of the staff did what to which thing, and when.
type AuditEntry struct{ ent.Schema }

// Annotations name the table.
func (AuditEntry) Annotations() []schema.Annotation { return table("audit_entry") }

// Mixin of the table.
func (AuditEntry) Mixin() []ent.Mixin { return []ent.Mixin{owned{}} }

// Fields of the table.
func (AuditEntry) Fields() []ent.Field {
	return []ent.Field{
		field.String("actor"),
		field.String("action"),
		field.String("resource"),
		doc("data"),
		str("request_id"),
		str("address"),  // where the request came from
		maybe("app_id"), // the app that a member of staff acted through
		created(),
	}
}

// Indexes of the table, each with the read it serves.
func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{
		// The audit trail, newest first.
		index.Fields("shop_id", "id"),
		// The trail of one thing.
		index.Fields("shop_id", "resource", "id"),
	}
}
