package middleware_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/admit"
	"github.com/rialtohq/rialto/server/middleware"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ask sends a request with headers given in pairs.
func ask(h http.Handler, method, target, peer string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = peer
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func text(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func code(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var got struct {
		Errors []struct{ Extensions struct{ Code string } }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Errors) != 1 {
		t.Fatalf("no error of ours: %s", w.Body)
	}
	return got.Errors[0].Extensions.Code
}

func TestAddress(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, tc := range []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"Direct", "203.0.113.7:1234", nil, "203.0.113.7"},
		{"ForeignPeerIsNotBelieved", "203.0.113.7:1234", []string{"198.51.100.1"}, "203.0.113.7"},
		{"OneProxy", "10.0.0.1:1234", []string{"198.51.100.1"}, "198.51.100.1"},
		{"ForgedEntryIsNotReached", "10.0.0.1:1234", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		{"TwoProxies", "10.0.0.1:1234", []string{"1.1.1.1, 198.51.100.1, 10.2.3.4"}, "198.51.100.1"},
		{"TwoHeaders", "10.0.0.1:1234", []string{"1.1.1.1", "198.51.100.1"}, "198.51.100.1"},
		{"Garbage", "10.0.0.1:1234", []string{"1.1.1.1, unknown"}, "10.0.0.1"},
		{"OnlyProxies", "10.0.0.1:1234", []string{"10.0.0.9"}, "10.0.0.9"},
		{"NoHeader", "10.0.0.1:1234", nil, "10.0.0.1"},
		{"IPv6", "[2001:db8::1]:1234", nil, "2001:db8::1"},
		{"IPv6Proxy", "[fd00::1]:1", []string{"2001:db8::2"}, "2001:db8::2"},
		{"IPv6WithPort", "[fd00::1]:1", []string{"[2001:db8::2]:99"}, "2001:db8::2"},
		{"Zone", "[fe80::1%eth0]:1", nil, "fe80::1"},
		{"IPv4InIPv6", "[::ffff:10.0.0.1]:1", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"UnixSocket", "@", []string{"1.1.1.1"}, "invalid IP"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := middleware.Address(trusted)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if got := wire.CallFrom(r.Context()).Client.String(); got != tc.want {
					t.Errorf("client %s, want %s", got, tc.want)
				}
				if r.Header.Get("X-Forwarded-For") != "" || strings.Contains(r.RemoteAddr, tc.want) {
					t.Errorf("the address is still to be seen: %s %v", r.RemoteAddr, r.Header)
				}
			}))
			var headers []string
			for _, f := range tc.forwarded {
				headers = append(headers, "X-Forwarded-For", f)
			}
			ask(h, "GET", "/", tc.peer, headers...)
		})
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"203.0.113.7": "203.0.113.0/24", "::ffff:203.0.113.7": "203.0.113.0/24", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := wire.Network(netip.MustParseAddr(in)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := wire.Network(netip.Addr{}); got != "" {
		t.Errorf("nowhere: %s", got)
	}
}

func TestDeadlineCanBeLoweredOnly(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"": 10 * time.Second, "250": 250 * time.Millisecond, "60000": 10 * time.Second, "-1": 10 * time.Second, "0": 10 * time.Second,
		"soon": 10 * time.Second, "99999999999999999999": 10 * time.Second, "9223372036854775807": 10 * time.Second,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := middleware.Deadline(10 * time.Second)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					at, _ := r.Context().Deadline()
					if got := time.Until(at); got != want {
						t.Errorf("%v, want %v", got, want)
					}
				}))
				ask(h, "GET", "/", "", middleware.TimeoutHeader, header)
			})
		})
	}
}

