package tests

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/platform/database"
)

// onError sends a query that says what becomes of places with an error, in a context of the test's.
func onError(ctx context.Context, t *testing.T, a *apptest.App, query, behavior string) *apptest.Answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "onError": behavior})
	if err != nil {
		t.Fatal(err)
	}
	req, err := a.Request(ctx, http.MethodPost, "/graphql", string(body), nil)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	a.GraphQL().ServeHTTP(w, req)
	got := &apptest.Answer{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}
	if err := json.Unmarshal(got.Body, got); err != nil {
		t.Fatal(err)
	}
	return got
}

// A read that fails takes with it as much of the answer as its client says.
func TestOnError(t *testing.T) {
	const page = `{ shop { name } products(first: 3) { nodes { id title variants(first: 2) { nodes { id title } } images(first: 1) { nodes { url } } } } }`
	apptest.EachAnew(t, func(t *testing.T, a *apptest.App) {
		fault := func(behavior string, at int64) (got *apptest.Answer, fired bool) {
			ctx := database.Faults(t.Context(), func(n int64) error {
				if n != at {
					return nil
				}
				fired = true
				return errFault
			})
			return onError(ctx, t, a, page, behavior), fired
		}
		a.Query(t, `{ products(first: 1) { nodes { id } } }`, nil) // from here on a shop's settings are remembered, and statements keep their numbers
		kept, lost := 0, 0
		for at := int64(1); at < 20; at++ { // how many there are depends on what is remembered for a moment
			got, fired := fault("NULL", at)
			if !fired {
				continue
			}
			for _, e := range got.Errors {
				if len(e.Path) < 2 {
					continue
				}
				path := pathOf(e.Path)
				if apptest.At(got.Data, path[:len(path)-1]...) == nil || apptest.At(got.Data, path...) != nil {
					t.Errorf("statement %d: the null is not where its error is, at %v: %s", at, path, got.Body)
				}
				kept++
			}
			if up, _ := fault("PROPAGATE", at); len(up.Errors) > 0 && apptest.At(up.Data, "products") == nil && apptest.At(got.Data, "products") != nil {
				lost++
			}
			if halted, _ := fault("HALT", at); len(halted.Errors) > 0 && (halted.Data != nil || len(halted.Errors) != 1) {
				t.Errorf("statement %d: it was not halted: %s", at, halted.Body)
			}
		}
		if kept == 0 {
			t.Error("no error stood below another field")
		}
		t.Logf("%d errors stood below other fields, %d would have taken the list with them", kept, lost)

		t.Run("Refused", func(t *testing.T) {
			const mixed = `{ products(first: 1) { nodes { title status } } shop { name } }`
			got := onError(t.Context(), t, a, mixed, "HALT")
			if got.Data != nil || strings.Join(got.Codes(), " ") != "UNAUTHENTICATED" {
				t.Errorf("%s", got.Body)
			}
			got = onError(t.Context(), t, a, mixed, "NULL")
			if apptest.String(got.Data, "products", "nodes", 0, "title") == "" || strings.Join(got.Codes(), " ") != "UNAUTHENTICATED" {
				t.Errorf("%s", got.Body)
			}
		})
		t.Run("Introspection", func(t *testing.T) {
			if got := onError(t.Context(), t, a, `{ __type(name: "Product") { name } }`, "NULL"); apptest.String(got.Data, "__type", "name") != "Product" {
				t.Errorf("%s", got.Body)
			}
			const of = `{ __schema { queryType { name } directives { name } } }`
			as := onError(t.Context(), t, a, of, "PROPAGATE")
			if apptest.At(as.Data, "__schema", "directives") == nil {
				t.Errorf("%s", as.Body)
			}
			for _, behavior := range []string{"NULL", "HALT"} { // alone, it has no errors, and is answered alike
				if got := onError(t.Context(), t, a, of, behavior); got.Status != http.StatusOK || !cmp.Equal(as.Data, got.Data) {
					t.Errorf("%s: %d %.200s", behavior, got.Status, got.Body)
				}
			}
			// How clients find out whether it is supported: who does not know the parameter passes over any value of it.
			if got := onError(t.Context(), t, a, of, "?"); got.Status != http.StatusUnprocessableEntity || strings.Join(got.Codes(), " ") != "BAD_REQUEST" || !strings.Contains(string(got.Body), `"PROPAGATE\", \"NULL\" or \"HALT\"`) {
				t.Errorf("%d %.300s", got.Status, got.Body)
			}
			if got := onError(t.Context(), t, a, `{ __type(name: "Product") { name } shop { name } }`, "NULL"); got.Status != http.StatusUnprocessableEntity {
				t.Errorf("%d %s", got.Status, got.Body)
			}
		})
	})
}

// pathOf makes a path of an error one to look up in the data.
func pathOf(path []any) []any {
	out := make([]any, len(path))
	for i, step := range path {
		if n, ok := step.(float64); ok {
			step = int(n)
		}
		out[i] = step
	}
	return out
}
