package telemetry_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/telemetry"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	for _, c := range []struct {
		name   string
		tell   func(m *telemetry.Metrics)
		prefix string
		want   []string
	}{
		{"Requests", func(m *telemetry.Metrics) {
			m.Request("POST /graphql", 200, time.Second)
			m.Request("POST /graphql", 204, time.Second)
			m.Request("POST /graphql", 503, time.Second/2)
			m.Request("", 404, 0)
			m.Request("GET /x", 0, 0)
		}, "rialto_http_request_duration_seconds", []string{
			`rialto_http_request_duration_seconds_sum{route="GET /x",status="other"} 0`,
			`rialto_http_request_duration_seconds_count{route="GET /x",status="other"} 1`,
			`rialto_http_request_duration_seconds_sum{route="POST /graphql",status="2xx"} 2`,
			`rialto_http_request_duration_seconds_count{route="POST /graphql",status="2xx"} 2`,
			`rialto_http_request_duration_seconds_sum{route="POST /graphql",status="5xx"} 0.5`,
			`rialto_http_request_duration_seconds_count{route="POST /graphql",status="5xx"} 1`,
			`rialto_http_request_duration_seconds_sum{route="none",status="4xx"} 0`,
			`rialto_http_request_duration_seconds_count{route="none",status="4xx"} 1`,
		}},
		{"InFlight", func(m *telemetry.Metrics) { m.InFlight(1); m.InFlight(1); m.InFlight(-1) },
			"rialto_http_requests_in_flight", []string{"rialto_http_requests_in_flight 1"}},
		{"Operations", func(m *telemetry.Metrics) {
			m.Operation("Cart", "query", "ok", time.Second, 3)
			m.Operation("Cart", "query", "INTERNAL", time.Second, 4)
			m.Operation("drop table", "fragment", "ok", time.Second, 1)
		}, "rialto_graphql", []string{
			`rialto_graphql_operation_duration_seconds_sum{kind="other",operation="other"} 1`,
			`rialto_graphql_operation_duration_seconds_count{kind="other",operation="other"} 1`,
			`rialto_graphql_operation_duration_seconds_sum{kind="query",operation="Cart"} 2`,
			`rialto_graphql_operation_duration_seconds_count{kind="query",operation="Cart"} 2`,
			`rialto_graphql_operation_statements_sum{kind="other",operation="other"} 1`,
			`rialto_graphql_operation_statements_count{kind="other",operation="other"} 1`,
			`rialto_graphql_operation_statements_sum{kind="query",operation="Cart"} 7`,
			`rialto_graphql_operation_statements_count{kind="query",operation="Cart"} 2`,
			`rialto_graphql_operations_total{kind="other",operation="other",outcome="ok"} 1`,
			`rialto_graphql_operations_total{kind="query",operation="Cart",outcome="INTERNAL"} 1`,
			`rialto_graphql_operations_total{kind="query",operation="Cart",outcome="ok"} 1`,
		}},
		{"StatementFailures", func(m *telemetry.Metrics) {
			m.Statement("select", time.Millisecond, nil)
			m.Statement("select", time.Millisecond, boom)
			m.Statement("VACUUM", time.Millisecond, boom)
		}, "rialto_database_statement_failures_total", []string{
			`rialto_database_statement_failures_total{verb="delete"} 0`, `rialto_database_statement_failures_total{verb="insert"} 0`,
			`rialto_database_statement_failures_total{verb="other"} 1`, `rialto_database_statement_failures_total{verb="select"} 1`,
			`rialto_database_statement_failures_total{verb="update"} 0`, `rialto_database_statement_failures_total{verb="with"} 0`,
		}},
		{"Published", func(m *telemetry.Metrics) {
			m.Published(7, 2*time.Second)
			m.Published(0, time.Hour)
			m.Published(1, -time.Second)
		},
			"rialto_events_published", []string{"rialto_events_published_total 8"}},
		{"RelayWait", func(m *telemetry.Metrics) {
			m.Published(7, 2*time.Second)
			m.Published(0, time.Hour)
			m.Published(1, -time.Second)
		},
			"rialto_outbox_wait_seconds_", []string{`rialto_outbox_wait_seconds_sum 2`, `rialto_outbox_wait_seconds_count 2`}},
		{"Handled", func(m *telemetry.Metrics) {
			m.Handled("mail", "order.created", telemetry.Failed, time.Second)
			m.Handled("mail", "order.created", telemetry.Consumed, time.Second)
			m.Handled("mail", "order.created", telemetry.Dead, time.Second)
			m.Handled("mail", "order.created", "eaten", time.Second)
		}, "rialto_event", []string{
			`rialto_event_duration_seconds_sum{consumer="mail"} 4`, `rialto_event_duration_seconds_count{consumer="mail"} 4`,
			`rialto_events_handled_total{consumer="mail",outcome="consumed",type="order.created"} 1`,
			`rialto_events_handled_total{consumer="mail",outcome="dead",type="order.created"} 1`,
			`rialto_events_handled_total{consumer="mail",outcome="failed",type="order.created"} 1`,
			`rialto_events_handled_total{consumer="mail",outcome="other",type="order.created"} 1`,
			`rialto_events_published_total 0`,
		}},
		{"Trade", func(m *telemetry.Metrics) {
			m.Checkout("completed")
			m.Checkout("OUT_OF_STOCK")
			m.Checkout("OUT_OF_STOCK")
			m.OrderPlaced()
			m.SoldOut()
			m.SoldOut()
		}, "rialto_", []string{
			`rialto_checkouts_total{outcome="OUT_OF_STOCK"} 2`, `rialto_checkouts_total{outcome="completed"} 1`,
			`rialto_orders_placed_total 1`, `rialto_stock_sold_out_total 2`,
		}},
		{"Cache", func(m *telemetry.Metrics) {
			m.Cache("plan", "hit-l1")
			m.Cache("plan", "miss")
			m.Cache("plan", "no idea")
		},
			"rialto_cache", []string{
				`rialto_cache_lookups_total{cache="plan",result="hit-l1"} 1`, `rialto_cache_lookups_total{cache="plan",result="miss"} 1`,
				`rialto_cache_lookups_total{cache="plan",result="other"} 1`,
			}},
		{"Pool", func(m *telemetry.Metrics) {
			stats := func() sql.DBStats {
				return sql.DBStats{MaxOpenConnections: 10, InUse: 3, Idle: 2, WaitCount: 5, WaitDuration: time.Second}
			}
			if err := errors.Join(m.WatchPool("main", stats), m.WatchPool("second", stats)); err != nil {
				t.Error(err)
			}
			if err := m.WatchPool("main", stats); err == nil {
				t.Error("one pool is watched twice")
			}
		}, `rialto_database_pool`, []string{
			`rialto_database_pool_connections_idle{pool="main"} 2`, `rialto_database_pool_connections_idle{pool="second"} 2`,
			`rialto_database_pool_connections_in_use{pool="main"} 3`, `rialto_database_pool_connections_in_use{pool="second"} 3`,
			`rialto_database_pool_max_connections{pool="main"} 10`, `rialto_database_pool_max_connections{pool="second"} 10`,
			`rialto_database_pool_wait_seconds_total{pool="main"} 1`, `rialto_database_pool_wait_seconds_total{pool="second"} 1`,
			`rialto_database_pool_waits_total{pool="main"} 5`, `rialto_database_pool_waits_total{pool="second"} 5`,
		}},
		{"Backlog", func(m *telemetry.Metrics) {
			if err := m.WatchBacklog(func(context.Context) (int, time.Duration, error) { return 4, time.Minute, nil }); err != nil {
				t.Error(err)
			}
		}, `rialto_outbox_backlog`, []string{`rialto_outbox_backlog 4`, `rialto_outbox_backlog_age_seconds 60`}},
		{"BlindBacklogHidesNothingElse", func(m *telemetry.Metrics) {
			m.OrderPlaced()
			_ = m.WatchBacklog(func(context.Context) (int, time.Duration, error) { return 0, 0, boom })
		}, "rialto_o", []string{`rialto_orders_placed_total 1`, `rialto_outbox_wait_seconds_sum 0`, `rialto_outbox_wait_seconds_count 0`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, telemetry.Config{Operations: []string{"Cart", "Product"}})
			c.tell(b.Metrics)
			got := b.scrape(t, c.prefix)
			if c.name == "Trade" {
				got = slices.DeleteFunc(got, func(s string) bool {
					return !strings.Contains(s, "checkouts") && !strings.Contains(s, "orders") && !strings.Contains(s, "stock")
				})
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestGoAndBuildAreShown(t *testing.T) {
	t.Parallel()
	b := setup(t, telemetry.Config{Version: "1.2.3"})
	for _, prefix := range []string{"go_goroutines", "process_open_fds", `rialto_build_info{go="go1.`} {
		if len(b.scrape(t, prefix)) != 1 {
			t.Errorf("there is no %s", prefix)
		}
	}
}

// Whatever clients and mistakes bring, the number of series stays.
func TestLabelsAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t, telemetry.Config{Operations: []string{"Cart"}})
	m := b.Metrics
	tell := func(s string) {
		m.Request(s, 200, 0)
		m.Operation(s, s, s, 0, 0)
		m.Handled(s, s, telemetry.Fate(s), 0)
		m.Checkout(s)
		m.Cache(s, s)
		m.Statement(s, 0, nil)
	}
	for _, s := range []string{"", "\xff\xfe", strings.Repeat("x", 101), "a\nb"} {
		tell(s)
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 500 {
				tell(fmt.Sprintf("invented %d by %d", i, worker))
			}
		})
	}
	wg.Wait()
	for prefix, most := range map[string]int{
		"rialto_http_request_duration_seconds_count":       65,
		"rialto_graphql_operation_duration_seconds_count":  1,
		"rialto_graphql_operations_total":                  33,
		"rialto_events_handled_total":                      65,
		"rialto_event_duration_seconds_count":              33,
		"rialto_checkouts_total":                           33,
		"rialto_cache_lookups_total":                       33,
		"rialto_database_statement_duration_seconds_count": 6,
	} {
		if n := len(b.scrape(t, prefix)); n == 0 || n > most {
			t.Errorf("%s has %d series, at most %d may be", prefix, n, most)
		}
	}
}

// The wiring's types fit.
var _ = func(m *telemetry.Metrics) { database.OnStatement = m.Statement }

func BenchmarkStatement(b *testing.B) {
	tel, err := telemetry.New(telemetry.Config{LogOutput: io.Discard})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		tel.Metrics.Statement("select", time.Millisecond, nil)
	}
}

func BenchmarkOperation(b *testing.B) {
	tel, err := telemetry.New(telemetry.Config{LogOutput: io.Discard, Operations: []string{"Cart"}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		tel.Metrics.Operation("Cart", "query", "ok", time.Millisecond, 4)
	}
}
