package catalog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func (b *bundle) create(t *testing.T, in catalog.ProductChanges) *catalog.Product {
	t.Helper()
	p, problems, err := b.catalog.CreateProduct(b.ctx, in)
	if err != nil || len(problems) > 0 {
		t.Fatalf("%s, %v", codes(problems), err)
	}
	return p
}

func (b *bundle) collection(t *testing.T, in catalog.CollectionChanges) *catalog.Collection {
	t.Helper()
	c, problems, err := b.catalog.CreateCollection(b.ctx, in)
	if err != nil || len(problems) > 0 {
		t.Fatalf("%s, %v", codes(problems), err)
	}
	return c
}

func expect(t *testing.T, problems fault.Problems, err error, want string) {
	t.Helper()
	if err != nil || codes(problems) != want {
		t.Errorf("problems %q, want %q; err %v", codes(problems), want, err)
	}
}

func TestProductByStaff(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		picked := b.collection(t, catalog.CollectionChanges{Title: ptr("Picked")})
		b.events.take()
		p := b.create(t, catalog.ProductChanges{
			Title: ptr("Blaue Größe"), Options: []catalog.OptionInput{{Name: "Size", Values: []string{"S", "M"}}}, CollectionsToJoin: []uuid.UUID{picked.ID.UUID},
			Media: []catalog.MediaInput{{Source: "https://img.test/a.jpg", Alt: "A"}}, Metafields: []catalog.MetafieldInput{{Key: "care", Type: "single_line_text_field", Value: "Wash"}},
		})
		if p.Handle != "blaue-groesse" && p.Handle != "blaue-grosse" || p.Status != catalog.Draft {
			t.Errorf("handle %s, status %s", p.Handle, p.Status)
		}
		if d := cmp.Diff([]string{"catalog.product_changed " + p.Handle, "catalog.collection_changed picked"}, b.events.take()); d != "" {
			t.Error(d)
		}
		if v := b.variants(t, b.in("USD"), p.ID.UUID); len(v) != 1 || v[0].Title != "S" {
			t.Errorf("variants %+v", v)
		}
		if d := cmp.Diff([]string{p.Handle}, b.members(t, picked)); d != "" {
			t.Error(d)
		}
		if twin := b.create(t, catalog.ProductChanges{Title: p0(p.Title)}); twin.Handle != p.Handle+"-1" {
			t.Errorf("the twin's handle is %s", twin.Handle)
		}
		t.Run("PartsStay", func(t *testing.T) {
			b.clock.Advance(1e9)
			after, problems, err := b.catalog.UpdateProduct(b.ctx, p.ID.UUID, catalog.ProductChanges{Vendor: ptr("Loom"), Status: ptr(catalog.Active), CollectionsToLeave: []uuid.UUID{picked.ID.UUID}})
			expect(t, problems, err, "")
			if after.Title != p.Title || after.Vendor != "Loom" || after.Status != catalog.Active || !after.UpdatedAt.After(p.UpdatedAt) {
				t.Errorf("after = %+v", after)
			}
			if got := b.members(t, picked); len(got) != 0 {
				t.Errorf("members %v", got)
			}
		})
		t.Run("NothingNewTellsNobody", func(t *testing.T) {
			b.events.take()
			_, problems, err := b.catalog.UpdateProduct(b.ctx, p.ID.UUID, catalog.ProductChanges{Vendor: ptr("Loom"), Metafields: []catalog.MetafieldInput{{Key: "care", Value: "Wash"}}})
			expect(t, problems, err, "")
			if told := b.events.take(); len(told) > 0 {
				t.Errorf("told %v", told)
			}
		})
		t.Run("Refused", func(t *testing.T) {
			_, problems, err := b.catalog.CreateProduct(b.ctx, catalog.ProductChanges{Title: ptr(""), Handle: ptr(p.Handle), Media: []catalog.MediaInput{{Source: "ftp://x"}, {Source: "https://a.test", Kind: "VIDEO"}}})
			expect(t, problems, err, "product.handle.TAKEN product.title.BLANK ")
			_, problems, err = b.catalog.CreateProduct(b.ctx, catalog.ProductChanges{Title: ptr("T"), Media: []catalog.MediaInput{{Source: "ftp://x"}, {Source: "https://a.test", Kind: "VIDEO"}},
				Metafields: []catalog.MetafieldInput{{Key: "new", Value: "x"}}, CollectionsToJoin: []uuid.UUID{uuid.New()}})
			expect(t, problems, err, "media.0.originalSource.INVALID media.1.mediaContentType.INVALID_MEDIA_TYPE product.metafields.0.type.INVALID_TYPE product.collectionsToJoin.0.NOT_FOUND ")
			_, problems, err = b.catalog.CreateProduct(b.ctx, catalog.ProductChanges{Title: ptr("a\xff")})
			expect(t, problems, err, "product.title.INVALID ")
			_, problems, err = b.catalog.UpdateProduct(b.ctx, uuid.New(), catalog.ProductChanges{})
			expect(t, problems, err, "product.id.NOT_FOUND ")
			problems, err = b.catalog.DeleteProduct(b.ctx, uuid.New())
			expect(t, problems, err, "input.id.NOT_FOUND ")
		})
		t.Run("ForeignShop", func(t *testing.T) {
			other := setup(t, db)
			_, problems, err := other.catalog.UpdateProduct(other.ctx, p.ID.UUID, catalog.ProductChanges{Title: ptr("Mine")})
			expect(t, problems, err, "product.id.NOT_FOUND ")
		})
		t.Run("DeletedWithAllItHas", func(t *testing.T) {
			b.events.take()
			problems, err := b.catalog.DeleteProduct(b.ctx, p.ID.UUID)
			expect(t, problems, err, "")
			for _, table := range []string{"variant", "variant_price", "product_price", "product_option", "option_value", "variant_option", "media"} {
				if n := b.number(t, "SELECT count(*) FROM "+table+" WHERE shop_id = $1 AND product_id = $2", p.ID.UUID); n != 0 {
					t.Errorf("%d rows of %s are left", n, table)
				}
			}
			if n := b.number(t, "SELECT count(*) FROM metafield WHERE shop_id = $1"); n != 0 {
				t.Errorf("%d metafields are left", n)
			}
			if d := cmp.Diff([]string{"catalog.product_deleted " + p.Handle}, b.events.take()); d != "" {
				t.Error(d)
			}
		})
	})
}

