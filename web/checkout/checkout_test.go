package checkout_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/web/checkout"
)

type answer struct {
	code     int
	location string
	header   http.Header
	body     string
}

// shopper is a browser without JavaScript.
type shopper struct {
	t    *testing.T
	shop *shop
	h    http.Handler
}

func setup(t *testing.T) *shopper {
	t.Helper()
	s := newShop()
	return &shopper{t: t, shop: s, h: checkout.New(checkout.Config{Shop: s, Log: slog.New(slog.DiscardHandler)})}
}

func at(part string) string {
	if part != "" {
		part = "/" + part
	}
	return "/checkout/" + cartID.String() + part + "?key=" + secret
}

func (s *shopper) send(method, address string, form url.Values, header ...string) answer {
	s.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(s.t.Context(), method, address, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	return answer{w.Code, w.Header().Get("Location"), w.Header(), w.Body.String()}
}

func (s *shopper) get(address string) answer {
	s.t.Helper()
	return s.send(http.MethodGet, address, nil)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)">`)

// fill takes the hidden inputs of the page's form for a part, and adds what is typed in.
func (s *shopper) fill(page answer, part string, typed ...string) url.Values {
	s.t.Helper()
	form := url.Values{}
	_, inside, ok := strings.Cut(page.body, `action="`+html.EscapeString(at(part))+`"`)
	if !ok {
		s.t.Fatalf("the page has no form for %s:\n%s", part, page.body)
	}
	inside, _, _ = strings.Cut(inside, "</form>")
	for _, m := range hidden.FindAllStringSubmatch(inside, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	for i := 0; i < len(typed); i += 2 {
		form.Set(typed[i], typed[i+1])
	}
	return form
}

// post sends the page's form for a part and follows the redirect that has to come.
func (s *shopper) post(page answer, part string, typed ...string) answer {
	s.t.Helper()
	a := s.send(http.MethodPost, at(part), s.fill(page, part, typed...))
	if a.code != http.StatusSeeOther {
		s.t.Fatalf("%s: %d %s", part, a.code, a.body)
	}
	to, _, _ := strings.Cut(a.location, "#")
	return s.get(to)
}

var ada = []string{"email", "ada@example.com", "firstName", "Ada", "lastName", "Baker", "address1", "500 Main Street", "city", "Portland", "province", "Oregon", "zip", "97205", "country", "US"}

// toPayment goes as far as the payment.
func (s *shopper) toPayment() answer {
	s.t.Helper()
	page := s.post(s.get(at("")), "details", ada...)
	return s.post(page, "delivery", "option-group-1", "express")
}

func (s *shopper) sees(page answer, code int, texts ...string) {
	s.t.Helper()
	if page.code != code {
		s.t.Errorf("status %d, want %d", page.code, code)
	}
	for _, text := range texts {
		if !strings.Contains(page.body, text) {
			s.t.Errorf("the page does not show %q:\n%s", text, page.body)
		}
	}
}

func TestABuyerGetsThrough(t *testing.T) {
	t.Parallel()
	s := setup(t)
	page := s.get(at(""))
	s.sees(page, 200, "Oak Chair", "Natural Oak / Paper Cord", "$399.60", "Engraving: For Ada", "$217.00", "Continue to delivery", `autocomplete="postal-code"`)
	page = s.post(page, "details", ada...)
	s.sees(page, 200, "Express", "$14.50", "ada@example.com", "500 Main Street")
	page = s.post(page, "delivery", "option-group-1", "express")
	s.sees(page, 200, "Pay $434.08", "Test cards", "Card that is declined")
	page = s.post(page, "discount", "code", "welcome10")
	s.sees(page, 200, "WELCOME10", "−$39.96", "Pay $392.12")
	page = s.post(page, "giftcard", "card", "RIALTO-DEMO-GIFT")
	s.sees(page, 200, "•••• GIFT", "−$50.00", "Pay $342.12")
	page = s.post(page, "pay", "method", "0")
	s.sees(page, 200, "#1001", "Thank you, Ada!", "ada@example.com", "November 22, 2026", "$342.12")
	if s.shop.charges != 1 {
		t.Errorf("%d charges", s.shop.charges)
	}
	for _, part := range []string{"", "pay", "details"} {
		if a := s.get(at(part)); a.code != 303 {
			t.Errorf("%q after the purchase: %d", part, a.code)
		}
	}
	s.sees(s.get(at("thanks")), 200, "#1001")
}

func TestTheStatusOfAnOrderIsShown(t *testing.T) {
	t.Parallel()
	s := setup(t)
	status := "/orders/" + orderID.String() + "?key=" + secret
	s.sees(s.get(status), 404, "This checkout is not here")
	s.post(s.toPayment(), "pay", "method", "0")
	s.sees(s.get(status), 200, "#1001", "Oak Chair", "$434.08")
	s.shop.view.Order.Shipped = checkout.PartlyShipped
	s.sees(s.get(status), 200, "A part of your order is on its way")
	s.shop.view.Order.Shipped = checkout.AllShipped
	s.sees(s.get(status), 200, "Your order is on its way")
	s.shop.view.Order.Canceled, s.shop.view.Order.Refunded = true, usd(43408)
	if page := s.get(status); strings.Contains(page.body, "Thank you") || strings.Contains(page.body, "on its way") {
		t.Error("a canceled order is praised")
	}
	s.sees(s.get(status), 200, "This order was canceled", "Refunded")
	for _, wrong := range []string{status + "x", "/orders/" + cartID.String() + "?key=" + secret, "/orders/" + orderID.String(), "/orders/"} {
		s.sees(s.get(wrong), 404, "This checkout is not here")
	}
}

func TestMistakesStandAtTheirField(t *testing.T) {
	t.Parallel()
	s := setup(t)
	form := s.fill(s.get(at("")), "details", "email", "nobody", "zip", "1", "city", `<Port"land>`, "country", "US", "province", "Nowhere")
	a := s.send(http.MethodPost, at("details"), form)
	s.sees(a, http.StatusUnprocessableEntity, "Please check: Checkout", `id="email-error">This is not an email address.`, `id="zip-error">A postal code`, `id="address1-error">Say which street.`,
		`id="province-error">There is no such state.`, `value="nobody"`, `value="&lt;Port&#34;land&gt;"`, `role="alert"`)
	if n := strings.Count(a.body, `aria-invalid="true"`); n != 4 {
		t.Errorf("%d fields are marked", n)
	}
	for _, m := range regexp.MustCompile(`aria-describedby="([^"]+)"`).FindAllStringSubmatch(a.body, -1) {
		if !strings.Contains(a.body, `id="`+m[1]+`"`) {
			t.Errorf("%s describes a field and is not there", m[1])
		}
	}
	page := s.post(s.get(at("")), "details", ada...)
	s.sees(s.send(http.MethodPost, at("delivery"), s.fill(page, "delivery", "option-group-1", "teleport")), 422, "Choose how it should be delivered.")
	s.sees(s.send(http.MethodPost, at("giftcard"), s.fill(page, "giftcard", "card", "NOPE")), 422, `id="card-error">There is no such gift card.`, `value="NOPE"`)
	s.sees(s.send(http.MethodPost, at("discount"), s.fill(page, "discount", "code", " ")), 422, "Type in a code.")
	s.sees(s.post(page, "discount", "code", "nope"), 200, "NOPE <i>does not apply</i>")
}

func TestStepsCanBeChangedAgain(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.toPayment()
	s.sees(s.get(at("")+"&edit=details"), 200, `value="Portland"`, `value="97205"`, "Continue to delivery")
	s.sees(s.get(at("")+"&edit=delivery"), 200, `value="express" required checked`)
	s.sees(s.get(at("")+"&edit=nonsense"), 200, "Pay $434.08")
	page := s.post(s.get(at("")+"&edit=details"), "details", append(ada, "country", "DE")...)
	s.sees(page, 200, "There is no delivery to this address.")
	if strings.Contains(page.body, "Pay $") {
		t.Error("it can be paid without a delivery")
	}
}

func TestCodesAndCardsComeOffAgain(t *testing.T) {
	t.Parallel()
	s := setup(t)
	page := s.post(s.toPayment(), "discount", "code", "WELCOME10")
	page = s.post(page, "discount", "code", "OTHER")
	page = s.post(page, "giftcard", "card", "RIALTO-DEMO-GIFT")
	chips := regexp.MustCompile(`(?s)class="chips">.*?</form>`)
	if n := len(chips.FindAllString(page.body, -1)); n != 2 {
		t.Fatalf("%d lists of chips", n)
	}
	page = s.post(page, "discount", "remove", "WELCOME10")
	page = s.post(page, "giftcard", "remove", "card-1")
	s.sees(page, 200, "Pay $434.08", "OTHER")
	if strings.Contains(page.body, "WELCOME10") || strings.Contains(page.body, "•••• GIFT") {
		t.Error("they are still there")
	}
}

func TestRefusedPaymentsCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	s := setup(t)
	page := s.toPayment()
	a := s.send(http.MethodPost, at("pay"), s.fill(page, "pay", "method", "1"))
	s.sees(a, 422, "The card was declined.", `name="method" value="1" required checked`)
	a = s.send(http.MethodPost, at("pay"), s.fill(a, "pay", "method", "2"))
	s.sees(a, 422, "The payment could not be made.")
	s.sees(s.send(http.MethodPost, at("pay"), s.fill(a, "pay", "method", "9")), 422, "Choose how to pay.")
	s.sees(s.send(http.MethodPost, at("pay"), s.fill(a, "pay")), 422, "Choose how to pay.")
	s.sees(s.post(a, "pay", "method", "0"), 200, "#1001")
	if s.shop.charges != 1 {
		t.Errorf("%d charges", s.shop.charges)
	}
}

func TestPressingTwicePaysOnce(t *testing.T) {
	t.Parallel()
	for method, charges := range map[string]int{"0": 1, "1": 0, "3": 1} {
		s := setup(t)
		form := s.fill(s.toPayment(), "pay", "method", method)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { s.send(http.MethodPost, at("pay"), form) })
		}
		all.Wait()
		if s.shop.charges != charges || len(s.shop.attempts) != 1 {
			t.Errorf("method %s: %d charges in %d attempts", method, s.shop.charges, len(s.shop.attempts))
		}
	}
}

func TestALatePaymentIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := setup(t)
	page := s.post(s.toPayment(), "pay", "method", "3")
	s.sees(page, 200, "Your payment is being checked", "Please do not pay again", `http-equiv="refresh" content="3;url=`+html.EscapeString(at("thanks"))+`&amp;n=1"`)
	if late := s.get(at("thanks") + "&n=40"); strings.Contains(late.body, "http-equiv") || !strings.Contains(late.body, "Check now") {
		t.Error("a page that waited long still loads itself")
	}
	if a := s.get(at("")); a.location != at("thanks") {
		t.Errorf("the checkout page leads to %q", a.location)
	}
	s.shop.settle = true
	s.sees(s.get(at("thanks")), 200, "#1001")
}

func TestAPriceThatChangedIsNotPaid(t *testing.T) {
	t.Parallel()
	s := setup(t)
	form := s.fill(s.toPayment(), "pay", "method", "0")
	s.shop.view.Lines[0].Total = usd(40000)
	a := s.send(http.MethodPost, at("pay"), form)
	s.sees(a, 422, "The price has changed", "Pay $457.18")
	if s.shop.charges != 0 {
		t.Error("it was paid")
	}
	s.sees(s.post(a, "pay", "method", "0"), 200, "#1001")
}

func TestWhatIsSoldOutCanBeTakenOut(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.toPayment()
	one, none := 1, 0
	s.shop.view.Lines[0].Available, s.shop.view.Lines[1].Available = &one, &none
	page := s.get(at(""))
	s.sees(page, 200, "Only 1 left.", "Sold out.", "has been sold meanwhile")
	page = s.post(page, "quantity") // the first such form
	page = s.post(page, "quantity")
	s.sees(page, 200, "Pay $212.95")
	if strings.Contains(page.body, "Everyday Mug") {
		t.Error("it is still there")
	}
	form := s.fill(page, "discount", "line", "line-1", "quantity", "-1")
	if a := s.send(http.MethodPost, at("quantity"), form); a.code != 400 {
		t.Errorf("a negative quantity: %d", a.code)
	}
	form.Set("quantity", "0")
	if a := s.send(http.MethodPost, at("quantity"), form); a.code != 303 {
		t.Errorf("zero: %d", a.code)
	}
	s.sees(s.get(at("")), 200, "Your cart is empty")
}

