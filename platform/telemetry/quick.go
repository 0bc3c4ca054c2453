package telemetry

import (
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// shared lets two handlers write to one place.
type shared struct {
	mu sync.Mutex
	w  io.Writer
}

// Write writes a line.
func (s *shared) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(line)
}

// quick writes lines of JSON as slog's handler does, with the ids of the context's span: those of numbers and plain texts only,
// which the access log's are. All others it leaves to that handler.
type quick struct{ w io.Writer }

const usualLine, longLine = 1 << 10, 16 << 10

var lines = sync.Pool{New: func() any { b := make([]byte, 0, usualLine); return &b }}

// write writes a line, or reports that it is not such a one.
func (q *quick) write(ctx context.Context, r slog.Record) bool {
	if r.Time.IsZero() || !isPlain(r.Message) {
		return false
	}
	buffer := lines.Get().(*[]byte) //nolint:forcetypeassert // nothing else is put there
	defer func() {
		if cap(*buffer) <= longLine {
			lines.Put(buffer)
		}
	}()
	b := (*buffer)[:0]
	b = append(b, `{"time":"`...)
	b = r.Time.AppendFormat(b, time.RFC3339Nano)
	b = append(append(b, `","level":"`...), r.Level.String()...)
	b = append(append(append(b, `","msg":"`...), r.Message...), '"')
	good, named := true, false
	r.Attrs(func(a slog.Attr) bool {
		named = named || a.Key == "trace_id"
		b, good = appendAttr(b, a)
		return good
	})
	if span := trace.SpanContextFromContext(ctx); good && !named && span.IsValid() {
		t, s := span.TraceID(), span.SpanID()
		b = hex.AppendEncode(append(b, `,"trace_id":"`...), t[:])
		b = append(hex.AppendEncode(append(b, `","span_id":"`...), s[:]), '"')
	}
	b = append(b, "}\n"...)
	*buffer = b
	if good {
		_, _ = q.w.Write(*buffer) // as with slog, nobody hears of a line that could not be written
	}
	return good
}

// appendAttr adds an attribute, or reports that it is none for this way.
func appendAttr(b []byte, a slog.Attr) ([]byte, bool) {
	if a.Key == "" || !isPlain(a.Key) || secret(a.Key) {
		return b, false
	}
	b = append(append(append(b, `,"`...), a.Key...), `":`...)
	switch a.Value.Kind() { //nolint:exhaustive // the others are left to slog
	case slog.KindString:
		text := a.Value.String()
		return append(append(append(b, '"'), text...), '"'), isPlain(text)
	case slog.KindInt64:
		return strconv.AppendInt(b, a.Value.Int64(), 10), true
	case slog.KindFloat64:
		f := a.Value.Float64()
		return strconv.AppendFloat(b, f, 'f', -1, 64), f == 0 || 1e-6 <= f && f < 1e21 // as encoding/json writes it
	case slog.KindBool:
		return strconv.AppendBool(b, a.Value.Bool()), true
	}
	return b, false
}

// isPlain reports whether a text stands in JSON as it is.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