func p0(s string) *string { return &s }

func TestVariantsByStaff(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		p := b.create(t, catalog.ProductChanges{Title: ptr("Lamp"), Options: []catalog.OptionInput{{Name: "Color", Values: []string{"Red", "Blue"}}}})
		id := p.ID.UUID
		color := func(name string) []catalog.OptionChoice {
			return []catalog.OptionChoice{{Option: "color", Value: name}}
		}
		saved, problems, err := b.catalog.CreateVariants(b.ctx, id, []catalog.VariantChanges{
			{Options: color("Blue"), Price: ptr(usd(1000)), SKU: ptr("L-B"), Weight: &catalog.WeightInput{Value: 1.5, Unit: "KILOGRAMS"}, MediaSource: "https://img.test/b.jpg",
				Metafields: []catalog.MetafieldInput{{Key: "watts", Type: "number_integer", Value: "40"}}},
			{Options: color("Green"), Price: ptr(usd(1200)), CompareAt: ptr(usd(1500))},
		}, []catalog.MediaInput{{Source: "https://img.test/b.jpg"}}, catalog.DefaultStrategy)
		expect(t, problems, err, "")
		if saved.Product.VariantsCount().Count != 3 || saved.Variants[0].Title != "Blue" || saved.Variants[0].WeightGrams != 1500 || saved.Variants[0].MediaID == nil {
			t.Fatalf("saved = %+v", saved.Variants[0])
		}
		blue, green := saved.Variants[0].ID.UUID, saved.Variants[1].ID.UUID
		red := b.variants(t, b.in("USD"), id)[0].ID.UUID
		t.Run("PriceSetsWhatFollowsFromIt", func(t *testing.T) {
			_, problems, err := b.catalog.UpdateVariants(b.ctx, id, []catalog.VariantChanges{{ID: green, Price: ptr(money.New(999, "EUR"))}}, nil, catalog.Bulk{})
			expect(t, problems, err, "")
			_, problems, err = b.catalog.UpdateVariants(b.ctx, id, []catalog.VariantChanges{{ID: green, Price: ptr(usd(2000)), ClearCompareAt: true}}, nil, catalog.Bulk{})
			expect(t, problems, err, "")
			got := []int64{b.variants(t, b.in("USD"), id)[2].Price.Amount, b.variants(t, b.in("EUR"), id)[2].Price.Amount, b.variants(t, b.in("JPY"), id)[2].Price.Amount}
			if d := cmp.Diff([]int64{2000, 999, 3000}, got); d != "" {
				t.Error(d)
			}
			list, err := b.catalog.Products(b.in("EUR"), []uuid.UUID{id})
			if err != nil || list[id].PriceRange.MaxVariantPrice.Amount != 999 || list[id].PriceRange.MinVariantPrice.Amount != 0 {
				t.Errorf("range %+v, %v", list[id].PriceRange, err)
			}
		})
		t.Run("ValuesAreTraded", func(t *testing.T) {
			_, problems, err := b.catalog.UpdateVariants(b.ctx, id, []catalog.VariantChanges{{ID: blue, Options: color("Green")}, {ID: green, Options: color("Blue")}}, nil, catalog.Bulk{})
			expect(t, problems, err, "")
			v := b.variants(t, b.in("USD"), id)
			if v[1].Title != "Green" || v[2].Title != "Blue" {
				t.Errorf("titles %s, %s", v[1].Title, v[2].Title)
			}
		})
		t.Run("RefusedTogether", func(t *testing.T) {
			_, problems, err := b.catalog.UpdateVariants(b.ctx, id, []catalog.VariantChanges{
				{ID: blue, Price: ptr(usd(1))}, {ID: green, Price: ptr(usd(-1))}, {}, {ID: uuid.New()}, {ID: red, Price: ptr(money.New(1, "GBP"))},
			}, nil, catalog.Bulk{})
			expect(t, problems, err, "variants.1.price.GREATER_THAN_OR_EQUAL_TO variants.2.id.PRODUCT_VARIANT_ID_MISSING variants.3.id.PRODUCT_VARIANT_DOES_NOT_EXIST variants.4.price.CURRENCY_MISMATCH ")
			if v := b.variants(t, b.in("USD"), id); v[1].Price.Amount != 1000 {
				t.Errorf("price %v", v[1].Price)
			}
		})
		t.Run("GoodOnesSaved", func(t *testing.T) {
			saved, problems, err := b.catalog.UpdateVariants(b.ctx, id, []catalog.VariantChanges{{ID: blue, Price: ptr(usd(1))}, {ID: green, Price: ptr(usd(-1))}, {ID: red, Options: color("Green")}}, nil, catalog.Bulk{Partial: true})
			expect(t, problems, err, "variants.1.price.GREATER_THAN_OR_EQUAL_TO variants.2.optionValues.VARIANT_ALREADY_EXISTS ")
			if saved == nil || len(saved.Variants) != 1 || saved.Variants[0].Price.Amount != 1 {
				t.Errorf("saved %+v", saved)
			}
		})
		t.Run("Refused", func(t *testing.T) {
			_, problems, err := b.catalog.CreateVariants(b.ctx, id, []catalog.VariantChanges{
				{Options: color("Red")}, {}, {Options: []catalog.OptionChoice{{Option: "Size", Value: "S"}}}, {ID: blue, Options: color("Pink")}, {Options: color("Pink"), MediaID: ptr(uuid.New())},
			}, nil, "")
			expect(t, problems, err, "variants.1.optionValues.NEED_TO_ADD_OPTION_VALUES variants.2.optionValues.0.OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS variants.3.id.NO_KEY_ON_CREATE variants.4.mediaId.INVALID variants.0.optionValues.VARIANT_ALREADY_EXISTS ")
			_, problems, err = b.catalog.CreateVariants(b.ctx, uuid.New(), nil, nil, "")
			expect(t, problems, err, "productId.PRODUCT_DOES_NOT_EXIST ")
			_, problems, err = b.catalog.CreateVariants(b.ctx, id, make([]catalog.VariantChanges, 251), nil, "")
			expect(t, problems, err, "variants.INVALID ")
		})
		t.Run("LastOneStays", func(t *testing.T) {
			_, problems, err := b.catalog.DeleteVariants(b.ctx, id, []uuid.UUID{uuid.New()})
			expect(t, problems, err, "variantsIds.0.AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT ")
			after, problems, err := b.catalog.DeleteVariants(b.ctx, id, []uuid.UUID{red, blue})
			expect(t, problems, err, "")
			if after.VariantsCount().Count != 1 {
				t.Errorf("%d variants", after.VariantsCount().Count)
			}
			_, problems, err = b.catalog.DeleteVariants(b.ctx, id, []uuid.UUID{green})
			expect(t, problems, err, "variantsIds.CANNOT_DELETE_LAST_VARIANT ")
		})
		t.Run("StandaloneGoes", func(t *testing.T) {
			plain := b.create(t, catalog.ProductChanges{Title: ptr("Plain")})
			saved, problems, err := b.catalog.CreateVariants(b.ctx, plain.ID.UUID, []catalog.VariantChanges{{Options: []catalog.OptionChoice{{Option: "Title", Value: "Big"}}}}, nil, catalog.DefaultStrategy)
			expect(t, problems, err, "")
			if saved.Product.VariantsCount().Count != 1 || saved.Variants[0].Title != "Big" {
				t.Errorf("saved %+v", saved.Variants[0])
			}
		})
	})
}

