package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/keyset"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// bundle is a shop whose products are made by a rule, so that tests can tell what must be found.
type bundle struct {
	ctx         context.Context // a shopper, in dollars
	staff       context.Context
	db          *database.DB
	search      *search.Service
	shop        uuid.UUID
	items       []*item
	collections map[string]uuid.UUID
	pages       map[string]uuid.UUID
	names       map[uuid.UUID]string
}

// item is one product of the seed.
type item struct {
	id                                 uuid.UUID
	handle, title, vendor, class, body string
	tags                               []string
	status                             string
	published                          any
	price                              int64
	variants                           []choice
	material                           string
}

type choice struct {
	id          uuid.UUID
	color, size string
	price       int64
	stock       int64
	elsewhere   int64 // at a place that does not sell online
	tracked     bool
	oversell    bool
}

func (i *item) visible() bool {
	at, ok := i.published.(time.Time)
	return i.status == "active" && ok && !at.After(start)
}

func (i *item) forSale() bool {
	return slices.ContainsFunc(i.variants, func(v choice) bool { return !v.tracked || v.oversell || v.stock > 0 })
}

var (
	nouns     = []string{"Chair", "Table", "Lamp", "Shelf", "Bench", "Mirror", "Vase", "Rug"}
	materials = []string{"Oak", "Walnut", "Steel", "Brass", "Linen", "Clay"}
	styles    = []string{"Round", "Tall", "Café", "Small", "Folding"}
	vendors   = []string{"Acme", "Nørd & Søn", "Hübner", "acme Outlet", "Fjell"}
	classes   = []string{"Seating", "Tables", "Lighting", "Storage", "Decoration"}
	tagList   = []string{"New", "Sale", "Gift idea", "Outdoor", "Handmade", "Last chance"}
	colors    = []string{"Black", "White", "Red", "Forest green"}
	sizes     = []string{"S", "M", "L"}
)

// made gives the i-th product of the seed.
func made(i int) *item {
	p := &item{
		id: uuid.Must(uuid.NewV7()), handle: fmt.Sprintf("thing-%05d", i), title: fmt.Sprintf("%s %s %s", styles[i%5], materials[i%6], nouns[(i/3)%8]),
		vendor: vendors[(i/2)%5], class: classes[(i/7)%5], status: "active", published: start.AddDate(0, 0, -1-i%50), price: int64(500 + (i*37)%9500), material: materials[i%6],
		body: fmt.Sprintf("A %s for quiet rooms, number %d.", strings.ToLower(nouns[(i/3+1)%8]), i),
	}
	switch {
	case i%17 == 3:
		p.status = "draft"
	case i%19 == 4:
		p.published = start.AddDate(0, 0, 3)
	case i%23 == 5:
		p.published = nil
	}
	for t, tag := range tagList {
		if i%(t+2) == 0 {
			p.tags = append(p.tags, tag)
		}
	}
	if i%997 == 77 { // rare in every way
		p.title, p.vendor, p.class, p.tags, p.status, p.published = "Zebrawood Stool", "Rare & Co", "Curiosities", []string{"Rare"}, "active", start
	}
	for c := range 1 + i%3 {
		for s := range 1 + i%2 {
			v := choice{id: uuid.Must(uuid.NewV7()), color: colors[(i+c)%4], size: sizes[(i/2+s)%3], price: p.price + int64(250*c), tracked: (i+c)%11 != 0, oversell: i%29 == 1, elsewhere: 5}
			if i%4 != 0 {
				v.stock = int64((i + c + s) % 9)
			}
			if i%997 == 77 && c == 0 && s == 0 {
				v.color = "Plum"
			}
			p.variants = append(p.variants, v)
		}
	}
	return p
}

