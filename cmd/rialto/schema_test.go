package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// schemaFile writes the schema of this program into a file, with a line of the shop's type as it is said to have been before.
func schemaFile(t *testing.T, now, before string) string {
	t.Helper()
	printed := finish(t, rialto(t, t.TempDir(), "schema", "print"))
	head, shop, ok := strings.Cut(printed.Out, "\ntype Shop ")
	if printed.Code != 0 || !ok || !strings.Contains(shop, now) {
		t.Fatalf("code %d, no %q: %s", printed.Code, now, printed.Err)
	}
	name := filepath.Join(t.TempDir(), "before.graphql")
	if err := os.WriteFile(name, []byte(head+"\ntype Shop "+strings.Replace(shop, now, before, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// says checks how a process ended, and that it said all of some texts.
func says(t *testing.T, got result, code int, texts ...string) {
	t.Helper()
	if got.Code != code {
		t.Errorf("it ends with %d; want %d", got.Code, code)
	}
	for _, want := range texts {
		if !strings.Contains(got.Out+got.Err, want) {
			t.Errorf("it does not say %q:\n%s%s", want, got.Out, got.Err)
		}
	}
}

func TestSchemaCheckOffline(t *testing.T) {
	t.Parallel()
	const name = "  name: String!\n"
	check := func(file string, more ...string) result {
		return finish(t, rialto(t, t.TempDir(), append([]string{"schema", "check", "--against", file}, more...)...))
	}
	says(t, check(schemaFile(t, name, name)), 0, "0 changes: 0 breaking, 0 dangerous, 0 safe; nothing is known of clients")
	says(t, check(schemaFile(t, name, name+"  formerName: String\n")), 1, "FAILS", "field-removed Shop.formerName", "nothing is known of clients", "docs/howto/evolve-the-schema.md")

	due := schemaFile(t, name, name+"  formerName: String @deprecated(reason: \"Use `name` instead. Removed after 2028-03-01.\")\n")
	says(t, check(due, "--on", "2028-03-01"), 1, "it was promised until 2028-03-01")
	says(t, check(due, "--on", "2028-03-02"), 0, "it was deprecated, and its date is over")
	says(t, check(due, "--on", "tomorrow"), 1, "--on is a day")

	acknowledged := filepath.Join(t.TempDir(), "acknowledged.txt")
	if err := os.WriteFile(acknowledged, []byte("access-stricter Shop.name it was open by mistake\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, check(schemaFile(t, name, name), "--acknowledged", acknowledged), 1, "access-stricter Shop.name is acknowledged, but there is no such change")

	says(t, check(schemaFile(t, name, "  name: Nothing!\n")), 1, "before.graphql", "Nothing")
	says(t, check("http://127.0.0.1:1/graphql"), 1, "http://127.0.0.1:1/graphql", "refused")
	says(t, check(schemaFile(t, name, name), "--app-data"), 1, "there is no data")
}

// TestSchemaCheckKnowsClients holds a change against what an app has registered and what was used: in the process that owns the data
// folder, and on a database without a process.
func TestSchemaCheckKnowsClients(t *testing.T) {
	t.Parallel()
	ops := t.TempDir()
	if err := os.WriteFile(filepath.Join(ops, "name.graphql"), []byte("query ShopName { shop { name } }"), 0o600); err != nil {
		t.Fatal(err)
	}
	const name, description = "  name: String!\n", "  description: String\n"
	t.Run("Embedded", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		start(t, dir)
		url := addressOf(t, dir)
		says(t, finish(t, rialto(t, dir, "limits", "set", "--app", "web", "storefront", "500000", "50000")), 1, "no app with the handle \"web\"", "rialto ops token --app NAME")
		says(t, finish(t, rialto(t, dir, "ops", "register", "--app", "web", ops)), 0, "1 new")
		says(t, finish(t, rialto(t, dir, "limits", "set", "--app", "web", "storefront", "500000", "50000")), 0, "500000 points at once")
		ask(t, dir, "query Info { shop { description } }")
		says(t, finish(t, rialto(t, dir, "schema", "check", "--app-data", "--against", schemaFile(t, name, name+"  formerName: String\n"))), 0,
			"held against 1 registered operation", "passes", "nothing touches it")
		says(t, finish(t, rialto(t, dir, "schema", "check", "--app-data", "--against", schemaFile(t, name, "  name: ID!\n"))), 1,
			"field-type-changed Shop.name  1 operation would break", "ShopName", "registered in release current")
		says(t, finish(t, rialto(t, dir, "schema", "check", "--app-data", "--against", schemaFile(t, description, "  description: ID\n"))), 1,
			"(no app)  Info", "used 1 time, last on")

		says(t, finish(t, rialto(t, dir, "ops", "register", "--pending", "--app", "web", "--release", "v2", ops)), 0, "1 new", "rialto ops activate --app web --release v2")
		says(t, finish(t, rialto(t, dir, "ops", "list", "--app", "web")), 0, "in force", "pending")
		says(t, finish(t, rialto(t, dir, "ops", "activate", "--app", "web", "--release", "v2")), 0, "release v2 of web is in force: 1 operation")
		says(t, finish(t, rialto(t, dir, "ops", "activate", "--app", "web", "--release", "v2")), 1, "The app has nothing pending in a release \"v2\".")

		says(t, finish(t, rialto(t, dir, "ops", "token", "--app", "web", "--adopt", demo.Token[:8])), 1, "Give the whole token")
		says(t, finish(t, rialto(t, dir, "ops", "token", "--app", "web", "--adopt", demo.Token)), 0, "the token "+demo.Token[:8]+"… belongs to web")

		shopper := finish(t, rialto(t, dir, "schema", "check", "--against", url, "--storefront", demo.Token))
		says(t, shopper, 0, " 0 breaking, 0 dangerous, ")
		if strings.HasPrefix(shopper.Out, "0 changes") {
			t.Error("a shopper is told of the whole schema")
		}
		says(t, finish(t, rialto(t, dir, "schema", "check", "--against", url, "--token", owner(t, url))), 0, "0 changes: ")
		says(t, finish(t, rialto(t, dir, "schema", "check", "--against", url, "--token", "nobody")), 1, "the schema was not told: ")
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		url, dir := databasetest.PostgreSQLURL(t), t.TempDir()
		run := func(args ...string) result {
			cmd := rialto(t, dir, args...)
			cmd.Env = append(cmd.Env, "RIALTO_DATABASE_URL="+url)
			return finish(t, cmd)
		}
		for _, shop := range []string{"one", "two"} {
			says(t, run("shop", "create", shop, "--name", shop, "--owner", shop+"@example.com"), 0)
		}
		says(t, run("ops", "register", "--shop", "two", "--app", "kiosk", ops), 0, "1 new")
		file := schemaFile(t, name, "  name: ID!\n")
		says(t, run("schema", "check", "--app-data", "--against", file), 1, "1 operation would break", "kiosk of two", "ShopName")
		says(t, run("schema", "check", "--app-data", "--against", file, "--shop", "one"), 0, "held against 0 registered operations")
	})
}

// addressOf is where the API of the process that owns a data folder is.
func addressOf(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	var at struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(b, &at); err != nil {
		t.Fatal(err)
	}
	return at.URL + "/graphql"
}

// owner signs the demo shop's owner in.
func owner(t *testing.T, url string) string {
	t.Helper()
	query := `mutation { staffAccessTokenCreate(input: {email: "` + demo.OwnerEmail + `", password: "` + demo.OwnerPassword + `"}) { staffAccessToken { accessToken } } }`
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"X-Shopify-Storefront-Access-Token": {demo.Token}, "Content-Type": {"application/json"}}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	_, token, signedIn := strings.Cut(string(answer), `"accessToken":"`)
	if err != nil || !signedIn {
		t.Fatalf("%v: %s", err, answer)
	}
	token, _, _ = strings.Cut(token, `"`)
	return token
}
