package telemetry_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/rialtohq/rialto/platform/telemetry"
)

func TestSpans(t *testing.T) {
	remote := propagation.MapCarrier{"traceparent": "00-ab000000000000000000000000000001-cd00000000000002-01"}
	for _, c := range []struct {
		name        string
		exporter    bool
		ratio       float64
		environment string // OTEL_TRACES_SAMPLER
		parent      bool   // a recorded one from elsewhere
		want        int
	}{
		{"NowhereToSend", false, 1, "", false, 0},
		{"NowhereToSendWithAParent", false, 1, "", true, 0},
		{"AllByDefault", true, 0, "", false, 1},
		{"All", true, 1, "", false, 1},
		{"None", true, -1, "", false, 0},
		{"NoneButTheParentsTrace", true, -1, "", true, 1},
		{"EnvironmentSaysNone", true, 0, "always_off", false, 0},
		{"SettingBeatsEnvironment", true, 1, "always_off", false, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("OTEL_TRACES_SAMPLER", c.environment)
			config := telemetry.Config{TraceRatio: c.ratio, Service: "rialto-test", Version: "1.2.3"}
			memory := tracetest.NewInMemoryExporter()
			if c.exporter {
				config.Exporter = memory
			}
			b := setup(t, config)
			ctx := t.Context()
			if c.parent {
				ctx = b.Propagator.Extract(ctx, remote)
			}
			ctx, span := b.Tracer("test").Start(ctx, "work")
			if !span.SpanContext().IsValid() {
				t.Error("a span has no ids")
			}
			if span.IsRecording() != (c.want == 1) {
				t.Errorf("recording: %v", span.IsRecording())
			}
			b.Log.InfoContext(ctx, "m")
			if got, want := b.line(t)["trace_id"], span.SpanContext().TraceID().String(); got != want {
				t.Errorf("trace_id is %v, want %v", got, want)
			}
			if c.parent && span.SpanContext().TraceID().String() != "ab000000000000000000000000000001" {
				t.Error("the parent's trace is not continued")
			}
			span.End()
			if err := b.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := memory.GetSpans(); len(got) != c.want {
				t.Fatalf("%d spans, want %d", len(got), c.want)
			} else if c.want == 1 && !strings.Contains(got[0].Resource.String(), "service.name=rialto-test,service.version=1.2.3") {
				t.Errorf("resource: %v", got[0].Resource)
			}
		})
	}
}

func TestPropagation(t *testing.T) {
	t.Parallel()
	b := setup(t, telemetry.Config{})
	in := propagation.MapCarrier{"traceparent": "00-ab000000000000000000000000000001-cd00000000000002-01", "baggage": "shop=demo"}
	out := propagation.MapCarrier{}
	b.Propagator.Inject(b.Propagator.Extract(t.Context(), in), out)
	if d := cmp.Diff(in, out); d != "" {
		t.Error(d)
	}
}

// collector takes traces as a collector does.
type collector struct {
	*httptest.Server
	got atomic.Pointer[string]
}

func newCollector(t *testing.T, status int) *collector {
	t.Helper()
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s := r.Method + " " + r.URL.Path + " " + string(body)
		c.got.Store(&s)
		w.WriteHeader(status)
	}))
	t.Cleanup(c.Close)
	return c
}

func TestShutdownSendsWhatIsLeft(t *testing.T) {
	for _, how := range []string{"Setting", "SettingWithSlash", "Variable"} {
		t.Run(how, func(t *testing.T) {
			to := newCollector(t, http.StatusOK)
			config := telemetry.Config{LogOutput: io.Discard}
			switch how {
			case "Setting":
				config.OTLPEndpoint = to.URL
			case "SettingWithSlash":
				config.OTLPEndpoint = to.URL + "/"
			case "Variable":
				t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", to.URL)
			}
			tel, err := telemetry.New(config)
			if err != nil {
				t.Fatal(err)
			}
			_, span := tel.Tracer("test").Start(t.Context(), "the last span")
			span.End()
			if to.got.Load() != nil {
				t.Fatal("sent too early for this test to mean anything")
			}
			if err := tel.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := to.got.Load(); got == nil || !strings.HasPrefix(*got, "POST /v1/traces ") || !strings.Contains(*got, "the last span") {
				t.Fatalf("the collector got %v", got)
			}
			if err := tel.Stop(t.Context()); err != nil {
				t.Fatalf("stopped twice: %v", err)
			}
		})
	}
}

func TestDeafCollectorIsNoFailure(t *testing.T) {
	t.Parallel()
	b := setup(t, telemetry.Config{OTLPEndpoint: "http://127.0.0.1:1"})
	_, span := b.Tracer("test").Start(t.Context(), "work")
	span.End()
	ended, end := context.WithCancel(context.Background())
	end()
	if err := b.Shutdown(ended); err == nil {
		t.Fatal("a shutdown that lost spans says nothing")
	}
}

func TestNoGoroutineIsLeft(t *testing.T) {
	before := goleak.IgnoreCurrent()
	to := newCollector(t, http.StatusOK)
	for _, c := range []telemetry.Config{{}, {Exporter: tracetest.NewInMemoryExporter()}, {OTLPEndpoint: to.URL}} {
		c.LogOutput = io.Discard
		tel, err := telemetry.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := tel.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, span := tel.Tracer("test").Start(t.Context(), "work")
		span.End()
		tel.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
		if err := tel.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	to.CloseClientConnections()
	to.Close()
	goleak.VerifyNone(t, before)
}

// early is made before any telemetry, as packages do; it follows the first that is installed in the process.
var (
	early     = otel.Tracer("made before the telemetry")
	installed bool
)

func TestInstall(t *testing.T) {
	// Globals: this test is the only one of the package that touches them.
	tracer := early
	if installed { // -count=2
		tracer = nil
	}
	installed = true
	memory := tracetest.NewInMemoryExporter()
	b := setup(t, telemetry.Config{Exporter: memory, TraceRatio: 1})
	b.Install()
	if tracer == nil {
		tracer = otel.Tracer("made after it")
	}
	ctx, span := tracer.Start(t.Context(), "work")
	span.End()
	if err := b.Flush(ctx); err != nil || len(memory.GetSpans()) != 1 {
		t.Fatalf("%d spans, %v", len(memory.GetSpans()), err)
	}
	out := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(ctx, out)
	if !strings.Contains(out["traceparent"], span.SpanContext().TraceID().String()) {
		t.Error(out)
	}
	otel.Handle(io.ErrUnexpectedEOF)
	if got := b.line(t); got["msg"] != "telemetry was lost" || got["level"] != "WARN" {
		t.Error(got)
	}
}

func BenchmarkSpanNowhereToSend(b *testing.B) {
	tel, err := telemetry.New(telemetry.Config{LogOutput: io.Discard})
	if err != nil {
		b.Fatal(err)
	}
	tracer := tel.Tracer("bench")
	b.ReportAllocs()
	for b.Loop() {
		_, span := tracer.Start(b.Context(), "work", trace.WithSpanKind(trace.SpanKindClient))
		span.End()
	}
}
