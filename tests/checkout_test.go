package tests

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

const newCart = `mutation($input: CartInput!) { cartCreate(input: $input) { cart { id cost { totalAmount { amount } } } userErrors { code field message } } }`

const complete = `mutation($cart: ID!, $token: String!) { checkoutComplete(cartId: $cart, payment: {gateway: "bogus", token: $token}) { order { id name totalPrice { amount } } userErrors { code field message } } }`

// buyable is what a cart needs to be bought: lines, a buyer and an address.
func buyable(variant string, quantity int) map[string]any {
	return map[string]any{"input": map[string]any{
		"lines":         []any{map[string]any{"merchandiseId": variant, "quantity": quantity}},
		"buyerIdentity": map[string]any{"email": "ann@example.com", "countryCode": "US"},
		"delivery": map[string]any{"addresses": []any{map[string]any{"selected": true, "address": map[string]any{"deliveryAddress": map[string]any{
			"firstName": "Ann", "lastName": "Lee", "address1": "1 Main St", "city": "Portland", "provinceCode": "OR", "countryCode": "US", "zip": "97201",
		}}}}},
	}}
}

func cartOf(t testing.TB, a *apptest.App, variant string, quantity int) string {
	t.Helper()
	data := a.Query(t, newCart, buyable(variant, quantity))
	id := apptest.String(data, "cartCreate", "cart", "id")
	if id == "" {
		t.Fatalf("no cart: %v", data)
	}
	return id
}

// variantOf is the first variant of a product of the demo shop.
func variantOf(t testing.TB, a *apptest.App, handle string) string {
	t.Helper()
	data := a.Query(t, `query($h: String!) { product(handle: $h) { variants(first: 1) { nodes { id } } } }`, map[string]any{"h": handle})
	return apptest.String(data, "product", "variants", "nodes", 0, "id")
}

// books opens the database of a configuration to look at the ledger, and to set stock.
type books struct {
	stock *inventory.Service
	ctx   context.Context
	db    *database.DB
}

func booksOf(t *testing.T, c app.Config) books {
	t.Helper()
	db, err := database.Open(t.Context(), c.Database())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	shops := shop.New(shop.Config{DB: db})
	all, err := shops.List(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d shops, %v", len(all), err)
	}
	return books{stock: inventory.New(inventory.Config{DB: db}), db: db, ctx: access.With(database.WithShop(t.Context(), all[0]), access.Actor{Kind: access.System, Shop: all[0]})}
}

