package catalog_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

// shape tells a product's options and variants: "Size:S,M Color:Red | S/Red, M/Red".
func (b *bundle) shape(t *testing.T, product uuid.UUID) string {
	t.Helper()
	all, err := b.catalog.Options(b.ctx, []uuid.UUID{product})
	if err != nil {
		t.Fatal(err)
	}
	var options, variants []string
	for _, o := range all[product] {
		options = append(options, o.Name+":"+strings.Join(o.Values(), ","))
	}
	for _, v := range b.variants(t, b.in("USD"), product) {
		variants = append(variants, strings.ReplaceAll(v.Title, " / ", "/"))
	}
	return strings.Join(options, " ") + " | " + strings.Join(variants, ", ")
}

func (b *bundle) option(t *testing.T, product uuid.UUID, name string) *catalog.Option {
	t.Helper()
	all, err := b.catalog.Options(b.ctx, []uuid.UUID{product})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all[product] {
		if o.Name == name {
			return o
		}
	}
	t.Fatal("no option", name)
	return nil
}

func TestOptions(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		p, ps, err := b.catalog.CreateProduct(b.ctx, catalog.ProductChanges{Title: ptr("Chair")})
		expect(t, ps, err, "")
		id := p.ID.UUID
		step := func(name, problems, want string, f func() (*catalog.Product, fault.Problems, error)) {
			t.Helper()
			if _, ps, err := f(); err != nil || codes(ps) != problems {
				t.Fatalf("%s: %s %v", name, codes(ps), err)
			}
			if diff := cmp.Diff(want, b.shape(t, id)); diff != "" {
				t.Fatal(name, diff)
			}
		}
		one := func(name string, values ...string) []catalog.OptionInput {
			return []catalog.OptionInput{{Name: name, Values: values}}
		}
		step("first", "", "Size:S,M | S", func() (*catalog.Product, fault.Problems, error) {
			return b.catalog.CreateOptions(b.ctx, id, one("Size", "S", "M"), false)
		})
		step("same name", "options.0.name.TAKEN ", "Size:S,M | S", func() (*catalog.Product, fault.Problems, error) {
			return b.catalog.CreateOptions(b.ctx, id, one("size", "L"), false)
		})
		step("fill", "", "Size:S,M Color:Red,Blue | S/Red, S/Blue, M/Red, M/Blue", func() (*catalog.Product, fault.Problems, error) {
			return b.catalog.CreateOptions(b.ctx, id, one("Color", "Red", "Blue"), true)
		})
		size, color := b.option(t, id, "Size"), b.option(t, id, "Color")
		change := func(in catalog.OptionChanges) func() (*catalog.Product, fault.Problems, error) {
			return func() (*catalog.Product, fault.Problems, error) { return b.catalog.UpdateOption(b.ctx, id, in) }
		}
		step("in use", "optionValuesToDelete.0.CONFLICT ", "Size:S,M Color:Red,Blue | S/Red, S/Blue, M/Red, M/Blue",
			change(catalog.OptionChanges{ID: color.ID.UUID, Delete: []uuid.UUID{color.OptionValues[1].ID.UUID}}))
		step("rename", "", "Shade:Crimson,Blue Size:S,M | Crimson/S, Blue/S, Crimson/M, Blue/M", change(catalog.OptionChanges{ID: color.ID.UUID, Name: ptr("Shade"), Position: ptr(1),
			Rename: []catalog.ValueName{{ID: color.OptionValues[0].ID.UUID, Name: "Crimson"}}}))
		step("manage", "", "Shade:Crimson,Green Size:S,M | Crimson/S, Crimson/M, Green/S, Green/M", change(catalog.OptionChanges{ID: color.ID.UUID, Manage: true,
			Delete: []uuid.UUID{color.OptionValues[1].ID.UUID}, Add: []string{"Green"}}))
		step("reorder", "", "Size:M,S Shade:Crimson,Green | M/Crimson, M/Green, S/Crimson, S/Green", func() (*catalog.Product, fault.Problems, error) {
			return b.catalog.ReorderOptions(b.ctx, id, []catalog.OptionOrder{{ID: size.ID.UUID, Values: []catalog.ValueName{{Name: "M"}}}})
		})
		last := b.variants(t, b.in("USD"), id)[3].ID.UUID
		step("variants", "", "Size:M,S Shade:Crimson,Green | S/Green, M/Crimson, M/Green, S/Crimson", func() (*catalog.Product, fault.Problems, error) {
			return b.catalog.ReorderVariants(b.ctx, id, []catalog.VariantPosition{{ID: last, Position: 1}})
		})
		remove := func(strategy string, ids ...uuid.UUID) func() (*catalog.Product, fault.Problems, error) {
			return func() (*catalog.Product, fault.Problems, error) {
				return b.catalog.DeleteOptions(b.ctx, id, ids, strategy)
			}
		}
		step("two values", "options.0.CONFLICT ", "Size:M,S Shade:Crimson,Green | S/Green, M/Crimson, M/Green, S/Crimson", remove(catalog.DeleteSingle, size.ID.UUID))
		step("the same", "options.CONFLICT ", "Size:M,S Shade:Crimson,Green | S/Green, M/Crimson, M/Green, S/Crimson", remove(catalog.DeleteHarmless, size.ID.UUID))
		step("by position", "", "Shade:Crimson,Green | Green, Crimson", remove(catalog.DeleteByPosition, size.ID.UUID))
		step("all", "", "Title:Default Title | Default Title", remove(catalog.DeleteByPosition, color.ID.UUID))
		if _, ps, err := b.catalog.CreateOptions(b.ctx, uuid.New(), one("Size", "S"), false); err != nil || codes(ps) != "productId.NOT_FOUND " {
			t.Fatal(codes(ps), err)
		}
	})
}

