package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/app/apptest"
)

// post sends a document without variables and checks the manner of the answer.
func (w *walkIn) post(t *testing.T, name, query string, headers apptest.Headers) *said {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	return w.raw(t, name, string(body), headers)
}

// raw sends a body as it is and checks the manner of the answer.
func (w *walkIn) raw(t *testing.T, name, body string, headers apptest.Headers) *said {
	t.Helper()
	w.sent.Add(1)
	got, err := send(t.Context(), w.App, body, headers)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, flaw := range got.flaws(w.tables, body) {
		t.Errorf("%s: %s\n%.600s", name, flaw, got.Body)
	}
	return got
}

// request is a body that should not be sent, and the status that says so.
type request struct {
	name, body string
	headers    apptest.Headers
	status     int
	code       string
}

func requests() []request {
	doc := func(query string) string {
		b, _ := json.Marshal(map[string]any{"query": query})
		return string(b)
	}
	kind := func(media string) apptest.Headers { return apptest.Headers{"Content-Type": media} }
	return []request{
		{"Nothing", "", nil, 400, "BAD_REQUEST"},
		{"NoJSON", "query { shop { name } }", nil, 400, "BAD_REQUEST"},
		{"HalfJSON", `{"query": "{ shop`, nil, 400, "BAD_REQUEST"},
		{"TrailingComma", `{"query": "{ shop { name } }",}`, nil, 400, "BAD_REQUEST"},
		{"InvalidUTF8", "{\"query\": \"{ shop { name } } # \xff\xfe\"}", nil, 400, "INVALID_UTF8"},
		{"Batch", "[" + doc("{ shop { name } }") + "]", nil, 422, "BATCHING_REFUSED"},
		{"List", `{"query": ["{ shop { name } }"]}`, nil, 422, "BAD_REQUEST"},
		{"NoQuery", `{"variables": {}}`, nil, 422, "BAD_REQUEST"},
		{"VariablesAsList", `{"query": "{ shop { name } }", "variables": []}`, nil, 422, "BAD_REQUEST"},
		{"VariablesAsText", `{"query": "{ shop { name } }", "variables": "{}"}`, nil, 422, "BAD_REQUEST"},
		{"DeepVariables", `{"query": "{ shop { name } }", "variables": {"a": ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}}`, nil, 422, "BAD_REQUEST"},
		{"NULInQuery", `{"query": "{ product(handle: \"a\u0000\") { id } }"}`, nil, 422, "INVALID_CHARACTER"},
		{"TooLarge", doc("# " + strings.Repeat("x", 300_000)), nil, 413, "BODY_TOO_LARGE"},
		{"Form", "query=%7Bshop%7Bname%7D%7D", kind("application/x-www-form-urlencoded"), 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"Plain", doc("{ shop { name } }"), kind("text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"GraphQL", "{ shop { name } }", kind("application/graphql"), 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"Latin1", doc("{ shop { name } }"), kind("application/json; charset=iso-8859-1"), 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"Garbage", doc("{ shop { name } }"), kind(";;;"), 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"WantsHTML", doc("{ shop { name } }"), apptest.Headers{"Accept": "text/html"}, 406, "NOT_ACCEPTABLE"},
		{"WrongToken", doc("{ shop { name } }"), apptest.Headers{storefrontHeader: "'; DROP TABLE shop; --"}, 401, "UNAUTHENTICATED"},
		{"WrongBearer", doc("{ shop { name } }"), apptest.Headers{"Authorization": "Bearer " + strings.Repeat("x", 4000)}, 401, "UNAUTHENTICATED"},
		{"NoSuchField", doc("{ shops { name } }"), nil, 422, "GRAPHQL_VALIDATION_FAILED"},
		{"NoSuchArgument", doc("{ product(slug: \"x\") { id } }"), nil, 422, "GRAPHQL_VALIDATION_FAILED"},
		{"NoSuchType", doc("query($x: Nope) { shop { name } }"), nil, 422, "GRAPHQL_VALIDATION_FAILED"},
		{"NoSuchDirective", doc("{ shop @nope { name } }"), nil, 422, "GRAPHQL_VALIDATION_FAILED"},
		{"NoSuchCountry", doc("query @inContext(country: ZZZ) { shop { name } }"), nil, 422, "GRAPHQL_VALIDATION_FAILED"},
		{"NoSuchOperation", `{"query": "query A { shop { name } }", "operationName": "B"}`, nil, 422, "OPERATION_NOT_FOUND"},
		{"Unclosed", doc("{ shop { name }"), nil, 400, "GRAPHQL_PARSE_FAILED"},
		{"Subscription", doc("subscription { shop { name } }"), nil, 422, "GRAPHQL_VALIDATION_FAILED"},
		{"Deep", doc("{ menu(handle: \"m\") { " + strings.Repeat("items { ", 60) + "id" + strings.Repeat(" }", 61) + " }"), nil, 422, "TOO_DEEP"},
		{"Aliases", doc("{ shop { " + flood("a%d: name ", 500) + "} }"), nil, 422, "TOO_MANY_ALIASES"},
		{"RootAliases", doc("{ " + flood("a%d: shop { name } ", 200) + "}"), nil, 422, "TOO_MANY_ROOT_FIELDS"},
		{"MutationFlood", doc("mutation { " + flood("a%d: cartCreate { cart { id } } ", 200) + "}"), nil, 422, "TOO_MANY_ROOT_FIELDS"},
		{"Wide", doc("{ shop { " + strings.Repeat("name ", 3000) + "} }"), nil, 422, "REPEATED_FIELDS"},
		{"FragmentCycle", doc("{ shop { ...A } } fragment A on Shop { ...A }"), nil, 422, "FRAGMENT_CYCLE"},
		{"HugeInteger", doc("{ products(first: 99999999999999999999999999) { nodes { id } } }"), nil, 0, ""},
		{"LoneSurrogate", `{"query": "query($h: String!) { product(handle: $h) { id } }", "variables": {"h": "\ud800"}}`, nil, 0, ""},
		{"DuplicateKeys", `{"query": "{ shop { name } }", "query": "{ nope }"}`, nil, 422, "GRAPHQL_VALIDATION_FAILED"},
	}
}

func flood(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// requests sends what is wrong before any argument is looked at.
func (w *walkIn) requests(t *testing.T) {
	before := w.rows(t)
	for _, r := range requests() {
		got := w.raw(t, r.name, r.body, r.headers)
		if r.status != 0 && (got.Status != r.status || len(got.Notes) == 0 || got.Notes[0].Code != r.code) {
			t.Errorf("%s: status %d, want %d with %s: %.300s", r.name, got.Status, r.status, r.code, got.Body)
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
		req, err := http.NewRequestWithContext(t.Context(), method, w.URL+"/graphql", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := exchange(req); err != nil || got.Status != http.StatusMethodNotAllowed {
			t.Errorf("%s: %v, %v", method, got, err)
		}
	}
	if diff := w.since(t, before); diff != "" {
		t.Error("refused requests left something behind: " + diff)
	}
}

// carts reads and changes carts with ids that are almost right.
func (w *walkIn) carts(t *testing.T) {
	id, key, _ := strings.Cut(w.things["Cart"], "?key=")
	other, otherKey, _ := strings.Cut(w.other.things["Cart"], "?key=")
	for name, cart := range map[string]string{
		"NoKey": id, "EmptyKey": id + "?key=", "WrongKey": id + "?key=" + strings.Repeat("a", len(key)), "ShortKey": id + "?key=" + key[:len(key)-1], "LongKey": id + "?key=" + key + "a",
		"KeyOfAnother": id + "?key=" + otherKey, "ForeignShop": other + "?key=" + otherKey, "ForeignIdOwnKey": other + "?key=" + key, "UpperCaseKey": id + "?key=" + strings.ToUpper(key),
	} {
		read := w.post(t, "cart/"+name, fmt.Sprintf(`{ cart(id: %q) { id note } }`, cart), nil)
		if !read.Nothing {
			t.Errorf("cart/%s: was shown: %.300s", name, read.Body)
		}
		written := w.post(t, "cartNoteUpdate/"+name, fmt.Sprintf(`mutation { cartNoteUpdate(cartId: %q, note: "mine") { cart { id } userErrors { code field message } } }`, cart), nil)
		if !written.refused() || !written.points("cartId") {
			t.Errorf("cartNoteUpdate/%s: was not refused: %.300s", name, written.Body)
		}
	}
	const quantity = `mutation($c: ID!, $v: ID!) { cartLinesAdd(cartId: $c, lines: [{merchandiseId: $v, quantity: %d}]) { cart { totalQuantity } userErrors { code field message } } }`
	for _, n := range []int{0, -1, -2147483648, 2147483647, 1_000_001} {
		payload := w.Query(t, fmt.Sprintf(quantity, n), vars{"c": w.things["Cart"], "v": w.things["ProductVariant"]})
		if field, _ := apptest.At(payload, "cartLinesAdd", "userErrors", 0, "field").([]any); len(field) != 3 || field[2] != "quantity" {
			t.Errorf("a quantity of %d: %v", n, payload)
		}
	}
}
