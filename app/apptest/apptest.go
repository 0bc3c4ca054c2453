// Package apptest starts whole running apps for tests: the real server on a free port, on SQLite with everything embedded,
// or on PostgreSQL, Redis and NATS where the test variables name them.
package apptest

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// Kind is what an app runs on.
type Kind string

// The kinds.
const (
	Embedded Kind = "embedded"
	Services Kind = "services"
)

// App is a running app and a client of it.
type App struct {
	*app.App
	URL    string
	client *http.Client
}

// Options change how an app is started.
type Options struct {
	Kind Kind
	// Beside has the app be another process of the same deployment as this one, of kind [Services].
	Beside *App
	// Config is changed before the app is made.
	Config func(*app.Config)
	// App are further options of the app itself.
	App []app.Option
}

// Each runs a test on a demo shop on either kind.
func Each(t *testing.T, test func(t *testing.T, a *App)) {
	t.Helper()
	each(t, test, nil)
}

// EachAnew is [Each] where no answer is kept: each request is worked on from its beginning.
func EachAnew(t *testing.T, test func(t *testing.T, a *App)) {
	t.Helper()
	each(t, test, func(c *app.Config) { c.Cache = "off" })
}

func each(t *testing.T, test func(t *testing.T, a *App), config func(*app.Config)) {
	for _, kind := range []Kind{Embedded, Services} {
		t.Run(string(kind), func(t *testing.T) { t.Parallel(); test(t, Start(t, Options{Kind: kind, Config: config})) })
	}
}

