package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/keyset"
)

func TestPut(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		first := b.put(t, shirt())
		t.Run("NewProductReadsBack", func(t *testing.T) {
			if !first.Created || !first.Changed || len(first.Variants) != 4 {
				t.Fatalf("saved = %+v", first)
			}
			p, err := b.catalog.ProductByHandle(b.in("USD"), catalog.Whole, "shirt")
			if err != nil {
				t.Fatal(err)
			}
			want := []any{"Shirt", "Soft & warm Twice", "Loom", "ACTIVE", []string{"Cotton", "summer"}, 4, usd(1999), usd(2500)}
			got := []any{p.Title, p.Text, p.Vendor, p.Status, p.Tags, p.VariantsCount().Count, p.PriceRange.MinVariantPrice, p.CompareAtPriceRange.MaxVariantPrice}
			if d := cmp.Diff(want, got); d != "" {
				t.Fatal(d)
			}
			options, err := b.catalog.Options(b.ctx, []uuid.UUID{first.ID})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([][]string{{"S", "M"}, {"Red", "Blue"}}, [][]string{options[first.ID][0].Values(), options[first.ID][1].Values()}); d != "" {
				t.Fatal(d)
			}
			images, err := b.catalog.ImagesOfProducts(b.ctx, []uuid.UUID{first.ID}, keyset.Args{})
			if err != nil {
				t.Fatal(err)
			}
			if edges := images[first.ID].Items; len(edges) != 2 || edges[1].Src() != "http://shop.test/files/products/2.jpg" || *edges[1].Width != 800 {
				t.Fatalf("images = %+v", edges)
			}
			fields, err := b.catalog.Metafields(b.ctx, []catalog.MetafieldName{{Owner: first.ID, Namespace: "custom", Key: "years"}})
			if err != nil || fields[catalog.MetafieldName{Owner: first.ID, Namespace: "custom", Key: "years"}].Type != "number_integer" {
				t.Fatalf("metafields = %v, %v", fields, err)
			}
		})
		t.Run("PricesInEveryCurrency", func(t *testing.T) {
			want := map[string][]int64{"USD": {1999, 1999}, "EUR": {1799, 1799}, "JPY": {2999, 3000}}
			for currency, amounts := range want {
				v := b.variants(t, b.in(money.Currency(currency)), first.ID)
				if got := []int64{v[0].Price.Amount, v[1].Price.Amount}; cmp.Diff(amounts, got) != "" {
					t.Errorf("%s: %v, want %v", currency, got, amounts)
				}
			}
			v := b.variants(t, b.in("JPY"), first.ID)
			if v[0].CompareAtPrice.Amount != 3750 || v[1].CompareAtPrice != nil {
				t.Errorf("former prices: %v, %v", v[0].CompareAtPrice, v[1].CompareAtPrice)
			}
		})
		t.Run("SameAgainChangesNothing", func(t *testing.T) {
			b.events.take()
			ctx, record := database.Recording(b.ctx, true)
			again, err := b.catalog.Put(ctx, shirt())
			if err != nil {
				t.Fatal(err)
			}
			if again.Created || again.Changed || cmp.Diff(first.Variants, again.Variants) != "" {
				t.Fatalf("again = %+v", again)
			}
			for _, s := range record.Statements() {
				if !strings.HasPrefix(strings.TrimSpace(s), "SELECT") {
					t.Errorf("wrote: %s", s)
				}
			}
			if told := b.events.take(); len(told) > 0 {
				t.Errorf("told %v", told)
			}
		})
		t.Run("VariantsKeepTheirIDs", func(t *testing.T) {
			in := shirt()
			in.Variants = append(in.Variants[:0:0], in.Variants[3], in.Variants[0], in.Variants[1])
			in.Variants[0].Price = usd(2100)
			in.Variants[2].OptionValues = []string{"S", "Green"} // known by its SKU
			changed := b.put(t, in)
			want := []uuid.UUID{first.Variants[3], first.Variants[0], first.Variants[1]}
			if d := cmp.Diff(want, changed.Variants); d != "" {
				t.Fatal(d)
			}
			v := b.variants(t, b.in("USD"), first.ID)
			if got := []string{v[0].Title, v[1].Title, v[2].Title}; cmp.Diff([]string{"M / Blue", "S / Red", "S / Green"}, got) != "" {
				t.Fatalf("titles %v", got)
			}
			if n := b.number(t, "SELECT count(*) FROM variant_option WHERE shop_id = $1 AND product_id = $2", first.ID); n != 6 {
				t.Errorf("%d option rows, want 6", n)
			}
			if told := b.events.take(); cmp.Diff([]string{"catalog.product_changed shirt"}, told) != "" {
				t.Errorf("told %v", told)
			}
		})
		t.Run("TradedValuesKeepSKUsApart", func(t *testing.T) {
			in := shirt()
			b.put(t, in)
			before := b.variants(t, b.in("USD"), first.ID)
			in.Options[0].Values = []string{"M", "S"}
			in.Variants[0], in.Variants[1] = in.Variants[1], in.Variants[0]
			b.put(t, in)
			after := b.variants(t, b.in("USD"), first.ID)
			if before[0].ID != after[1].ID || before[1].ID != after[0].ID {
				t.Fatal("ids changed")
			}
		})
		t.Run("MillionDollarsInYenIsAProblem", func(t *testing.T) {
			in := shirt()
			in.Variants[0].Price = usd(9_000_000_000_000_000_000)
			saved, err := b.catalog.Put(b.ctx, in)
			if err != nil || codes(saved.Problems) != "variants.INVALID " {
				t.Fatalf("%s, %v", codes(saved.Problems), err)
			}
		})
	})
}