// A context is over at its deadline and with its request, whether anybody waited for it before or not, and so is what was made of it.
func TestDeadlineEndsWhatIsMadeOfIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var kept, child context.Context
		serve := func(work func(ctx context.Context)) {
			h := middleware.Deadline(time.Second)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				kept = r.Context()
				work(kept)
			}))
			ask(h, "GET", "/", "")
		}
		is := func(what string, ctx context.Context, want error) {
			t.Helper()
			if got := ctx.Err(); got != want || context.Cause(ctx) != want { //nolint:errorlint // a context's own error is never wrapped
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		serve(func(ctx context.Context) { is("at first", ctx, nil) })
		is("its request has ended", kept, context.Canceled)
		serve(func(ctx context.Context) {
			timer := time.NewTimer(2 * time.Second)
			<-timer.C
			is("too late, nobody waited", ctx, context.DeadlineExceeded)
			<-ctx.Done()
		})
		is("too late, and its request has ended", kept, context.DeadlineExceeded)
		serve(func(ctx context.Context) {
			var cancel context.CancelFunc
			child, cancel = context.WithTimeout(ctx, time.Hour)
			defer cancel()
			<-child.Done()
			is("what was made of it", child, context.DeadlineExceeded)
		})
		var cancel context.CancelFunc
		serve(func(ctx context.Context) { child, cancel = context.WithCancel(ctx) })
		defer cancel()
		is("made of it, and its request has ended", child, context.Canceled)
	})
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, peer, sent, want string }{
		{"New", "203.0.113.7:1", "", "new"},
		{"ForeignIsReplaced", "203.0.113.7:1", "theirs", "new"},
		{"TrustedIsKept", "127.0.0.1:1", "ours-1.2_3", "ours-1.2_3"},
		{"TrustedButUnfit", "127.0.0.1:1", "a b", "new"},
		{"TooLong", "127.0.0.1:1", strings.Repeat("x", 65), "new"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := middleware.Chain(text(200, ""), middleware.Address(nil), middleware.Identify(func() string { return "new" }))
			if got := ask(h, "GET", "/", tc.peer, "X-Request-Id", tc.sent).Header().Get("X-Request-Id"); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// observed is a chain that ends in a mux, with its spans and log lines.
func observed(mux http.Handler) (http.Handler, *tracetest.SpanRecorder, *bytes.Buffer) {
	spans, lines := tracetest.NewSpanRecorder(), &bytes.Buffer{}
	log := slog.New(slog.NewJSONHandler(lines, nil))
	now := time.Unix(0, 0)
	clock := func() time.Time { now = now.Add(1500 * time.Microsecond); return now }
	return middleware.Chain(mux,
		middleware.Address(nil),
		middleware.Identify(func() string { return "id-1" }),
		middleware.Trace(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)), nil),
		middleware.Log(log, clock),
		middleware.Recover(log),
	), spans, lines
}

