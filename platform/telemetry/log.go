package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"go.opentelemetry.io/otel/trace"
)

// handler writes lines with the ids of the context's span at the top level, whatever groups are open.
type handler struct {
	inner slog.Handler
	// plain is inner before its first group, and since are the steps from there to inner.
	plain slog.Handler
	since []func(slog.Handler) slog.Handler
	// quick writes what lines mostly are; nil where there are attributes or groups already, or the format is another.
	quick *quick
}

func newHandler(w io.Writer, format string, level slog.Leveler) (slog.Handler, error) {
	w = &shared{w: w}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	switch format {
	case "", "json":
		return handler{inner: slog.NewJSONHandler(w, options), quick: &quick{w}}, nil
	case "text":
		return handler{inner: slog.NewTextHandler(w, options)}, nil
	}
	return nil, fmt.Errorf("telemetry: the log format %q is neither json nor text", format)
}

// Enabled reports whether lines of a level are written.
func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.inner.Enabled(ctx, level)
}

// Handle writes a line. Its time is UTC.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	r.Time = r.Time.UTC()
	if h.quick != nil && h.quick.write(ctx, r) {
		return nil
	}
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() || names(r, "trace_id") {
		return h.inner.Handle(ctx, r)
	}
	ids := []slog.Attr{slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String())}
	if h.plain == nil {
		r = r.Clone()
		r.AddAttrs(ids...)
		return h.inner.Handle(ctx, r)
	}
	grouped := h.plain.WithAttrs(ids)
	for _, step := range h.since {
		grouped = step(grouped)
	}
	return grouped.Handle(ctx, r)
}

// WithAttrs gives a handler whose lines have these attributes.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.step(false, func(s slog.Handler) slog.Handler { return s.WithAttrs(attrs) })
}

// WithGroup gives a handler whose further attributes are in a group.
func (h handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return h.step(true, func(s slog.Handler) slog.Handler { return s.WithGroup(name) })
}

func (h handler) step(group bool, step func(slog.Handler) slog.Handler) handler {
	if h.plain == nil && !group {
		return handler{inner: step(h.inner)}
	}
	plain := h.plain
	if plain == nil {
		plain = h.inner
	}
	return handler{inner: step(h.inner), plain: plain, since: append(slices.Clip(h.since), step)}
}

// names reports whether a line has an attribute of its own by that name.
func names(r slog.Record, key string) (found bool) {
	r.Attrs(func(a slog.Attr) bool { found = a.Key == key; return !found })
	return found
}
