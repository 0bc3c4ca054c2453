package middleware

import (
	"encoding/hex"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/rialtohq/rialto/graph/wire"
)

// Log writes one line for each request: what it was and what came of it, by names and numbers only. The route stands
// for the path, which can hold secrets. Needs [Trace] around it, and nothing inside may copy the request.
func Log(log *slog.Logger, now func() time.Time) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := now()
			rec := record(w)
			aborted := true // by a panic that means to cut the connection
			defer func() {
				status := rec.final(r.Context(), aborted)
				level := slog.LevelInfo
				if status >= http.StatusInternalServerError {
					level = slog.LevelError
				}
				if !log.Enabled(r.Context(), level) {
					return
				}
				var room [mostAttributes]slog.Attr
				line := slog.NewRecord(time.Now(), level, "request", 0) // it is of no line of code
				line.AddAttrs(attributes(room[:0], r, status, rec.bytes, now().Sub(start))...)
				_ = log.Handler().Handle(r.Context(), line)
			}()
			next.ServeHTTP(rec, r)
			aborted = false
		})
	}
}

// mostAttributes is how many a line has at most.
const mostAttributes = 20

// attributes adds those of a line.
func attributes(attrs []slog.Attr, r *http.Request, status int, bytes int64, took time.Duration) []slog.Attr {
	call := wire.CallFrom(r.Context())
	route := r.Pattern
	if route == "" {
		route = "none"
	}
	attrs = append(attrs,
		slog.String("request_id", call.RequestID),
		slog.String("method", knownMethod(r.Method)),
		slog.String("route", route),
		slog.Int("status", status),
		slog.Float64("ms", milliseconds(took)),
		slog.Int64("bytes", bytes),
		slog.String("client", call.Network),
	)
	if span := trace.SpanContextFromContext(r.Context()); span.IsValid() {
		ids := hexed(span.TraceID(), span.SpanID())
		attrs = append(attrs, slog.String("trace_id", ids[:2*len(trace.TraceID{})]), slog.String("span_id", ids[2*len(trace.TraceID{}):]))
	}
	for _, s := range []struct{ key, value string }{
		{"operation", call.Operation}, {"kind", call.Kind}, {"document", call.Document}, {"shop", call.Shop},
		{"actor", call.Actor}, {"cache", call.Cache},
	} {
		if s.value != "" {
			attrs = append(attrs, slog.String(s.key, shorten(s.value)))
		}
	}
	if call.CostEstimated > 0 {
		attrs = append(attrs, slog.Float64("cost_estimated", call.CostEstimated), slog.Float64("cost_actual", call.CostActual))
	}
	if call.Statements > 0 {
		attrs = append(attrs, slog.Int("statements", call.Statements))
	}
	if len(call.Codes) > 0 {
		attrs = append(attrs, slog.Any("codes", call.Codes))
	}
	return attrs
}

// hexed are the ids of a trace and a span, one after the other.
func hexed(t trace.TraceID, s trace.SpanID) string {
	var b [2 * (len(t) + len(s))]byte
	hex.Encode(b[:], t[:])
	hex.Encode(b[2*len(t):], s[:])
	return string(b[:])
}

// shorten bounds what a client can put into a line: an operation's name is its own choice.
func shorten(s string) string {
	const most = 100
	if len(s) > most {
		return s[:most]
	}
	return s
}

// knownMethod keeps invented methods out of the log.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}
