package tests

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/commerce/usage"
)

// used gives what the client's app has used of some places, in short: place operation document count.
func (c *client) used(t *testing.T, coordinates ...string) (out []string) {
	t.Helper()
	if err := c.server.Usage.Write(context.Background()); err != nil {
		t.Fatal(err)
	}
	uses, err := c.server.Usage.Used(asRialto(t, c.server), coordinates, time.Now().Add(-usage.Keep))
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range uses {
		if u.AppID == c.app.ID.UUID {
			same(t, c.app.Handle, u.App)
			out = append(out, fmt.Sprintf("%s %s%s %d", u.Coordinate, u.Operation, u.Document, u.Count))
		}
	}
	return out
}

const productPage = `query Page($handle: String, $country: CountryCode, $first: Int) @inContext(country: $country) {
	product(handle: $handle) { title ... on Node { id } } products(first: $first) { nodes { handle } } }`

// What has run is counted with what its variables really hold, and what was refused is not.
func TestUsageIsCounted(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		web := clientOf(t, a, "web")
		ask := func(query string, variables map[string]any) *apptest.Answer {
			return a.Do(t, query, variables, apptest.Headers{storefrontHeader: web.token})
		}
		ask(productPage, map[string]any{"handle": "oak-chair", "country": "JP"})
		ask(productPage, map[string]any{"handle": "oak-chair", "first": 1})
		const create = `mutation Create($input: CartInput) { cartCreate(input: $input) { cart { id } } }`
		ask(create, map[string]any{"input": map[string]any{"note": "a secret", "attributes": []any{map[string]any{"key": "k", "value": "v"}}, "buyerIdentity": map[string]any{"countryCode": "NL", "email": nil}}})
		// These do not run.
		for _, refused := range []string{"query Page { product(handle: 1) { title } }", "query Page { orders(first: 1) { nodes { id } } }", "query Page { products(first: 250) { nodes { variants(first: 250) { nodes { product { variants(first: 250) { nodes { id } } } } } } } }"} {
			if answer := ask(refused, nil); len(answer.Codes()) == 0 {
				t.Errorf("%s: it was answered", refused)
			}
		}
		// These ask about no place.
		ask("query Schema { __schema { queryType { name } } __typename }", nil)

		want := []string{
			"@inContext Page 2", "@inContext(country:) Page 1", "AttributeInput.key Create 1", "CartBuyerIdentityInput.countryCode Create 1", "CartBuyerIdentityInput.email Create 1",
			"CartInput Create 1", "CartInput.attributes Create 1", "CartInput.note Create 1", "CountryCode.JP Page 1", "CountryCode.NL Create 1",
			"Mutation.cartCreate(input:) Create 1", "Node.id Page 2", "Product.id Page 2", "Product.title Page 2", "Query Page 2", "Query.product(handle:) Page 2", "Query.products(first:) Page 1",
		}
		got := web.used(t, "@inContext", "@inContext(country:)", "AttributeInput.key", "CartBuyerIdentityInput.countryCode", "CartBuyerIdentityInput.email", "CartBuyerIdentityInput.phone",
			"CartInput", "CartInput.attributes", "CartInput.lines", "CartInput.note", "CountryCode.JP", "CountryCode.NL", "CountryCode.US", "Mutation.cartCreate(input:)",
			"Node.id", "Product.id", "Product.title", "Query", "Query.orders", "Query.product(handle:)", "Query.product(id:)", "Query.products(first:)", "Query.products(last:)")
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for _, line := range web.used(t) {
			if strings.Contains(line, "secret") || strings.Contains(line, "oak-chair") {
				t.Errorf("a value is kept: %s", line)
			}
		}
	})
}

// A registered document is told by its hash, however it was asked for.
func TestUsageOfRegisteredDocuments(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		web := clientOf(t, a, "web")
		const body = "query Name { shop { name } }"
		web.register(t, "v1", fmt.Sprintf(`{"name":%q}`, body))
		same(t, shopName, web.get(t, "/graphql/name"))
		same(t, shopName, web.post(t, a, "/graphql", map[string]any{"documentId": "name"}))
		if diff := cmp.Diff([]string{"Shop.name Name" + operation.HashOf(body)[:12] + " 2"}, web.used(t, "Shop.name")); diff != "" {
			t.Error(diff)
		}
	})
}

