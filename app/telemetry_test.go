package app_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/app/apptest"
)

func TestMetricsTellOfRequestsAndEvents(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		a.Do(t, `query Name { shop { name } }`, nil, nil)
		res, err := http.Get(a.AdminURL() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`rialto_http_request_duration_seconds_count{route="/graphql",status="2xx"} 1`,
			`rialto_graphql_operations_total{kind="query",operation="other",outcome="ok"} 1`,
			`rialto_database_pool_max_connections{pool="database"}`, "rialto_outbox_backlog ",
			`rialto_events_pending{consumer="notice"}`, `rialto_events_pending{consumer="search"}`, "go_goroutines",
		} {
			if !strings.Contains(string(body), want) {
				t.Errorf("%s is missing", want)
			}
		}
	})
}
