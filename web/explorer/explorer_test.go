package explorer_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/web/explorer"
)

var placeholder = regexp.MustCompile(`\{\{(\w+)\}\}`)

func load(t *testing.T) (*ast.Schema, []explorer.Example) {
	t.Helper()
	s, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	examples, err := explorer.Examples()
	if err != nil || len(examples) == 0 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	return s, examples
}

func TestExamplesFitTheSchema(t *testing.T) {
	t.Parallel()
	s, examples := load(t)
	for _, e := range examples {
		doc, errs := gqlparser.LoadQueryWithRules(s, e.Query, nil)
		if errs != nil {
			t.Errorf("%s: %v", e.Name, errs)
			continue
		}
		var variables map[string]any
		if len(e.Variables) > 0 {
			if err := json.Unmarshal(e.Variables, &variables); err != nil {
				t.Errorf("%s: %v", e.Name, err)
			}
		}
		if _, err := validator.VariableValues(s, doc.Operations[0], variables); err != nil {
			t.Errorf("%s: variables: %v", e.Name, err)
		}
		for name := range variables {
			if doc.Operations[0].VariableDefinitions.ForName(name) == nil {
				t.Errorf("%s: no variable is called %s", e.Name, name)
			}
		}
		for _, k := range e.Keep {
			if missing := follow(doc.Operations[0].SelectionSet, strings.Split(k.Path, ".")); missing != "" {
				t.Errorf("%s: keep %s: nothing is selected at %q", e.Name, k.Name, missing)
			}
		}
	}
}

// follow says which part of a path is not selected.
func follow(set ast.SelectionSet, path []string) string {
	for len(path) > 0 && strings.Trim(path[0], "0123456789") == "" {
		path = path[1:]
	}
	if len(path) == 0 {
		return ""
	}
	for _, s := range set {
		if f, ok := s.(*ast.Field); ok && f.Alias == path[0] {
			return follow(f.SelectionSet, path[1:])
		}
	}
	return path[0]
}

func TestWhatExamplesNeedIsKeptBefore(t *testing.T) {
	t.Parallel()
	_, examples := load(t)
	kept := map[string]bool{}
	for _, e := range examples {
		for _, m := range placeholder.FindAllStringSubmatch(string(e.Variables)+string(e.Headers), -1) {
			if !kept[m[1]] {
				t.Errorf("%s needs %s, which no example before it keeps", e.Name, m[1])
			}
		}
		for _, k := range e.Keep {
			kept[k.Name] = true
		}
	}
}

type answer struct {
	StatusCode int
	Header     http.Header
}

func get(t *testing.T, h http.Handler, path string, header ...string) (answer, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header()}, w.Body.String()
}

var reference = regexp.MustCompile(`(?:src|href)="([^"]*)"`)

func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	h := explorer.New(explorer.Config{Token: "the-demo-token"})
	for _, path := range []string{"/playground", "/playground/", "/playground/plain"} {
		res, body := get(t, h, path)
		if res.StatusCode != http.StatusOK || !strings.Contains(body, "the-demo-token") || !strings.Contains(body, "cartLinesAdd") {
			t.Fatalf("%s: %d", path, res.StatusCode)
		}
		if policy := res.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self';") {
			t.Errorf("%s: %s", path, policy)
		}
		if regexp.MustCompile(`<script[^>]*>[^<]|<style|\son[a-z]+=|style="`).MatchString(body) {
			t.Errorf("%s: something inline", path)
		}
		for _, m := range reference.FindAllStringSubmatch(body, -1) {
			if !strings.HasPrefix(m[1], "/playground/") {
				t.Errorf("%s loads %s", path, m[1])
				continue
			}
			if asset, _ := get(t, h, m[1]); asset.StatusCode != http.StatusOK {
				t.Errorf("%s: %s: %d", path, m[1], asset.StatusCode)
			}
		}
	}
}

func TestAPublicPageHasNoSecrets(t *testing.T) {
	t.Parallel()
	_, body := get(t, explorer.New(explorer.Config{Token: "the-demo-token", Public: true}), "/playground/plain")
	if strings.Contains(body, "the-demo-token") || strings.Contains(body, "rialto-demo-owner") {
		t.Error("a secret is in the page")
	}
}

func TestNothingButAssetsIsServed(t *testing.T) {
	t.Parallel()
	h := explorer.New(explorer.Config{})
	for _, path := range []string{"/playground/static/", "/playground/static/plain.html", "/playground/static/../explorer.go", "/playground/dist/.keep", "/playground/none", "/playground/static/none.js"} {
		if res, _ := get(t, h, path); res.StatusCode == http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	res, _ := get(t, h, "/playground/static/app.js")
	if m := res.Header.Get("Content-Type"); m != "text/javascript; charset=utf-8" {
		t.Error(m)
	}
	if again, _ := get(t, h, "/playground/static/app.js", "If-None-Match", res.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Error(again.StatusCode)
	}
}

func TestAnEndpointElsewhereIsAllowed(t *testing.T) {
	t.Parallel()
	res, _ := get(t, explorer.New(explorer.Config{Endpoint: "https://api.example/graphql"}), "/playground/plain")
	if p := res.Header.Get("Content-Security-Policy"); !strings.Contains(p, "connect-src 'self' https://api.example;") {
		t.Error(p)
	}
}
