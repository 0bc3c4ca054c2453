package tests

import (
	"regexp"
	"testing"
	"time"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/platform/database"
)

// What most pages ask for, a menu and a collection, is read once for many requests, and anew after a change of it: at once by the process that
// changed it and for whoever tells which change they know of, and soon by all.
func TestLookupsAreRemembered(t *testing.T) {
	t.Parallel()
	one := apptest.Start(t, apptest.Options{Kind: apptest.Services})
	two := apptest.Start(t, apptest.Options{Beside: one})
	owner := one.Owner(t)
	// No answer to this is kept: it asks for a customer.
	const page = `{ menu(handle: "main-menu") { title } collection(handle: "furniture") { id title } customer(customerAccessToken: "nobody") { id } }`
	ask := func(a *apptest.App, h apptest.Headers) (menu, collection string, statements int) {
		t.Helper()
		ctx, record := database.Recording(t.Context(), true)
		answer, err := a.Serve(ctx, page, nil, h)
		if err != nil || len(answer.Errors) > 0 {
			t.Fatalf("%v: %s", err, answer.Body)
		}
		for _, s := range record.Statements() {
			if lookup.MatchString(s) {
				statements++
			}
		}
		return apptest.String(answer.Data, "menu", "title"), apptest.String(answer.Data, "collection", "title"), statements
	}
	_, before, _ := ask(one, nil)
	if _, _, n := ask(one, nil); n != 0 {
		t.Errorf("asked again, menu and collection take %d statements", n)
	}
	ask(two, nil)
	id := apptest.String(one.Query(t, `{ collection(handle: "furniture") { id } }`, nil), "collection", "id")
	changed := one.Do(t, `mutation($id: ID!, $title: String!) { collectionUpdate(input: {id: $id, title: $title}) { userErrors { message } } }`, map[string]any{"id": id, "title": "Another"}, owner)
	if len(changed.Errors) > 0 || before == "Another" {
		t.Fatalf("%s", changed.Body)
	}
	if _, title, n := ask(one, nil); title != "Another" || n != 1 {
		t.Errorf("the process that changed a collection shows %q, with %d statements", title, n)
	}
	if _, title, _ := ask(two, apptest.Headers{"Rialto-After": changed.Header.Get("Rialto-Changed")}); title != "Another" {
		t.Errorf("who knows of the change is shown %q", title)
	}
	until(t, 2*time.Second, func() bool { _, title, _ := ask(two, nil); return title == "Another" })
	// A handle that leads nowhere now is not remembered to lead somewhere.
	one.Do(t, `mutation($id: ID!) { collectionUpdate(input: {id: $id, handle: "elsewhere"}) { userErrors { message } } }`, map[string]any{"id": id}, owner)
	if _, title, _ := ask(one, nil); title != "" {
		t.Errorf("by its old handle a collection is %q", title)
	}
}

// lookup is a statement that a look-up takes.
var lookup = regexp.MustCompile(`(?s)^SELECT\b.*\bFROM (menu m|collection c) `)
