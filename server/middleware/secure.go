package middleware

import "net/http"

// Secure sets headers that keep browsers from doing more with an answer than it is for. A page that needs more sets its
// own Content-Security-Policy. Https says that the public address is reached by TLS, so browsers may insist on it.
func Secure(https bool) Middleware {
	fixed := map[string][]string{
		"X-Content-Type-Options":       {"nosniff"},
		"X-Frame-Options":              {"DENY"},
		"Referrer-Policy":              {"no-referrer"},
		"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
		"Cross-Origin-Resource-Policy": {"cross-origin"}, // storefronts on other origins show our pictures
	}
	if https {
		fixed["Strict-Transport-Security"] = []string{"max-age=31536000"}
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			for name, value := range fixed {
				h[name] = value[:1:1]
			}
			next.ServeHTTP(w, r)
		})
	}
}
