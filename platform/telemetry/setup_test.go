package telemetry_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/platform/telemetry"
	"github.com/rialtohq/rialto/platform/telemetry/telemetrytest"
)

// bundle is a telemetry and what it wrote.
type bundle struct {
	*telemetry.Telemetry
	out *telemetrytest.Log
}

func setup(t *testing.T, c telemetry.Config) bundle {
	t.Helper()
	out := &telemetrytest.Log{}
	c.LogOutput = out
	tel, err := telemetry.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tel.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return bundle{Telemetry: tel, out: out}
}

// line is the last line of the log.
func (b bundle) line(t *testing.T) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(b.out.String()), "\n")
	var got map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil {
		t.Fatalf("%q: %v", lines[len(lines)-1], err)
	}
	return got
}

// scrape gives the metrics whose names begin with a prefix, without comments and buckets.
func (b bundle) scrape(t *testing.T, prefix string) []string {
	t.Helper()
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	var got []string
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, prefix) && !strings.Contains(line, "_bucket{") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	return got
}
