package server

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/pprof"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rialtohq/rialto/platform/clock"
)

// Check says whether one thing that the process needs is there.
type Check struct {
	Name string
	// Probe must end when its context does.
	Probe func(ctx context.Context) error
}

const (
	probeTimeout = 2 * time.Second
	// probeEvery bounds how often the probes run, however often somebody asks.
	probeEvery = time.Second
)

// Health answers whether the process lives, and whether it should get requests.
type Health struct {
	checks   []Check
	clock    clock.Clock
	draining atomic.Bool

	mu      sync.Mutex // held while probing: whoever asks meanwhile gets the same answer
	asked   time.Time
	results []result
}

type result struct {
	name string
	err  error
}

// NewHealth makes it of named checks. All must pass for the process to be ready.
func NewHealth(c clock.Clock, checks ...Check) *Health {
	return &Health{clock: c, checks: checks}
}

// drain makes the process unready for good.
func (h *Health) drain() { h.draining.Store(true) }

// Live answers 200 as long as the process can answer: failing dependencies are no reason to kill it.
func (h *Health) Live() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		report(w, http.StatusOK, status{Status: "live"})
	})
}

// Ready answers 200 when every check passes, 503 when one does not or the server drains. Reasons are named only where
// only operators see them.
func (h *Health) Ready(reasons bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.draining.Load() {
			report(w, http.StatusServiceUnavailable, status{Status: "draining"})
			return
		}
		s := status{Status: "ready", Checks: map[string]string{}}
		code := http.StatusOK
		for _, result := range h.probe(r.Context()) {
			switch {
			case result.err == nil:
				s.Checks[result.name] = "ok"
				continue
			case reasons:
				s.Checks[result.name] = result.err.Error()
			default:
				s.Checks[result.name] = "failing"
			}
			s.Status, code = "unready", http.StatusServiceUnavailable
		}
		report(w, code, s)
	})
}

// probe runs all checks at once, or gives the results of a moment ago.
func (h *Health) probe(ctx context.Context) []result {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.results != nil && h.clock.Now().Sub(h.asked) < probeEvery {
		return h.results
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeTimeout) // the answer is also for others
	defer cancel()
	results := make([]result, len(h.checks))
	var all sync.WaitGroup
	for i, c := range h.checks {
		all.Go(func() { results[i] = result{c.Name, c.Probe(ctx)} })
	}
	all.Wait()
	h.results, h.asked = results, h.clock.Now()
	return results
}

// status is the answer of a health address.
type status struct {
	Status string            `json:"status"`
	Checks map[string]string `json:"checks,omitempty"`
}

func report(w http.ResponseWriter, code int, s status) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(s) // a client that is gone needs no answer
}

// admin is the handler of the admin port. It has no authentication: the port must not be public.
func admin(h *Health, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /livez", h.Live())
	mux.Handle("GET /readyz", h.Ready(true))
	if metrics != nil {
		mux.Handle("GET /metrics", metrics)
	}
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}
