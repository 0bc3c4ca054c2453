package middleware

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/rialtohq/rialto/graph/wire"
)

// Recover turns a panic into a masked internal error with the request's id, and writes what happened to the log. Where
// the answer has begun, the connection is cut instead: half an answer must not look whole.
func Recover(log *slog.Logger) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := record(w)
			defer func() {
				cause := recover()
				if cause == nil {
					return
				}
				if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(http.ErrAbortHandler)
				}
				log.ErrorContext(r.Context(), "panic",
					slog.String("request_id", wire.CallFrom(r.Context()).RequestID),
					slog.String("cause", fmt.Sprint(cause)),
					slog.String("stack", string(debug.Stack())))
				if rec.status != 0 {
					panic(http.ErrAbortHandler)
				}
				clearContent(rec.Header())
				wire.Fail(rec, r, wire.Failed, wire.CodeInternal, "Something went wrong on our side.")
			}()
			next.ServeHTTP(rec, r)
		})
	}
}

// clearContent removes what a handler said of an answer that it did not get to write.
func clearContent(h http.Header) {
	for _, name := range []string{"Content-Encoding", "Content-Length", "Content-Type", "Cache-Control", "Etag", "Last-Modified"} {
		h.Del(name)
	}
}
