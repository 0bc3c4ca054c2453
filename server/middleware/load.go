package middleware

import (
	"errors"
	"net/http"

	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/admit"
)

// Load bounds how many requests are in the process at once, read, waiting or worked on. One more is refused with 503 at once.
func Load(most int) Middleware {
	places := make(chan struct{}, most)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case places <- struct{}{}:
			default:
				wire.Fail(w, r, wire.Unavailable, wire.CodeOverloaded, wire.TooMuch)
				return
			}
			defer func() { <-places }()
			next.ServeHTTP(w, r)
		})
	}
}

// Admit has requests of a priority worked on as soon as there is room for them; see [admit.Gate].
func Admit(gate *admit.Gate, p admit.Priority) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			leave, err := gate.Enter(r.Context(), p)
			if errors.Is(err, admit.ErrOverloaded) {
				wire.Fail(w, r, wire.Unavailable, wire.CodeOverloaded, wire.TooMuch)
				return
			}
			if err != nil { // who asked is gone, or out of time
				wire.Fail(w, r, wire.Overdue, wire.CodeTimeout, "There was no time left to answer this; try again.")
				return
			}
			defer leave()
			next.ServeHTTP(w, r)
		})
	}
}
