package catalog_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// bundle is a shop with markets in dollars, euros and yen, and a catalog that tells what it appends.
type bundle struct {
	ctx     context.Context
	db      *database.DB
	catalog *catalog.Service
	shops   *shop.Service
	clock   *clock.Manual
	events  *events
}

// events remembers what was appended; any number may append at once.
type events struct {
	mu   sync.Mutex
	list []string
}

func (e *events) AppendTx(_ context.Context, _ database.Tx, subject string, payload any) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch p := payload.(type) {
	case catalog.ProductEvent:
		e.list = append(e.list, subject+" "+p.Handle)
	case catalog.CollectionEvent:
		e.list = append(e.list, subject+" "+p.Handle)
	case catalog.PricesDue:
		e.list = append(e.list, subject+" "+p.DueAt().Format(time.RFC3339))
	}
	return nil
}

func (e *events) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.list
	e.list = nil
	return list
}

func setup(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	shops := shop.New(shop.Config{DB: db, Clock: c, KeepFor: time.Nanosecond})
	made, err := shops.Create(t.Context(), shop.Shop{Handle: "test-" + uuid.NewString(), Name: "Test", Currency: "USD", Country: "US", Language: "EN"}, []shop.Market{
		{Handle: "us", Name: "United States", Countries: []string{"US"}, Currency: "USD", Rate: "1"},
		{Handle: "eu", Name: "Europe", Countries: []string{"DE", "FR"}, Currency: "EUR", Rate: "0.9", TaxIncluded: true},
		{Handle: "jp", Name: "Japan", Countries: []string{"JP"}, Currency: "JPY", Rate: "150"},
	})
	if err != nil {
		t.Fatal(err)
	}
	told := &events{}
	ctx := access.With(database.WithShop(t.Context(), made.ID.UUID), access.Actor{Kind: access.System, Shop: made.ID.UUID})
	return &bundle{ctx: ctx, db: db, shops: shops, clock: c, events: told, catalog: catalog.New(catalog.Config{DB: db, Shops: shops, Events: told, Clock: c, FilesURL: "http://shop.test/files"})}
}

// in prices what follows in a currency.
func (b *bundle) in(c money.Currency) context.Context {
	return shop.WithBuyer(b.ctx, shop.Buyer{Currency: c})
}

func (b *bundle) put(t *testing.T, in catalog.ProductInput) catalog.Saved {
	t.Helper()
	saved, err := b.catalog.Put(b.ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if len(saved.Problems) > 0 {
		t.Fatalf("problems: %s", codes(saved.Problems))
	}
	return saved
}

func (b *bundle) variants(t *testing.T, ctx context.Context, product uuid.UUID) []*catalog.Variant {
	t.Helper()
	all, err := b.catalog.AllVariants(ctx, []uuid.UUID{product})
	if err != nil {
		t.Fatal(err)
	}
	return all[product]
}

// members are the handles of a collection's products, in order.
func (b *bundle) members(t *testing.T, c *catalog.Collection) []string {
	t.Helper()
	pages, err := b.catalog.ProductsOfCollections(b.in("USD"), catalog.Whole, []*catalog.Collection{c}, keyset.Args{First: ptr(250)}, "MANUAL")
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, e := range pages[c.ID.UUID].Items {
		list = append(list, e.Handle)
	}
	return list
}

func (b *bundle) number(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := b.db.QueryRow(b.ctx, query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func codes(problems fault.Problems) string {
	s := ""
	for _, p := range problems {
		for _, f := range p.Field {
			s += f + "."
		}
		s += p.Code + " "
	}
	return s
}

func ptr[T any](v T) *T { return &v }

func usd(cents int64) money.Money { return money.New(cents, "USD") }

// shirt is a product of two options and four variants.
func shirt() catalog.ProductInput {
	p := catalog.ProductInput{
		Handle: "shirt", Title: "Shirt", DescriptionHTML: "<p>Soft &amp; <b>warm</b></p><p>Twice</p>", Vendor: "Loom", ProductType: "Shirts", Status: catalog.Active, Published: true,
		Tags: []string{"Cotton", "summer", "cotton"}, SEOTitle: "Shirt", SEODescription: "A shirt",
		Options:    []catalog.OptionInput{{Name: "Size", Values: []string{"S", "M"}}, {Name: "Color", Values: []string{"Red", "Blue"}}},
		Images:     []catalog.ImageInput{{Source: "https://img.test/1.jpg", Alt: "Front"}, {Source: "products/2.jpg", Width: 800, Height: 600}},
		Metafields: []catalog.MetafieldInput{{Namespace: "custom", Key: "material", Value: "cotton"}, {Namespace: "custom", Key: "years", Type: "number_integer", Value: "2"}},
	}
	for _, size := range []string{"S", "M"} {
		for _, color := range []string{"Red", "Blue"} {
			p.Variants = append(p.Variants, catalog.VariantInput{
				OptionValues: []string{size, color}, SKU: "SH-" + size + "-" + color, Price: usd(1999), CompareAt: ptr(usd(2500)), Cost: ptr(usd(700)),
				WeightGrams: 250, WeightUnit: "GRAMS", RequiresShipping: true, Taxable: true, Tracked: true, Image: "products/2.jpg",
			})
		}
	}
	p.Variants[1].Prices = []catalog.PriceInput{{Currency: "JPY", Price: ptr(money.New(3000, "JPY"))}}
	p.Variants[2].UnitPrice = &catalog.UnitPriceMeasurement{QuantityUnit: ptr("ML"), QuantityValue: 750, ReferenceUnit: ptr("ML"), ReferenceValue: 100}
	return p
}