func TestMediaByStaff(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		saved := b.put(t, shirt())
		images, problems, err := b.catalog.CreateMedia(b.ctx, saved.ID, []catalog.MediaInput{{Source: "https://img.test/9.jpg", Alt: "Nine"}, {Source: "https://img.test/1.jpg"}})
		expect(t, problems, err, "")
		if images[0].Src() != "https://img.test/9.jpg" || b.number(t, "SELECT count(*) FROM media WHERE shop_id = $1 AND product_id = $2", saved.ID) != 3 {
			t.Fatalf("images %+v", images[0])
		}
		shown := *b.variants(t, b.in("USD"), saved.ID)[0].MediaID
		problems, err = b.catalog.DeleteMedia(b.ctx, saved.ID, []uuid.UUID{shown, images[0].ID.UUID})
		expect(t, problems, err, "")
		if b.variants(t, b.in("USD"), saved.ID)[0].MediaID != nil {
			t.Error("a variant shows a deleted picture")
		}
		problems, err = b.catalog.DeleteMedia(b.ctx, saved.ID, []uuid.UUID{shown})
		expect(t, problems, err, "mediaIds.0.MEDIA_DOES_NOT_EXIST ")
		_, problems, err = b.catalog.CreateMedia(b.ctx, saved.ID, []catalog.MediaInput{{Source: " "}, {Source: "file:///etc/passwd"}})
		expect(t, problems, err, "media.0.originalSource.BLANK media.1.originalSource.INVALID ")
		_, problems, err = b.catalog.CreateMedia(b.ctx, uuid.New(), nil)
		expect(t, problems, err, "productId.PRODUCT_DOES_NOT_EXIST ")
	})
}

