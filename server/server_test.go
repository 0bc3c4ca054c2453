package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a server on free ports, with a client that keeps no connection.
func start(t *testing.T, change func(*server.Config)) (*server.Server, *http.Client) {
	t.Helper()
	c := server.Config{
		Addr: "127.0.0.1:0", AdminAddr: "127.0.0.1:0", Health: server.NewHealth(clock.System{}), Log: slog.New(slog.DiscardHandler),
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "metrics") }),
	}
	change(&c)
	s := server.New(c)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}

func get(t *testing.T, client *http.Client, url string) (int, string) {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func named(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, name+" "+r.PathValue("version"))
	})
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	s, client := start(t, func(c *server.Config) {
		c.Handlers = server.Handlers{GraphQL: named("graphql"), Playground: named("playground"), Files: named("files"), Checkout: named("checkout"), Home: named("home")}
	})
	base, admin := "http://"+s.Addr(), "http://"+s.AdminAddr()
	got := map[string]string{}
	for _, path := range []string{
		"/graphql", "/api/2026-10/graphql.json", "/api/unstable/graphql", "/playground", "/playground/app.js", "/files/a.png", "/checkout/x", "/",
		"/nope", "/api/graphql", "/metrics", "/debug/pprof/",
	} {
		status, body := get(t, client, base+path)
		got[path] = strings.TrimSpace(http.StatusText(status) + " " + strings.TrimSpace(body))
	}
	want := map[string]string{
		"/graphql": "OK graphql", "/api/2026-10/graphql.json": "OK graphql 2026-10", "/api/unstable/graphql": "OK graphql unstable",
		"/playground": "OK playground", "/playground/app.js": "OK playground", "/files/a.png": "OK files", "/checkout/x": "OK checkout", "/": "OK home",
		"/nope": "Not Found 404 page not found", "/api/graphql": "Not Found 404 page not found",
		"/metrics": "Not Found 404 page not found", "/debug/pprof/": "Not Found 404 page not found",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for path, want := range map[string]string{"/metrics": "metrics", "/livez": `{"status":"live"}`, "/readyz": `{"status":"ready"}`, "/debug/pprof/cmdline": ""} {
		if status, body := get(t, client, admin+path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("admin %s: %d %s", path, status, body)
		}
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAbsentHandlerIsNoRoute(t *testing.T) {
	t.Parallel()
	s, client := start(t, func(c *server.Config) { c.Handlers.GraphQL = named("graphql") })
	if status, _ := get(t, client, "http://"+s.Addr()+"/playground"); status != 404 {
		t.Errorf("playground: %d", status)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestReadinessFailsWhileTheServerStillServes(t *testing.T) {
	t.Parallel()
	s, client := start(t, func(c *server.Config) {
		c.Handlers.GraphQL, c.Linger = named("graphql"), server.MaxStop
	})
	ctx, hurry := context.WithCancel(t.Context())
	stopped := make(chan error)
	go func() { stopped <- s.Stop(ctx) }()
	for { // until the drain has begun
		if status, body := get(t, client, "http://"+s.Addr()+"/readyz"); status == 503 && strings.Contains(body, "draining") {
			break
		}
	}
	if status, _ := get(t, client, "http://"+s.Addr()+"/graphql"); status != 200 {
		t.Errorf("while lingering: %d", status)
	}
	if status, _ := get(t, client, "http://"+s.AdminAddr()+"/livez"); status != 200 {
		t.Errorf("alive, yet %d", status)
	}
	hurry()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestRequestsUnderWayEnd(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	s, client := start(t, func(c *server.Config) {
		c.Handlers.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-release
			if r.Context().Err() != nil {
				w.WriteHeader(http.StatusTeapot)
			}
		})
	})
	answered := make(chan int)
	go func() {
		resp, err := client.Get("http://" + s.Addr() + "/graphql")
		if err != nil {
			answered <- 0
			return
		}
		_ = resp.Body.Close()
		answered <- resp.StatusCode
	}()
	<-entered
	stopped := make(chan error)
	go func() { stopped <- s.Stop(context.Background()) }()
	for { // until the listener is closed
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	close(release)
	if status := <-answered; status != 200 {
		t.Errorf("status %d", status)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestRequestsThatDoNotEndAreCutOff(t *testing.T) {
	t.Parallel()
	entered, saw := make(chan struct{}), make(chan error, 1)
	s, client := start(t, func(c *server.Config) {
		c.Drain = time.Millisecond
		c.Handlers.GraphQL = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
			saw <- r.Context().Err()
		})
	})
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if resp, err := client.Get("http://" + s.Addr() + "/graphql"); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-entered
	if err := s.Stop(t.Context()); err == nil {
		t.Error("nobody was told")
	}
	select {
	case err := <-saw:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	default:
		t.Error("Stop returned before the request had ended")
	}
	<-gone
}

func TestStartLeavesNothingOpenWhenItFails(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	s := server.New(server.Config{Addr: "127.0.0.1:0", AdminAddr: taken.Addr().String(), Health: server.NewHealth(clock.System{})})
	if err := s.Start(t.Context()); err == nil {
		t.Fatal("started on a port that is taken")
	}
	if s.Addr() != "" {
		t.Errorf("still open: %s", s.Addr())
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(time.Unix(0, 0))
	var probes atomic.Int32
	var failing atomic.Bool
	h := server.NewHealth(now, server.Check{Name: "database", Probe: func(context.Context) error {
		probes.Add(1)
		if failing.Load() {
			return errors.New("dial 10.1.2.3: refused")
		}
		return nil
	}}, server.Check{Name: "bus", Probe: func(context.Context) error { return nil }})
	ask := func(reasons bool) (int, map[string]any) {
		w := httptest.NewRecorder()
		h.Ready(reasons).ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		var got map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		return w.Code, got
	}
	code, got := ask(false)
	if d := cmp.Diff(map[string]any{"status": "ready", "checks": map[string]any{"database": "ok", "bus": "ok"}}, got); code != 200 || d != "" {
		t.Errorf("%d %s", code, d)
	}
	failing.Store(true)
	if code, _ := ask(false); code != 200 || probes.Load() != 1 {
		t.Errorf("probed again at once: %d, %d probes", code, probes.Load())
	}
	now.Advance(time.Second)
	code, got = ask(false)
	if d := cmp.Diff(map[string]any{"status": "unready", "checks": map[string]any{"database": "failing", "bus": "ok"}}, got); code != 503 || d != "" {
		t.Errorf("%d %s", code, d)
	}
	if _, got = ask(true); !strings.Contains(got["checks"].(map[string]any)["database"].(string), "refused") {
		t.Errorf("operators see no reason: %v", got)
	}
}