func TestACartThatCostsNothingNeedsNoCard(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.toPayment()
	s.shop.view.Lines = []checkout.Line{{ID: "x", Title: "Sticker", Quantity: 1, Unit: usd(0), Subtotal: usd(0), Total: usd(0)}}
	page := s.post(s.get(at("")+"&edit=delivery"), "delivery", "option-group-1", "standard")
	s.sees(page, 200, "There is nothing left to pay.", "Place the order")
	s.sees(s.post(page, "pay"), 200, "#1001")
}

func TestNothingIsShippedWithoutAnAddressField(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.shop.view.NeedsDelivery = false
	page := s.get(at(""))
	if strings.Contains(page.body, `name="address1"`) {
		t.Error("it asks for an address")
	}
	s.sees(s.post(page, "details", "email", "ada@example.com"), 200, "Pay $399.60")
}

func TestWithoutTheKeyThereIsNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id := cartID.String()
	for _, address := range []string{"/checkout/" + id, "/checkout/" + id + "?key=", "/checkout/" + id + "?key=wrong", "/checkout/" + id + "?key=a%22b", "/checkout/" + id + "/thanks", "/checkout/nothing?key=" + secret,
		"/checkout/", "/checkout/" + strings.ReplaceAll(id, "-", "") + "?key=" + secret, "/checkout/a/b/c", "/checkout/{" + id + "}?key=" + secret} {
		a := s.get(address)
		if a.code != http.StatusNotFound || !strings.Contains(a.body, "This checkout is not here") {
			t.Errorf("%s: %d", address, a.code)
		}
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	s := setup(t)
	good := s.fill(s.get(at("")), "details", ada...)
	without, wrong := url.Values{"email": {"eve@example.com"}}, url.Values{"email": {"eve@example.com"}, "form": {strings.Repeat("0", 64)}}
	for name, a := range map[string]answer{
		"no token":     s.send(http.MethodPost, at("details"), without),
		"wrong token":  s.send(http.MethodPost, at("details"), wrong),
		"another site": s.send(http.MethodPost, at("details"), good, "Sec-Fetch-Site", "cross-site"),
		"a neighbor":   s.send(http.MethodPost, at("details"), good, "Sec-Fetch-Site", "same-site"),
	} {
		if a.code != http.StatusForbidden || s.shop.view.Email != "" {
			t.Errorf("%s: %d", name, a.code)
		}
	}
	if a := s.send(http.MethodPost, at("details"), good, "Sec-Fetch-Site", "same-origin", "Origin", "null"); a.code != 303 {
		t.Errorf("our own page: %d", a.code)
	}
	if a := s.send(http.MethodPut, at("details"), good); a.code < 400 {
		t.Errorf("PUT: %d", a.code)
	}
	if a := s.send(http.MethodPost, at("nonsense"), good); a.code != 404 {
		t.Errorf("a part that is not there: %d", a.code)
	}
	good.Set("city", strings.Repeat("x", 20<<10))
	if a := s.send(http.MethodPost, at("details"), good); a.code != 400 {
		t.Errorf("a huge form: %d", a.code)
	}
}

