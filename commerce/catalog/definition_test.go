package catalog_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// definition names one for products.
func definition(key, kind string, rules ...catalog.Validation) catalog.DefinitionInput {
	return catalog.DefinitionInput{DefinitionName: catalog.DefinitionName{OwnerType: "PRODUCT", Namespace: "custom", Key: key}, Name: &key, Type: kind, Validations: &rules}
}

func (b *bundle) define(t *testing.T, in catalog.DefinitionInput) *catalog.Definition {
	t.Helper()
	d, ps, err := b.catalog.DefineMetafield(b.ctx, in)
	if err != nil || len(ps) > 0 {
		t.Fatal(codes(ps), err)
	}
	return d
}

// set writes a metafield of a product.
func (b *bundle) set(product uuid.UUID, key, value string) (fault.Problems, error) {
	_, ps, err := b.catalog.SetMetafields(b.ctx, []catalog.MetafieldSet{{Owner: gid.New("Product", product), Namespace: "custom", Key: key, Value: value}})
	return ps, err
}

func TestValuesObeyTheirDefinition(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		product := b.put(t, shirt()).ID
		rule := func(name, value string) catalog.Validation { return catalog.Validation{Name: name, Value: value} }
		for i, tc := range []struct {
			kind      string
			rules     []catalog.Validation
			good, bad []string
		}{
			{"number_integer", []catalog.Validation{rule("min", "2"), rule("max", "9")}, []string{"2", "9"}, []string{"1", "10", "x", "2.5"}},
			{"number_decimal", []catalog.Validation{rule("max_precision", "2"), rule("min", "-0.5")}, []string{"-0.5", "3.25"}, []string{"3.255", "-0.6"}},
			{"single_line_text_field", []catalog.Validation{rule("choices", `["Oak","Ash"]`)}, []string{"Oak"}, []string{"oak", "Pine"}},
			{"single_line_text_field", []catalog.Validation{rule("regex", "^[A-Z]{2}-[0-9]+$"), rule("max", "6")}, []string{"AB-12"}, []string{"AB12", "AB-12345"}},
			{"date", []catalog.Validation{rule("min", "2026-01-01")}, []string{"2026-01-01"}, []string{"2025-12-31"}},
			{"list.single_line_text_field", []catalog.Validation{rule("list.min", "1"), rule("list.max", "2"), rule("max", "3")}, []string{`["a","abc"]`}, []string{`[]`, `["a","b","c"]`, `["abcd"]`, `x`}},
			{"list.number_integer", []catalog.Validation{rule("max", "5")}, []string{`[1,5]`}, []string{`[1,6]`}},
		} {
			key := "key" + string(rune('a'+i))
			b.define(t, definition(key, tc.kind, tc.rules...))
			for _, v := range tc.good {
				if ps, err := b.set(product, key, v); err != nil || len(ps) > 0 {
					t.Errorf("%s %q: %s %v", tc.kind, v, codes(ps), err)
				}
			}
			for _, v := range tc.bad {
				if ps, err := b.set(product, key, v); err != nil || codes(ps) != "metafields.0.value.INVALID_VALUE " {
					t.Errorf("%s %q: %s %v", tc.kind, v, codes(ps), err)
				}
			}
		}
		_, ps, err := b.catalog.SetMetafields(b.ctx, []catalog.MetafieldSet{{Owner: gid.New("Product", product), Key: "keya", Type: "boolean", Value: "true"}})
		expect(t, ps, err, "metafields.0.type.INVALID_TYPE ")
		_, ps, err = b.catalog.UpdateProduct(b.ctx, product, catalog.ProductChanges{Metafields: []catalog.MetafieldInput{{Key: "keya", Value: "1"}}})
		expect(t, ps, err, "product.metafields.0.value.INVALID_VALUE ")
		imported := shirt()
		imported.Metafields = append(imported.Metafields, catalog.MetafieldInput{Key: "keya", Value: "1"})
		saved, err := b.catalog.Put(b.ctx, imported)
		expect(t, saved.Problems, err, "metafields.2.value.INVALID_VALUE ")
	})
}

