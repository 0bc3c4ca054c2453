// Package middleware holds what every request to the public port passes through, one file each: who calls and under
// which name, how long it may take, traces, the access log, panics, security headers, CORS, load and compression.
//
// It decides nothing about GraphQL, shops or people. Their order is one list in package server; each file says what it
// needs around it.
//
// Invariants: no query text, token, cookie, path or full address reaches a log; a refusal has the shape of a GraphQL
// answer, whatever it refuses.
package middleware

import (
	"context"
	"net/http"
)

// Middleware wraps a handler.
type Middleware = func(http.Handler) http.Handler

// Chain wraps a handler in middleware, the first of the list outermost.
func Chain(h http.Handler, list ...Middleware) http.Handler {
	for i := len(list) - 1; i >= 0; i-- {
		h = list[i](h)
	}
	return h
}

// recorder remembers what was written.
type recorder struct {
	http.ResponseWriter
	status int // 0 until something is written
	bytes  int64
}

// record gives the recorder that w is, or a new one around it.
func record(w http.ResponseWriter) *recorder {
	if r, ok := w.(*recorder); ok {
		return r
	}
	return &recorder{ResponseWriter: w}
}

// statusClientGone stands for the status where the client hung up before there was an answer. It is never sent.
const statusClientGone = 499

// final is the status that the client saw. Aborted is true where a panic cut the connection.
func (r *recorder) final(ctx context.Context, aborted bool) int {
	switch {
	case r.status != 0:
		return r.status
	case ctx.Err() == context.Canceled: //nolint:errorlint // never wrapped
		return statusClientGone
	case aborted:
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

// WriteHeader remembers the first final status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Flush sends what is buffered, where that is possible.
func (r *recorder) Flush() { _ = http.NewResponseController(r.ResponseWriter).Flush() }

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