func TestCollectionsByStaff(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		var ids []uuid.UUID
		for _, handle := range []string{"a", "b", "c", "d"} {
			in := shirt()
			in.Handle, in.Variants = handle, in.Variants[:1]
			ids = append(ids, b.put(t, in).ID)
		}
		c := b.collection(t, catalog.CollectionChanges{Title: ptr("By hand"), Products: ids[:2], DescriptionHTML: ptr("<p>Hi</p>"), Image: &catalog.ImageInput{Source: "collections/x.jpg"}})
		if c.Handle != "by-hand" || c.Text != "Hi" || c.MediaID == nil || !c.Published {
			t.Fatalf("collection %+v", c)
		}
		_, problems, err := b.catalog.AddProducts(b.ctx, c.ID.UUID, ids[2:])
		expect(t, problems, err, "")
		_, problems, err = b.catalog.AddProducts(b.ctx, c.ID.UUID, []uuid.UUID{ids[0], uuid.New()})
		expect(t, problems, err, "productIds.0.TAKEN productIds.1.NOT_FOUND ")
		_, problems, err = b.catalog.ReorderProducts(b.ctx, c.ID.UUID, []catalog.Move{{Product: ids[3], To: 0}, {Product: ids[0], To: 99}})
		expect(t, problems, err, "")
		if d := cmp.Diff([]string{"d", "b", "c", "a"}, b.members(t, c)); d != "" {
			t.Error(d)
		}
		_, problems, err = b.catalog.ReorderProducts(b.ctx, c.ID.UUID, []catalog.Move{{Product: uuid.New()}, {Product: ids[0], To: -1}})
		expect(t, problems, err, "moves.0.id.NOT_FOUND moves.1.newPosition.INVALID ")
		_, problems, err = b.catalog.RemoveProducts(b.ctx, c.ID.UUID, []uuid.UUID{ids[1], uuid.New()})
		expect(t, problems, err, "")
		if d := cmp.Diff([]string{"d", "c", "a"}, b.members(t, c)); d != "" {
			t.Error(d)
		}
		if n := b.number(t, "SELECT products_count FROM collection WHERE shop_id = $1 AND id = $2", c.ID.UUID); n != 3 {
			t.Errorf("counted %d", n)
		}
		_, problems, err = b.catalog.UpdateCollection(b.ctx, c.ID.UUID, catalog.CollectionChanges{Title: ptr("Renamed"), SortOrder: ptr("PRICE_ASC"), Handle: ptr("re named")})
		expect(t, problems, err, "")
		_, problems, err = b.catalog.ReorderProducts(b.ctx, c.ID.UUID, []catalog.Move{{Product: ids[0]}})
		expect(t, problems, err, "id.CONFLICT ")
		_, problems, err = b.catalog.UpdateCollection(b.ctx, c.ID.UUID, catalog.CollectionChanges{RuleSet: &catalog.RuleSet{Rules: []*catalog.Rule{{Column: "TAG", Relation: "LESS_THAN", Condition: "x"}}}, Title: ptr("")})
		expect(t, problems, err, "input.ruleSet.CONFLICT input.title.BLANK input.ruleSet.rules.0.INVALID ")
		_, problems, err = b.catalog.CreateCollection(b.ctx, catalog.CollectionChanges{Handle: ptr("re-named"), SortOrder: ptr("UPWARD")})
		expect(t, problems, err, "input.handle.TAKEN input.title.BLANK input.sortOrder.INVALID ")
		problems, err = b.catalog.DeleteCollection(b.ctx, c.ID.UUID)
		expect(t, problems, err, "")
		problems, err = b.catalog.DeleteCollection(b.ctx, c.ID.UUID)
		expect(t, problems, err, "input.id.NOT_FOUND ")
	})
}

