package middleware

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// TimeoutHeader lets a client wait for less than the default: milliseconds.
const TimeoutHeader = "X-Request-Timeout-Ms"

// Deadline bounds how long a request may take, from here to its last statement. The client may ask for less by
// [TimeoutHeader], never for more.
func Deadline(limit time.Duration) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			d := limit
			if asked := r.Header.Get(TimeoutHeader); asked != "" {
				if ms, err := strconv.Atoi(asked); err == nil && ms > 0 {
					d = min(d, time.Duration(min(ms, 1<<30))*time.Millisecond)
				}
			}
			ctx, cancel := context.WithTimeout(r.Context(), d)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}
