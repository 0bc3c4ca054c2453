// Package seed fills a PostgreSQL database with a large shop, for measuring and for tests that need a crowd.
//
// The shop is the demo shop, made through the services, and around it any number of further products, customers, orders
// and carts. These are written past the services, by COPY, and are what the services would have written: prices in every
// currency of the shop, a ledger that adds up to what is on hand, orders whose books are right, words for search.
//
// It is no importer: it writes to an empty, migrated database and nowhere else.
//
// Invariants, kept by tests: the same [Size] gives the same shop, but for times, which end at the filling, and so for ids; on hand =
// Σ movements, on every level; nothing in it matches a rule of a collection of the demo shop, so that their products stay
// right; no work waits in it (no events, no unfinished checkouts) unless [Size] asks for some.
package seed

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
)

// Version changes whenever the same [Size] would give other rows, so that a database kept from before is not taken for
// today's.
const Version = 1

// Size says how much there shall be beside the demo shop.
type Size struct {
	Products      int `json:"products"`
	Wide          int `json:"wide"` // how many of the products have 50 variants and 10 images, not 3 and 2
	Collections   int `json:"collections"`
	PerCollection int `json:"perCollection"`
	Customers     int `json:"customers"` // each with two addresses, a session, and a gift card
	Orders        int `json:"orders"`
	Carts         int `json:"carts"`
	FullCarts     int `json:"fullCarts"`  // how many of the carts have ten lines; the others have one to three
	Unfinished    int `json:"unfinished"` // how many carts have a checkout under way that a crash left behind
}

// Sized is a whole shop around so many products.
func Sized(products int) Size {
	return Size{
		Products: products, Wide: clamp(products/100, 4, 500), Collections: clamp(products/100, 4, 200), PerCollection: clamp(products/10, 10, 500),
		Customers: clamp(products/5, 50, 50_000), Orders: clamp(products/4, 100, 50_000), Carts: clamp(products/10, 50, 20_000),
		FullCarts: clamp(products/50, 20, 2_000),
	}
}

func clamp(n, low, high int) int { return max(low, min(n, high)) }

// What opens the shop beside the demo's own tokens, which work only while Rialto runs as a demo.
const (
	Token         = "rialto-bench-storefront"
	OwnerEmail    = "bench@rialto.test"
	OwnerPassword = "rialto-bench-owner"
)

// Shop is what was made. Slices are in the order in which things were made, the oldest first, and hold nothing of the demo
// shop, but for Locations.
type Shop struct {
	ID          uuid.UUID
	Now         time.Time // the moment of filling; everything is older
	Products    []Product
	Metafields  []uuid.UUID
	Collections []Collection
	Locations   []uuid.UUID
	Levels      []uuid.UUID // at the first location, as variants follow each other
	Pages       []uuid.UUID
	Customers   []uuid.UUID
	Addresses   []uuid.UUID // two of each customer
	GiftCards   []uuid.UUID
	Orders      []Order
	Refunds     []uuid.UUID
	Parcels     []uuid.UUID
	Carts       []Cart
	Attempts    []uuid.UUID // a checkout of each cart of Orders, then those under way
}

// Product is a product with its variants and images.
type Product struct {
	ID       uuid.UUID
	Handle   string
	Title    string
	Vendor   string
	Type     string
	Tags     []string
	Active   bool
	Variants []Variant
	Images   []uuid.UUID
	created  time.Time
	kind     *kind
	facts    []string // material, country
	sales    int64
}

// Variant is a variant of a product.
type Variant struct {
	ID     uuid.UUID
	SKU    string
	Price  int64   // minor units of the shop's currency
	OnHand []int64 // by location; the second may have none
	sold   int64   // from the first location
	values []int   // which value of each option
	grams  int
}

// Collection is a collection whose products were chosen by hand.
type Collection struct {
	ID     uuid.UUID
	Handle string
}

// Order is a paid order.
type Order struct {
	ID    uuid.UUID
	Cart  uuid.UUID
	Lines []uuid.UUID
}

// Cart is an open cart. Whoever has the key can read and change it.
type Cart struct {
	ID    uuid.UUID
	Key   string
	Lines int
}

// Variants are the variants of all products, in order.
func (s *Shop) Variants() []*Variant {
	var all []*Variant
	for i := range s.Products {
		for j := range s.Products[i].Variants {
			all = append(all, &s.Products[i].Variants[j])
		}
	}
	return all
}

// filling is one go at filling a database.
type filling struct {
	*Shop
	size  Size
	rates []rate // the shop's currencies; its own first
	sales []sale
	w     *writer
	db    *database.DB
}

type rate struct {
	currency money.Currency
	rate     string
}

// Fill makes the shop in an empty, migrated PostgreSQL database, and has PostgreSQL look at what it holds then.
func Fill(ctx context.Context, db *database.DB, size Size) (*Shop, error) {
	if db.Dialect() != database.PostgreSQL {
		return nil, fmt.Errorf("seed: COPY needs PostgreSQL")
	}
	if size.Products < size.Wide || size.Products < size.PerCollection || size.FullCarts > size.Carts || size.Unfinished > size.Carts {
		return nil, fmt.Errorf("seed: a part is larger than its whole: %+v", size)
	}
	s := &Shop{Now: time.Now().UTC().Truncate(time.Microsecond)}
	f := &filling{Shop: s, size: size, db: db}
	if err := f.open(ctx); err != nil {
		return nil, fmt.Errorf("seed: demo shop: %w", err)
	}
	ctx = database.WithShop(ctx, s.ID)
	w, err := newWriter(ctx, db, s.ID)
	if err != nil {
		return nil, err
	}
	defer w.close()
	f.w = w
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"catalog", f.fillCatalog}, {"collections", f.fillCollections}, {"people", f.fillPeople}, {"orders", f.fillOrders}, {"stock", f.fillStock},
		{"carts", f.fillCarts}, {"access", f.fillAccess}, {"words", f.fillWords}, {"statistics", f.w.analyze},
	} {
		if err := step.run(ctx); err != nil {
			return nil, fmt.Errorf("seed: %s: %w", step.name, err)
		}
	}
	return s, nil
}
