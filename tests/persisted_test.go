package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/commerce/access"
	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/graph/persisted"
	"github.com/rialtohq/rialto/platform/database"
)

// client is an app of the demo shop with a storefront token.
type client struct {
	server *apptest.App
	app    *apps.App
	token  string
}

// asRialto acts in the demo shop as the command line does.
func asRialto(t *testing.T, a *apptest.App) context.Context {
	t.Helper()
	all, err := a.Shops.List(t.Context())
	if err != nil || len(all) == 0 {
		t.Fatal(err)
	}
	return access.With(database.WithShop(t.Context(), all[0]), access.Actor{Kind: access.System, Shop: all[0]})
}

func clientOf(t *testing.T, a *apptest.App, handle string) *client {
	t.Helper()
	ctx := asRialto(t, a)
	named, _, err := a.Apps.Named(ctx, handle)
	if err != nil {
		t.Fatal(err)
	}
	token, err := a.Identity.CreateStorefront(ctx, identity.StorefrontInput{Kind: identity.Public, Title: handle, App: named.ID.UUID})
	if err != nil {
		t.Fatal(err)
	}
	return &client{a, named, token.Token}
}

func (c *client) register(t *testing.T, release, manifest string) {
	t.Helper()
	entries, err := persisted.ReadManifest([]byte(manifest))
	if err != nil {
		t.Fatal(err)
	}
	docs, err := c.server.Registrar.Check(c.app.ID.UUID, c.app.AccessScopes, entries)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.server.Operations.Register(asRialto(t, c.server), c.app.ID.UUID, release, docs); err != nil {
		t.Fatal(err)
	}
}

func (c *client) mode(t *testing.T, mode apps.Operations) {
	t.Helper()
	if _, problems, err := c.server.Apps.SetOperations(asRialto(t, c.server), c.app.ID.UUID, mode); err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
}

// post sends a body to a process, and gives the data, or the status and the code of the error.
func (c *client) post(t *testing.T, to *apptest.App, path string, body map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return c.send(t, to, http.MethodPost, path, string(raw))
}

func (c *client) get(t *testing.T, path string) string {
	t.Helper()
	return c.send(t, c.server, http.MethodGet, path, "")
}

func (c *client) send(t *testing.T, to *apptest.App, method, path, body string) string {
	t.Helper()
	answer := to.Send(t, method, path, body, apptest.Headers{storefrontHeader: c.token})
	if codes := answer.Codes(); len(codes) > 0 {
		if cache := answer.Header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("an error is kept: %q", cache)
		}
		return fmt.Sprint(answer.Status, " ", codes[0])
	}
	data, err := json.Marshal(answer.Data)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const shopName = `{"shop":{"name":"Rialto Demo"}}`

