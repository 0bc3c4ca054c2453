package middleware

import (
	"net/http"
	"time"

	"github.com/rialtohq/rialto/graph/wire"
)

// Meter counts requests and operations; *telemetry.Metrics does.
type Meter interface {
	InFlight(change int)
	Request(route string, status int, took time.Duration)
	Operation(name, kind, outcome string, took time.Duration, statements int)
}

// Measure tells a meter of each request by its route, and of the operation that it carried. An operation's outcome is ok,
// or the code of its first error. A nil meter measures nothing. Nothing inside may copy the request.
func Measure(meter Meter, now func() time.Time) Middleware {
	return func(next http.Handler) http.Handler {
		if meter == nil {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := now()
			meter.InFlight(1)
			rec := record(w)
			aborted := true
			defer func() {
				took := now().Sub(start)
				meter.InFlight(-1)
				meter.Request(r.Pattern, rec.final(r.Context(), aborted), took)
				call := wire.CallFrom(r.Context())
				if call.Kind == "" {
					return
				}
				outcome := "ok"
				if len(call.Codes) > 0 {
					outcome = call.Codes[0]
				}
				meter.Operation(call.Operation, call.Kind, outcome, took, call.Statements)
			}()
			next.ServeHTTP(rec, r)
			aborted = false
		})
	}
}
