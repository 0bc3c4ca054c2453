package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/server"
)

// executor is a wire.Executor made of a function.
type executor func(ctx context.Context, r *wire.Request) *wire.Answer

func (e executor) Execute(ctx context.Context, r *wire.Request) *wire.Answer { return e(ctx, r) }

func graphql(e executor) http.Handler { return wire.New(wire.Config{Executor: e}) }

func post(t *testing.T, ctx context.Context, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return r
}

func TestAnswerThroughTheWholeDoor(t *testing.T) {
	t.Parallel()
	data := `{"text":"` + strings.Repeat("oak chair ", 500) + `"}`
	s, client := start(t, func(c *server.Config) {
		c.HTTPS = true
		c.Handlers.GraphQL = graphql(func(ctx context.Context, r *wire.Request) *wire.Answer {
			if _, bounded := ctx.Deadline(); !bounded || wire.CallFrom(ctx).RequestID == "" || !wire.CallFrom(ctx).Client.IsLoopback() {
				t.Error("the context lacks its deadline or its call")
			}
			return &wire.Answer{Data: json.RawMessage(data)}
		})
	})
	r := post(t, t.Context(), "http://"+s.Addr()+"/api/2026-10/graphql.json", `{"query":"{text}"}`)
	r.Header.Set("Origin", "https://shop.example")
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	zr, err := gzip.NewReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(zr); err != nil || string(body) != `{"data":`+data+`}` {
		t.Errorf("%v: %s", err, body)
	}
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "Content-Type": "application/json; charset=utf-8", "X-Content-Type-Options": "nosniff",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if vary := strings.Join(resp.Header.Values("Vary"), ","); !strings.Contains(vary, "Accept-Encoding") || !strings.Contains(vary, "Accept,") && !strings.HasSuffix(vary, "Accept") {
		t.Errorf("Vary: %s", vary)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestHangingUpCancelsTheOperation(t *testing.T) {
	t.Parallel()
	entered, canceled := make(chan struct{}), make(chan struct{})
	var lines bytes.Buffer
	s, client := start(t, func(c *server.Config) {
		c.Log = slog.New(slog.NewJSONHandler(&lines, nil))
		c.Handlers.GraphQL = graphql(func(ctx context.Context, _ *wire.Request) *wire.Answer {
			close(entered)
			<-ctx.Done()
			close(canceled)
			return nil
		})
	})
	ctx, hangUp := context.WithCancel(t.Context())
	go func() {
		<-entered
		hangUp()
	}()
	if resp, err := client.Do(post(t, ctx, "http://"+s.Addr()+"/graphql", `{"query":"{slow}"}`)); err == nil {
		_ = resp.Body.Close()
		t.Error("answered")
	}
	<-canceled
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(lines.String(), `"status":499`) {
		t.Errorf("log: %s", lines.String())
	}
}

func TestDeadlineAnswers504(t *testing.T) {
	t.Parallel()
	s, client := start(t, func(c *server.Config) {
		c.Handlers.GraphQL = graphql(func(ctx context.Context, _ *wire.Request) *wire.Answer {
			<-ctx.Done()
			return nil
		})
	})
	r := post(t, t.Context(), "http://"+s.Addr()+"/graphql", `{"query":"{slow}"}`)
	r.Header.Set("X-Request-Timeout-Ms", "1")
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != 504 || !strings.Contains(string(body), `"TIMEOUT"`) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}