// Every form in which clients ask for a document, for every form in which their tools write manifests.
func TestFormsOfPersistedOperations(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		const body = "query Name { shop { name } }"
		hash := operation.HashOf(body)
		for name, m := range map[string]struct{ manifest, id string }{
			"apollo": {fmt.Sprintf(`{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":%q,"name":"Name","type":"query","body":%q}]}`, hash, body), hash},
			"relay":  {fmt.Sprintf(`{"d41d8cd98f00b204e9800998ecf8427e":%q}`, body), "d41d8cd98f00b204e9800998ecf8427e"},
			"preset": {fmt.Sprintf(`{%q:%q}`, hash, body), hash},
		} {
			c := clientOf(t, a, name)
			c.mode(t, apps.RegisteredOnly)
			extension := map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}
			encoded, _ := json.Marshal(extension)
			forms := map[string]func() string{
				"documentId":       func() string { return c.post(t, a, "/graphql", map[string]any{"documentId": m.id}) },
				"documentIdSHA256": func() string { return c.post(t, a, "/graphql", map[string]any{"documentId": "sha256:" + hash}) },
				"id":               func() string { return c.post(t, a, "/graphql", map[string]any{"id": m.id}) },
				"doc_id":           func() string { return c.post(t, a, "/graphql", map[string]any{"doc_id": m.id}) },
				"persistedQuery":   func() string { return c.post(t, a, "/graphql", map[string]any{"extensions": extension}) },
				"text":             func() string { return c.post(t, a, "/graphql", map[string]any{"query": body}) },
				"path":             func() string { return c.post(t, a, "/graphql/"+m.id, map[string]any{"variables": nil}) },
				"getDocumentId":    func() string { return c.get(t, "/graphql?documentId="+m.id) },
				"getId":            func() string { return c.get(t, "/graphql?id="+m.id) },
				"getPath":          func() string { return c.get(t, "/graphql/sha256:"+hash) },
				"getPersisted":     func() string { return c.get(t, "/graphql?extensions="+url.QueryEscape(string(encoded))) },
			}
			for form, ask := range forms {
				if got := ask(); got != "422 "+persisted.CodeNotRegistered {
					t.Errorf("%s %s before it is registered: %s", name, form, got)
				}
			}
			c.register(t, "v1", m.manifest)
			for form, ask := range forms {
				if got := ask(); got != shopName {
					t.Errorf("%s %s: %s", name, form, got)
				}
			}
			for what, ask := range map[string]func() string{
				"another text":    func() string { return c.post(t, a, "/graphql", map[string]any{"query": body + " "}) },
				"another id":      func() string { return c.post(t, a, "/graphql", map[string]any{"id": m.id[1:]}) },
				"an offered text": func() string { return c.offer(t, a, "{ shop { id } }") },
				"its own schema": func() string {
					return c.post(t, a, "/graphql", map[string]any{"query": "{ __schema { types { name } } }"})
				},
				"a mutation by id": func() string { return c.post(t, a, "/graphql", map[string]any{"id": "mutation"}) },
			} {
				if got := ask(); got != "422 "+persisted.CodeNotRegistered {
					t.Errorf("%s %s: %s", name, what, got)
				}
			}
			if got := c.post(t, a, "/graphql", map[string]any{"id": m.id, "doc_id": "x"}); got != "422 BAD_REQUEST" {
				t.Errorf("two names: %s", got)
			}
		}
	})
}

// offer sends a text with its hash, as clients of automatic persisted queries do.
func (c *client) offer(t *testing.T, to *apptest.App, text string) string {
	t.Helper()
	return c.post(t, to, "/graphql", map[string]any{"query": text, "extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": operation.HashOf(text)}}})
}

// What one process registers, closes or is shown, all others go by.
func TestPersistedOperationsOverProcesses(t *testing.T) {
	t.Parallel()
	first := apptest.Start(t, apptest.Options{Kind: apptest.Services})
	second := apptest.Start(t, apptest.Options{Beside: first})
	web := clientOf(t, first, "web")
	const page, other = "query Page { shop { name } }", "{ shop { name } }"
	ask := func(text string) string {
		return web.post(t, second, "/graphql", map[string]any{"documentId": "sha256:" + operation.HashOf(text)})
	}
	automatic := func(text string) string {
		return web.post(t, second, "/graphql", map[string]any{"extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": operation.HashOf(text)}}})
	}
	if got := ask(page); got != "422 "+persisted.CodeNotFound {
		t.Fatal(got)
	}
	if got := automatic(other); got != "200 "+persisted.CodeNotKept {
		t.Fatal(got)
	}
	// A Redis that is slow for a moment keeps nothing, and the client shows its text once more, as its protocol has it.
	until(t, 10*time.Second, func() bool { return web.offer(t, first, other) == shopName && automatic(other) == shopName })
	web.register(t, "v1", fmt.Sprintf(`{"page":%q}`, page))
	until(t, 4*time.Second, func() bool { return ask(page) == shopName }) // it hears of it; without, it would take five seconds
	web.mode(t, apps.RegisteredOnly)
	until(t, 4*time.Second, func() bool { return automatic(other) == "422 "+persisted.CodeNotRegistered })
	if got := ask(page); got != shopName {
		t.Error(got)
	}
	if _, err := first.Operations.Retire(asRialto(t, first), web.app.ID.UUID, "v1", true); err != nil {
		t.Fatal(err)
	}
	until(t, 4*time.Second, func() bool { return ask(page) == "422 "+persisted.CodeNotRegistered })
}

