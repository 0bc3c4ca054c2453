package telemetry

import (
	"context"
	"database/sql"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// verb is what is counted of the statements that begin with one word.
type verb struct {
	took   prometheus.Observer
	failed prometheus.Counter
}

func (m *Metrics) addDatabase() {
	took := m.histogram("database_statement_duration_seconds", "SQL statements by verb.", statementSeconds, "verb")
	failed := m.counter("database_statement_failures_total", "SQL statements that failed, conflicts that are retried included.", "verb")
	m.verbs = map[string]verb{}
	for _, name := range []string{"select", "insert", "update", "delete", "with", Other} {
		m.verbs[name] = verb{took: took.WithLabelValues(name), failed: failed.WithLabelValues(name)}
	}
}

// Statement tells of an SQL statement; it is what database.OnStatement asks for.
func (m *Metrics) Statement(name string, took time.Duration, err error) {
	v, ok := m.verbs[name]
	if !ok {
		v = m.verbs[Other]
	}
	v.took.Observe(took.Seconds())
	if err != nil {
		v.failed.Inc()
	}
}

// WatchPool shows the figures of a pool of connections, as they are when they are asked for. It fails where a pool of
// that name is watched already.
func (m *Metrics) WatchPool(name string, stats func() sql.DBStats) error {
	labels := prometheus.Labels{"pool": name}
	desc := func(metric, help string) *prometheus.Desc {
		return prometheus.NewDesc("rialto_database_pool_"+metric, help, nil, labels)
	}
	p := pool{
		stats: stats,
		most:  desc("max_connections", "Connections that the pool may open; 0 is no bound."),
		inUse: desc("connections_in_use", "Connections that run something."),
		idle:  desc("connections_idle", "Connections that are open and free."),
		waits: desc("waits_total", "How often somebody waited for a connection."),
		spent: desc("wait_seconds_total", "How long they waited, added up."),
	}
	return wrap("pool "+name, m.registry.Register(p))
}

type pool struct {
	stats                           func() sql.DBStats
	most, inUse, idle, waits, spent *prometheus.Desc
}

// Describe names the metrics.
func (p pool) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{p.most, p.inUse, p.idle, p.waits, p.spent} {
		ch <- d
	}
}

// Collect reads the figures.
func (p pool) Collect(ch chan<- prometheus.Metric) {
	s := p.stats()
	ch <- prometheus.MustNewConstMetric(p.most, prometheus.GaugeValue, float64(s.MaxOpenConnections))
	ch <- prometheus.MustNewConstMetric(p.inUse, prometheus.GaugeValue, float64(s.InUse))
	ch <- prometheus.MustNewConstMetric(p.idle, prometheus.GaugeValue, float64(s.Idle))
	ch <- prometheus.MustNewConstMetric(p.waits, prometheus.CounterValue, float64(s.WaitCount))
	ch <- prometheus.MustNewConstMetric(p.spent, prometheus.CounterValue, s.WaitDuration.Seconds())
}

// scrapeLimit is how long the metrics wait for the outbox, whose figures are in the database.
const scrapeLimit = 2 * time.Second

// WatchBacklog shows how many events are due and not published, and how long the oldest has been, as they are when they
// are asked for. Where that cannot be told, these two metrics are missing and the others are there.
func (m *Metrics) WatchBacklog(look func(ctx context.Context) (due int, waited time.Duration, err error)) error {
	return wrap("backlog", m.registry.Register(backlog{
		look:   look,
		due:    prometheus.NewDesc("rialto_outbox_backlog", "Events that are due and not published.", nil, nil),
		waited: prometheus.NewDesc("rialto_outbox_backlog_age_seconds", "How long the oldest of them has been due.", nil, nil),
	}))
}

type backlog struct {
	look        func(ctx context.Context) (int, time.Duration, error)
	due, waited *prometheus.Desc
}

// Describe names the metrics.
func (b backlog) Describe(ch chan<- *prometheus.Desc) {
	ch <- b.due
	ch <- b.waited
}

// Collect asks the outbox.
func (b backlog) Collect(ch chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), scrapeLimit)
	defer stop()
	due, waited, err := b.look(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(b.due, err)
		return
	}
	ch <- prometheus.MustNewConstMetric(b.due, prometheus.GaugeValue, float64(due))
	ch <- prometheus.MustNewConstMetric(b.waited, prometheus.GaugeValue, waited.Seconds())
}
