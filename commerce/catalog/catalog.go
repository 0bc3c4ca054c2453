// Package catalog knows what a shop sells: products with their options, variants, prices and pictures, the collections
// they stand in, and the metafields that a shop adds to its things.
//
// It knows nothing of stock (inventory) or of what a cart of them costs (pricing). Prices come in the currency of the
// context's buyer.
//
// Invariants: a handle names one product and one collection of a shop; a product has one variant at least, and no two with
// the same option values; a variant has a price in the shop's currency and in every market's; a product's price range is
// that of its variants; a shopper sees a product only while it is active and published.
package catalog

import (
	"context"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
)

// Events is where a write tells the rest of the house what it did, within its transaction.
type Events interface {
	AppendTx(ctx context.Context, tx database.Tx, subject string, payload any) error
}

// Config is what the service needs. Events, Audit, Stock, Uploads and Clock may be nil; without Stock, new variants begin with none.
type Config struct {
	DB     *database.DB
	Shops  *shop.Service
	Events Events
	Audit  Audit
	Stock  Stock
	Clock  clock.Clock
	// Uploads are the pictures that staff uploaded.
	Uploads Uploads
	// FilesURL is where pictures are served, without a slash at its end: http://127.0.0.1:8080/files.
	FilesURL string
}

// Service reads and writes the catalog.
type Service struct {
	db     *database.DB
	shops  *shop.Service
	events Events
	audit  Audit
	stock  Stock
	clock  clock.Clock
	files  string
	store  store

	uploads Uploads
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	return &Service{db: c.DB, shops: c.Shops, events: c.Events, audit: c.Audit, stock: c.Stock, clock: c.Clock, files: c.FilesURL, store: store{files: c.FilesURL, stock: c.Stock}, uploads: c.Uploads}
}

// view is through whose eyes rows are read.
type view struct {
	// all shows drafts and what is not published.
	all bool
	// buyer decides the currency of prices.
	buyer shop.Buyer
}

func viewOf(ctx context.Context) view {
	a := access.From(ctx)
	return view{all: a.Kind == access.System || a.Works() && a.Can(access.ProductsRead), buyer: shop.BuyerFrom(ctx)}
}
