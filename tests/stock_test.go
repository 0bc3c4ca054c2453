package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
)

// How much there is in a large shop.
const (
	manyProducts    = 20_000
	manyCollections = 200
	perCollection   = 300
	manyCustomers   = 6_000
	manyOrders      = 8_000
)

// large is a shop on PostgreSQL in which reading everything is a mistake that shows.
type large struct {
	db    *database.DB
	ctx   context.Context
	shop  uuid.UUID
	clock *clock.Manual
	now   time.Time

	products, variants, images, metafields []uuid.UUID
	collections, locations, levels         []uuid.UUID
	customers, addresses, cards            []uuid.UUID
	orders, orderLines, refunds, parcels   []uuid.UUID
	carts, attempts, pages                 []uuid.UUID
	soldCart                               uuid.UUID // that of an order
}

// crowd fills a database. It goes past the services, by COPY: what is written is what they would have written, as far as
// statements and their plans can tell.
func crowd(t *testing.T, db *database.DB) *large {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Microsecond)
	l := &large{db: db, clock: clock.NewManual(now), now: now.Add(-time.Hour)}
	shops := shop.New(shop.Config{DB: db, Clock: l.clock})
	made, err := shops.Create(t.Context(), shop.Shop{Handle: "large", Name: "Large", Currency: "USD", Country: "US", Language: "EN"}, []shop.Market{
		{Handle: "us", Name: "US", Countries: []string{"US"}, Languages: []string{"EN"}, Currency: "USD", Rate: "1"},
		{Handle: "eu", Name: "EU", Countries: []string{"DE"}, Languages: []string{"DE"}, Currency: "EUR", Rate: "0.9"},
	})
	if err != nil {
		t.Fatal(err)
	}
	l.shop = made.ID.UUID
	l.ctx = database.WithShop(t.Context(), l.shop)
	w := &copier{t: t, shop: l.shop, now: l.now}
	if w.conn, err = pgx.ConnectConfig(t.Context(), db.Pool().Config().ConnConfig.Copy()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.conn.Close(context.Background()) }()
	w.exec("SET synchronous_commit = off")
	l.fillCatalog(w)
	l.fillStock(w)
	l.fillPeople(w)
	l.fillOrders(w)
	l.fillCarts(w)
	l.fillWords(w)
	w.exec("VACUUM ANALYZE")
	return l
}

// copier writes rows of tables.
type copier struct {
	t    *testing.T
	conn *pgx.Conn
	shop uuid.UUID
	now  time.Time
}

func (w *copier) exec(query string, args ...any) {
	w.t.Helper()
	if _, err := w.conn.Exec(w.t.Context(), query, args...); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
}

// put writes rows of a table, each with an id of its own and the shop, and gives the ids.
func (w *copier) put(table, columns string, n int, row func(i int) []any) []uuid.UUID {
	w.t.Helper()
	ids := make([]uuid.UUID, n)
	source := pgx.CopyFromSlice(n, func(i int) ([]any, error) {
		ids[i] = uuid.Must(uuid.NewV7())
		return append([]any{ids[i], w.shop}, row(i)...), nil
	})
	names := append([]string{"id", "shop_id"}, strings.Fields(columns)...)
	if _, err := w.conn.CopyFrom(w.t.Context(), pgx.Identifier{table}, names, source); err != nil {
		w.t.Fatalf("%s: %v", table, err)
	}
	return ids
}

// at is a moment of the past, later with i.
func (w *copier) at(i int) time.Time {
	return w.now.Add(-365 * 24 * time.Hour).Add(time.Duration(i) * time.Minute)
}

