package tests

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/bench/seed"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
)

// largeSize is that of a shop in which reading everything is a mistake that shows.
var largeSize = seed.Size{
	Products: 20_000, Wide: 200, Collections: 200, PerCollection: 300, Customers: 6_000, Orders: 8_000, Carts: 8_000, FullCarts: 400, Unfinished: 6_000,
}

// large is a large shop on PostgreSQL.
type large struct {
	*seed.Shop
	db    *database.DB
	ctx   context.Context
	clock *clock.Manual

	// Ids of things, in order.
	products, variants, images, collections []uuid.UUID
	orders, carts                           []uuid.UUID
	// known is what calls search for.
	known struct{ email, phone, family, material, collection, option, value string }
}

func newLarge(t *testing.T, db *database.DB) *large {
	t.Helper()
	made, err := seed.Fill(t.Context(), db, largeSize)
	if err != nil {
		t.Fatal(err)
	}
	l := &large{Shop: made, db: db, ctx: database.WithShop(t.Context(), made.ID), clock: clock.NewManual(made.Now)}
	for _, p := range made.Products {
		l.products = append(l.products, p.ID)
		l.images = append(l.images, p.Images...)
	}
	for _, v := range made.Variants() {
		l.variants = append(l.variants, v.ID)
	}
	for _, c := range made.Collections {
		l.collections = append(l.collections, c.ID)
	}
	for _, o := range made.Orders {
		l.orders = append(l.orders, o.ID)
	}
	for _, c := range made.Carts {
		l.carts = append(l.carts, c.ID)
	}
	k := &l.known
	l.read(t, "SELECT email, phone, lower(last_name) FROM customer WHERE shop_id = $1 AND id = $2", made.Customers[77], &k.email, &k.phone, &k.family)
	l.read(t, "SELECT value FROM metafield WHERE shop_id = $1 AND id = $2", made.Metafields[200], &k.material)
	l.read(t, "SELECT title FROM collection WHERE shop_id = $1 AND id = $2", l.collections[7], &k.collection)
	l.read(t, "SELECT name, value FROM variant_option WHERE shop_id = $1 AND variant_id = $2 LIMIT 1", l.product(100).Variants[0].ID, &k.option, &k.value)
	return l
}

func (l *large) read(t *testing.T, query string, id uuid.UUID, into ...any) {
	t.Helper()
	if err := l.db.QueryRow(l.ctx, query, id).Scan(into...); err != nil {
		t.Fatal(err)
	}
}

// product is one that is for sale: the one at a place, or the next.
func (l *large) product(at int) *seed.Product {
	for !l.Products[at].Active {
		at++
	}
	return &l.Products[at]
}

// words are two of a title that many products have a part of.
func (l *large) words() string {
	return strings.ToLower(strings.Join(strings.Fields(l.product(100).Title)[:2], " "))
}

// stocked is a variant that is for sale and of which there are some, of the product at a place or a later one.
func (l *large) stocked(at int) *seed.Variant {
	for ; ; at++ {
		p := l.product(at)
		if v := &p.Variants[0]; v.OnHand[0] >= 20 {
			return v
		}
	}
}
