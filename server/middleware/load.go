package middleware

import (
	"net/http"
	"time"

	"github.com/rialtohq/rialto/graph/wire"
)

// Load bounds how many requests are worked on at once. One more waits for a short while; when that is in vain it is
// refused with 503, which costs nothing, where working on it would slow down all the others.
func Load(most int, wait time.Duration) Middleware {
	places := make(chan struct{}, most)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !take(places, r, wait) {
				w.Header().Set("Retry-After", "1")
				wire.Fail(w, r, wire.Unavailable, "OVERLOADED", "There are too many requests at once; try again in a second.")
				return
			}
			defer func() { <-places }()
			next.ServeHTTP(w, r)
		})
	}
}

func take(places chan struct{}, r *http.Request, wait time.Duration) bool {
	select {
	case places <- struct{}{}:
		return true
	default:
	}
	if wait <= 0 {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case places <- struct{}{}:
		return true
	case <-timer.C:
	case <-r.Context().Done():
	}
	return false
}
