package middleware

import (
	"net/http"
	"time"

	"github.com/rs/cors"
)

// CORS lets pages of any origin call, because a storefront can live anywhere. That is safe as nothing here acts on
// cookies: a page can only use a token that it was given. Browsers keep the permission for a day.
func CORS() Middleware {
	return cors.New(cors.Options{
		AllowedOrigins:   []string{"*"},
		AllowedMethods:   []string{http.MethodGet, http.MethodHead, http.MethodPost},
		AllowedHeaders:   []string{"*"},
		ExposedHeaders:   []string{RequestIDHeader, "Retry-After", "RateLimit", "RateLimit-Policy", "GraphQL-Cost", "ETag", "Age", "Idempotency-Replayed"},
		AllowCredentials: false,
		MaxAge:           int((24 * time.Hour).Seconds()),
	}).Handler
}
