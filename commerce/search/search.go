// Package search finds a shop's products, pages and collections by words, fields and filters, counts what they can be
// narrowed down by, and guesses what a shopper who is still typing means.
//
// It owns the words (search_document, search_vector, search_word) and nothing else: what a product costs, whether it is
// there and in which collections it stands is read from the tables that know it, so filters and facets are never behind.
// The words follow by events; see [Service.Refresh]. Results are ids, which catalog and content turn into things.
//
// Words are folded in Go (see [Words]), once for documents and once for queries, so both databases find the same: neither
// a text search configuration nor a collation has a say. Languages are not told apart; plurals in -s are known.
//
// Invariants: a shopper finds only what is active and published, and staff who read products find all; a facet's count is
// the number of products that its input leaves, with the filters of other kinds in force.
package search

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
)

// The kinds of things that are found.
const (
	Product    = "PRODUCT"
	Page       = "PAGE"
	Collection = "COLLECTION"
	Article    = "ARTICLE" // asked for by storefronts, never found: blogs are not kept
	Query      = "QUERY"
)

// Config is what the service needs. Clock may be nil.
type Config struct {
	DB    *database.DB
	Clock clock.Clock
}

// Service searches, and keeps what it searches in.
type Service struct {
	db    *database.DB
	clock clock.Clock
	newID func() uuid.UUID
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	return &Service{db: c.DB, clock: c.Clock, newID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) }}
}

// Hit is something that was found: what it is, its id, and by what it was sorted.
type Hit struct {
	ID   uuid.UUID
	Kind string // [Product] or [Page]
	key  any
}

// view is through whose eyes is searched.
type view struct {
	// products and pages say that what is not published is found too.
	products, pages bool
	currency        money.Currency
	now             time.Time
	shop            uuid.UUID
	dialect         database.Dialect
}

func (s *Service) view(ctx context.Context) (view, error) {
	id, err := database.Shop(ctx)
	if err != nil {
		return view{}, err
	}
	a := access.From(ctx)
	system := a.Kind == access.System
	return view{
		products: system || a.Works() && a.Can(access.ProductsRead), pages: system || a.Works() && a.Can(access.ContentRead),
		currency: shop.BuyerFrom(ctx).Currency, now: s.clock.Now(), shop: id, dialect: s.db.Dialect(),
	}, nil
}