func TestDefinitionsAreChecked(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.put(t, shirt())
		b.define(t, definition("size", "number_integer"))
		for _, tc := range []struct {
			name, want string
			in         catalog.DefinitionInput
		}{
			{"Twice", "definition.key.TAKEN ", definition("size", "boolean")},
			{"NoType", "definition.type.INVALID ", definition("other", "nothing")},
			{"BadKey", "definition.key.INVALID ", definition("a b", "boolean")},
			{"BadPattern", "definition.validations.0.value.INVALID ", definition("other", "url", catalog.Validation{Name: "regex", Value: "(a"})},
			{"NoSuchRule", "definition.validations.0.name.INVALID ", definition("other", "boolean", catalog.Validation{Name: "min", Value: "1"})},
			{"Upside", "definition.validations.1.value.INVALID ", definition("other", "number_integer", catalog.Validation{Name: "min", Value: "3"}, catalog.Validation{Name: "max", Value: "2"})},
			{"ValuesOfAnotherType", "definition.validations.CONFLICT ", definition("material", "number_integer")},
			{"ValuesThatDoNotFit", "definition.validations.CONFLICT ", definition("years", "number_integer", catalog.Validation{Name: "min", Value: "3"})},
		} {
			_, ps, err := b.catalog.DefineMetafield(b.ctx, tc.in)
			if err != nil || codes(ps) != tc.want {
				t.Errorf("%s: %s %v", tc.name, codes(ps), err)
			}
			if tc.name == "ValuesThatDoNotFit" && !strings.Contains(ps[0].Message, "Of 1 values that are there, 1 do not fit") {
				t.Error(ps[0].Message)
			}
		}
		d := b.define(t, definition("years", "number_integer", catalog.Validation{Name: "min", Value: "1"}))
		read := d.Revision()
		stricter := definition("years", "", catalog.Validation{Name: "min", Value: "3"})
		_, ps, err := b.catalog.RedefineMetafield(b.ctx, stricter)
		expect(t, ps, err, "definition.validations.CONFLICT ")
		pinned, ps, err := b.catalog.RedefineMetafield(b.ctx, catalog.DefinitionInput{DefinitionName: stricter.DefinitionName, IfRevision: &read, Pin: ptr(true)})
		if expect(t, ps, err, ""); pinned.PinnedPosition == nil || len(pinned.Validations) != 1 {
			t.Fatalf("%+v", pinned)
		}
		_, ps, err = b.catalog.RedefineMetafield(b.ctx, catalog.DefinitionInput{DefinitionName: stricter.DefinitionName, IfRevision: &read, Pin: ptr(false)})
		expect(t, ps, err, "definition.ifRevision.STALE ")
	})
}

// What is defined without storefronts is not there for them, and does not show once the definition is gone.
func TestHiddenFromStorefronts(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		product := b.put(t, shirt()).ID
		shopper := access.With(b.in("USD"), access.Actor{Kind: access.Storefront, Shop: access.From(b.ctx).Shop})
		sees := func(ctx context.Context) bool {
			t.Helper()
			name := catalog.MetafieldName{Owner: product, Namespace: "custom", Key: "material"}
			found, err := b.catalog.Metafields(ctx, []catalog.MetafieldName{name})
			if err != nil {
				t.Fatal(err)
			}
			return found[name] != nil
		}
		if !sees(shopper) {
			t.Fatal("without a definition it shows")
		}
		in := definition("material", "single_line_text_field")
		b.define(t, in)
		if sees(shopper) || !sees(b.in("USD")) {
			t.Fatal("a definition hides it from storefronts, and from nobody else")
		}
		_, ps, err := b.catalog.UndefineMetafield(b.ctx, in.DefinitionName, false)
		expect(t, ps, err, "deleteAllAssociatedMetafields.CONFLICT ")
		in.Validations, in.Storefront = nil, ptr(catalog.StorefrontPublic)
		_, ps, err = b.catalog.RedefineMetafield(b.ctx, in)
		if expect(t, ps, err, ""); !sees(shopper) {
			t.Fatal("an open one shows")
		}
		_, ps, err = b.catalog.UndefineMetafield(b.ctx, in.DefinitionName, true)
		if expect(t, ps, err, ""); sees(b.in("USD")) {
			t.Fatal("its values went along")
		}
	})
}

// Values are written while their definition is made: either they fit it, or it was refused.
func TestDefinitionBesideWriters(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.catalog = catalog.New(catalog.Config{DB: db, Shops: b.shops, Clock: b.clock})
		product := b.put(t, shirt()).ID
		for round := range 8 {
			key := "note" + string(rune('a'+round))
			failed := together(map[string]func() error{
				"value": func() error {
					_, _, err := b.catalog.SetMetafields(b.ctx, []catalog.MetafieldSet{{Owner: gid.New("Product", product), Key: key, Type: "single_line_text_field", Value: "long"}})
					return err
				},
				"definition": func() error {
					_, _, err := b.catalog.DefineMetafield(b.ctx, definition(key, "single_line_text_field", catalog.Validation{Name: "max", Value: "2"}))
					return err
				},
			})
			for name, err := range failed {
				if err != nil {
					t.Fatal(name, err)
				}
			}
			if n := b.number(t, `SELECT count(*) FROM metafield f JOIN metafield_definition d ON d.shop_id = f.shop_id AND d.namespace = f.namespace AND d.key = f.key
 WHERE f.shop_id = $1 AND f.key = $2`, key); n != 0 {
				t.Fatal("a value does not fit its definition")
			}
		}
	})
}