// Processes of a deployment add up, and staff see the sum.
func TestUsageOfTwoProcesses(t *testing.T) {
	first := apptest.Start(t, apptest.Options{Kind: apptest.Services})
	second := apptest.Start(t, apptest.Options{Kind: apptest.Services, Beside: first})
	web := clientOf(t, first, "web")
	for _, to := range []*apptest.App{first, second, second} {
		same(t, shopName, web.post(t, to, "/graphql", map[string]any{"query": "query Name { shop { name } }"}))
		if err := to.Usage.Write(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	shown := second.Query(t, `query($app: ID!) { schemaUsage(first: 5, coordinate: "Shop.name", appId: $app) { nodes { coordinate operation document count deprecated deprecationReason app { title } } } }`,
		map[string]any{"app": web.app.ID}, second.Owner(t))
	want := []any{map[string]any{"coordinate": "Shop.name", "operation": "Name", "document": nil, "count": "3", "deprecated": false, "deprecationReason": nil, "app": map[string]any{"title": "web"}}}
	if diff := cmp.Diff(any(want), apptest.At(shown, "schemaUsage", "nodes")); diff != "" {
		t.Error(diff)
	}
}

// Staff page through what was used, and what was not.
func TestUsageIsShown(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		web := clientOf(t, a, "web")
		web.post(t, a, "/graphql", map[string]any{"query": `{ productByHandle(handle: "oak-chair") { id } }`})
		web.used(t)
		ask := func(arguments string) (places []string, more bool, end string) {
			shown := a.Query(t, fmt.Sprintf(`query($app: ID!) { schemaUsage(appId: $app, %s) { nodes { coordinate } pageInfo { hasNextPage endCursor } } }`, arguments), map[string]any{"app": web.app.ID}, a.Owner(t))
			for _, n := range apptest.At(shown, "schemaUsage", "nodes").([]any) {
				places = append(places, apptest.String(n.(map[string]any), "coordinate"))
			}
			more, _ = apptest.At(shown, "schemaUsage", "pageInfo", "hasNextPage").(bool)
			end, _ = apptest.At(shown, "schemaUsage", "pageInfo", "endCursor").(string)
			return places, more, end
		}
		deprecated, _, _ := ask("deprecated: true")
		if diff := cmp.Diff([]string{"Query.productByHandle"}, deprecated); diff != "" {
			t.Error(diff)
		}
		all, more, _ := ask("first: 250")
		if len(all) != 5 || more || !slices.Contains(all, "Query.productByHandle(handle:)") {
			t.Errorf("%v", all)
		}
		same(t, 0, len(first(ask(`since: "2100-01-01T00:00:00Z"`))))
		unused, more, end := ask("unused: true, first: 100")
		if len(unused) != 100 || !more || slices.Contains(unused, "Product.id") {
			t.Errorf("%d, %v", len(unused), unused)
		}
		next, _, _ := ask(fmt.Sprintf("unused: true, first: 100, after: %q", end))
		if len(next) != 100 || next[0] <= unused[99] {
			t.Errorf("after %s comes %v", unused[99], next)
		}
		gone, _, _ := ask(`unused: true, deprecated: true, first: 250`)
		if slices.Contains(gone, "Query.productByHandle") || !slices.Contains(gone, "Query.pageByHandle") {
			t.Errorf("%v", gone)
		}
		refused := a.Do(t, `{ schemaUsage(coordinate: "Product.titel") { nodes { count } } }`, nil, a.Owner(t))
		same(t, []string{"BAD_USER_INPUT"}, refused.Codes())
	})
}

func first[T, U, V any](t T, _ U, _ V) T { return t }

// Who uses what is deprecated is told: in the body, and where a cache or a gateway stands between, in headers.
func TestDeprecationsAreTold(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		web := clientOf(t, a, "web")
		const old = `query Old($c: CountryCode) @inContext(country: $c) { a: productByHandle(handle: "oak-chair") { title } b: productByHandle(handle: "oak-chair") { title } }`
		web.register(t, "v1", fmt.Sprintf(`{"old":%q,"page":%q}`, strings.Replace(old, "Old", "Registered", 1), productPage))
		header := apptest.Headers{storefrontHeader: web.token}
		places := func(answer *apptest.Answer) (out []string) {
			list, _ := answer.Extensions["deprecations"].([]any)
			for _, d := range list {
				d := d.(map[string]any)
				if !strings.HasPrefix(apptest.String(d, "reason"), "Use `") {
					t.Errorf("%v", d)
				}
				if _, is := d["removedAfter"]; !is {
					t.Errorf("%v does not say until when", d)
				}
				out = append(out, apptest.String(d, "coordinate"))
			}
			return out
		}
		headers := func(answer *apptest.Answer) bool {
			since := answer.Header.Get("Deprecation")
			if since != "" && since != "@1795737600" { // 2026-11-27
				t.Errorf("deprecated since %s", since)
			}
			return since != ""
		}
		byText := a.Do(t, old, nil, header)
		same(t, "[Query.productByHandle]", fmt.Sprint(places(byText)))
		same(t, false, headers(byText))
		if _, cost := byText.Extensions["cost"]; !cost {
			t.Error("the cost is not told any more")
		}
		same(t, "[Query.productByHandle CountryCode.AN]", fmt.Sprint(places(a.Do(t, old, map[string]any{"c": "AN"}, header))))

		byName := a.Send(t, http.MethodPost, "/graphql/old", "{}", header)
		same(t, "[Query.productByHandle]", fmt.Sprint(places(byName)))
		same(t, true, headers(byName))
		for _, path := range []string{"/graphql/old", "/graphql?query=" + url.QueryEscape(old)} {
			byGet := a.Send(t, http.MethodGet, path, "", header)
			same(t, true, headers(byGet))
			same(t, true, byGet.Extensions == nil)
			again := a.Send(t, http.MethodGet, path, "", header)
			same(t, string(byGet.Body), string(again.Body))
		}
		fine := a.Send(t, http.MethodGet, "/graphql/page?variables="+url.QueryEscape(`{"handle":"oak-chair"}`), "", header)
		same(t, 0, len(fine.Codes()))
		same(t, false, headers(fine))
		same(t, 0, len(places(a.Do(t, productPage, map[string]any{"handle": "oak-chair"}, header))))
	})
}
