package cart_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// shelves is stock in memory; what is not on them is not counted.
type shelves struct {
	mu sync.Mutex
	on map[uuid.UUID]int64
}

func (s *shelves) put(id gid.ID, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on[id.UUID] = n
}

func (s *shelves) Available(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]inventory.Availability, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[uuid.UUID]inventory.Availability{}
	for _, id := range ids {
		n, tracked := s.on[id]
		out[id] = inventory.Availability{Available: n, Tracked: tracked, ForSale: !tracked || n > 0}
	}
	return out, nil
}

// bundle is a shop that sells in dollars and euros.
type bundle struct {
	ctx                                        context.Context
	db                                         *database.DB
	clock                                      *clock.Manual
	stock                                      *shelves
	discounts                                  *discount.Service
	rates                                      *delivery.Service
	carts                                      *cart.Service
	chair, lamp, vase, book, draft, euro, gone gid.ID
}

type good struct {
	title    string
	usd, eur int64 // 0 is no price
	grams    int
	shipped  bool
	status   string
}

func setup(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	c := clock.NewManual(start)
	shops := shop.New(shop.Config{DB: db, Clock: c})
	made, err := shops.Create(t.Context(), shop.Shop{Handle: "s-" + uuid.NewString(), Name: "Test", Currency: "USD", Country: "US", Language: "EN"}, []shop.Market{
		{Handle: "us", Name: "US", Countries: []string{"US"}, Languages: []string{"EN"}, Currency: "USD", Rate: "1"},
		{Handle: "eu", Name: "EU", Countries: []string{"DE", "FR"}, Languages: []string{"DE"}, Currency: "EUR", TaxIncluded: true, Rate: "0.9"},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{ctx: database.WithShop(t.Context(), made.ID.UUID), db: db, clock: c, stock: &shelves{on: map[uuid.UUID]int64{}}}
	b.discounts = discount.New(discount.Config{DB: db, Clock: c})
	b.rates = delivery.New(delivery.Config{DB: db, Clock: c, KeepFor: time.Hour})
	b.carts = cart.New(cart.Config{DB: db, Clock: c, Stock: b.stock, Shops: shops, Offers: b.discounts, Rates: b.rates, PublicURL: "https://shop.test",
		Catalog: catalog.New(catalog.Config{DB: db, Shops: shops, Clock: c, FilesURL: "https://shop.test/files"})})
	b.chair = b.good(t, good{"Chair", 10_000, 9_000, 5_000, true, "active"})
	b.lamp = b.good(t, good{"Lamp", 2_550, 2_400, 800, true, "active"})
	b.vase = b.good(t, good{"Vase", 1_999, 1_899, 1_200, true, "active"})
	b.book = b.good(t, good{"Book", 1_000, 900, 0, false, "active"})
	b.draft = b.good(t, good{"Draft", 1_000, 900, 0, true, "draft"})
	b.euro = b.good(t, good{"Euro only", 0, 900, 0, true, "active"})
	b.gone = gid.New("ProductVariant", uuid.New())
	err = b.rates.PutZones(b.ctx, []shipping.Zone{
		{Name: "US", Countries: []string{"US"}, Rates: []shipping.Rate{
			{Handle: "express", Title: "Express", Price: money.New(1_500, "USD"), MinDays: 1, MaxDays: 2}, {Handle: "standard", Title: "Standard", Price: money.New(500, "USD")}}},
		{Name: "EU", Countries: []string{"DE", "FR"}, Rates: []shipping.Rate{{Handle: "post", Title: "Post", Price: money.New(490, "EUR")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = b.rates.PutTaxes(b.ctx, []tax.Rate{{Country: "US", Province: "CA", Name: "Sales tax", PPM: 72_500}, {Country: "DE", Name: "VAT", PPM: 190_000, ShippingTaxable: true}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// good puts a product with one variant in the catalog.
func (b *bundle) good(t *testing.T, g good) gid.ID {
	t.Helper()
	product, variant := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	err := b.db.InTx(b.ctx, func(tx database.Tx) error {
		_, err := tx.Exec(b.ctx, `INSERT INTO product (id, shop_id, created_at, updated_at, handle, title, vendor, status, published_at) VALUES ($2, $1, $3, $3, $4, $5, 'Maker', $6, $3)`,
			product, start, "p-"+product.String(), g.title, g.status)
		if err != nil {
			return err
		}
		_, err = tx.Exec(b.ctx, `INSERT INTO variant (id, shop_id, created_at, updated_at, product_id, title, sku, weight_grams, requires_shipping) VALUES ($2, $1, $3, $3, $4, 'Default Title', $5, $6, $7)`,
			variant, start, product, "SKU-"+g.title, g.grams, g.shipped)
		if err != nil {
			return err
		}
		for currency, amount := range map[string]int64{"USD": g.usd, "EUR": g.eur} {
			if amount == 0 {
				continue
			}
			_, err = tx.Exec(b.ctx, `INSERT INTO variant_price (id, shop_id, product_id, variant_id, currency, amount) VALUES ($2, $1, $3, $4, $5, $6)`, uuid.New(), product, variant, currency, amount)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return gid.New("ProductVariant", variant)
}

// tester is *testing.T or *rapid.T.
type tester interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// ok is the cart of an answer without problems and warnings.
func ok(t tester) func(*cart.Cart, fault.Problems, []cart.Warning, error) *cart.Cart {
	return func(c *cart.Cart, problems fault.Problems, warnings []cart.Warning, err error) *cart.Cart {
		t.Helper()
		if err != nil || len(problems) > 0 || len(warnings) > 0 {
			t.Fatalf("%s %v %v", told(problems), warnings, err)
		}
		return c
	}
}

// refused is the codes and paths of an answer's problems.
func refused(t tester) func(*cart.Cart, fault.Problems, []cart.Warning, error) string {
	return func(_ *cart.Cart, problems fault.Problems, warnings []cart.Warning, err error) string {
		t.Helper()
		if err != nil || len(warnings) > 0 {
			t.Fatalf("%v %v", warnings, err)
		}
		return told(problems)
	}
}

// warned is the codes of an answer's warnings.
func warned(t tester) func(*cart.Cart, fault.Problems, []cart.Warning, error) string {
	return func(_ *cart.Cart, problems fault.Problems, warnings []cart.Warning, err error) string {
		t.Helper()
		if err != nil || len(problems) > 0 {
			t.Fatalf("%s %v", told(problems), err)
		}
		var codes []string
		for _, w := range warnings {
			codes = append(codes, w.Code)
		}
		return strings.Join(codes, " ")
	}
}

func told(problems fault.Problems) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Code+"@"+strings.Join(p.Field, "."))
	}
	return strings.Join(out, " ")
}

func of(id gid.ID, n int64, attributes ...*cart.Attribute) cart.LineInput {
	return cart.LineInput{MerchandiseID: id, Quantity: n, Attributes: attributes}
}

func with(key, value string) *cart.Attribute { return &cart.Attribute{Key: key, Value: &value} }

func ptr[T any](v T) *T { return &v }

func (b *bundle) open(t tester, lines ...cart.LineInput) *cart.Cart {
	t.Helper()
	return ok(t)(b.carts.Create(b.ctx, cart.Input{Lines: lines}))
}

func address(country, province, zip string) *customer.AddressInput {
	in := &customer.AddressInput{Address1: ptr("1 Main St"), City: ptr("Town"), CountryCode: &country, Zip: &zip}
	if province != "" {
		in.ProvinceCode = &province
	}
	return in
}

func (b *bundle) discount(t *testing.T, d promotion.Discount) *discount.Discount {
	t.Helper()
	made, problems, err := b.discounts.Create(b.ctx, d)
	if err != nil || len(problems) > 0 {
		t.Fatalf("%s %v", told(problems), err)
	}
	return made
}

// quantities are the pieces of each line, by title of the good.
func (b *bundle) quantities(c *cart.Cart) (out []string) {
	names := map[uuid.UUID]string{b.chair.UUID: "chair", b.lamp.UUID: "lamp", b.vase.UUID: "vase", b.book.UUID: "book"}
	for _, l := range c.Lines {
		out = append(out, names[l.Variant.ID.UUID]+":"+strings.Repeat("I", l.Quantity))
	}
	return out
}

func same(t *testing.T, want, got any, options ...cmp.Option) {
	t.Helper()
	if diff := cmp.Diff(want, got, options...); diff != "" {
		t.Error(diff)
	}
}

func sorted(list []string) []string { slices.Sort(list); return list }