// A mutation means the same however it was named: the second time it is not run again.
func TestPersistedMutationRunsOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		web := clientOf(t, a, "web")
		const create = "mutation Create { cartCreate { cart { id } } }"
		web.register(t, "v1", fmt.Sprintf(`{"create":%q}`, create))
		header := apptest.Headers{storefrontHeader: web.token, "Idempotency-Key": "one"}
		byText := a.Do(t, create, nil, header)
		byName := a.Send(t, http.MethodPost, "/graphql/create", "{}", header)
		same(t, apptest.At(byText.Data, "cartCreate", "cart", "id"), apptest.At(byName.Data, "cartCreate", "cart", "id"))
		if got := web.get(t, "/graphql/create"); got != "405 METHOD_NOT_ALLOWED" {
			t.Errorf("by GET: %s", got)
		}
	})
}

// A shopper who signed in through an app is held to what it may send, also without the storefront's token.
func TestModeFollowsTheSession(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		web := clientOf(t, a, "web")
		header := apptest.Headers{storefrontHeader: web.token}
		answer := a.Query(t, `mutation { customerCreate(input: {email: "mode@example.com", password: "a long pass phrase"}) { customerUserErrors { code } } }`, nil, header)
		same(t, any([]any{}), apptest.At(answer, "customerCreate", "customerUserErrors"))
		signed := a.Query(t, `mutation { customerAccessTokenCreate(input: {email: "mode@example.com", password: "a long pass phrase"}) { customerAccessToken { accessToken } } }`, nil, header)
		session := apptest.String(signed, "customerAccessTokenCreate", "customerAccessToken", "accessToken")
		mine := apptest.Headers{"Authorization": "Bearer " + session}
		same(t, 0, len(a.Do(t, "{ shop { name } }", nil, mine).Codes()))
		web.mode(t, apps.RegisteredOnly)
		same(t, []string{persisted.CodeNotRegistered}, a.Do(t, "{ shop { name } }", nil, mine).Codes())
		same(t, 0, len(a.Do(t, "{ shop { name } }", nil, a.Owner(t)).Codes())) // staff at the playground
	})
}

// With an app, its storefront tokens end.
func TestTokensEndWithTheirApp(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		web := clientOf(t, a, "web")
		ask := func() string { return web.post(t, a, "/graphql", map[string]any{"query": "{ shop { name } }"}) }
		same(t, shopName, ask())
		if _, problems, err := a.Apps.Revoke(asRialto(t, a), web.app.ID.UUID); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		until(t, time.Minute, func() bool { return ask() == "401 UNAUTHENTICATED" })
	})
}

// What cannot be registered is told, with the place, and nothing is.
func TestRegistrarRefuses(t *testing.T) {
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	for text, want := range map[string]string{
		"query {":                               "Syntax error",
		"{ shop { nome } }":                     "name",
		"{ orders(first: 1) { nodes { id } } }": "Query.orders",
		"fragment F on Shop { id }":             "no operation",
		"{ products(first: 250) { nodes { variants(first: 250) { nodes { product { variants(first: 250) { nodes { id } } } } } } } }": "objects",
	} {
		_, err := a.Registrar.Check(uuid.New(), nil, []persisted.Entry{{ID: "x", Body: text, Where: "here"}})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "here: ") {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
	docs, err := a.Registrar.Check(uuid.New(), []string{access.OrdersRead}, []persisted.Entry{
		{ID: "x", Body: "{ orders(first: 1) { nodes { id } } }"},
		{ID: "y", Body: "query A { orders(first: 1) { nodes { lineItems(first: 1) { nodes { id } } } } } query B { shop { name } }"},
		{ID: "z", Body: "mutation A { cartCreate { cart { id } } } query B { orders(first: 1) { nodes { id } } }"},
		{ID: "w", Body: "query A($ids: [ID!]!) { nodes(ids: $ids) { __typename } } query B { orders(first: 1) { nodes { id } } }"},
	})
	if err != nil {
		t.Fatal(err)
	}
	// The query that takes most counts. Of 250 things by their ids, each could be a cart.
	for i, want := range []int{1, 2, 1, 1500} {
		if docs[i].Statements != want {
			t.Errorf("%s: at most %d statements, want %d", docs[i].Alias, docs[i].Statements, want)
		}
	}
}
