package app_test

import (
	"fmt"
	"html"
	"image"
	_ "image/jpeg"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/platform/database"
)

// browser is one without JavaScript and without cookies that sees pages of one site.
type browser struct {
	t    *testing.T
	site string
}

type view struct {
	at     string
	status int
	header http.Header
	body   string
}

func (b browser) send(r *http.Request) view {
	b.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if len(res.Cookies()) > 0 {
		b.t.Error("a cookie")
	}
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther && res.StatusCode != http.StatusFound {
		return view{at: r.URL.String(), status: res.StatusCode, header: res.Header, body: string(body)}
	}
	to, _, _ = strings.Cut(to, "#")
	return b.open(to)
}

// open loads a page and follows where it leads.
func (b browser) open(address string, headers ...string) view {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.site + address
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(r)
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)">`)

// form fills in the page's form for a part of the checkout.
func (b browser) form(v view, part string, typed ...string) *http.Request {
	b.t.Helper()
	found := regexp.MustCompile(`action="(/checkout/[0-9a-f-]+/` + part + `\?key=[^"]+)"`).FindStringSubmatchIndex(v.body)
	if found == nil {
		b.t.Fatalf("the page has no form for %s:\n%s", part, v.body)
	}
	form := url.Values{}
	inside, _, _ := strings.Cut(v.body[found[0]:], "</form>")
	for _, m := range hiddenInput.FindAllStringSubmatch(inside, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	for _, m := range regexp.MustCompile(`<input type="radio" name="(option-[^"]+)" value="([^"]*)"`).FindAllStringSubmatch(inside, -1) {
		form.Set(m[1], m[2]) // the last one
	}
	for i := 0; i < len(typed); i += 2 {
		form.Set(typed[i], typed[i+1])
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.site+html.UnescapeString(v.body[found[2]:found[3]]), strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (b browser) fill(v view, part string, typed ...string) view {
	b.t.Helper()
	return b.send(b.form(v, part, typed...))
}

func (b browser) sees(v view, status int, texts ...string) {
	b.t.Helper()
	if v.status != status {
		b.t.Errorf("%s: status %d, want %d", v.at, v.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(v.body, text) {
			b.t.Errorf("%s does not show %q:\n%s", v.at, text, v.body)
		}
	}
}

// filledCart makes a cart with two of a product that is in stock.
func filledCart(t *testing.T, a *apptest.App) (id, checkoutURL string) {
	t.Helper()
	data := a.Query(t, `{ products(first: 20) { nodes { variants(first: 5) { nodes { id availableForSale quantityAvailable requiresShipping } } } } }`, nil)
	variant := ""
	products, _ := apptest.At(data, "products", "nodes").([]any)
	for _, p := range products {
		variants, _ := apptest.At(p, "variants", "nodes").([]any)
		for _, v := range variants {
			left, _ := apptest.At(v, "quantityAvailable").(float64)
			if apptest.At(v, "requiresShipping") == true && left >= 13 && variant == "" {
				variant = apptest.String(v, "id")
			}
		}
	}
	data = a.Query(t, `mutation($v: ID!) { cartCreate(input: {lines: [{merchandiseId: $v, quantity: 2, attributes: [{key: "Engraving", value: "For <Ada>"}, {key: "_seen", value: "secret"}]}]}) {
		cart { id checkoutUrl } userErrors { message } } }`, map[string]any{"v": variant})
	id, checkoutURL = apptest.String(data, "cartCreate", "cart", "id"), apptest.String(data, "cartCreate", "cart", "checkoutUrl")
	if id == "" || !strings.HasPrefix(checkoutURL, a.URL+"/checkout/") {
		t.Fatal(data)
	}
	return id, checkoutURL
}

var adaAddress = []string{"email", "ada@example.com", "country", "US", "firstName", "Ada", "lastName", "Baker", "address1", "500 Main Street", "city", "Portland", "province", "Oregon", "zip", "97205"}

// toPayment goes as far as the payment.
func (b browser) toPayment(checkoutURL string) view {
	b.t.Helper()
	v := b.open(checkoutURL)
	b.sees(v, 200, "Engraving: For &lt;Ada&gt;", "Continue to delivery", "Oregon", `src="/files/`)
	if strings.Contains(v.body, "secret") {
		b.t.Error("an attribute for programs is shown")
	}
	v = b.fill(v, "details", append(slices.Clone(adaAddress), "lastName", "", "zip", "1")...)
	b.sees(v, 422, "Last name is missing.", "Postal code is not one of United States.")
	v = b.fill(v, "details", adaAddress...)
	b.sees(v, 200, "ada@example.com", "500 Main Street", "Continue to payment")
	v = b.fill(v, "delivery")
	b.sees(v, 200, "Test cards", ">Pay $")
	return v
}

func TestTheHostedPageSellsACart(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		b := browser{t, a.URL}
		id, checkoutURL := filledCart(t, a)
		v := b.toPayment(checkoutURL)
		v = b.fill(v, "discount", "code", "welcome10")
		b.sees(v, 200, "WELCOME10", "Discount")
		v = b.fill(v, "giftcard", "card", "NOPE-NOPE")
		b.sees(v, 422, "This gift card cannot be used here.")
		v = b.fill(v, "pay", "method", "1")
		b.sees(v, 422, `role="alert"`)
		v = b.fill(v, "pay", "method", "0")
		b.sees(v, 200, "#1001", "Thank you, Ada!", "Oregon", "For &lt;Ada&gt;")
		if !strings.Contains(v.at, "/thanks?key=") {
			t.Errorf("it ends at %s", v.at)
		}
		b.sees(b.open(checkoutURL), 200, "#1001")

		data := a.Query(t, `query($q: String!) { orders(first: 5, query: $q) { nodes { id name statusUrl totalPrice { amount } } } }`, map[string]any{"q": "email:ada@example.com"}, a.Owner(t))
		status := apptest.String(data, "orders", "nodes", 0, "statusUrl")
		_, key, _ := strings.Cut(id, "?key=")
		if status == "" || strings.Contains(status, key) {
			t.Fatalf("the order's status is at %q", status)
		}
		b.sees(b.open(status), 200, "#1001", "Thank you, Ada!", "$"+apptest.String(data, "orders", "nodes", 0, "totalPrice", "amount"))
		order := apptest.String(data, "orders", "nodes", 0, "id")
		a.Query(t, `mutation($id: ID!) { orderCancel(orderId: $id, reason: CUSTOMER, restock: true, refund: true) { userErrors { message } } }`, map[string]any{"id": order}, a.Owner(t))
		b.sees(b.open(status), 200, "This order was canceled", "Refunded")
		b.sees(b.open(status[:len(status)-1]+"!"), 404)
		b.sees(b.open(status[:len(status)-3]+"AAA"), 404)
	})
}

func TestPressingTwiceOnTheHostedPageBuysOnce(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		b := browser{t, a.URL}
		_, checkoutURL := filledCart(t, a)
		v := b.toPayment(checkoutURL)
		press := func(method string, status int, text string) {
			var all sync.WaitGroup
			for range 6 {
				r := b.form(v, "pay", "method", method)
				all.Go(func() {
					// One that comes while another is under way may be told just that.
					got := b.send(r)
					if waits := got.status == 200 && strings.Contains(got.body, "Your payment is being checked"); !waits && (got.status != status || !strings.Contains(got.body, text)) {
						t.Errorf("%d %s", got.status, got.body)
					}
				})
			}
			all.Wait()
		}
		press("1", 422, `role="alert"`)
		press("1", 422, `role="alert"`)
		if n := attempts(t, a); n != 1 {
			t.Errorf("%d attempts at a card that is declined", n)
		}
		press("0", 200, "#1001")
		b.sees(b.open(checkoutURL), 200, "#1001")
		if n := attempts(t, a); n != 2 {
			t.Errorf("%d attempts", n)
		}
	})
}

