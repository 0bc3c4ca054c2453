package graph

import (
	"context"

	"github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/checkout"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/federation"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/privacy"
	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/commerce/upload"
	"github.com/rialtohq/rialto/commerce/usage"
	"github.com/rialtohq/rialto/graph/cached"
	"github.com/rialtohq/rialto/graph/coordinate"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/fault"
)

// Services are what resolvers call.
type Services struct {
	SearchIndex *search.Service
	Shops       *shop.Service
	Catalog     *catalog.Service
	Content     *content.Service
	Inventory   *inventory.Service
	Carts       *cart.Service
	Discounts   *discount.Service
	Delivery    *delivery.Service
	Payments    *payment.Service
	Checkout    *checkout.Service
	Orders      *order.Service
	Customers   *customer.Service
	Privacy     *privacy.Service
	Uploads     *upload.Service
	Staff       *staff.Service
	Apps        *app.Service
	SignIn      *federation.Service
	Usage       *usage.Service
	Clock       clock.Clock
	// Lookups remember menus, the rows of collections, and which products are recommended; nil remembers nothing.
	Lookups *cached.Lookups
	// PurgeCache has the kept answers of the context's shop made anew, in all processes.
	PurgeCache func(context.Context) error
	// PublicURL is where shoppers reach this server, without a slash at its end.
	PublicURL string
}

// Resolver answers fields. Each of its methods parses, calls one verb and returns; nothing is decided here.
type Resolver struct {
	Services
	places *coordinate.Schema
}

// absent turns "there is no such thing" into null, which is how a nullable field says it.
func absent[T any](_ context.Context, v *T, err error) (*T, error) {
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return v, err
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func number(n int64) *int {
	i := int(n)
	return &i
}
