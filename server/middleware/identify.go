package middleware

import (
	"net/http"

	"github.com/rialtohq/rialto/graph/wire"
)

// RequestIDHeader carries the id of a request, in both directions.
const RequestIDHeader = "X-Request-Id"

// Identify gives each request an id: the one that a trusted peer sent, or a new one. Needs [Address] around it.
func Identify(newID func() string) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			call := wire.CallFrom(r.Context())
			call.RequestID = r.Header.Get(RequestIDHeader)
			if !call.TrustedPeer || !usableID(call.RequestID) {
				call.RequestID = newID()
			}
			w.Header().Set(RequestIDHeader, call.RequestID)
			next.ServeHTTP(w, r)
		})
	}
}

// usableID keeps ids short and free of whatever a log or header could misread.
func usableID(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}
