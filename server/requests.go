package server

import (
	"context"
	"net/http"
	"sync"
)

// requests counts handlers at work, because closing an http.Server does not wait for them.
type requests struct {
	mu     sync.Mutex
	n      int
	closed bool
	idle   chan struct{} // closed when none is left after the end
}

func newRequests() *requests { return &requests{idle: make(chan struct{})} }

// count lets a request in and notes when it leaves. After the end there is no way in.
func (q *requests) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !q.enter() {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		defer q.leave()
		next.ServeHTTP(w, r)
	})
}

func (q *requests) enter() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.n++
	return true
}

func (q *requests) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.n--
	if q.closed && q.n == 0 {
		close(q.idle)
	}
}

// working is how many handlers are at work.
func (q *requests) working() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.n
}

// end lets nobody in any more, waits for the last to leave until ctx is done, and says how many are left.
func (q *requests) end(ctx context.Context) int {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		if q.n == 0 {
			close(q.idle)
		}
	}
	q.mu.Unlock()
	select {
	case <-q.idle:
	case <-ctx.Done():
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.n
}
