package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// UrlRedirect is an address of the shop's website that leads elsewhere.
type UrlRedirect struct{ ent.Schema } //nolint:revive // the name that the API has for it

// Annotations name the table.
func (UrlRedirect) Annotations() []schema.Annotation { return table("url_redirect") }

// Mixin of the table.
func (UrlRedirect) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (UrlRedirect) Fields() []ent.Field {
	return []ent.Field{
		field.String("path").Comment("from the root, without the host; compared letter by letter"),
		field.String("target").Comment("a path, or a whole address"),
	}
}

// Indexes of the table, each with the read it serves.
func (UrlRedirect) Indexes() []ent.Index {
	return []ent.Index{
		// Where a path leads; and redirects in order of their paths.
		index.Fields("shop_id", "path").Unique(),
		// urlRedirects, keyset.
		index.Fields("shop_id", "id"),
		// Which redirects lead to a target.
		index.Fields("shop_id", "target"),
	}
}