func TestTheKeyStaysInTheAddress(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for _, page := range []answer{s.get(at("")), s.toPayment(), s.get("/checkout/none")} {
		want := map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "X-Robots-Tag": "noindex, nofollow"}
		got := map[string]string{}
		for name := range want {
			got[name] = page.header.Get(name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if p := page.header.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(p, "unsafe") {
			t.Error(p)
		}
		for _, m := range regexp.MustCompile(`(?:src|href|action)="([^"]*)"`).FindAllStringSubmatch(page.body, -1) {
			if m[1][0] != '/' && m[1][0] != '#' || strings.HasPrefix(m[1], "//") {
				t.Errorf("the page leads to %s", m[1])
			}
		}
		if regexp.MustCompile(`<script[^>]*>[^<]|<style|\son[a-z]+=|style="`).MatchString(page.body) {
			t.Error("something inline")
		}
	}
}

func TestTypedTextIsOnlyText(t *testing.T) {
	t.Parallel()
	s := setup(t)
	var typed []string
	for i := 0; i < len(ada); i += 2 {
		typed = append(typed, ada[i], ada[i+1]+"\x00\r\n\xff<script>alert(1)</script>"+strings.Repeat("é", 1000))
	}
	a := s.send(http.MethodPost, at("details"), s.fill(s.get(at("")), "details", typed[:10]...))
	if strings.Contains(a.body, "<script>alert") || strings.Contains(a.body, "\x00") || !utf8.ValidString(a.body) {
		t.Error("it came back as it was")
	}
}

func TestFailuresTellNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for broken, code := range map[error]int{fmt.Errorf("pq: secret"): 500, fault.New(fault.Unavailable, "secret"): 503, context.DeadlineExceeded: 503, fault.New(fault.NotFound, "secret"): 404} {
		s.shop.broken = broken
		if a := s.get(at("")); a.code != code || strings.Contains(a.body, "secret") {
			t.Errorf("%v: %d", broken, a.code)
		}
	}
}

func TestAssetsAreKeptByTheirVersion(t *testing.T) {
	t.Parallel()
	s := setup(t)
	page := s.get(at(""))
	found := regexp.MustCompile(`"(/checkout/assets/[^"]+)"`).FindAllStringSubmatch(page.body, -1)
	if len(found) < 3 {
		t.Fatal(found)
	}
	for _, m := range found {
		a := s.get(m[1])
		if a.code != 200 || !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %s", m[1], a.code, a.header.Get("Cache-Control"))
		}
		plain, _, _ := strings.Cut(m[1], "?")
		if b := s.get(plain); b.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %s", plain, b.header.Get("Cache-Control"))
		}
	}
	if a := s.get("/checkout/assets/none.css"); a.code != 404 {
		t.Error(a.code)
	}
}

func TestAmountsAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	for amount, want := range map[money.Money]string{usd(5): "$0.05", usd(123456789): "$1,234,567.89", money.New(1200, "JPY"): "¥1,200", money.New(99, "JPY"): "¥99",
		money.New(100000, "CAD"): "CA$1,000.00", money.New(1234, "CHF"): "CHF\u00a012.34", money.New(5, "KWD"): "KWD\u00a00.005", usd(-150): "−$1.50"} {
		s := setup(t)
		s.shop.view.Lines[0].Unit = amount
		s.sees(s.get(at("")), 200, "2 × "+want)
	}
}