// Start starts an app with the demo shop; it is stopped when the test ends. Kind [Services] skips the test where no
// services are named.
func Start(t testing.TB, o Options) *App {
	t.Helper()
	c := app.Config{Addr: "127.0.0.1:0", AdminAddr: "127.0.0.1:0", DataDir: t.TempDir(), Demo: true, Migrate: true, RateLimits: "off", CachePatience: 5 * time.Second}
	if o.Beside != nil {
		own := o.Beside.Config()
		c.DatabaseURL, c.NATSURL, c.RedisURL, c.BusName = own.DatabaseURL, own.NATSURL, own.RedisURL, own.BusName
	} else if o.Kind == Services {
		c.DatabaseURL = databasetest.PostgreSQLURL(t)
		c.NATSURL, c.RedisURL = os.Getenv("RIALTO_TEST_NATS_URL"), os.Getenv("RIALTO_TEST_REDIS_URL")
		c.BusName = "test-" + strings.ReplaceAll(uuid.NewString()[:13], "-", "")
	}
	if o.Config != nil {
		o.Config(&c)
	}
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	a, err := app.New(ctx, c, append([]app.Option{app.WithLog(log)}, o.App...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(ctx); err != nil {
		_ = a.Close()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		if err := a.Stop(stop); err != nil {
			t.Error(err)
		}
		if c.NATSURL != "" && o.Beside == nil {
			if err := a.DeleteEvents(stop); err != nil {
				t.Error(err)
			}
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return &App{App: a, URL: a.URL(), client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 300}}}
}

// Answer is an answer to a request.
type Answer struct {
	Status     int
	Header     http.Header
	Body       []byte
	Data       map[string]any
	Extensions map[string]any
	Errors     []struct {
		Message    string         `json:"message"`
		Path       []any          `json:"path"`
		Extensions map[string]any `json:"extensions"`
	}
}

// Codes are the codes of the answer's errors.
func (a *Answer) Codes() (codes []string) {
	for _, e := range a.Errors {
		code, _ := e.Extensions["code"].(string)
		codes = append(codes, code)
	}
	return codes
}

// Cost is what the answer says its operation cost: estimated before it ran, and actual.
func (a *Answer) Cost() (estimated, actual float64) {
	estimated, _ = At(a.Extensions, "cost", "requestedQueryCost").(float64)
	actual, _ = At(a.Extensions, "cost", "actualQueryCost").(float64)
	return estimated, actual
}

// Headers are further headers of a request, by name.
type Headers map[string]string

// Do sends an operation with the demo storefront's token, unless headers say otherwise.
func (a *App) Do(t testing.TB, query string, variables map[string]any, headers Headers) *Answer {
	t.Helper()
	answer, err := a.Try(t.Context(), query, variables, headers)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// Try is [App.Do] for goroutines of a test, which must not end it.
func (a *App) Try(ctx context.Context, query string, variables map[string]any, headers Headers) (*Answer, error) {
	req, err := a.request(ctx, query, variables, headers)
	if err != nil {
		return nil, err
	}
	return a.do(req)
}

// Serve is [App.Try] without the network: the request is answered in ctx, so that its statements can be recorded there.
func (a *App) Serve(ctx context.Context, query string, variables map[string]any, headers Headers) (*Answer, error) {
	req, err := a.request(ctx, query, variables, headers)
	if err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	a.GraphQL().ServeHTTP(w, req)
	res := w.Result()
	defer func() { _ = res.Body.Close() }()
	return read(res)
}

func (a *App) request(ctx context.Context, query string, variables map[string]any, headers Headers) (*http.Request, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	return a.Request(ctx, http.MethodPost, "/graphql", string(body), headers)
}

// Send sends a body as it is, or none, and reads the answer.
func (a *App) Send(t testing.TB, method, path, body string, headers Headers) *Answer {
	t.Helper()
	req, err := a.Request(t.Context(), method, path, body, headers)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := a.do(req)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func (a *App) do(req *http.Request) (*Answer, error) {
	res, err := a.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	return read(res)
}

// Request is a body on its way to a path, with the demo storefront's token unless headers say otherwise.
func (a *App) Request(ctx context.Context, method, path, body string, headers Headers) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.URL+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Shopify-Storefront-Access-Token", demo.Token)
	for k, v := range headers {
		if v == "" {
			req.Header.Del(k)
			continue
		}
		req.Header.Set(k, v)
	}
	return req, nil
}

func read(res *http.Response) (*Answer, error) {
	out := &Answer{Status: res.StatusCode, Header: res.Header}
	var err error
	if out.Body, err = io.ReadAll(res.Body); err != nil {
		return nil, err
	}
	return out, json.Unmarshal(out.Body, out)
}

// Query runs an operation that must succeed without errors, and gives its data.
func (a *App) Query(t testing.TB, query string, variables map[string]any, headers ...Headers) map[string]any {
	t.Helper()
	var h Headers
	if len(headers) > 0 {
		h = headers[0]
	}
	answer := a.Do(t, query, variables, h)
	if answer.Status != http.StatusOK || len(answer.Errors) > 0 {
		t.Fatalf("status %d: %s", answer.Status, answer.Body)
	}
	return answer.Data
}

// Owner signs in the demo shop's owner and gives the headers that show it.
func (a *App) Owner(t testing.TB) Headers {
	t.Helper()
	data := a.Query(t, `mutation($e: String!, $p: String!) { staffAccessTokenCreate(input: {email: $e, password: $p}) { staffAccessToken { accessToken } userErrors { code message } } }`,
		map[string]any{"e": demo.OwnerEmail, "p": demo.OwnerPassword})
	token, _ := At(data, "staffAccessTokenCreate", "staffAccessToken", "accessToken").(string)
	if token == "" {
		t.Fatalf("the owner could not sign in: %v", data)
	}
	return Headers{"Authorization": "Bearer " + token}
}

// Metrics are the process's metrics, as Prometheus reads them.
func (a *App) Metrics(t testing.TB) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.AdminURL()+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := a.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// At walks into data by names and places; nil where the way ends.
func At(data any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := data.(map[string]any)
			data = m[p]
		case int:
			list, _ := data.([]any)
			if p >= len(list) {
				return nil
			}
			data = list[p]
		}
	}
	return data
}

// String is [At] for a text; empty where there is none.
func String(data any, path ...any) string {
	s, _ := At(data, path...).(string)
	return s
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// Client is a client of an app that runs elsewhere.
func Client(url string) *App {
	return &App{URL: url, client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 300}}}
}
