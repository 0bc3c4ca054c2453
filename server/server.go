// Package server is the HTTP door: it listens, leads requests through the middleware to the handlers that it was given,
// and stops without dropping what is under way.
//
// It knows no GraphQL and no commerce; which address answers what stands in [Handlers.Routes], what every request passes
// through in [Config.middleware].
//
// Invariants: readiness fails before a listener closes; after [Server.Stop] nothing of the server runs any more, and
// Stop takes no longer than linger, drain and two seconds.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/rialtohq/rialto/platform/admit"
	"github.com/rialtohq/rialto/platform/ratelimit"
	"github.com/rialtohq/rialto/platform/telemetry"
	"github.com/rialtohq/rialto/server/middleware"
)

// MaxStop is the longest that linger and drain may come to together, so that a process ends within 15 s of SIGTERM.
const MaxStop = 12 * time.Second

// Config is what a server is made of. A zero value means the default beside it.
type Config struct {
	// Addr is the public address, AdminAddr that of metrics, health and pprof: host:port, port 0 for any free one. An
	// empty AdminAddr means that there is no such port.
	Addr, AdminAddr string
	Handlers        Handlers
	// Health is told when the server drains; required.
	Health *Health
	// Metrics is served at /metrics of the admin port, if set; Meter is told of requests, if set.
	Metrics http.Handler
	Meter   middleware.Meter
	Log     *slog.Logger // slog.Default()

	// Deadline bounds a request: 10 s.
	Deadline time.Duration
	// Gate bounds how many requests are worked on at once; GraphQL operations enter it by themselves, when it is known what
	// they are. Nil is a default one.
	Gate *admit.Gate
	// Wait asks how long requests to a sort of pages from the context's address have to wait, zero where they need not. It may
	// be nil.
	Wait func(ctx context.Context, pages string, limit ratelimit.Limit) time.Duration
	// Concurrent bounds the requests that are in the process at all, read, waiting or worked on: 8,192.
	Concurrent int
	// TrustedProxies are those whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// HTTPS says that the public address is reached by TLS.
	HTTPS bool
	// Traces and Measures may be nil: the global providers.
	Traces   trace.TracerProvider
	Measures metric.MeterProvider
	// Unrecorded says that Traces, which is then not nil, records no span, and that nobody measures: requests have the ids of
	// spans and no more.
	Unrecorded bool

	// Linger is how long the server goes on as before once readiness fails, for balancers to notice: 0.
	Linger time.Duration
	// Drain is how long requests under way may take to end: 10 s. Linger and Drain together are at most [MaxStop].
	Drain time.Duration

	newID func() string
	now   func() time.Time
}