func TestCollectionsByRules(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		first := b.put(t, shirt())
		rule := func(column, relation, condition string) *catalog.RuleSet {
			return &catalog.RuleSet{Rules: []*catalog.Rule{{Column: column, Relation: relation, Condition: condition}}}
		}
		cheap := b.collection(t, catalog.CollectionChanges{Title: ptr("Cheap"), RuleSet: rule("VARIANT_PRICE", "LESS_THAN", "20.00")})
		stocked := b.collection(t, catalog.CollectionChanges{Title: ptr("Stocked"), RuleSet: rule("VARIANT_INVENTORY", "GREATER_THAN", "0")})
		check := func(when string, c *catalog.Collection, want ...string) {
			t.Helper()
			if d := cmp.Diff(append([]string{}, want...), b.members(t, c)); d != "" {
				t.Errorf("%s: %s", when, d)
			}
			if n := b.number(t, "SELECT products_count FROM collection WHERE shop_id = $1 AND id = $2", c.ID.UUID); n != len(want) {
				t.Errorf("%s: counted %d", when, n)
			}
		}
		check("chosen at once", cheap, "shirt")
		check("no stock", stocked)
		hat := shirt()
		hat.Handle, hat.Variants = "hat", hat.Variants[:1]
		saved := b.put(t, hat)
		check("new product", cheap, "shirt", "hat")
		hat.Variants[0].Price = usd(2100)
		b.put(t, hat)
		check("dearer", cheap, "shirt")
		_, problems, err := b.catalog.UpdateCollection(b.ctx, cheap.ID.UUID, catalog.CollectionChanges{RuleSet: rule("VARIANT_PRICE", "GREATER_THAN", "20")})
		expect(t, problems, err, "")
		check("other rules", cheap, "hat")
		err = db.InTx(b.ctx, func(tx database.Tx) error {
			place := uuid.New()
			if _, err := tx.Exec(b.ctx, "INSERT INTO location (id, shop_id, created_at, updated_at, handle, name, active, fulfills_online) VALUES ($2, $1, $3, $3, 'here', 'Here', $4, $4)", place, b.clock.Now(), true); err != nil {
				return err
			}
			if _, err := tx.Exec(b.ctx, "INSERT INTO inventory_level (id, shop_id, variant_id, location_id, on_hand, updated_at) VALUES ($2, $1, $3, $4, 5, $5)", uuid.New(), saved.Variants[0], place, b.clock.Now()); err != nil {
				return err
			}
			return b.catalog.ReclassifyTx(b.ctx, tx, []uuid.UUID{saved.ID, first.ID})
		})
		if err != nil {
			t.Fatal(err)
		}
		check("stocked", stocked, "hat")
		_, problems, err = b.catalog.AddProducts(b.ctx, cheap.ID.UUID, []uuid.UUID{first.ID})
		expect(t, problems, err, "id.CONFLICT ")
		if problems, err := b.catalog.DeleteProduct(b.ctx, saved.ID); err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		check("deleted", cheap)
	})
}