func text(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

var sizes = []string{"Small", "Medium", "Large"}

func (l *large) fillCatalog(w *copier) {
	price := func(i int) int64 { return int64(500 + i*7919%50_000) }
	tags := func(i int) []string { return []string{fmt.Sprintf("tag-%d", i%300), fmt.Sprintf("season-%d", i%40)} }
	l.products = w.put("product", "created_at updated_at handle title description description_html vendor product_type status tags published_at sales_count variants_count", manyProducts, func(i int) []any {
		status := "active"
		if i%10 == 9 {
			status = "draft"
		}
		return []any{w.at(i), w.at(i * 3), fmt.Sprintf("product-%d", i), fmt.Sprintf("%s %s %d", nouns[i%len(nouns)], adjectives[i/7%len(adjectives)], i), "A thing of use.", "<p>A thing of use.</p>",
			fmt.Sprintf("Vendor %d", i%200), fmt.Sprintf("Type %d", i%50), status, text(tags(i)), w.at(i), int64(i * 31 % 1000), 3}
	})
	w.put("product_tag", "product_id tag label", 2*manyProducts, func(i int) []any { tag := tags(i / 2)[i%2]; return []any{l.products[i/2], tag, tag} })
	options := w.put("product_option", "product_id name position", manyProducts, func(i int) []any { return []any{l.products[i], "Size", 1} })
	values := w.put("option_value", "product_id option_id name position", 3*manyProducts, func(i int) []any { return []any{l.products[i/3], options[i/3], sizes[i%3], i % 3} })
	l.variants = w.put("variant", "created_at updated_at product_id title sku barcode position option_key selected_options", 3*manyProducts, func(i int) []any {
		return []any{w.at(i), w.at(i), l.products[i/3], sizes[i%3], fmt.Sprintf("SKU-%d", i), fmt.Sprint(4_000_000_000_000 + i), i%3 + 1, strings.ToLower(sizes[i%3]), text([]map[string]string{{"name": "Size", "value": sizes[i%3]}})}
	})
	w.put("variant_option", "product_id variant_id option_id option_value_id position name value", 3*manyProducts, func(i int) []any {
		return []any{l.products[i/3], l.variants[i], options[i/3], values[i], 1, "Size", sizes[i%3]}
	})
	w.put("variant_price", "product_id variant_id currency amount", 3*manyProducts, func(i int) []any { return []any{l.products[i/3], l.variants[i], "USD", price(i / 3)} })
	for _, currency := range []money.Currency{"USD", "EUR"} {
		w.put("product_price", "product_id currency min_amount max_amount", manyProducts, func(i int) []any { return []any{l.products[i], string(currency), price(i), price(i)} })
	}
	l.images = w.put("media", "created_at updated_at product_id position source", 2*manyProducts, func(i int) []any {
		return []any{w.at(i), w.at(i), l.products[i/2], i%2 + 1, fmt.Sprintf("products/%d.jpg", i)}
	})
	l.collections = w.put("collection", "created_at updated_at handle title published_at products_count", manyCollections, func(i int) []any {
		return []any{w.at(i), w.at(i), fmt.Sprintf("collection-%d", i), fmt.Sprintf("Collection %d", i), w.at(i), perCollection}
	})
	w.put("collection_product", "collection_id product_id position created_at", manyCollections*perCollection, func(i int) []any {
		return []any{l.collections[i/perCollection], l.products[(i/perCollection*97+i%perCollection*61)%manyProducts], int64(i % perCollection * 1024), w.at(i)}
	})
	l.metafields = w.put("metafield", "created_at updated_at owner_type owner_id namespace key type value value_key", manyProducts, func(i int) []any {
		v := fmt.Sprint(i % 25)
		return []any{w.at(i), w.at(i), "PRODUCT", l.products[i], "custom", "material", "single_line_text_field", v, v}
	})
	l.pages = w.put("page", "created_at updated_at handle title body_html published_at", 50, func(i int) []any {
		return []any{w.at(i), w.at(i), fmt.Sprintf("page-%d", i), fmt.Sprintf("Page %d", i), "<p>Words</p>", w.at(i)}
	})
}

var (
	nouns      = strings.Fields("Chair Lamp Table Vase Shirt Coat Kettle Bowl Rug Clock Mirror Shelf Bench Stool Basket Candle")
	adjectives = strings.Fields("green heavy light round quiet bright soft plain warm tall narrow old new small wide")
)

func (l *large) fillStock(w *copier) {
	l.locations = w.put("location", "created_at updated_at handle name active fulfills_online", 2, func(i int) []any {
		return []any{w.at(i), w.at(i), fmt.Sprintf("place-%d", i), fmt.Sprintf("Place %d", i), true, true}
	})
	l.levels = w.put("inventory_level", "variant_id location_id on_hand reserved updated_at", 3*manyProducts, func(i int) []any {
		reserved := 0
		if i < 2*manyCustomers {
			reserved = 1
		}
		return []any{l.variants[i], l.locations[0], 100, reserved, w.at(i)}
	})
	w.put("stock_movement", "variant_id location_id delta reason ref created_at", 3*manyProducts, func(i int) []any {
		return []any{l.variants[i], l.locations[0], 100, "received", fmt.Sprintf("count-%d", i/50), w.at(i)}
	})
	w.put("reservation", "ref variant_id location_id quantity expires_at created_at", 2*manyCustomers, func(i int) []any {
		return []any{fmt.Sprintf("cart:%d", i/2), l.variants[i], l.locations[0], 1, l.now.Add(time.Duration(i) * time.Hour), l.now}
	})
}

func (l *large) fillPeople(w *copier) {
	l.customers = w.put("customer", "created_at updated_at email first_name last_name phone tags", manyCustomers, func(i int) []any {
		return []any{w.at(i), w.at(i), fmt.Sprintf("person%d@example.com", i), nouns[i%len(nouns)], fmt.Sprintf("Family%d", i%2000), fmt.Sprintf("+4930%07d", i), text([]string{fmt.Sprintf("group-%d", i%20)})}
	})
	l.addresses = w.put("address", "created_at updated_at customer_id city country_code", 2*manyCustomers, func(i int) []any {
		return []any{w.at(i), w.at(i), l.customers[i/2], "Town", "US"}
	})
	w.put("session", "kind subject_id token_hash expires_at last_used_at created_at", manyCustomers, func(i int) []any {
		return []any{"customer", l.customers[i], []byte(fmt.Sprintf("session-%d", i)), l.now.Add(time.Hour), l.now, w.at(i)}
	})
	w.put("customer_token", "customer_id purpose token_hash expires_at created_at", manyCustomers, func(i int) []any {
		return []any{l.customers[i], "reset", []byte(fmt.Sprintf("token-%d", i)), l.now.Add(time.Hour), w.at(i)}
	})
	l.cards = w.put("gift_card", "created_at updated_at code_hash last_characters currency initial_amount balance", manyCustomers, func(i int) []any {
		return []any{w.at(i), w.at(i), []byte(fmt.Sprintf("card-%d", i)), "1234", "USD", 5000, 5000}
	})
	w.put("gift_card_entry", "gift_card_id delta reason ref created_at", manyCustomers, func(i int) []any {
		return []any{l.cards[i], 5000, "issued", "", w.at(i)}
	})
	discounts := w.put("discount", "created_at updated_at title method code kind config starts_at", 300, func(i int) []any {
		return []any{w.at(i), w.at(i), fmt.Sprintf("Discount %d", i), "code", fmt.Sprintf("code-%d", i), "percentage", "{}", w.at(i)}
	})
	w.put("discount_usage", "discount_id ref buyer created_at", manyCustomers, func(i int) []any {
		return []any{discounts[i%len(discounts)], fmt.Sprintf("cart:%d", i), l.customers[i].String(), w.at(i)}
	})
	w.put("audit_entry", "actor action resource data created_at", manyCustomers, func(i int) []any {
		return []any{"staff:1", "productUpdate", "gid://rialto/Product/" + l.products[i].String(), "{}", w.at(i)}
	})
	w.put("idempotency_record", "actor key request_hash state lease_until expires_at created_at", manyCustomers, func(i int) []any {
		return []any{"storefront:1", fmt.Sprintf("key-%d", i), []byte("hash"), "done", w.at(i), l.now.Add(time.Duration(i) * time.Minute), w.at(i)}
	})
}

func (l *large) fillOrders(w *copier) {
	address := func(i int) string {
		return text(map[string]string{"firstName": nouns[i%len(nouns)], "lastName": fmt.Sprintf("Family%d", i%2000), "city": fmt.Sprintf("Town%d", i%100), "countryCode": "US", "provinceCode": "CA"})
	}
	l.orders = w.put("orders", "created_at updated_at number name cart_id key_hash customer_id email currency subtotal discount_total shipping_total tax_total total gift_card_total financial_status fulfillment_status processed_at shipping_address gift_cards tags country search", manyOrders, func(i int) []any {
		paid, sent := "PAID", "FULFILLED"
		if i%50 == 0 {
			paid, sent = "PENDING", "UNFULFILLED"
		}
		total := int64(1000 + i*7919%90_000)
		l.soldCart = uuid.New()
		return []any{w.at(i), w.at(i * 2), 1001 + i, fmt.Sprintf("#%d", 1001+i), l.soldCart, []byte("hash"), l.customers[i%manyCustomers], fmt.Sprintf("person%d@example.com", i%manyCustomers), "USD",
			total, 0, 0, 0, total, 0, paid, sent, w.at(i), address(i), text(map[string]any{"current": total, "pieces": i%9 + 1}), "[]", "US",
			fmt.Sprintf("#%d person%d@example.com family%d", 1001+i, i%manyCustomers, i%2000)}
	})
	w.put("shop_counter", "series value", 1, func(int) []any { return []any{"order", 1001 + manyOrders} })
	l.orderLines = w.put("order_line", "order_id position variant_id product_id title quantity current_quantity unit_price original_total discount_total total tax_total", 2*manyOrders, func(i int) []any {
		v := i * 13 % len(l.variants)
		return []any{l.orders[i/2], i % 2, l.variants[v], l.products[v/3], "Thing", 1, 1, 500, 500, 0, 500, 0}
	})
	w.put("order_event", "order_id kind message created_at", manyOrders, func(i int) []any { return []any{l.orders[i], "placed", "Placed", w.at(i)} })
	l.parcels = w.put("fulfillment", "created_at updated_at order_id", manyOrders, func(i int) []any { return []any{w.at(i), w.at(i), l.orders[i]} })
	w.put("fulfillment_line", "fulfillment_id order_line_id quantity", manyOrders, func(i int) []any { return []any{l.parcels[i], l.orderLines[2*i], 1} })
	l.refunds = w.put("refund", "created_at updated_at order_id amount currency lines", manyOrders, func(i int) []any { return []any{w.at(i), w.at(i), l.orders[i], 100, "USD", "{}"} })
	w.put("payment_transaction", "created_at updated_at order_id kind gateway idempotency_key amount currency status", manyOrders, func(i int) []any {
		return []any{w.at(i), w.at(i), l.orders[i], "sale", "bogus", fmt.Sprintf("pay-%d", i), 1000, "USD", "success"}
	})
}

func (l *large) fillCarts(w *copier) {
	l.carts = w.put("cart", "created_at updated_at key_hash currency expires_at", manyOrders, func(i int) []any {
		return []any{w.at(i), w.at(i), []byte("hash"), "USD", l.now.Add(time.Duration(i) * time.Minute)}
	})
	w.put("cart_line", "created_at updated_at cart_id variant_id quantity", 2*manyOrders, func(i int) []any {
		return []any{w.at(i), w.at(i), l.carts[i/2], l.variants[i], 1}
	})
	l.attempts = w.put("checkout_attempt", "created_at updated_at cart_id token state gateway payment_key currency due_at", manyOrders, func(i int) []any {
		state := "completed"
		if i%100 == 0 {
			state = "paying"
		}
		return []any{w.at(i), w.at(i), l.carts[i], fmt.Sprintf("token-%d", i), state, "bogus", fmt.Sprintf("attempt-%d", i), "USD", l.now.Add(time.Duration(i) * time.Second)}
	})
}

// fillWords writes what search keeps of products.
func (l *large) fillWords(w *copier) {
	w.exec(`INSERT INTO search_document (id, shop_id, kind, resource_id, title, handle, vendor, product_type, keywords, updated_at)
		SELECT id, shop_id, 'PRODUCT', id, lower(title), handle, lower(vendor), lower(product_type), '', updated_at FROM product`)
	// Words begin with a mark of their shop, see commerce/search.
	mark := fmt.Sprintf("%x", l.shop[12:])
	w.exec(`INSERT INTO search_vector (resource_id, shop_id, kind, words)
		SELECT resource_id, shop_id, kind, setweight(to_tsvector('simple', regexp_replace(title, '(\w+)', $1 || '\1', 'g')), 'A')
			|| setweight(to_tsvector('simple', regexp_replace(vendor || ' ' || product_type, '(\w+)', $1 || '\1', 'g')), 'B') FROM search_document`, mark)
	w.exec(`INSERT INTO search_word (shop_id, word) SELECT DISTINCT shop_id, unnest(tsvector_to_array(to_tsvector('simple', title || ' ' || vendor))) FROM search_document`)
}