func setup(t testing.TB, db *database.DB, products int) *bundle {
	t.Helper()
	ctx, id := databasetest.Shop(t, db)
	b := &bundle{
		ctx: shop.WithBuyer(ctx, shop.Buyer{Currency: "USD"}), db: db, shop: id, collections: map[string]uuid.UUID{}, pages: map[string]uuid.UUID{}, names: map[uuid.UUID]string{},
		search: search.New(search.Config{DB: db, Clock: clock.NewManual(start)}),
	}
	b.staff = access.With(b.ctx, access.Actor{Kind: access.Staff, Shop: id, Scopes: access.NewScopes(access.ProductsRead, access.ContentRead)})
	for i := range products {
		b.items = append(b.items, made(i))
	}
	b.insert(t)
	if err := b.search.Rebuild(ctx); err != nil {
		t.Fatal(err)
	}
	if pool := db.Pool(); pool != nil { // what autovacuum does in time
		if _, err := pool.Exec(t.Context(), "ANALYZE"); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// rows of one table, gathered.
type rows map[string][][]any

func (b *bundle) insert(t testing.TB) {
	t.Helper()
	id := func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	online, back := id(), id()
	all := rows{"location": {
		{online, b.shop, start, start, "online", "Online", true, true}, {back, b.shop, start, start, "back", "Back room", true, false},
	}}
	for name, sort := range map[string]string{"Summer house": "MANUAL", "Everything oak": "PRICE_DESC", "Narrow": "MANUAL"} {
		c := id()
		b.collections[name], b.names[c] = c, name
		all["collection"] = append(all["collection"], []any{c, b.shop, start, start, strings.ToLower(strings.ReplaceAll(name, " ", "-")), name, "For the garden", strings.ToLower(sort), start})
	}
	for name, body := range map[string]string{"About our oak": "<p>We plant &amp; saw <b>oak</b> ourselves.</p>", "Délivery & returns": "<p>Every chair comes by van.</p>", "Hidden oak page": ""} {
		p := id()
		b.pages[name], b.names[p] = p, name
		var at any = start
		if strings.HasPrefix(name, "Hidden") {
			at = nil
		}
		all["page"] = append(all["page"], []any{p, b.shop, start, start, search.Words(name)[0], name, body, at})
	}
	for n, p := range b.items {
		b.names[p.id] = p.handle
		b.product(all, p, online, back, id)
		if n%5 == 0 {
			all["collection_product"] = append(all["collection_product"], []any{id(), b.shop, b.collections["Summer house"], p.id, len(b.items) - n, start})
		}
		if len(b.items) > 1000 && n%40 == 37 {
			all["collection_product"] = append(all["collection_product"], []any{id(), b.shop, b.collections["Narrow"], p.id, n, start})
		}
		if p.material == "Oak" {
			all["collection_product"] = append(all["collection_product"], []any{id(), b.shop, b.collections["Everything oak"], p.id, n, start})
		}
	}
	write(t, b.ctx, b.db, all)
}

func (b *bundle) product(all rows, p *item, online, back uuid.UUID, id func() uuid.UUID) {
	add := func(table string, row ...any) { all[table] = append(all[table], row) }
	low, high := p.price, p.price
	for _, v := range p.variants {
		low, high = min(low, v.price), max(high, v.price)
	}
	n := len(all["product"])
	add("product", p.id, b.shop, start.Add(time.Duration(n)*time.Minute), start.Add(-time.Duration(n)*time.Minute), p.handle, p.title, p.body, p.vendor, p.class, p.status, database.JSON[[]string]{V: p.tags}, p.published, n%13)
	add("product_price", id(), b.shop, p.id, "USD", low, high)
	add("product_price", id(), b.shop, p.id, "JPY", low*150/100, high*150/100)
	for _, tag := range p.tags {
		add("product_tag", id(), b.shop, p.id, strings.ToLower(tag), tag)
	}
	add("metafield", id(), b.shop, start, start, "PRODUCT", p.id, "custom", "material", "single_line_text_field", p.material, p.material)
	add("metafield", id(), b.shop, start, start, "PRODUCT", p.id, "custom", "serial_number", "single_line_text_field", p.handle, p.handle)
	options := [2]uuid.UUID{id(), id()}
	for i, v := range p.variants {
		add("variant", v.id, b.shop, start, start, p.id, v.color+" / "+v.size, fmt.Sprintf("SKU-%s-%d", strings.ToUpper(p.handle), i), i, v.tracked, v.oversell, v.color+v.size)
		add("variant_price", id(), b.shop, p.id, v.id, "USD", v.price)
		add("variant_price", id(), b.shop, p.id, v.id, "JPY", v.price*150/100)
		add("variant_option", id(), b.shop, p.id, v.id, options[0], id(), 1, []string{"Color", "color"}[n%2], v.color)
		add("variant_option", id(), b.shop, p.id, v.id, options[1], id(), 2, "Size", v.size)
		add("inventory_level", id(), b.shop, v.id, online, v.stock+2, 2, start)
		add("inventory_level", id(), b.shop, v.id, back, v.elsewhere, 0, start)
	}
}

var columns = map[string]string{
	"location":           "id shop_id created_at updated_at handle name active fulfills_online",
	"collection":         "id shop_id created_at updated_at handle title description sort_order published_at",
	"page":               "id shop_id created_at updated_at handle title body_html published_at",
	"product":            "id shop_id created_at updated_at handle title description vendor product_type status tags published_at sales_count",
	"product_price":      "id shop_id product_id currency min_amount max_amount",
	"product_tag":        "id shop_id product_id tag label",
	"metafield":          "id shop_id created_at updated_at owner_type owner_id namespace key type value value_key",
	"variant":            "id shop_id created_at updated_at product_id title sku position tracked oversell option_key",
	"variant_price":      "id shop_id product_id variant_id currency amount",
	"variant_option":     "id shop_id product_id variant_id option_id option_value_id position name value",
	"inventory_level":    "id shop_id variant_id location_id on_hand reserved updated_at",
	"collection_product": "id shop_id collection_id product_id position created_at",
	"orders":             "id shop_id created_at updated_at number name cart_id key_hash currency subtotal discount_total shipping_total tax_total total gift_card_total financial_status fulfillment_status processed_at",
	"order_line":         "id shop_id order_id position product_id title quantity current_quantity unit_price original_total discount_total total tax_total",
}

var tableOrder = []string{"location", "collection", "page", "product", "product_price", "product_tag", "metafield", "variant", "variant_price", "variant_option", "inventory_level", "collection_product", "orders", "order_line"}

func write(t testing.TB, ctx context.Context, db *database.DB, all rows) {
	t.Helper()
	err := db.InTx(ctx, func(tx database.Tx) error {
		for _, table := range tableOrder {
			if err := database.Insert(ctx, tx, table, strings.Fields(columns[table]), all[table], ""); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// want gives the handles of the visible products that pass, in the order of ids.
func (b *bundle) want(pass func(*item) bool) []string {
	out := []string{}
	for _, i := range b.items {
		if i.visible() && pass(i) {
			out = append(out, i.handle)
		}
	}
	return out
}

// all reads every page of products, and gives their handles.
func (b *bundle) all(t testing.TB, ctx context.Context, q search.ProductQuery) []string {
	t.Helper()
	out := []string{}
	size := 70
	q.Args = keyset.Args{First: &size, Reverse: q.Args.Reverse}
	for {
		page, err := b.search.Products(ctx, q)
		if err != nil {
			t.Fatalf("%s: %v", q.Query, err)
		}
		for _, h := range page.Items {
			out = append(out, b.names[h.ID])
		}
		if !page.HasNext {
			return out
		}
		q.Args.After = page.End()
	}
}

func has(list []string, s string) bool { return slices.Contains(list, s) }

func (b *bundle) named(ids []uuid.UUID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = b.names[id]
	}
	return out
}

func idsOf(items []*item) []uuid.UUID {
	out := make([]uuid.UUID, len(items))
	for i, p := range items {
		out[i] = p.id
	}
	return out
}