// attempts counts the tries to buy.
func attempts(t *testing.T, a *apptest.App) (n int) {
	t.Helper()
	rows, err := a.DB.SysQuery(database.AllShops(t.Context()), "SELECT count(*) FROM checkout_attempt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestALatePaymentEndsOnTheThanksPage(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	b := browser{t, a.URL}
	_, checkoutURL := filledCart(t, a)
	v := b.fill(b.toPayment(checkoutURL), "pay", "method", "3")
	for late := a.Clock.Now().Add(30 * time.Second); !strings.Contains(v.body, "#1001") && a.Clock.Now().Before(late); {
		b.sees(v, 200, "Your payment is being checked")
		if t.Failed() {
			return
		}
		v = b.open(checkoutURL)
	}
	b.sees(v, 200, "#1001")
}

func TestTheHostedPageOpensWithItsKeyOnly(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	b := browser{t, a.URL}
	_, checkoutURL := filledCart(t, a)
	_, other := filledCart(t, a)
	path, key, _ := strings.Cut(checkoutURL, "?key=")
	_, otherKey, _ := strings.Cut(other, "?key=")
	for _, wrong := range []string{path, path + "?key=", path + "?key=" + otherKey, path + "?key=" + key + "x", a.URL + "/checkout/" + uuid.NewString() + "?key=" + key, path + "/thanks?key=" + otherKey} {
		b.sees(b.open(wrong), 404, "This checkout is not here")
	}
	v := b.open(checkoutURL, "Origin", "https://elsewhere.example")
	for name := range v.header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s: %s", name, v.header.Get(name))
		}
	}
	r := b.form(v, "details", adaAddress...)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.sees(b.send(r), 403)
	b.sees(b.send(b.form(v, "details", append(slices.Clone(adaAddress), "form", "0000")...)), 403)
}

func TestPicturesAreServedInTheSizeThatIsAskedFor(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	b := browser{t, a.URL}
	data := a.Query(t, `{ products(first: 1) { nodes { featuredImage { url(transform: {maxWidth: 240, maxHeight: 160, crop: CENTER}) } } } }`, nil)
	v := b.open(apptest.String(data, "products", "nodes", 0, "featuredImage", "url"), "Origin", "https://storefront.example")
	b.sees(v, 200)
	config, format, err := image.DecodeConfig(strings.NewReader(v.body))
	if err != nil || format != "jpeg" || config.Width != 240 || config.Height != 160 {
		t.Errorf("%s of %d×%d: %v", format, config.Width, config.Height, err)
	}
	if got := v.header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("storefronts may not read it: %q", got)
	}
	again := b.open(v.at, "If-None-Match", v.header.Get("ETag"))
	b.sees(again, http.StatusNotModified)
	b.sees(b.open("/files/demo/none/9.jpg"), 404)
	b.sees(b.open("/files/..%2frialto.db"), 404)
}

func TestThePlaygroundHasTheDemosTokenInDemoModeOnly(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{true, false} {
		t.Run(fmt.Sprint("demo ", on), func(t *testing.T) {
			t.Parallel()
			a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded, Config: func(c *app.Config) { c.Demo = on }})
			b := browser{t, a.URL}
			for _, at := range []string{"/", "/playground", "/playground/", "/playground/plain"} {
				v := b.open(at)
				b.sees(v, 200, "/playground/", "cartCreate")
				if strings.Contains(v.body, demo.Token) != on || strings.Contains(v.body, demo.OwnerPassword) != on {
					t.Errorf("%s: the token or the password is there: %v", at, !on)
				}
			}
		})
	}
}
