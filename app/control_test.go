package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/platform/telemetry/telemetrytest"
)

// A verb may leave its body unread, or read what it needs and not the end of it.
func TestVerbsNeedNotReadAll(t *testing.T) {
	t.Parallel()
	var log telemetrytest.Log
	a := &App{Log: slog.New(slog.NewTextHandler(&log, nil)), config: Config{DataDir: t.TempDir()}}
	verbs := map[string]Verb{
		"leave": func(_ context.Context, _ *App, _ []string, _ io.Reader, out io.Writer) error {
			_, _ = io.WriteString(out, "left")
			return errors.New("on purpose")
		},
		"begin": func(_ context.Context, _ *App, _ []string, in io.Reader, out io.Writer) error {
			var read any
			err := json.NewDecoder(in).Decode(&read)
			_, _ = io.WriteString(out, "begun")
			return err
		},
	}
	c := &control{app: a, verbs: verbs}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"nothing": "", "little": "null", "lines": "null\n\n", "much": "null" + strings.Repeat(" ", 1<<20)} {
		for range 5 {
			var out bytes.Buffer
			if err := remote(t.Context(), c.path, "leave", nil, strings.NewReader(body), &out); err == nil || err.Error() != "on purpose" || out.String() != "left" {
				t.Errorf("%s is left: %q, %v", name, out.String(), err)
			}
			out.Reset()
			if err := remote(t.Context(), c.path, "begin", nil, strings.NewReader(body), &out); (err == nil) != (body != "") || out.String() != "begun" {
				t.Errorf("%s is begun: %q, %v", name, out.String(), err)
			}
		}
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if said := log.String(); said != "" {
		t.Errorf("the log says:\n%s", said)
	}
}