func TestPutCostsTheSameForManyVariants(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		cost := func(handle string, n int, price int64) int {
			in := catalog.ProductInput{Handle: handle, Title: "Many", Options: []catalog.OptionInput{{Name: "Number"}}}
			for i := range n {
				in.Variants = append(in.Variants, catalog.VariantInput{OptionValues: []string{fmt.Sprint(i)}, Price: usd(price)})
			}
			ctx, record := database.Recording(b.ctx, false)
			if saved, err := b.catalog.Put(ctx, in); err != nil || len(saved.Variants) != n || !saved.Changed {
				t.Fatalf("%v, %v", codes(saved.Problems), err)
			}
			return record.Count()
		}
		if few, many := cost("few", 1, 1), cost("many", 100, 1); few != many {
			t.Errorf("new: %d statements for 1 variant, %d for 100", few, many)
		}
		if few, many := cost("few", 1, 2), cost("many", 100, 2); few != many {
			t.Errorf("changed: %d statements for 1 variant, %d for 100", few, many)
		}
		if n := cost("most", catalog.MaxVariants, 1); n > 20 {
			t.Errorf("%d statements for the most variants", n)
		}
	})
}

func TestPutRefuses(t *testing.T) {
	long := strings.Repeat("x", 256)
	cases := map[string]struct {
		change func(*catalog.ProductInput)
		want   string
	}{
		"NoTitle":         {func(p *catalog.ProductInput) { p.Title = " " }, "title.BLANK "},
		"LongTitle":       {func(p *catalog.ProductInput) { p.Title = long }, "title.TOO_LONG "},
		"NoHandle":        {func(p *catalog.ProductInput) { p.Handle = "" }, "handle.BLANK "},
		"LongHandle":      {func(p *catalog.ProductInput) { p.Handle = long }, "handle.TOO_LONG "},
		"InvalidText":     {func(p *catalog.ProductInput) { p.Vendor = "a\xff" }, "vendor.INVALID "},
		"ZeroByte":        {func(p *catalog.ProductInput) { p.DescriptionHTML = "a\x00b" }, "descriptionHtml.INVALID "},
		"InvalidHandle":   {func(p *catalog.ProductInput) { p.Handle = "a\xff" }, "handle.INVALID "},
		"LongBody":        {func(p *catalog.ProductInput) { p.DescriptionHTML = strings.Repeat("x", 512<<10+1) }, "descriptionHtml.TOO_LONG "},
		"ManyTags":        {func(p *catalog.ProductInput) { p.Tags = make([]string, 251) }, "tags.TOO_MANY "},
		"LongTag":         {func(p *catalog.ProductInput) { p.Tags = []string{long} }, "tags.0.TOO_LONG "},
		"UnknownStatus":   {func(p *catalog.ProductInput) { p.Status = "GONE" }, "status.INVALID "},
		"FourOptions":     {func(p *catalog.ProductInput) { p.Options = make([]catalog.OptionInput, 4) }, "productOptions.TOO_MANY variants.0.optionValues.BLANK variants.1.optionValues.BLANK variants.2.optionValues.BLANK variants.3.optionValues.BLANK "},
		"SameOptionTwice": {func(p *catalog.ProductInput) { p.Options[1].Name = "SIZE" }, "productOptions.1.name.TAKEN "},
		"NoVariants":      {func(p *catalog.ProductInput) { p.Variants = nil }, "variants.BLANK "},
		"TooManyVariants": {func(p *catalog.ProductInput) { p.Variants = make([]catalog.VariantInput, 2049) }, "variants.TOO_MANY "},
		"SameValuesTwice": {func(p *catalog.ProductInput) { p.Variants[1].OptionValues = []string{"s", "RED"} }, "variants.1.optionValues.VARIANT_ALREADY_EXISTS "},
		"NegativePrice":   {func(p *catalog.ProductInput) { p.Variants[0].Price = usd(-1) }, "variants.0.price.GREATER_THAN_OR_EQUAL_TO "},
		"ForeignCurrency": {func(p *catalog.ProductInput) { p.Variants[0].Price = money.New(1, "GBP") }, "variants.0.price.CURRENCY_MISMATCH "},
		"PriceElsewhere":  {func(p *catalog.ProductInput) { p.Variants[0].Prices = []catalog.PriceInput{{Currency: "GBP"}} }, "variants.0.prices.0.CURRENCY_MISMATCH "},
		"UnknownUnit":     {func(p *catalog.ProductInput) { p.Variants[0].WeightUnit = "STONE" }, "variants.0.weight.INVALID "},
		"StrayPicture":    {func(p *catalog.ProductInput) { p.Variants[0].Image = "other.jpg" }, "variants.0.image.INVALID "},
		"ManyPictures": {func(p *catalog.ProductInput) {
			p.Images = make([]catalog.ImageInput, 251)
			p.Variants = p.Variants[:1]
			p.Variants[0].Image = ""
		}, "images.TOO_MANY "},
		"MetafieldOfType":   {func(p *catalog.ProductInput) { p.Metafields[1].Value = "two" }, "metafields.1.value.INVALID_VALUE "},
		"MetafieldKeyShort": {func(p *catalog.ProductInput) { p.Metafields[1].Key = "k" }, "metafields.1.key.TOO_SHORT "},
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				in := shirt()
				c.change(&in)
				saved, err := b.catalog.Put(b.ctx, in)
				if err != nil {
					t.Fatal(err)
				}
				if got := codes(saved.Problems); got != c.want {
					t.Errorf("problems %q, want %q", got, c.want)
				}
				if name == "MetafieldKeyShort" && saved.Problems[0].Message != "The key has at least 2 characters." {
					t.Errorf("it says %q", saved.Problems[0].Message)
				}
			})
		}
		if n := b.number(t, "SELECT count(*) FROM product WHERE shop_id = $1"); n != 0 {
			t.Errorf("%d products were saved", n)
		}
	})
}

func TestPutAllLeavesOutOnlyTheBad(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		good, bad, twin := shirt(), shirt(), shirt()
		bad.Handle, bad.Title = "bad", ""
		var saved []catalog.Saved
		err := db.InTx(b.ctx, func(tx database.Tx) (err error) {
			saved, err = b.catalog.PutAllTx(b.ctx, tx, []catalog.ProductInput{good, bad, twin})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		got := []string{codes(saved[0].Problems), codes(saved[1].Problems), codes(saved[2].Problems)}
		if d := cmp.Diff([]string{"", "title.BLANK ", "handle.TAKEN "}, got); d != "" {
			t.Error(d)
		}
		if n := b.number(t, "SELECT count(*) FROM product WHERE shop_id = $1"); n != 1 {
			t.Errorf("%d products", n)
		}
	})
}