func TestMetafieldsByStaff(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		saved := b.put(t, shirt())
		owner := gid.New("Product", saved.ID)
		variant := gid.New("ProductVariant", saved.Variants[0])
		shopID, err := database.Shop(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		b.events.take()
		list, problems, err := b.catalog.SetMetafields(b.ctx, []catalog.MetafieldSet{
			{Owner: owner, Key: "material", Value: "linen", Compare: true, CompareDigest: ptr(catalog.Digest("cotton"))},
			{Owner: variant, Key: "tall", Type: "boolean", Value: "true"}, {Owner: gid.New("Shop", shopID), Key: "motto", Type: "list.single_line_text_field", Value: `["a","b"]`},
		})
		expect(t, problems, err, "")
		if list[0].Value != "linen" || list[1].Type != "boolean" || list[2].OwnerID != shopID {
			t.Fatalf("list %+v", list)
		}
		if d := cmp.Diff([]string{"catalog.product_changed shirt", "catalog.product_changed shirt"}, b.events.take()); d != "" {
			t.Error(d)
		}
		_, problems, err = b.catalog.SetMetafields(b.ctx, []catalog.MetafieldSet{
			{Owner: owner, Key: "material", Value: "wool", Compare: true, CompareDigest: ptr(catalog.Digest("cotton"))},
			{Owner: owner, Key: "years", Type: "boolean", Value: "true"}, {Owner: owner, Key: "years", Type: "number_integer", Value: "x"},
			{Owner: gid.New("Product", uuid.New()), Key: "aa", Type: "json", Value: "{"}, {Owner: owner, Key: "bb", Type: "nonsense", Value: "x"},
			{Owner: owner, Key: "cc", Value: "", CompareDigest: ptr("x"), Compare: true},
		})
		expect(t, problems, err, "metafields.2.value.INVALID_VALUE metafields.2.INVALID metafields.3.value.INVALID_VALUE metafields.4.type.INVALID_TYPE metafields.5.value.BLANK metafields.5.compareDigest.INVALID_COMPARE_DIGEST metafields.3.ownerId.INVALID_OWNER ")
		_, problems, err = b.catalog.SetMetafields(b.ctx, []catalog.MetafieldSet{
			{Owner: owner, Key: "material", Value: "wool", Compare: true}, {Owner: owner, Key: "years", Type: "boolean", Value: "true"}, {Owner: owner, Key: "dd", Value: "x"},
		})
		expect(t, problems, err, "metafields.0.compareDigest.STALE_OBJECT metafields.1.type.INVALID_TYPE metafields.2.type.INVALID_TYPE ")
		nobody := access.With(b.ctx, access.Actor{Kind: access.Staff, Scopes: access.NewScopes(access.ContentWrite)})
		_, problems, err = b.catalog.SetMetafields(nobody, []catalog.MetafieldSet{{Owner: owner, Key: "material", Value: "wool"}})
		expect(t, problems, err, "metafields.0.ownerId.APP_NOT_AUTHORIZED ")
		problems, err = b.catalog.DeleteMetafields(b.ctx, owner, []catalog.MetafieldName{{Key: "material"}})
		expect(t, problems, err, "")
		problems, err = b.catalog.DeleteMetafields(b.ctx, owner, []catalog.MetafieldName{{Key: "material"}})
		expect(t, problems, err, "metafields.0.METAFIELD_DOES_NOT_EXIST ")
	})
}

