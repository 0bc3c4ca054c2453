package app

import (
	"context"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/memory"
	"github.com/rialtohq/rialto/platform/telemetry"
)

// AsProcess makes this app's telemetry the process's: the default logger, the tracers of packages, and the count of SQL
// statements; and tells Go how much memory there is. It is for main, under the program's version: a process has one such
// app, and only then are statements traced and counted.
func AsProcess(version string) Option {
	return func(a *App) { a.process, a.version = true, version }
}

// tell makes the telemetry, before there is anything to tell.
func (a *App) tell() error {
	var err error
	a.tel, err = telemetry.New(telemetry.Config{
		Version: a.version, LogLevel: a.config.LogLevel, LogFormat: a.config.LogFormat, OTLPEndpoint: a.config.OTLPEndpoint,
	})
	if err != nil {
		return err
	}
	if a.Log == nil {
		a.Log = a.tel.Log
	}
	if a.process {
		a.tel.Install()
		database.OnStatement = a.tel.Metrics.Statement
		m := memory.Tune()
		a.Log.Info("memory", "limit_bytes", m.Limit, "of", m.Source, "gogc", m.GOGC)
	}
	return nil
}

// watch shows what is looked up when metrics are asked for.
func (a *App) watch() error {
	if err := a.tel.Metrics.WatchPool("database", a.DB.Stats); err != nil {
		return err
	}
	return a.tel.Metrics.WatchBacklog(func(ctx context.Context) (int, time.Duration, error) {
		b, err := a.outbox.Backlog(ctx)
		return b.Due, b.Waited, err
	})
}

// watchConsumer shows how many events wait for a consumer or are under way, over all replicas.
func (a *App) watchConsumer(name string, c *bus.Consumer) {
	a.tel.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "rialto_events_pending", Help: "Events that wait for a consumer or are under way, over all replicas; NaN where the bus does not tell.",
		ConstLabels: prometheus.Labels{"consumer": name},
	}, func() float64 {
		ctx, stop := context.WithTimeout(context.Background(), 2*time.Second)
		defer stop()
		n, err := c.Pending(ctx)
		if err != nil {
			return math.NaN()
		}
		return float64(n)
	}))
}

// delivered counts what became of an event's delivery to a consumer.
func (a *App) delivered(o bus.Outcome) {
	fate := map[bus.Result]telemetry.Fate{bus.Done: telemetry.Consumed, bus.Retried: telemetry.Failed, bus.Dead: telemetry.Dead}[o.Result]
	a.tel.Metrics.Handled(o.Consumer, o.Subject, fate, o.Took)
}

// committed counts what is worth a metric of its own, once its transaction is committed.
func (a *App) committed(tx database.Tx, subject string) {
	if subject == order.SubjectPlaced {
		tx.AfterCommit(a.tel.Metrics.OrderPlaced)
	}
}
