// Package cart holds what shoppers mean to buy, and tells what it costs now.
//
// It keeps no price: every read computes the whole price from the catalog, the shop's offers and its rates, by the pure
// functions of pricing. It reserves no stock and uses no discount: that is checkout, which takes the same quote (see
// [Service.Quote] and [Service.Snapshot]) and moves a cart from one [State] to the next.
//
// Invariants:
//   - The key in a cart's id opens it and nothing else does; without it there is no such cart. Only its hash is kept.
//   - The same variant with the same attributes stands on one line, and no line has fewer than one piece.
//   - Changes of one cart take turns, so that none is lost; a change is made whole or not at all.
//   - A cart that is being paid for, or has become an order, does not change.
//   - The selected delivery address, where there is one, is in the country that the cart is priced for.
//
// What a shopper does wrong comes back as problems with codes of CartErrorCode; what was done differently than asked as
// warnings with codes of CartWarningCode.
package cart

import (
	"context"
	"crypto/rand"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/keyset"
)

// The limits of a cart.
const (
	MaxLines      = 500       // lines of a cart
	MaxEntries    = 250       // entries of one call
	MaxQuantity   = 1_000_000 // pieces on a line
	MaxNote       = 5_000     // characters of a note
	MaxAttributes = 100       // attributes of a cart or a line
	MaxCodes      = 25        // discount codes, and gift cards
	MaxAddresses  = 20        // delivery addresses
	MaxMetafields = 100       // metafields of a cart
)

// Lifetime is how long a cart lives after its last change.
const Lifetime = 30 * 24 * time.Hour

// Catalog is what is read of products; *catalog.Service is one.
type Catalog interface {
	VariantsSold(ctx context.Context, ids, collections []uuid.UUID) (map[uuid.UUID]*catalog.Variant, error)
	Images(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*catalog.Image, error)
	ImagesOfProducts(ctx context.Context, products []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*catalog.Image], error)
}

// Stock tells what can be sold now; *inventory.Service does.
type Stock interface {
	Available(ctx context.Context, variantIDs []uuid.UUID) (map[uuid.UUID]inventory.Availability, error)
}

// Shops tells for whom prices are; *shop.Service does.
type Shops interface {
	Buyer(ctx context.Context, country, language string) (shop.Buyer, error)
}

// Offers reads discounts and gift cards; *discount.Service does.
type Offers interface {
	Offers(ctx context.Context, codes, buyer []string, now time.Time) ([]promotion.Discount, map[uuid.UUID]promotion.Usage, error)
	StandingCollections(ctx context.Context) ([]uuid.UUID, error)
	Cards(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*discount.GiftCard, error)
	CardsByCode(ctx context.Context, codes []string) ([]*discount.GiftCard, error)
}

// Rates tells where the shop delivers and what is taxed; *delivery.Service does.
type Rates interface {
	Rates(ctx context.Context) (delivery.Rates, error)
}

// Config is what the service needs. Clock defaults to the system's, NewID to UUIDv7, Random to the system's source of
// secrets; everything else must be set.
type Config struct {
	DB      *database.DB
	Catalog Catalog
	Stock   Stock
	Shops   Shops
	Offers  Offers
	Rates   Rates
	// PublicURL is where shoppers find the shop, without a slash at its end: https://shop.example.
	PublicURL string
	Clock     clock.Clock
	NewID     func() uuid.UUID
	Random    io.Reader
}

// Service reads and changes carts. It is safe for concurrent use, in any number of processes on one database.
type Service struct {
	db      *database.DB
	catalog Catalog
	stock   Stock
	shops   Shops
	offers  Offers
	rates   Rates
	url     string
	clock   clock.Clock
	newID   func() uuid.UUID
	random  io.Reader
	store   store
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.NewID == nil {
		c.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	return &Service{db: c.DB, catalog: c.Catalog, stock: c.Stock, shops: c.Shops, offers: c.Offers, rates: c.Rates, url: c.PublicURL,
		clock: c.Clock, newID: c.NewID, random: c.Random}
}
