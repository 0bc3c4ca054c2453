// Package schema describes Rialto's tables: fields, edges and indexes, one file a table.
//
// It knows nothing of the capabilities that read and write them, and imports nothing of ours. Every row of a shop
// carries shop_id, and every index of such a table starts with it; each index names the read that it serves.
package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
	"github.com/google/uuid"
)

// owned is the mixin of every row that belongs to a shop: its id (UUIDv7, so rows lie in order of creation) and its shop.
type owned struct{ mixin.Schema }

// Fields of the mixin.
func (owned) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(newID).Immutable(),
		field.UUID("shop_id", uuid.UUID{}).Immutable(),
	}
}

// times is the mixin of rows that are edited: when they were made and last written, in UTC.
type times struct{ mixin.Schema }

// Fields of the mixin.
func (times) Fields() []ent.Field {
	return []ent.Field{field.Time("created_at").Immutable(), field.Time("updated_at")}
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// created is the single time of a row that is never edited.
func created() ent.Field { return field.Time("created_at").Immutable() }

// ref is a required column that holds another row's id.
func ref(name string) ent.Field { return field.UUID(name, uuid.UUID{}) }

// maybe is an optional column that holds another row's id.
func maybe(name string) ent.Field { return field.UUID(name, uuid.UUID{}).Optional().Nillable() }

// str is a text column that is never null.
func str(name string) ent.Field { return field.String(name).Default("") }

// doc is a JSON column; the capability that owns the row knows its shape.
func doc(name string) ent.Field { return field.JSON(name, json.RawMessage{}).Optional() }

// at is an optional moment.
func at(name string) ent.Field { return field.Time(name).Optional().Nillable() }

// parent is a foreign key to the row that this one belongs to. Only rows that are never deleted are parents: deleting one
// would read every table below it from end to end, because no index begins with a parent's id (docs/adr/0010).
func parent(name string, t any, column string) ent.Edge {
	return edge.To(name, t).Field(column).Unique().Required().Annotations(entsql.OnDelete(entsql.Restrict))
}

func table(name string) []schema.Annotation { return []schema.Annotation{entsql.Table(name)} }
