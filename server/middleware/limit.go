package middleware

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/rialtohq/rialto/graph/wire"
)

// Limit refuses requests with 429 that have to wait, and says for how long.
func Limit(wait func(context.Context) time.Duration) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if long := wait(r.Context()); long > 0 {
				seconds := strconv.FormatInt(int64(math.Ceil(long.Seconds())), 10)
				w.Header().Set("Retry-After", seconds)
				wire.Fail(w, r, wire.Throttled, wire.CodeThrottled, fmt.Sprintf("There were too many requests from your address. Try again in %s s.", seconds))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
