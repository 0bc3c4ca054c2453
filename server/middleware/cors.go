package middleware

import (
	"net/http"
	"time"

	"github.com/rs/cors"
)

// CORS lets pages of any origin call what applies tells, because a storefront can live anywhere. That is safe where nothing
// acts on cookies: a page can only use a token that it was given. Browsers keep the permission for a day. All else is left
// to its own origin.
func CORS(applies func(*http.Request) bool) Middleware {
	open := cors.New(cors.Options{
		AllowedOrigins:   []string{"*"},
		AllowedMethods:   []string{http.MethodGet, http.MethodHead, http.MethodPost},
		AllowedHeaders:   []string{"*"},
		ExposedHeaders:   []string{RequestIDHeader, "Retry-After", "RateLimit", "RateLimit-Policy", "Rialto-Cost", "Rialto-Cache", "Rialto-Changed", "Deprecation", "Sunset", "ETag", "Age", "Idempotency-Replayed"},
		AllowCredentials: false,
		MaxAge:           int((24 * time.Hour).Seconds()),
	}).Handler
	return func(next http.Handler) http.Handler {
		opened := open(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if applies(r) {
				opened.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