// setStock leaves a number of units of a variant in the shop, at one place.
func (b books) setStock(t *testing.T, variant string, units int64) {
	t.Helper()
	id, err := gid.Parse(variant)
	if err != nil {
		t.Fatal(err)
	}
	locations, err := b.stock.Locations(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	count := inventory.Count{Name: inventory.OnHand, Reason: inventory.Correction}
	for i, l := range locations {
		n := int64(0)
		if i == 0 {
			n = units
		}
		count.Quantities = append(count.Quantities, inventory.SetQuantity{VariantID: id.UUID, LocationID: l.ID.UUID, Quantity: n})
	}
	if _, ps, err := b.stock.Set(b.ctx, count); err != nil || len(ps) > 0 {
		t.Fatal(ps, err)
	}
}

func (b books) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := b.db.QueryRow(b.ctx, query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// charges counts what the gateway took, by its own memory.
func (b books) charges(t *testing.T) int {
	t.Helper()
	rows, err := b.db.SysQuery(database.AllShops(b.ctx), "SELECT count(*) FROM bogus_charge WHERE kind = 'charge' AND status <> 'voided'")
	n, err := database.Scan(rows, err, func(scan func(...any) error) (n int, err error) { return n, scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n[0]
}

func (b books) orders(t *testing.T) int {
	return b.count(t, "SELECT count(*) FROM orders WHERE shop_id = $1")
}

func (b books) available(t *testing.T, variant string) int64 {
	t.Helper()
	id, _ := gid.Parse(variant)
	got, err := b.stock.Available(b.ctx, []uuid.UUID{id.UUID})
	if err != nil {
		t.Fatal(err)
	}
	return got[id.UUID].Available
}

// addUp checks that every level is the sum of its ledger and of its promises.
func (b books) addUp(t *testing.T) {
	t.Helper()
	wrong, err := b.stock.Verify(b.ctx)
	if err != nil || len(wrong) > 0 {
		t.Fatalf("the ledger does not add up: %+v, %v", wrong, err)
	}
}

// Three hundred shoppers at once on a hundred units: a hundred orders, and everybody else is told that it is sold out.
func TestOversell(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		c := embedded(t)
		p := spawn(t, child{Config: c})
		oversell(t, c, p)
	})
	t.Run("services", func(t *testing.T) {
		c := services(t)
		var all []*process
		for i := range 3 {
			each := c
			each.DataDir = fmt.Sprintf("%s/%d", c.DataDir, i)
			all = append(all, spawn(t, child{Config: each}))
		}
		oversell(t, c, all...)
	})
}

func oversell(t *testing.T, c app.Config, processes ...*process) {
	const stock, buyers = 100, 300
	first := processes[0].client
	variant := variantOf(t, first, "oak-chair")
	b := booksOf(t, c)
	b.setStock(t, variant, stock)
	carts := make([]string, buyers)
	for i := range carts {
		carts[i] = cartOf(t, first, variant, 1)
	}
	var mu sync.Mutex
	won, sold := map[string]bool{}, 0
	var wg sync.WaitGroup
	for i, id := range carts {
		wg.Go(func() {
			name, code := buy(t, processes[i%len(processes)].client, id)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case name != "":
				won[name] = true
			case code == "OUT_OF_STOCK":
				sold++
			default:
				t.Errorf("a shopper was told %q", code)
			}
		})
	}
	wg.Wait()
	if len(won) != stock || sold != buyers-stock {
		t.Errorf("%d orders and %d sold out, want %d and %d", len(won), sold, stock, buyers-stock)
	}
	if n := b.orders(t); n != stock {
		t.Errorf("%d orders in the books, want %d", n, stock)
	}
	if n := b.available(t, variant); n != 0 {
		t.Errorf("%d units are left", n)
	}
	b.addUp(t)
}

// buy completes a cart as a patient client does: it asks again while the answer is not final.
func buy(t *testing.T, a *apptest.App, cart string) (order, code string) {
	for range 20 {
		answer, err := a.Try(t.Context(), complete, map[string]any{"cart": cart, "token": "tok_ok"}, nil)
		if err != nil {
			t.Error(err)
			return "", "transport"
		}
		if codes := answer.Codes(); len(codes) > 0 {
			if slices.Contains([]string{"TIMEOUT", "UNAVAILABLE"}, codes[0]) {
				continue
			}
			return "", codes[0]
		}
		order = apptest.String(answer.Data, "checkoutComplete", "order", "name")
		code = apptest.String(answer.Data, "checkoutComplete", "userErrors", 0, "code")
		if code != "PAYMENT_PENDING" {
			return order, code
		}
	}
	return "", "never an answer"
}

// steps are the places where a process can be stopped in a checkout that ends well.
var steps = []string{"begin", "promised", "held", "charge", "charged", "place", "placed"}

// A process that is killed between any two steps charges once for one order, or not at all for none; whoever asks again
// after it is back gets the order.
func TestKilledBetweenSteps(t *testing.T) {
	for name, configure := range map[string]func(*testing.T) app.Config{"embedded": embedded, "services": services} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := configure(t)
			for i, step := range steps {
				p := spawn(t, child{Config: c, KillAt: step})
				variant := variantOf(t, p.client, "oak-chair")
				b := booksOf(t, c)
				b.setStock(t, variant, 5)
				cart := cartOf(t, p.client, variant, 2)
				if _, err := p.client.Try(t.Context(), complete, map[string]any{"cart": cart, "token": "tok_ok"}, nil); err == nil {
					t.Fatalf("%s: the process answered and should be dead", step)
				}
				<-p.done
				p = spawn(t, child{Config: c})
				var order, code string
				until(t, 2*time.Minute, func() bool {
					order, code = buy(t, p.client, cart)
					return order != "" || code != "PAYMENT_PENDING" && code != "never an answer"
				})
				if order == "" {
					t.Fatalf("%s: no order after the restart: %s", step, code)
				}
				if n := b.orders(t); n != i+1 {
					t.Errorf("%s: %d orders, want %d", step, n, i+1)
				}
				if n := b.charges(t); n != i+1 {
					t.Errorf("%s: charged %d times, want %d", step, n, i+1)
				}
				// What was promised to an attempt that never came to be is free again when its short time is over.
				until(t, time.Minute, func() bool { return step != "promised" || b.available(t, variant) == 3 })
				if n := b.available(t, variant); n != 3 {
					t.Errorf("%s: %d units left of 5, want 3", step, n)
				}
				b.addUp(t)
				p.kill()
			}
		})
	}
}

// The gateway charges and does not answer: the shopper is told within the request's deadline of ten seconds that the payment
// is pending, and the same mutation later gives the one order that was paid once.
func TestGatewayTimesOut(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		variant := variantOf(t, a, "oak-chair")
		cart := cartOf(t, a, variant, 1)
		data := a.Query(t, complete, map[string]any{"cart": cart, "token": "tok_timeout"})
		if code := apptest.String(data, "checkoutComplete", "userErrors", 0, "code"); code != "PAYMENT_PENDING" {
			t.Fatalf("code = %q: %v", code, data)
		}
		var order string
		until(t, time.Minute, func() bool {
			data := a.Query(t, complete, map[string]any{"cart": cart, "token": "tok_timeout"})
			order = apptest.String(data, "checkoutComplete", "order", "name")
			return order != ""
		})
		again := a.Query(t, complete, map[string]any{"cart": cart, "token": "tok_ok"})
		if got := apptest.String(again, "checkoutComplete", "order", "name"); got != order {
			t.Fatalf("asked again, the order is %q, was %q", got, order)
		}
	})
}