func TestDuplicateProduct(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		id := b.put(t, shirt()).ID
		twin, ps, err := b.catalog.DuplicateProduct(b.ctx, id, catalog.Copy{Title: "Shirt", Images: true})
		expect(t, ps, err, "")
		if twin.Handle != "shirt-1" || twin.Status != catalog.Draft || twin.ID.UUID == id {
			t.Fatalf("%+v", twin)
		}
		if diff := cmp.Diff(b.shape(t, id), b.shape(t, twin.ID.UUID)); diff != "" {
			t.Fatal(diff)
		}
		for table, n := range map[string]int{"media": 2, "metafield": 2, "variant_price": 12, "product_tag": 2} {
			column := "product_id"
			if table == "metafield" {
				column = "owner_id"
			}
			if got := b.number(t, "SELECT count(*) FROM "+table+" WHERE shop_id = $1 AND "+column+" = $2", twin.ID.UUID); got != n {
				t.Errorf("%d rows of %s", got, table)
			}
		}
		if n := b.number(t, "SELECT count(*) FROM variant v JOIN media m ON m.id = v.media_id WHERE v.shop_id = $1 AND v.product_id = $2 AND m.product_id = v.product_id", twin.ID.UUID); n != 4 {
			t.Errorf("%d variants show a picture of their own product", n)
		}
		_, ps, err = b.catalog.DuplicateProduct(b.ctx, id, catalog.Copy{Title: " ", Status: "GONE"})
		expect(t, ps, err, "newTitle.BLANK newStatus.INVALID ")
		_, ps, err = b.catalog.DuplicateProduct(b.ctx, uuid.New(), catalog.Copy{Title: "x"})
		expect(t, ps, err, "productId.NOT_FOUND ")
	})
}

func TestProductIsArranged(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		id := b.put(t, shirt()).ID
		media := func() (ids []uuid.UUID) {
			rows, err := b.db.Query(b.ctx, "SELECT m.id FROM media m WHERE m.shop_id = $1 AND m.product_id = $2 ORDER BY m.position", id)
			ids, err = database.IDs(rows, err)
			if err != nil {
				t.Fatal(err)
			}
			return ids
		}
		was := media()
		_, ps, err := b.catalog.ReorderMedia(b.ctx, id, []catalog.Move{{Product: was[1], To: 0}})
		expect(t, ps, err, "")
		if diff := cmp.Diff([]uuid.UUID{was[1], was[0]}, media()); diff != "" {
			t.Fatal(diff)
		}
		_, ps, err = b.catalog.ReorderMedia(b.ctx, id, []catalog.Move{{Product: uuid.New()}})
		expect(t, ps, err, "moves.0.id.MEDIA_DOES_NOT_EXIST ")
		_, ps, err = b.catalog.UpdateMedia(b.ctx, id, []catalog.MediaChanges{{ID: was[0], Alt: ptr("Back")}})
		expect(t, ps, err, "")
		_, ps, err = b.catalog.UpdateMedia(b.ctx, uuid.New(), nil)
		expect(t, ps, err, "productId.PRODUCT_DOES_NOT_EXIST ")
		p, ps, err := b.catalog.ChangeStatus(b.ctx, id, catalog.Archived)
		if expect(t, ps, err, ""); p.Status != catalog.Archived {
			t.Fatal(p.Status)
		}
		p, ps, err = b.catalog.TagProduct(b.ctx, id, []string{"New"}, []string{"COTTON"})
		expect(t, ps, err, "")
		if diff := cmp.Diff([]string{"summer", "New"}, p.Tags); diff != "" {
			t.Fatal(diff)
		}
	})
}
