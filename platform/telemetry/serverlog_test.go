package telemetry_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/platform/telemetry"
)

func TestServerLogTellsPanicsAsErrors(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	lines := telemetry.ServerLog(slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("no such thing") }))
	s.Config.ErrorLog = lines
	s.Start()
	if res, err := s.Client().Get(s.URL); err == nil {
		_ = res.Body.Close()
	}
	s.Close()
	lines.Print("http: TLS handshake error from 127.0.0.1:1: EOF")
	said := strings.Split(out.String(), "\n")
	for i, want := range []string{`"level":"ERROR"`, `"level":"DEBUG"`} {
		if len(said) != 3 || !strings.Contains(said[i], want) {
			t.Fatalf("line %d is not %s:\n%s", i, want, out.String())
		}
	}
	if !strings.Contains(said[0], "no such thing") {
		t.Errorf("it does not say what happened: %s", said[0])
	}
}