// What is declined or fails leaves the cart open and the stock free, and can be paid otherwise.
func TestRefusedPayments(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		variant := variantOf(t, a, "oak-chair")
		cart := cartOf(t, a, variant, 1)
		for token, want := range map[string]string{"tok_declined": "PAYMENT_DECLINED", "tok_error": "PAYMENT_ERROR", "tok_unknown": "PAYMENT_DECLINED"} {
			data := a.Query(t, complete, map[string]any{"cart": cart, "token": token})
			if code := apptest.String(data, "checkoutComplete", "userErrors", 0, "code"); code != want {
				t.Errorf("%s: code %q, want %q", token, code, want)
			}
		}
		data := a.Query(t, complete, map[string]any{"cart": cart, "token": "tok_ok"})
		if apptest.String(data, "checkoutComplete", "order", "name") == "" {
			t.Fatalf("the cart cannot be bought any more: %v", data)
		}
	})
}

// A cart that lacks something says what, with the code for it.
func TestUnreadyCarts(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		variant := variantOf(t, a, "oak-chair")
		for name, tc := range map[string]struct {
			change func(map[string]any)
			want   string
		}{
			"NoEmail":   {func(in map[string]any) { delete(in, "buyerIdentity") }, "EMAIL_MISSING"},
			"NoAddress": {func(in map[string]any) { delete(in, "delivery") }, "ADDRESS_MISSING"},
		} {
			t.Run(name, func(t *testing.T) {
				input := buyable(variant, 1)
				tc.change(input["input"].(map[string]any))
				cart := apptest.String(a.Query(t, newCart, input), "cartCreate", "cart", "id")
				data := a.Query(t, complete, map[string]any{"cart": cart, "token": "tok_ok"})
				if code := apptest.String(data, "checkoutComplete", "userErrors", 0, "code"); code != tc.want {
					t.Fatalf("code %q, want %q", code, tc.want)
				}
			})
		}
		t.Run("ForeignCart", func(t *testing.T) {
			data := a.Query(t, complete, map[string]any{"cart": "gid://rialto/Cart/" + uuid.NewString() + "?key=00112233445566778899aabbccddeeff", "token": "tok_ok"})
			if apptest.String(data, "checkoutComplete", "userErrors", 0, "message") == "" {
				t.Fatalf("no problem: %v", data)
			}
		})
	})
}

// Twins of one mutation under one key run once and get the same bytes; the key is refused for another request.
func TestIdempotencyKey(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		variant := variantOf(t, a, "oak-chair")
		key := apptest.Headers{"Idempotency-Key": uuid.NewString()}
		bodies := make([]string, 8)
		var wg sync.WaitGroup
		for i := range bodies {
			wg.Go(func() {
				answer, err := a.Try(t.Context(), newCart, buyable(variant, 1), key)
				if err != nil {
					t.Error(err)
					return
				}
				bodies[i] = fmt.Sprint(answer.Data) // what it cost, only the first is told
			})
		}
		wg.Wait()
		for _, body := range bodies {
			if body != bodies[0] {
				t.Fatalf("two answers under one key:\n%s\n%s", bodies[0], body)
			}
		}
		if answer := a.Do(t, newCart, buyable(variant, 2), key); answer.Status < 400 {
			t.Fatalf("the key was good for another request: %d %s", answer.Status, answer.Body)
		}
	})
}

// The journey of the README, read and written through the API only.
func TestJourney(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		variant := variantOf(t, a, "oak-chair")
		stock := func() float64 {
			data := a.Query(t, `query($id: ID!) { node(id: $id) { ... on ProductVariant { quantityAvailable } } }`, map[string]any{"id": variant})
			n, _ := apptest.At(data, "node", "quantityAvailable").(float64)
			return n
		}
		before := stock()
		cart := cartOf(t, a, variant, 2)
		data := a.Query(t, complete, map[string]any{"cart": cart, "token": "tok_ok"})
		order := apptest.String(data, "checkoutComplete", "order", "id")
		if order == "" {
			t.Fatalf("no order: %v", data)
		}
		if after := stock(); after != before-2 {
			t.Errorf("%v units left of %v", after, before)
		}
		shown := a.Query(t, `query($id: ID!) { node(id: $id) { ... on Order { name totalPrice { amount } lineItems(first: 5) { nodes { title quantity } } } } }`, map[string]any{"id": order})
		if apptest.String(shown, "node", "name") != "#1001" {
			t.Errorf("the guest's order: %v", shown)
		}
		plain := order[:len("gid://rialto/Order/")+36]
		hidden := a.Query(t, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": plain})
		if apptest.At(hidden, "node") != nil {
			t.Errorf("an order without its key is shown: %v", hidden)
		}
		owner := a.Owner(t)
		listed := a.Query(t, `{ orders(first: 5) { nodes { name email } } }`, nil, owner)
		if apptest.String(listed, "orders", "nodes", 0, "email") != "ann@example.com" {
			t.Errorf("staff see %v", listed)
		}
		if demo.Token == "" {
			t.Error("the demo has no token")
		}
	})
}
