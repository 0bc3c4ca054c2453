// Package telemetry is how Rialto is seen from outside: log lines, traces and metrics.
//
// It decides nothing about what is worth telling; whoever does the work tells it. Nothing here belongs to one shop.
//
// Invariants: what a client can choose never becomes a metric's label unbounded; attributes named like secrets or
// people's data are never written to the log; telemetry that cannot be delivered never fails a request.
package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config says who tells, how much, and where to. Its zero value logs JSON from level info to stderr, records no spans
// and counts.
type Config struct {
	// Service and Version name this program; "" is rialto and unknown.
	Service, Version string
	// LogLevel is debug, info, warn or error; "" is info.
	LogLevel string
	// LogFormat is json or text; "" is json.
	LogFormat string
	// LogOutput takes the lines; nil is stderr.
	LogOutput io.Writer
	// OTLPEndpoint is where traces are sent, as OTLP over HTTP: http://collector:4318. Where it is empty,
	// OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT say it; without any of them nothing is sent.
	OTLPEndpoint string
	// TraceRatio is the share of traces that is recorded, up to 1, where the caller's trace does not decide it.
	// 0 leaves it to OTEL_TRACES_SAMPLER, or else records all; less than 0 records none. Without somewhere to send them
	// none is recorded in any case, which costs next to nothing.
	TraceRatio float64
	// Exporter takes the spans instead of OTLP, in tests.
	Exporter sdktrace.SpanExporter
	// Operations are the names of operations that are counted by themselves, such as those of known storefronts: at
	// most [MaxOperations], the others count as "other". Clients choose names, so there is no other bound.
	Operations []string
}

// Telemetry is a program's log, traces and metrics. It is safe for concurrent use.
type Telemetry struct {
	// Log is the logger. It adds trace_id and span_id, and redacts; see [Redacted].
	Log *slog.Logger
	// Level may be changed while the program runs.
	Level *slog.LevelVar
	// Traces makes tracers. Records says that their spans go somewhere; where not, they have ids and nothing else.
	Traces  *sdktrace.TracerProvider
	Records bool
	// Propagator reads and writes the headers of traces: W3C trace context and baggage.
	Propagator propagation.TextMapPropagator
	// Metrics are the metrics of Rialto.
	Metrics *Metrics
	// Registry holds them, and those of Go and the process. Others may be added.
	Registry *prometheus.Registry
}

// New makes a program's telemetry. Nothing is global before [Telemetry.Install]. It fails on settings that cannot be
// meant; a collector that does not answer is no failure.
func New(c Config) (*Telemetry, error) {
	if c.Service == "" {
		c.Service = "rialto"
	}
	if c.Version == "" {
		c.Version = "unknown"
	}
	if c.LogOutput == nil {
		c.LogOutput = os.Stderr
	}
	level := new(slog.LevelVar)
	if err := setLevel(level, c.LogLevel); err != nil {
		return nil, err
	}
	handler, err := newHandler(c.LogOutput, c.LogFormat, level)
	if err != nil {
		return nil, err
	}
	if len(c.Operations) > MaxOperations {
		return nil, fmt.Errorf("telemetry: %d operations are to be counted by themselves, at most %d may be", len(c.Operations), MaxOperations)
	}
	traces, records, err := newTraces(c)
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &Telemetry{
		Log: slog.New(handler), Level: level, Traces: traces, Records: records, Registry: registry,
		Propagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
		Metrics:    newMetrics(registry, c),
	}, nil
}

// Install makes this the process's telemetry: the default logger, and OpenTelemetry's globals. Only the first one of a
// process reaches the tracers that packages made when they were loaded.
func (t *Telemetry) Install() {
	slog.SetDefault(t.Log)
	otel.SetTracerProvider(t.Traces)
	otel.SetTextMapPropagator(t.Propagator)
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		t.Log.Warn("telemetry was lost", "error", err)
	}))
}

// Tracer makes a tracer, named by a package's path.
func (t *Telemetry) Tracer(name string) trace.Tracer { return t.Traces.Tracer(name) }

// Handler serves the metrics in the formats that Prometheus reads. It belongs on the admin address only.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.Registry, promhttp.HandlerOpts{
		// What one collector cannot tell must not hide the others.
		ErrorHandling: promhttp.ContinueOnError, ErrorLog: scrapeLog{t.Log}, Registry: t.Registry, MaxRequestsInFlight: 4,
	})
}

// Flush sends what was recorded so far, and waits for that.
func (t *Telemetry) Flush(ctx context.Context) error { return wrap("flush", t.Traces.ForceFlush(ctx)) }

// Start does nothing: telemetry works once it is made. With [Telemetry.Stop] it is a part of the program, its first.
func (t *Telemetry) Start(context.Context) error { return nil }

// Stop is [Telemetry.Shutdown].
func (t *Telemetry) Stop(ctx context.Context) error { return t.Shutdown(ctx) }

// Shutdown sends what was recorded and ends what runs in the background, at the latest when ctx ends. Logging and
// counting go on. It may be called again.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	return wrap("shutdown", t.Traces.Shutdown(ctx))
}

func setLevel(level *slog.LevelVar, name string) error {
	switch strings.ToLower(name) {
	case "", "info":
		level.Set(slog.LevelInfo)
	case "debug":
		level.Set(slog.LevelDebug)
	case "warn":
		level.Set(slog.LevelWarn)
	case "error":
		level.Set(slog.LevelError)
	default:
		return fmt.Errorf("telemetry: the log level %q is none of debug, info, warn, error", name)
	}
	return nil
}

type scrapeLog struct{ log *slog.Logger }

// Println logs what went wrong while metrics were gathered.
func (l scrapeLog) Println(v ...any) {
	l.log.Error("metrics could not be gathered", "error", strings.TrimSpace(fmt.Sprintln(v...)))
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("telemetry: %s: %w", what, err)
}
