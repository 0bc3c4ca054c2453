package middleware

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/rialtohq/rialto/graph/wire"
)

// Trace opens a span for each request and records HTTP metrics. A foreign client's trace is linked, a trusted peer's
// continued: otherwise anybody could write into our traces. Needs [Address] around it; nothing inside may copy the
// request, or the route's name gets lost. Nil providers mean the global ones.
func Trace(traces trace.TracerProvider, metrics metric.MeterProvider) Middleware {
	options := []otelhttp.Option{
		otelhttp.WithPublicEndpointFn(func(r *http.Request) bool { return !wire.CallFrom(r.Context()).TrustedPeer }),
	}
	if traces != nil {
		options = append(options, otelhttp.WithTracerProvider(traces))
	}
	if metrics != nil {
		options = append(options, otelhttp.WithMeterProvider(metrics))
	}
	instrument := otelhttp.NewMiddleware("http", options...)
	return func(next http.Handler) http.Handler {
		return instrument(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			annotate(trace.SpanFromContext(r.Context()), wire.CallFrom(r.Context()))
		}))
	}
}

// Mark gives each request the ids of a span, for the log and for those whom we call, where no span is recorded: what nobody will
// read is not put together. Whose trace it continues is as in [Trace]. Needs [Address] around it; nothing inside may copy the
// request.
func Mark(traces trace.TracerProvider) Middleware {
	tracer := traces.Tracer("github.com/rialtohq/rialto/server")
	ours := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer)}
	foreign := []trace.SpanStartOption{ours[0], trace.WithNewRoot()}
	fields := sync.OnceValue(func() (keys []string) { // known once all is set up
		for _, name := range otel.GetTextMapPropagator().Fields() {
			keys = append(keys, http.CanonicalHeaderKey(name))
		}
		return keys
	})
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, options := r.Context(), foreign
			if wire.CallFrom(ctx).TrustedPeer {
				options = ours
			}
			if slices.ContainsFunc(fields(), func(key string) bool { return len(r.Header[key]) > 0 }) {
				ctx = otel.GetTextMapPropagator().Extract(ctx, propagation.HeaderCarrier(r.Header))
			}
			ctx, span := tracer.Start(ctx, "http", options...)
			defer span.End()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// annotate puts on the span what became known while the request was answered.
func annotate(span trace.Span, call *wire.Call) {
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attribute.String("request.id", call.RequestID))
	if call.Operation != "" || call.Kind != "" {
		span.SetAttributes(
			attribute.String("graphql.operation.name", call.Operation),
			attribute.String("graphql.operation.type", call.Kind),
		)
	}
	if len(call.Codes) > 0 {
		span.SetAttributes(attribute.StringSlice("graphql.error.codes", call.Codes))
	}
}

// milliseconds is a duration as a number of milliseconds, to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
