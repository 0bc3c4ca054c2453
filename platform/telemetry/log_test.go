package telemetry_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/trace"

	"github.com/rialtohq/rialto/platform/telemetry"
)

// traced is a context with a span of known ids.
func traced(t *testing.T) context.Context {
	t.Helper()
	return trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{0xab, 15: 0x01}, SpanID: trace.SpanID{0xcd, 7: 0x02},
	}))
}

const (
	traceID = "ab000000000000000000000000000001"
	spanID  = "cd00000000000002"
)

func TestTraceIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		log  func(ctx context.Context, l *slog.Logger)
		want map[string]any
	}{
		{"Plain", func(ctx context.Context, l *slog.Logger) { l.InfoContext(ctx, "m", "a", 1) },
			map[string]any{"a": 1.0, "trace_id": traceID, "span_id": spanID}},
		{"NoSpan", func(_ context.Context, l *slog.Logger) { l.Info("m", "a", 1) },
			map[string]any{"a": 1.0}},
		{"With", func(ctx context.Context, l *slog.Logger) { l.With("b", 2).InfoContext(ctx, "m", "a", 1) },
			map[string]any{"a": 1.0, "b": 2.0, "trace_id": traceID, "span_id": spanID}},
		{"AboveGroups", func(ctx context.Context, l *slog.Logger) {
			l.With("b", 2).WithGroup("g").With("c", 3).WithGroup("h").InfoContext(ctx, "m", "a", 1)
		}, map[string]any{"b": 2.0, "g": map[string]any{"c": 3.0, "h": map[string]any{"a": 1.0}}, "trace_id": traceID, "span_id": spanID}},
		{"NamelessGroup", func(ctx context.Context, l *slog.Logger) { l.WithGroup("").InfoContext(ctx, "m", "a", 1) },
			map[string]any{"a": 1.0, "trace_id": traceID, "span_id": spanID}},
		{"GivenOnesAreNotDoubled", func(ctx context.Context, l *slog.Logger) { l.InfoContext(ctx, "m", "trace_id", "given") },
			map[string]any{"trace_id": "given"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t, telemetry.Config{})
			c.log(traced(t), b.Log)
			got := b.line(t)
			if s, _ := got["time"].(string); !strings.HasSuffix(s, "Z") {
				t.Errorf("time %q is not UTC", s)
			}
			for _, k := range []string{"time", "level", "msg"} {
				delete(got, k)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if n := strings.Count(b.out.String(), "trace_id"); n > 1 {
				t.Errorf("trace_id stands there %d times", n)
			}
		})
	}
}

