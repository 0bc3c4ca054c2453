package middleware_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/server/middleware"
)

// tally writes down what a meter is told.
type tally struct{ told []string }

func (m *tally) InFlight(change int) { m.told = append(m.told, fmt.Sprintf("%+d", change)) }

func (m *tally) Request(route string, status int, took time.Duration) {
	m.told = append(m.told, fmt.Sprint(route, " ", status, " ", took))
}

func (m *tally) Operation(name, kind, outcome string, took time.Duration, statements int) {
	m.told = append(m.told, fmt.Sprint(name, " ", kind, " ", outcome, " ", took, " ", statements))
}

func TestMeasureTellsOfRequestsAndTheirOperations(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		call wire.Call
		path string
		boom bool
		want []string
	}{
		"Operation": {wire.Call{Operation: "Product", Kind: "query", Statements: 3}, "/shop/1", false, []string{"+1", "-1", "/shop/{id} 200 1ms", "Product query ok 1ms 3"}},
		"Refused":   {wire.Call{Operation: "Pay", Kind: "mutation", Codes: []string{"FORBIDDEN", "INVALID"}}, "/shop/1", false, []string{"+1", "-1", "/shop/{id} 200 1ms", "Pay mutation FORBIDDEN 1ms 0"}},
		"NoSuchWay": {wire.Call{}, "/nowhere", false, []string{"+1", "-1", " 404 1ms"}},
		"Aborted":   {wire.Call{}, "/shop/1", true, []string{"+1", "-1", "/shop/{id} 500 1ms"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc("/shop/{id}", func(w http.ResponseWriter, r *http.Request) {
				if tc.boom {
					panic(http.ErrAbortHandler)
				}
				c := wire.CallFrom(r.Context())
				c.Operation, c.Kind, c.Codes, c.Statements = tc.call.Operation, tc.call.Kind, tc.call.Codes, tc.call.Statements
				w.WriteHeader(http.StatusOK)
			})
			now, m := time.Unix(0, 0), &tally{}
			clock := func() time.Time { now = now.Add(time.Millisecond); return now }
			h := middleware.Chain(mux, middleware.Address(nil), middleware.Identify(func() string { return "id" }), middleware.Measure(m, clock))
			func() {
				defer func() { _ = recover() }()
				ask(h, "GET", tc.path, "203.0.113.7:1")
			}()
			if d := cmp.Diff(tc.want, m.told); d != "" {
				t.Error(d)
			}
		})
	}
}