func TestLogTellsWhatHappenedAndNothingElse(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{version}/graphql.json", func(w http.ResponseWriter, r *http.Request) {
		call := wire.CallFrom(r.Context())
		call.Operation, call.Kind, call.Shop, call.Actor = "Product", "query", "s1", "customer:c1"
		call.CostEstimated, call.CostActual, call.Statements, call.Cache = 12, 7.5, 3, "miss"
		wire.Fail(w, r, wire.Throttled, "RATE_LIMITED", "Slower.")
	})
	h, spans, lines := observed(mux)
	ask(h, "POST", "/api/2026-10/graphql.json?query=%7Bsecret%7D&key=secret", "203.0.113.77:4321",
		"Authorization", "Bearer secret", "Cookie", "secret", "User-Agent", "secret", "X-Shopify-Storefront-Access-Token", "secret")
	if s := lines.String(); strings.Contains(s, "secret") || strings.Contains(s, "203.0.113.77") {
		t.Fatalf("the log tells too much: %s", s)
	}
	var got map[string]any
	if err := json.Unmarshal(lines.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	span := spans.Ended()[0]
	want := map[string]any{
		"level": "INFO", "msg": "request", "request_id": "id-1", "method": "POST", "route": "/api/{version}/graphql.json", "status": 429.0, "ms": 1.5,
		"bytes": got["bytes"], "client": "203.0.113.0/24", "trace_id": span.SpanContext().TraceID().String(), "span_id": span.SpanContext().SpanID().String(),
		"operation": "Product", "kind": "query", "shop": "s1", "actor": "customer:c1", "cache": "miss", "cost_estimated": 12.0, "cost_actual": 7.5,
		"statements": 3.0, "codes": []any{"RATE_LIMITED"}, "time": got["time"],
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if told := fmt.Sprint(span.Name(), span.Attributes()); strings.Contains(told, "203.0.113.77") || strings.Contains(told, "query=") || !strings.Contains(span.Name(), "{version}") {
		t.Errorf("span: %s", told)
	}
}

func TestForeignTraceIsLinkedAndTrustedContinued(t *testing.T) {
	otel.SetTextMapPropagator(propagation.TraceContext{})
	const theirs = "0af7651916cd43dd8448eb211c80319c"
	for peer, continued := range map[string]bool{"203.0.113.7:1": false, "127.0.0.1:1": true} {
		h, spans, _ := observed(text(200, "{}"))
		ask(h, "GET", "/", peer, "traceparent", "00-"+theirs+"-b7ad6b7169203331-01")
		span := spans.Ended()[0]
		if got := span.SpanContext().TraceID().String() == theirs; got != continued {
			t.Errorf("%s: continued %v", peer, got)
		}
		if !continued && (len(span.Links()) != 1 || span.Links()[0].SpanContext.TraceID().String() != theirs) {
			t.Errorf("%s: links %v", peer, span.Links())
		}
	}
}

func TestPanicIsMasked(t *testing.T) {
	t.Parallel()
	h, _, lines := observed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		panic("the password is hunter2")
	}))
	w := ask(h, "GET", "/", "203.0.113.7:1")
	if w.Code != 500 || code(t, w) != "INTERNAL" || strings.Contains(w.Body.String(), "hunter2") || !strings.Contains(w.Body.String(), `"correlationId":"id-1"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if s := lines.String(); !strings.Contains(s, "hunter2") || !strings.Contains(s, `"status":500`) || !strings.Contains(s, `"level":"ERROR"`) {
		t.Errorf("log: %s", s)
	}
}

func TestPanicWithinAnAnswerCutsTheConnection(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"AfterTheFirstByte": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "half"); panic("x") },
		"OnPurpose":         func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		h, _, _ := observed(handler)
		server := httptest.NewServer(h)
		server.Config.ErrorLog = nil
		client := server.Client()
		if resp, err := client.Get(server.URL); err == nil {
			if _, err = io.ReadAll(resp.Body); err == nil {
				t.Errorf("%s: the answer looks whole", name)
			}
			_ = resp.Body.Close()
		}
		client.CloseIdleConnections()
		server.Close()
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	own := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
	})
	w := ask(middleware.Secure(true)(own), "GET", "/", "")
	if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Strict-Transport-Security") == "" || w.Header().Get("Content-Security-Policy") != "default-src 'self'" {
		t.Error(w.Header())
	}
	if w := ask(middleware.Secure(false)(text(200, "")), "GET", "/", ""); w.Header().Get("Strict-Transport-Security") != "" || w.Header().Get("X-Frame-Options") != "DENY" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "'none'") {
		t.Error(w.Header())
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	reached := false
	h := middleware.CORS(func(r *http.Request) bool { return r.URL.Path == "/graphql" })(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	w := ask(h, "OPTIONS", "/graphql", "", "Origin", "https://shop.example", "Access-Control-Request-Method", "POST",
		"Access-Control-Request-Headers", "content-type,x-shopify-storefront-access-token,x-sdk-variant")
	got := w.Header()
	if reached || w.Code != 204 || got.Get("Access-Control-Allow-Origin") != "*" || got.Get("Access-Control-Max-Age") != "86400" ||
		got.Get("Access-Control-Allow-Headers") != "content-type,x-shopify-storefront-access-token,x-sdk-variant" || got.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("preflight: %d %v", w.Code, got)
	}
	got = ask(h, "POST", "/graphql", "", "Origin", "https://shop.example").Header()
	if !reached || got.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(strings.ToLower(got.Get("Access-Control-Expose-Headers")), "x-request-id") {
		t.Errorf("request: %v", got)
	}
	if w := ask(h, "OPTIONS", "/graphql", "", "Origin", "https://shop.example", "Access-Control-Request-Method", "DELETE"); w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("DELETE: %v", w.Header())
	}
}

func TestLoadRefusesOneTooMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := middleware.Load(2)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
		for range 2 {
			go ask(h, "GET", "/", "")
		}
		synctest.Wait()
		if w := ask(h, "GET", "/", ""); w.Code != 503 || code(t, w) != "OVERLOADED" || w.Header().Get("Retry-After") != "1" {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
		close(release)
		synctest.Wait()
		if w := ask(h, "GET", "/", ""); w.Code != 200 {
			t.Errorf("free again, yet %d", w.Code)
		}
	})
}

func TestAdmit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := admit.New(admit.Config{Places: 1, Wait: time.Second})
		h := middleware.Admit(gate, admit.Usual)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		leave, err := gate.Enter(t.Context(), admit.High)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if w := ask(h, "GET", "/", ""); w.Code != 503 || code(t, w) != "OVERLOADED" || time.Since(start) != time.Second {
			t.Errorf("%d after %v: %s", w.Code, time.Since(start), w.Body)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
		if w.Code != 504 {
			t.Errorf("out of time: %d", w.Code)
		}
		leave()
		if w := ask(h, "GET", "/", ""); w.Code != 200 {
			t.Errorf("free again, yet %d", w.Code)
		}
	})
}

func TestCompress(t *testing.T) {
	t.Parallel()
	large := `{"data":"` + strings.Repeat("oak chair ", 1000) + `"}`
	for _, tc := range []struct {
		name, body, accept, contentType, want string
	}{
		{"Large", large, "gzip", "application/json; charset=utf-8", "gzip"},
		{"LargeGraphQL", large, "gzip, deflate, br, zstd", "application/graphql-response+json; charset=utf-8", "zstd"},
		{"Small", `{"data":null}`, "gzip", "application/json", ""},
		{"NotAccepted", large, "", "application/json", ""},
		{"Picture", large, "gzip", "image/png", ""},
		{"Stream", large, "gzip", "text/event-stream", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := middleware.Compress()(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tc.contentType)
				w.Header().Set("Content-Length", fmt.Sprint(len(tc.body)))
				_, _ = io.WriteString(w, tc.body)
			}))
			w := ask(h, "GET", "/", "", "Accept-Encoding", tc.accept)
			if got := w.Header().Get("Content-Encoding"); got != tc.want {
				t.Fatalf("encoding %q, want %q", got, tc.want)
			}
			if tc.want == "" && w.Body.String() != tc.body {
				t.Error("the body changed")
			}
			if tc.want == "gzip" {
				zr, err := gzip.NewReader(w.Body)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(zr); err != nil || string(got) != tc.body {
					t.Errorf("%v", err)
				}
			}
		})
	}
}