// A line of numbers and plain texts is written by another way than others are, and looks as slog's would.
func TestPlainLinesAreAsSlogWritesThem(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 28, 9, 30, 0, 120_000_000, time.UTC)
	for name, attrs := range map[string][]slog.Attr{
		"Plain": {slog.String("a", "b c/{d}<e>&'~"), slog.Int("n", -3), slog.Bool("yes", true), slog.String("none", "")},
		"Floats": {slog.Float64("zero", 0), slog.Float64("ms", 0.037), slog.Float64("most", 1234567.891), slog.Float64("whole", 507), slog.Float64("tiny", 1e-7),
			slog.Float64("huge", 1e21), slog.Float64("less", -1.5)},
		"Texts":  {slog.String("quoted", `a "b" \`), slog.String("line", "a\nb"), slog.String("word", "für"), slog.String("bad", "\xff")},
		"Others": {slog.Any("codes", []string{"A", "B"}), slog.Duration("took", time.Second), slog.Time("at", at), slog.Uint64("u", 7), slog.Group("g", slog.Int("n", 1))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, telemetry.Config{})
			var want strings.Builder
			for _, h := range []slog.Handler{b.Log.Handler(), slog.NewJSONHandler(&want, nil)} {
				r := slog.NewRecord(at, slog.LevelWarn, "a line", 0)
				r.AddAttrs(attrs...)
				if err := h.Handle(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(want.String(), b.out.String()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSiblingLoggersDoNotMix(t *testing.T) {
	t.Parallel()
	b := setup(t, telemetry.Config{})
	base := b.Log.WithGroup("g").With("x", 0)
	one, two := base.With("a", 1), base.With("b", 2)
	one.InfoContext(traced(t), "m")
	if d := cmp.Diff(map[string]any{"x": 0.0, "a": 1.0}, b.line(t)["g"]); d != "" {
		t.Error(d)
	}
	two.InfoContext(traced(t), "m")
	if d := cmp.Diff(map[string]any{"x": 0.0, "b": 2.0}, b.line(t)["g"]); d != "" {
		t.Error(d)
	}
}

// input is a value with a LogValue, which resolves to a group.
type input struct{ email, note string }

func (i input) LogValue() slog.Value {
	return slog.GroupValue(slog.String("customerEmail", i.email), slog.String("note", i.note))
}

func TestRedaction(t *testing.T) {
	t.Parallel()
	const s = "hunter2"
	for name, c := range map[string]struct {
		attr   slog.Attr
		hidden bool
	}{
		"Token":             {slog.String("token", s), true},
		"SnakeToken":        {slog.String("customer_access_token", s), true},
		"CamelToken":        {slog.String("customerAccessToken", s), true},
		"Password":          {slog.String("password", s), true},
		"NewPassword":       {slog.String("new-password", s), true},
		"Authorization":     {slog.String("Authorization", s), true},
		"Email":             {slog.String("email", s), true},
		"UserEmail":         {slog.String("useremail", s), true},
		"EMail":             {slog.String("e-mail", s), true},
		"Phone":             {slog.String("phoneNumber", s), true},
		"Secret":            {slog.String("webhookSecret", s), true},
		"Key":               {slog.String("key", s), true},
		"APIKey":            {slog.String("APIKey", s), true},
		"IdempotencyKey":    {slog.String("Idempotency-Key", s), true},
		"Cookie":            {slog.String("set-cookie", s), true},
		"Any":               {slog.Any("token", []string{s}), true},
		"InGroup":           {slog.Group("buyer", slog.Group("contact", slog.String("email", s))), true},
		"SecretGroup":       {slog.Group("token", slog.String("value", s)), true},
		"LogValuer":         {slog.Any("input", input{email: s}), true},
		"Headers":           {slog.Any("headers", http.Header{"Authorization": {s}}), true},
		"Map":               {slog.Any("env", map[string]string{"DB_PASSWORD": s}), true},
		"Lists":             {slog.Any("form", map[string][]string{"email": {s}}), true},
		"Variables":         {slog.Any("variables", map[string]any{"input": []any{map[string]any{"email": s}}}), true},
		"Handle":            {slog.String("handle", s), false},
		"Monkey":            {slog.String("monkey", s), false},
		"Keyset":            {slog.String("keyset", s), false},
		"Operation":         {slog.String("operation", s), false},
		"HarmlessHeaders":   {slog.Any("headers", http.Header{"Accept": {s}}), false},
		"HarmlessVariables": {slog.Any("variables", map[string]any{"first": s}), false},
		"HarmlessLogValuer": {slog.Any("input", input{note: s}), false},
	} {
		for _, format := range []string{"json", "text"} {
			for _, how := range []string{"Line", "With", "Group"} {
				t.Run(name+"/"+format+"/"+how, func(t *testing.T) {
					b := setup(t, telemetry.Config{LogFormat: format})
					switch how {
					case "Line":
						b.Log.LogAttrs(t.Context(), slog.LevelInfo, "m", c.attr)
					case "With":
						b.Log.With(c.attr).Info("m")
					case "Group":
						b.Log.WithGroup("g").InfoContext(traced(t), "m", c.attr)
					}
					if shown := strings.Contains(b.out.String(), s); shown == c.hidden {
						t.Error(b.out)
					}
					if c.hidden && !strings.Contains(b.out.String(), telemetry.Redacted) {
						t.Errorf("not even a trace of it: %s", b.out)
					}
				})
			}
		}
	}
}

func TestRedactionLeavesTheCallersMapAlone(t *testing.T) {
	t.Parallel()
	b := setup(t, telemetry.Config{})
	h := http.Header{"Authorization": {"hunter2"}}
	v := map[string]any{"input": map[string]any{"email": "hunter2"}}
	b.Log.Info("m", "headers", h, "variables", v)
	if h.Get("Authorization") != "hunter2" || v["input"].(map[string]any)["email"] != "hunter2" {
		t.Fatal(h, v)
	}
}

func TestRedactionOfManyNames(t *testing.T) {
	t.Parallel()
	b := setup(t, telemetry.Config{})
	for i := range 2000 { // more than are remembered
		b.Log.Info("m", fmt.Sprintf("name%dToken", i), "hunter2", fmt.Sprintf("name%d", i), "fine")
	}
	if out := b.out.String(); strings.Contains(out, "hunter2") || strings.Count(out, "fine") != 2000 {
		t.Fatal("redacted too little or too much")
	}
}

func TestLevelCanBeChanged(t *testing.T) {
	t.Parallel()
	b := setup(t, telemetry.Config{LogLevel: "warn"})
	b.Log.Info("quiet")
	b.Level.Set(slog.LevelDebug)
	b.Log.With("a", 1).Debug("loud")
	if out := b.out.String(); strings.Contains(out, "quiet") || !strings.Contains(out, "loud") {
		t.Fatal(out)
	}
}

func TestBadSettings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]telemetry.Config{
		"Level":      {LogLevel: "loud"},
		"Format":     {LogFormat: "xml"},
		"Endpoint":   {OTLPEndpoint: "collector:4318"},
		"Operations": {Operations: make([]string, telemetry.MaxOperations+1)},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := telemetry.New(c); err == nil || !strings.HasPrefix(err.Error(), "telemetry: ") {
				t.Fatalf("err = %v", err)
			}
		})
	}
}

func BenchmarkLog(b *testing.B) {
	tel, err := telemetry.New(telemetry.Config{LogOutput: discard{}})
	if err != nil {
		b.Fatal(err)
	}
	ctx := trace.ContextWithSpanContext(b.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}}))
	b.ReportAllocs()
	for b.Loop() {
		tel.Log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("route", "/graphql"), slog.Int("status", 200), slog.String("operation", "Cart"), slog.String("token", "x"))
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
