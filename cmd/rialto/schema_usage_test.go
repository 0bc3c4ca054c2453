package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/app/demo"
)

// ask sends a query to a running `rialto dev`.
func ask(t *testing.T, dir, query string) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	var at struct{ URL string }
	body, errs := json.Marshal(map[string]string{"query": query})
	if err := json.Unmarshal(file, &at); err != nil || errs != nil {
		t.Fatal(err, errs)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at.URL+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Shopify-Storefront-Access-Token", demo.Token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status, err)
	}
}

// What was counted is told while the process runs; a stop loses nothing of it, and a crash what was counted since it was last
// written.
func TestSchemaUsage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	told := func(args ...string) string {
		t.Helper()
		r := finish(t, rialto(t, dir, append([]string{"schema", "usage"}, args...)...))
		if r.Code != 0 {
			t.Fatalf("%+v", r)
		}
		return r.Out
	}
	const old = `query Old { productByHandle(handle: "oak-chair") { title } }`
	count := func(want string) {
		t.Helper()
		got := told("--deprecated", "--days", "2") // two: midnight may pass while this runs
		if lines := strings.Split(strings.TrimSpace(got), "\n"); len(lines) != 2 || strings.Join(strings.Fields(lines[1])[:2], " ") != "Query.productByHandle "+want || !strings.Contains(lines[1], "(no app)") || !strings.Contains(lines[1], "Old") {
			t.Errorf("%s; want %s", got, want)
		}
	}
	d := start(t, dir)
	ask(t, dir, old)
	count("1")
	ask(t, dir, old)
	d.stop(t)
	count("2")

	d = start(t, dir)
	ask(t, dir, old)
	count("3")
	ask(t, dir, old)
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-d.done
	d.once = true
	count("3")

	if got := told("--coordinate", "Query.productByHandle(handle:)", "--app", "web"); strings.Contains(got, "Old") {
		t.Errorf("of another app: %s", got)
	}
	unused := told("--unused", "--deprecated")
	if strings.Contains(unused, "Query.productByHandle\n") || !strings.Contains(unused, "Query.pageByHandle\n") {
		t.Errorf("unused: %s", unused)
	}
	for _, bad := range [][]string{{"--days", "0"}, {"--shop", "nobody"}, {"--coordinate", "Product.titel"}} {
		if r := finish(t, rialto(t, dir, append([]string{"schema", "usage"}, bad...)...)); r.Code != 1 || !strings.HasPrefix(r.Err, "rialto: ") {
			t.Errorf("%v: %+v", bad, r)
		}
	}
}