func (c Config) orDefault() Config {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Deadline == 0 {
		c.Deadline = 10 * time.Second
	}
	if c.Concurrent == 0 {
		c.Concurrent = 8192
	}
	if c.Wait == nil {
		c.Wait = func(context.Context, string, ratelimit.Limit) time.Duration { return 0 }
	}
	if c.Gate == nil {
		c.Gate = admit.New(admit.Config{})
	}
	if c.Drain == 0 {
		c.Drain = 10 * time.Second
	}
	c.Linger = min(c.Linger, MaxStop)
	c.Drain = min(c.Drain, MaxStop-c.Linger)
	if c.newID == nil {
		c.newID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if c.now == nil {
		c.now = time.Now // the access log measures durations, for which the monotonic reading is needed
	}
	return c
}

// middleware is what every request passes through, the first outermost.
func (c Config) middleware() []middleware.Middleware {
	traced := middleware.Mark
	if !c.Unrecorded {
		traced = func(traces trace.TracerProvider) middleware.Middleware { return middleware.Trace(traces, c.Measures) }
	}
	return []middleware.Middleware{
		middleware.Address(c.TrustedProxies),
		middleware.Deadline(c.Deadline),
		middleware.Identify(c.newID),
		traced(c.Traces),
		middleware.Log(c.Log, c.now),
		middleware.Measure(c.Meter, c.now),
		middleware.Recover(c.Log),
		middleware.Secure(c.HTTPS),
		middleware.CORS(anyOrigin),
		middleware.Load(c.Concurrent),
		middleware.Compress(),
	}
}

// Server is a running or stopped server.
type Server struct {
	config Config
	public *port
	admin  *port // nil without an admin address
	failed chan error
}

// New makes a server that is not listening yet.
func New(c Config) *Server {
	c = c.orDefault()
	s := &Server{config: c, failed: make(chan error, 2)}
	s.public = newPort(c, c.Addr, public(c))
	if c.AdminAddr != "" {
		s.admin = newPort(c, c.AdminAddr, admin(c.Health, c.Metrics))
		s.admin.server.WriteTimeout = 0 // a CPU profile takes as long as it is asked to
	}
	return s
}

// Start listens on both ports and returns once they take connections. When one cannot be had, none stays open.
func (s *Server) Start(ctx context.Context) error {
	for _, p := range s.ports() {
		if err := p.listen(ctx); err != nil {
			for _, opened := range s.ports() {
				opened.abandon()
			}
			return err
		}
	}
	for _, p := range s.ports() {
		p.serve(s.failed)
	}
	return nil
}

// Addr is the public address in force, with the real port. Empty before Start.
func (s *Server) Addr() string { return s.public.addr() }

// AdminAddr is the admin address in force; empty where there is none.
func (s *Server) AdminAddr() string {
	if s.admin == nil {
		return ""
	}
	return s.admin.addr()
}

// Failed gives the error of a port that ended by itself.
func (s *Server) Failed() <-chan error { return s.failed }

// Stop ends the server: readiness fails, the server lingers, no new connection is taken, requests under way end, and
// those that do not are cut off. It returns when all have ended, with an error when some were cut off. Ctx can only
// hurry it.
func (s *Server) Stop(ctx context.Context) error {
	s.config.Health.drain()
	linger := time.NewTimer(s.config.Linger)
	defer linger.Stop()
	select {
	case <-linger.C:
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(ctx, s.config.Drain)
	defer cancel()
	err := s.public.stop(drain)
	if s.admin != nil { // last, so that the drain can be watched; nothing there is worth waiting for
		now, cancel := context.WithCancel(ctx)
		cancel()
		_ = s.admin.stop(now)
	}
	return err
}

func (s *Server) ports() []*port {
	if s.admin == nil {
		return []*port{s.public}
	}
	return []*port{s.public, s.admin}
}

// port is one listener with its server.
type port struct {
	address  string
	server   *http.Server
	listener net.Listener
	requests *requests
	cancel   context.CancelFunc
	done     chan struct{}
}

func newPort(c Config, address string, h http.Handler) *port {
	ctx, cancel := context.WithCancel(context.Background())
	p := &port{address: address, requests: newRequests(), cancel: cancel, done: make(chan struct{})}
	p.server = &http.Server{
		Handler:           p.requests.count(h),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    48 << 10,
		ErrorLog:          telemetry.ServerLog(c.Log),
	}
	return p
}

func (p *port) listen(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.address)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	p.listener = l
	return nil
}

func (p *port) abandon() {
	if p.listener != nil {
		_ = p.listener.Close()
		p.listener = nil
	}
	p.cancel()
}

func (p *port) serve(failed chan<- error) {
	go func() {
		defer close(p.done)
		if err := p.server.Serve(p.listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("server: %s: %w", p.address, err)
		}
	}()
}

func (p *port) addr() string {
	if p.listener == nil {
		return ""
	}
	return p.listener.Addr().String()
}

// lastWords is how long cut off requests may take to notice.
const lastWords = 2 * time.Second

// stop lets requests end until ctx is done, then cancels them and closes their connections.
func (p *port) stop(ctx context.Context) error {
	defer p.cancel()
	if p.listener == nil {
		return nil
	}
	err := p.server.Shutdown(ctx)
	wait, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	if err != nil && p.requests.working() == 0 { // handlers have ended, the last answers are on their way out
		err = p.server.Shutdown(wait)
	}
	if err != nil {
		p.cancel()
		_ = p.server.Close()
	}
	<-p.done
	if left := p.requests.end(wait); left > 0 {
		return fmt.Errorf("server: %d requests did not end", left)
	}
	if err != nil {
		return fmt.Errorf("server: requests were cut off: %w", err)
	}
	return nil
}
