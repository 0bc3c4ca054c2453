package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// TaxRate is what a country or province takes of a sale.
type TaxRate struct{ ent.Schema }

// Annotations name the table.
func (TaxRate) Annotations() []schema.Annotation { return table("tax_rate") }

// Mixin of the table.
func (TaxRate) Mixin() []ent.Mixin { return []ent.Mixin{owned{}, times{}} }

// Fields of the table.
func (TaxRate) Fields() []ent.Field {
	return []ent.Field{
		field.String("country"),
		str("province"),
		field.String("name"),
		field.Int64("rate_ppm").Comment("parts per million"),
		field.Bool("shipping_taxable").Default(true),
		field.Int("position").Default(0),
	}
}

// Indexes of the table, each with the read it serves.
func (TaxRate) Indexes() []ent.Index {
	return []ent.Index{
		// The rates of a country.
		index.Fields("shop_id", "country", "province", "name").Unique(),
	}
}
