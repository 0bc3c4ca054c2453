package middleware

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// TimeoutHeader lets a client wait for less than the default: milliseconds.
const TimeoutHeader = "X-Request-Timeout-Ms"

// Deadline bounds how long a request may take, from here to its last statement. The client may ask for less by
// [TimeoutHeader], never for more.
func Deadline(limit time.Duration) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			d := limit
			if asked := r.Header.Get(TimeoutHeader); asked != "" {
				if ms, err := strconv.Atoi(asked); err == nil && ms > 0 {
					d = min(d, time.Duration(min(ms, 1<<30))*time.Millisecond)
				}
			}
			ctx := &bounded{Context: r.Context(), at: time.Now().Add(d)}
			defer ctx.end()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// bounded is a context with a deadline, whose timer is only set once somebody waits for it: what is answered from memory asks
// nobody and waits for nothing.
type bounded struct {
	context.Context
	at time.Time

	timed atomic.Pointer[timed] // nil until somebody waits

	mu   sync.Mutex
	over bool
}

// timed is the context with the timer.
type timed struct {
	context.Context
	cancel context.CancelFunc
}

// Deadline implements [context.Context].
func (c *bounded) Deadline() (time.Time, bool) {
	if earlier, ok := c.Context.Deadline(); ok && earlier.Before(c.at) {
		return earlier, true
	}
	return c.at, true
}

// Done implements [context.Context].
func (c *bounded) Done() <-chan struct{} { return c.wait().Done() }

// Err implements [context.Context].
func (c *bounded) Err() error {
	if t := c.timed.Load(); t != nil {
		return t.Err()
	}
	if err := c.Context.Err(); err == nil && time.Now().Before(c.at) && !c.ended() {
		return nil
	}
	return c.wait().Err() // the same from now on
}

// Value implements [context.Context]. Contexts that are made of this one find the one with the timer in it.
func (c *bounded) Value(key any) any {
	if t := c.timed.Load(); t != nil {
		return t.Value(key)
	}
	return c.Context.Value(key)
}

func (c *bounded) wait() *timed {
	if t := c.timed.Load(); t != nil {
		return t
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.timed.Load(); t != nil {
		return t
	}
	t := &timed{}
	t.Context, t.cancel = context.WithDeadline(c.Context, c.at)
	if c.over {
		t.cancel()
	}
	c.timed.Store(t)
	return t
}

func (c *bounded) ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}

// end ends the context with its request.
func (c *bounded) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	if t := c.timed.Load(); t != nil {
		t.cancel()
	}
}