func TestReprice(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		saved := b.put(t, shirt())
		exec := func(query string, args ...any) {
			t.Helper()
			if err := db.InTx(b.ctx, func(tx database.Tx) error { _, err := tx.Exec(b.ctx, query, args...); return err }); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := b.catalog.Reprice(b.ctx); n != 0 || err != nil {
			t.Fatalf("%d changed, %v", n, err)
		}
		exec("UPDATE market SET conversion_rate = '200' WHERE shop_id = $1 AND handle = 'jp'")
		exec("UPDATE market SET currency = 'GBP', conversion_rate = '0.5' WHERE shop_id = $1 AND handle = 'eu'")
		b.events.take()
		if n, err := b.catalog.Reprice(b.ctx); n != 1 || err != nil {
			t.Fatalf("%d changed, %v", n, err)
		}
		yen, pounds := b.variants(t, b.in("JPY"), saved.ID), b.variants(t, b.in("GBP"), saved.ID)
		if d := cmp.Diff([]int64{3998, 3000, 1000}, []int64{yen[0].Price.Amount, yen[1].Price.Amount, pounds[0].Price.Amount}); d != "" {
			t.Error(d)
		}
		if n := b.number(t, "SELECT (SELECT count(*) FROM variant_price WHERE shop_id = $1 AND currency = 'EUR') + (SELECT count(*) FROM product_price WHERE shop_id = $1 AND currency = 'EUR')"); n != 0 {
			t.Errorf("%d prices in a currency that the shop has left", n)
		}
		if told := b.events.take(); len(told) != 1 {
			t.Errorf("told %v", told)
		}
	})
}
