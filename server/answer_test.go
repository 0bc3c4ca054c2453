package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/server"
)

// Answers of any size come whole over one connection, however they are written, and those that are broken off end.
func TestAnswersComeWhole(t *testing.T) {
	t.Parallel()
	text := bytes.Repeat([]byte("oak chair "), 2000)
	s, client := start(t, func(c *server.Config) {
		c.Handlers.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var n, announced int
			var how string
			if _, err := fmt.Sscan(r.Header.Get("X-Want"), &n, &announced, &how); err != nil {
				t.Error(err)
			}
			w.Header().Set("Content-Type", "text/x-plain")
			w.Header().Set("Content-Length", fmt.Sprint(announced))
			switch how {
			case "once":
				_, _ = w.Write(text[:n])
			case "pieces":
				for piece := range slices.Chunk(text[:n], 777) {
					_, _ = w.Write(piece)
				}
			case "flushed":
				_, _ = w.Write(text[:n/2])
				_ = http.NewResponseController(w).Flush()
				_, _ = w.Write(text[n/2 : n])
			}
		})
	})
	ask := func(method, want string) ([]byte, error) {
		r := post(t, t.Context(), "http://"+s.Addr()+"/graphql", "{}")
		r.Method = method
		r.Header.Set("X-Want", want)
		r.Header.Set("Accept-Encoding", "identity")
		resp, err := client.Do(r)
		if err != nil {
			return nil, err
		}
		defer func() { _ = resp.Body.Close() }()
		return io.ReadAll(resp.Body)
	}
	for n := 1; n < len(text); n += 331 {
		for _, how := range []string{"once", "pieces", "flushed"} {
			got, err := ask(http.MethodPost, fmt.Sprint(n, " ", n, " ", how))
			if err != nil || !bytes.Equal(got, text[:n]) {
				t.Fatalf("%d bytes, %s: %v, %d bytes came", n, how, err, len(got))
			}
		}
		if got, err := ask(http.MethodHead, fmt.Sprint(n, " ", n, " once")); err != nil || len(got) > 0 {
			t.Fatalf("HEAD of %d bytes: %v, %q", n, err, got)
		}
	}
	if got, err := ask(http.MethodPost, "6000 9000 once"); err == nil || !strings.HasPrefix(string(text), string(got)) {
		t.Errorf("an answer that was broken off: %v, %d bytes", err, len(got))
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}
