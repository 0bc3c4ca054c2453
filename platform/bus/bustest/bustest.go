// Package bustest gives tests real buses: the embedded server always, and an external one where RIALTO_TEST_NATS_URL
// names it. Each test has streams of its own, and they are gone when the test ends.
package bustest

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/bus"
)

// URLVariable names the external NATS server for tests.
const URLVariable = "RIALTO_TEST_NATS_URL"

// Each runs a test with the configuration of an embedded bus, and of an external one where there is a server.
func Each(t *testing.T, test func(t *testing.T, c bus.Config)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { t.Parallel(); test(t, Embedded(t)) })
	t.Run("external", func(t *testing.T) { t.Parallel(); test(t, External(t)) })
}

// Embedded is the configuration of a bus in a folder of the test's.
func Embedded(t testing.TB) bus.Config {
	t.Helper()
	c := fresh()
	c.Dir = t.TempDir()
	return c
}

// External is the configuration of a bus on the external server, or skips the test where none is named. CI names one.
func External(t testing.TB) bus.Config {
	t.Helper()
	c := fresh()
	if c.URL = os.Getenv(URLVariable); c.URL == "" {
		t.Skip(URLVariable + " is not set: not tested on an external NATS server")
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		b, err := bus.Open(ctx, c)
		if err != nil {
			t.Errorf("cleaning up: %v", err)
			return
		}
		if err := b.Delete(ctx); err != nil {
			t.Errorf("cleaning up: %v", err)
		}
		if err := b.Close(ctx); err != nil {
			t.Errorf("cleaning up: %v", err)
		}
	})
	return c
}

func fresh() bus.Config {
	name := "test-" + strings.ReplaceAll(uuid.NewString(), "-", "")[:12]
	return bus.Config{Name: name, MaxBytes: 8 << 20, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

// Open opens a bus and closes it when the test ends.
func Open(t testing.TB, c bus.Config) *bus.Bus {
	t.Helper()
	b, err := bus.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { Close(t, b) })
	return b
}

// Close closes a bus before the test ends. Closing again does nothing.
func Close(t testing.TB, b *bus.Bus) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		t.Errorf("closing the bus: %v", err)
	}
}
